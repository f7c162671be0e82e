"""Records that name an entity, with the property and the place in the source."""

from __future__ import annotations

from dataclasses import dataclass, field

import orjson

from fair4ml.entities import properties
from fair4ml.platforms import declared_sources
from mlentory_crawl.catalog.reader import CatalogReader

MOST = 5
"""The number of entities per platform whose mentions are returned by default."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One entity as the value of a property of another one.

    Attributes:
        iri: the IRI of the entity that names it, or of a part of that entity.
        property: the property whose value it is, such as ``referencePublication``.
        record: the catalog key of the record that states it.
        field: the field of the source that it comes from.
        method: the way in which the platform's mapping reads it.
        entity: the IRI of the entity that the record is about.
    """

    iri: str
    property: str
    record: str
    field: str
    method: str
    entity: str


@dataclass(frozen=True, slots=True)
class Mentions:
    """Records about other entities that name an entity.

    Attributes:
        records: the number of such records, by platform.
        by: the mentions by the first entities of each platform.
        entities: the number of entities that they are about, by platform.
        offset: the number of entities of each platform that were left out first.
        complete: whether all statements were read; else all counts are of those that were.
    """

    records: dict[str, int]
    by: list[Mention]
    entities: dict[str, int] = field(default_factory=dict)
    offset: int = 0
    complete: bool = True


_STATED = """SELECT e.source, e.type, e.record FROM json_each(?1) AS j JOIN entity AS t ON t.iri = j.value
    JOIN edge AS e ON e.target = t.id LIMIT ?2"""


def mentions(
    reader: CatalogReader, iri: str, most: int = MOST, offset: int = 0, *, read: int | None = None
) -> Mentions:
    """Count the records that name an entity, and return the mentions by some entities; records about it are left out.

    Args:
        reader: the catalog.
        iri: the entity; its aliases count, too.
        most: the maximum number of entities per platform that name it.
        offset: the number of them to leave out first.
        read: the maximum number of statements that are read; None for all.
    """
    names, limit = orjson.dumps(reader.also_called([iri])), -1 if read is None else read
    rows = reader._execute(
        f"""SELECT iri, class, type, platform || '/' || kind || '/' || key, provenance, entity FROM (
               SELECT *, dense_rank() OVER (PARTITION BY platform ORDER BY first, entity) AS place FROM (
                   SELECT s.iri, s.class, e.type, r.platform, r.kind, r.key, r.provenance, r.iri AS entity,
                          min(r.kind || '/' || r.key) OVER (PARTITION BY r.platform, r.iri) AS first
                   FROM ({_STATED}) AS e JOIN entity AS s ON s.id = e.source
                   JOIN record AS r ON r.id = e.record AND r.deleted_at IS NULL
                   WHERE r.iri NOT IN (SELECT value FROM json_each(?1))))
           WHERE place > ?4 AND place <= ?3 + ?4 ORDER BY platform, place, kind, key, iri, type""",
        (names, limit, most, offset),
    )
    found = [_mention(*row) for row in rows]
    counts = reader._execute(
        f"""SELECT r.platform, count(DISTINCT r.id), count(DISTINCT r.iri)
           FROM ({_STATED}) AS e
           JOIN record AS r ON r.id = e.record AND r.deleted_at IS NULL
           WHERE r.iri NOT IN (SELECT value FROM json_each(?1))
           GROUP BY r.platform ORDER BY r.platform""",
        (names, limit),
    ).fetchall()
    is_complete = read is None or _count(reader, names, read + 1) <= read
    records, entities = ({platform: row[at] for platform, *row in counts} for at in range(2))
    return Mentions(records, found, entities, offset, is_complete)


def _count(reader: CatalogReader, names: bytes, most: int) -> int:
    ((count,),) = reader._execute(f"SELECT count(*) FROM ({_STATED})", (names, most)).fetchall()
    return int(count)


def _mention(iri: str, class_name: str, type: str, record: str, provenance: str, entity: str) -> Mention:
    by_type = {name.upper(): name for name in properties(class_name)}
    name = by_type.get(type.replace("_", ""), type)
    declared, method = declared_sources(*record.split("/")[:2]).get(name, ("", ""))
    exceptions = orjson.loads(provenance).get("exceptions", {})
    return Mention(iri, name, record, exceptions.get(name, declared), method, entity)
