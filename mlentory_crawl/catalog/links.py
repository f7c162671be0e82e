"""The catalog's entities and edges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fair4ml.document import Document, EntityDict, nodes
from fair4ml.identifiers import inside
from fair4ml.write.property_graph import edges
from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sql import among, array, insert, upsert

CACHED_IRIS = 100_000


class Links:
    """Keeps the tables ``entity`` and ``edge`` in step with the records.

    Args:
        database: the catalog; the caller begins and ends transactions.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids: dict[str, int] = {}
        self._next: int | None = None
        database.after_rollback(self.reset)

    def reset(self) -> None:
        """Reset the cached contents of the tables."""
        self._ids.clear()
        self._next = None

    def remove(self, record: int, document: Document) -> None:
        """Remove the edges of a record, and the entities that only it named, before its document is replaced."""
        sources = self._resolve(entity["iri"] for entity in nodes(document))
        stated = self._database.execute(
            f"SELECT source, type, target FROM edge WHERE source IN {among('sources')} AND record = :record",
            {"sources": array(sources.values()), "record": record},
        ).fetchall()
        self._database.executemany(
            "DELETE FROM edge WHERE source = ? AND type = ? AND target = ? AND record = ?",
            [(*row, record) for row in stated],
        )
        root = document["root"]["iri"]
        others = "SELECT 1 FROM record WHERE iri = :iri AND id <> :record AND deleted_at IS NULL"
        if self._database.execute(others, {"iri": root, "record": record}).fetchone() is None:
            self._database.executemany(
                "UPDATE entity SET described = 0 WHERE id = ?", [(sources[entity["iri"]],) for entity in _own(document)]
            )
        ends = self._database.execute(
            f"SELECT iri, id FROM entity WHERE id IN {among('ids')}",
            {"ids": array([*sources.values(), *{target for _, _, target in stated}])},
        )
        for iri, i in ends.fetchall():
            self._drop_if_unused(iri, i)

    def _drop_if_unused(self, iri: str, i: int) -> None:
        dropped = self._database.execute(
            """DELETE FROM entity WHERE id = :id AND described = 0
               AND NOT EXISTS (SELECT 1 FROM edge WHERE target = :id)
               AND NOT EXISTS (SELECT 1 FROM edge WHERE source = :id)""",
            {"id": i},
        )
        if dropped.rowcount:
            self._ids.pop(iri, None)

    def add(self, stated: Iterable[tuple[int, Document]]) -> None:
        """Enter the entities and edges of records.

        Args:
            stated: row id and document of each record.
        """
        described: dict[str, tuple[str, str | None]] = {}
        named: dict[str, tuple[str, str | None]] = {}
        lines = []
        for record, document in stated:
            for entity in _own(document):
                described[entity["iri"]] = (entity["class"], entity.get("name"))
            for entity in [*nodes(document), *document["stubs"]]:
                named[entity["iri"]] = (entity["class"], entity.get("name"))
            lines += [(record, edge) for edge in edges(document)]
        new = self._enter({**named, **described}, described)
        self._database.executemany(
            "UPDATE entity SET class = ?, name = ?, described = 1 WHERE id = ?",
            [(*described[iri], self._ids[iri]) for iri in described if iri not in new],
        )
        ids = self._ids
        # Edges need nodes at both ends, and entities that are neither described nor named have none.
        self._database.executemany(
            upsert("edge", "source type target record", "kind"),
            [
                (ids[edge.source], edge.type, ids[edge.target], record, edge.properties.get("type"))
                for record, edge in lines
                if edge.source in ids and edge.target in ids
            ],
        )

    def _enter(self, entities: dict[str, tuple[str, str | None]], described: dict[str, Any]) -> set[str]:
        if len(self._ids) > CACHED_IRIS:
            self._ids.clear()
        unknown = entities.keys() - self._resolve(entities).keys()
        new = [iri for iri in entities if iri in unknown]
        if self._next is None:
            self._next = 1 + (self._database.execute("SELECT max(id) FROM entity").fetchone()[0] or 0)
        self._ids.update(zip(new, range(self._next, self._next + len(new)), strict=True))
        self._next += len(new)
        self._database.executemany(
            insert("entity", "id iri class name described"),
            [(self._ids[iri], iri, *entities[iri], int(iri in described)) for iri in new],
        )
        return unknown

    def _resolve(self, iris: Iterable[str]) -> dict[str, int]:
        iris = list(iris)
        unknown = [iri for iri in iris if iri not in self._ids]
        self._ids.update(
            self._database.execute(f"SELECT iri, id FROM entity WHERE iri IN {among('iris')}", {"iris": array(unknown)})
        )
        return {iri: self._ids[iri] for iri in iris if iri in self._ids}


def _own(document: Document) -> list[EntityDict]:
    """Return the nodes that a record describes; a part outside the root's IRI is another entity."""
    within = inside(document["root"]["iri"])
    root, *parts = nodes(document)
    return [root, *(part for part in parts if part["iri"].startswith(within))]
