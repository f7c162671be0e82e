"""Reading of the catalog: its records, and the merged state of entities."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

from fair4ml.document import Document, EntityDict
from fair4ml.merge import State
from mlentory_crawl.catalog.aliases import Aliases
from mlentory_crawl.catalog.database import ReadDatabase, catalog_id
from mlentory_crawl.catalog.field_counts import shares, unnamed_licenses
from mlentory_crawl.catalog.sequence import last_sequence
from mlentory_crawl.catalog.sql import Parameters, among, array
from mlentory_crawl.catalog.stored import STORED, Stored, merged

RESOLVED_AT_ONCE = 200
"""The number of records whose former names are looked up together."""


class CatalogReader:
    """Reads a catalog, also while a run writes it, and from several threads at once.

    Args:
        data_dir: the data directory.

    Raises:
        CatalogError: there is no readable catalog.
    """

    def __init__(self, data_dir: Path) -> None:
        self._database = ReadDatabase(data_dir)
        self._aliases = Aliases(self._database)
        self.id = catalog_id(self._database)

    def close(self) -> None:
        """Release the database."""
        self._database.close()

    def _execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Return the rows of a query, for the modules of this package."""
        return self._database.execute(sql, parameters)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read the catalog as it is at one moment, in this thread, whatever a run stores meanwhile."""
        with self._database.snapshot():
            yield

    def last_sequence(self) -> int:
        """Return the highest sequence number in use."""
        return last_sequence(self._database)

    # Records

    def about(self, iris: Iterable[str]) -> Iterator[Stored]:
        """Return the live records about entities."""
        return self._stored(f"r.iri IN {among('iris')} AND r.deleted_at IS NULL", {"iris": array(iris)})

    def by_row(self, ids: Iterable[int]) -> Iterator[Stored]:
        """Return live records by their row ids."""
        return self._stored(f"r.id IN {among('ids')} AND r.deleted_at IS NULL", {"ids": array(ids)})

    def tombstones(self, iris: Iterable[str]) -> Iterator[Stored]:
        """Return the tombstones of entities that were deleted at their sources."""
        return self._stored(f"r.iri IN {among('iris')} AND r.deleted_at IS NOT NULL", {"iris": array(iris)})

    def _stored(self, condition: str, parameters: Parameters) -> Iterator[Stored]:
        """Return the records that meet a condition, with the present names of entities."""
        records = map(Stored.of, self._execute(f"{STORED} WHERE {condition}", parameters))
        while some := list(islice(records, RESOLVED_AT_ONCE)):
            for stored, document in zip(some, self._aliases.resolved([each.document for each in some]), strict=True):
                yield stored if document is stored.document else replace(stored, document=document)

    def about_at(self, iri: str, at: str) -> list[Stored]:
        """Return the records about an entity as the catalog had them at a time (UTC, ISO 8601)."""
        rows = self._execute(
            """WITH held AS (
                   SELECT id AS record, run, iri, document, provenance, deleted_at FROM record
                   UNION ALL SELECT record, run, iri, document, provenance, NULL FROM version),
               latest AS (
                   SELECT *, row_number() OVER (
                       PARTITION BY record ORDER BY provenance ->> 'fetched_at' DESC) AS place
                   FROM held
                   WHERE record IN (
                       SELECT id FROM record WHERE iri = :iri UNION SELECT record FROM version WHERE iri = :iri)
                   AND provenance ->> 'fetched_at' <= :at)
               SELECT r.platform || '/' || r.kind || '/' || r.key, l.iri, l.document, l.provenance, run.name, NULL,
                      l.deleted_at, '{}', r.sequence
               FROM latest AS l JOIN record AS r ON r.id = l.record JOIN run ON run.id = l.run
               WHERE l.place = 1 AND l.iri = :iri AND (l.deleted_at IS NULL OR l.deleted_at > :at)""",
            {"iri": iri, "at": at},
        )
        return [Stored.of(row) for row in rows]

    def has_record(self, iri: str) -> bool:
        """Check whether a record is about an entity, including tombstones."""
        return self._execute("SELECT 1 FROM record WHERE iri = :iri", {"iri": iri}).fetchone() is not None

    def described(self, iris: Iterable[str]) -> set[str]:
        """Return those of the entities that a record describes."""
        rows = self._execute(
            f"SELECT iri FROM entity WHERE described = 1 AND iri IN {among('iris')}", {"iris": array(iris)}
        )
        return {iri for (iri,) in rows}

    # Entities

    def resolve(self, iri: str) -> str:
        """Return the present IRI of an entity, following aliases."""
        return self._aliases.resolve(iri)

    def resolve_all(self, iris: Iterable[str]) -> dict[str, str]:
        """Return the present IRIs of entities, by the given ones, following aliases."""
        return self._aliases.resolve_all(iris)

    def also_called(self, iris: Iterable[str]) -> list[str]:
        """Return all IRIs by which records may name entities: their own, and their aliases."""
        return self._aliases.leading_to(iris)

    def states(self, platform: str | None = None) -> Iterator[tuple[State, list[Stored]]]:
        """Return the merged state of each entity and the records that it comes from, sorted by IRI."""
        where = "r.deleted_at IS NULL" + (" AND r.platform = :platform" if platform else "")
        group: list[Stored] = []
        for stored in self._stored(f"{where} ORDER BY r.iri, r.id", {"platform": platform}):
            if group and group[0].iri != stored.iri:
                yield merged(group)[0], group
                group = []
            group.append(stored)
        if group:
            yield merged(group)[0], group

    def entities(self) -> int:
        """Count the entities that records describe."""
        (count,) = self._execute("SELECT count FROM total WHERE name = 'described'").fetchone()
        return int(count)

    def field_counts(self) -> dict[str, dict[str, dict[str, int]]]:
        """Count the live records that have each field, by platform and kind; ``iri`` is in all of them."""
        return shares(self._database)

    def unnamed_licenses(self) -> dict[tuple[str, str], int]:
        """Count the live records that state a license without its name, by platform and kind."""
        return unnamed_licenses(self._database)


class UnseenStubs:
    """Selects the stubs that a file does not have yet and that no record describes.

    Args:
        reader: the catalog.
    """

    REMEMBERED = 200_000

    def __init__(self, reader: CatalogReader) -> None:
        self._reader = reader
        self._seen: set[str] = set()

    def of(self, document: Document) -> list[EntityDict]:
        """Return the stubs of the next record that have to be written."""
        stubs = [stub for stub in document["stubs"] if stub["iri"] not in self._seen]
        if not stubs:
            return stubs
        if len(self._seen) > self.REMEMBERED:  # writing a stub twice is harmless, growing forever is not
            self._seen.clear()
        self._seen.update(stub["iri"] for stub in stubs)
        hidden = self._reader.described([stub["iri"] for stub in stubs])
        return [stub for stub in stubs if stub["iri"] not in hidden]
