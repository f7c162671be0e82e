"""Articles, posts, repositories and users in the catalog, as documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from fair4ml.write.document_classes import MongoDocument
from fair4ml.write.documents import IMPORTED, KINDS, documents_of
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.sql import among, array
from mlentory_crawl.catalog.stored import Stored, merged

READ_AT_ONCE = 200


def documents_in_catalog(reader: CatalogReader, is_sought: Callable[[str], bool]) -> Iterator[MongoDocument]:
    """Return the documents that a store of the catalog has, each of them once, and the users whom these name.

    Args:
        reader: the catalog.
        is_sought: whether the document of an IRI is wanted.
    """
    named: dict[str, tuple[str, MongoDocument]] = {}
    having_records = set()
    for records in _records(reader, [iri for iri in described(reader) if is_sought(iri)]):
        state, key = merged(records)
        provenance = next(stored.provenance for stored in records if stored.key == key)
        for place, document in enumerate(documents_of(state, provenance)):
            id = str(document.id)
            if place == 0:
                having_records.add(id)
                yield document
            elif key < named.get(id, ("~",))[0]:  # of several names the one that a store has
                named[id] = key, document
    yield from (user for id, (_, user) in named.items() if id not in having_records)


def imported_iri(reader: CatalogReader, id: str) -> str | None:
    """Return the IRI of the entity that an imported document describes; None if there is no such document.

    Args:
        reader: the catalog.
        id: the id with which it was imported.
    """
    sql = "SELECT iri FROM record WHERE platform = :platform AND key = :key AND deleted_at IS NULL"
    row = reader._execute(sql, {"platform": IMPORTED, "key": id}).fetchone()
    return None if row is None else str(row[0])


def described(reader: CatalogReader, kinds: Iterable[str] = KINDS) -> list[str]:
    """Return the IRIs of entities that live records describe, in their order.

    Args:
        reader: the catalog.
        kinds: the kinds of the records.
    """
    rows = reader._execute(
        f"SELECT DISTINCT iri FROM record WHERE kind IN {among('kinds')} AND deleted_at IS NULL ORDER BY iri",
        {"kinds": array(kinds)},
    )
    return [iri for (iri,) in rows]


def _records(reader: CatalogReader, iris: list[str]) -> Iterator[list[Stored]]:
    for start in range(0, len(iris), READ_AT_ONCE):
        by_iri: dict[str, list[Stored]] = {}
        for stored in reader.about(iris[start : start + READ_AT_ONCE]):
            by_iri.setdefault(stored.iri, []).append(stored)
        yield from by_iri.values()
