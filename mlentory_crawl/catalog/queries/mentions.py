"""Records that name an entity, with the property and the place in the source."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from fair4ml.entities import properties
from fair4ml.platforms import declared_sources
from mlentory_crawl.catalog.reader import CatalogReader

MOST = 5
"""The number of mentions per platform that are returned by default."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One entity as the value of a property of another one.

    Attributes:
        iri: the IRI of the entity that names it.
        property: the property whose value it is, such as ``referencePublication``.
        record: the catalog key of the record that states it.
        field: the field of the source that it comes from.
        method: the way in which the platform's mapping reads it.
    """

    iri: str
    property: str
    record: str
    field: str
    method: str


@dataclass(frozen=True, slots=True)
class Mentions:
    """Records about other entities that name an entity.

    Attributes:
        records: the number of such records, by platform.
        by: the first mentions of each platform.
    """

    records: dict[str, int]
    by: list[Mention]


def mentions(reader: CatalogReader, iri: str, most: int = MOST) -> Mentions:
    """Count the records that name an entity, and return their first mentions; records about it are left out.

    Args:
        reader: the catalog.
        iri: the entity; its aliases count, too.
        most: the maximum number of mentions per platform.
    """
    names = reader.also_called([iri])
    rows = reader._execute(
        """SELECT iri, class, type, platform || '/' || kind || '/' || key, provenance FROM (
               SELECT s.iri, s.class, e.type, r.platform, r.kind, r.key, r.provenance,
                      row_number() OVER (PARTITION BY r.platform ORDER BY r.kind, r.key, s.iri, e.type) AS place
               FROM json_each(?1) AS j JOIN entity AS t ON t.iri = j.value JOIN edge AS e ON e.target = t.id
               JOIN entity AS s ON s.id = e.source
               JOIN record AS r ON r.id = e.record AND r.deleted_at IS NULL
               WHERE r.iri NOT IN (SELECT value FROM json_each(?1)))
           WHERE place <= ?2 ORDER BY platform, place""",
        (orjson.dumps(names), most),
    )
    found = [_mention(*row) for row in rows]
    counts = reader._execute(
        """SELECT r.platform, count(DISTINCT r.id) FROM json_each(?1) AS j JOIN entity AS t ON t.iri = j.value
           JOIN edge AS e ON e.target = t.id
           JOIN record AS r ON r.id = e.record AND r.deleted_at IS NULL
           WHERE r.iri NOT IN (SELECT value FROM json_each(?1))
           GROUP BY r.platform ORDER BY r.platform""",
        (orjson.dumps(names),),
    )
    return Mentions(dict(counts.fetchall()), found)


def _mention(iri: str, class_name: str, type: str, record: str, provenance: str) -> Mention:
    by_type = {name.upper(): name for name in properties(class_name)}
    name = by_type.get(type.replace("_", ""), type)
    field, method = declared_sources(*record.split("/")[:2]).get(name, ("", ""))
    exceptions = orjson.loads(provenance).get("exceptions", {})
    return Mention(iri, name, record, exceptions.get(name, field), method)
