"""Erasure of entities from the catalog, so that only a mark is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from fair4ml.document import is_of
from fair4ml.document_changes import without
from fair4ml.identifiers import iris_over_time
from mlentory_crawl.catalog.codec import encode, pack, unpack, unpacked
from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.links import Links
from mlentory_crawl.catalog.owed import drop_owed
from mlentory_crawl.catalog.records import NO_RUN, RecordTable
from mlentory_crawl.catalog.sql import Executes, among, array, insert_missing
from mlentory_crawl.catalog.value_counts import forget_values


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of erased entities, which hold whoever states these.

    Attributes:
        iris: their IRIs, former ones included.
        keys: platform and native id of the records that described them.
    """

    iris: frozenset[str] = frozenset()
    keys: frozenset[tuple[str, str]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.iris)


@dataclass(slots=True)
class Erased:
    """The counts of an erasure.

    Attributes:
        counts: the numbers of erased items, by place.
        runs: row ids of the runs whose files may hold erased data.
    """

    counts: Counter[str] = field(default_factory=Counter)
    runs: set[int] = field(default_factory=set)


def marks(database: Executes) -> Marks:
    """Return the marks in a catalog."""
    iris = frozenset(iri for (iri,) in database.execute("SELECT iri FROM erased"))
    if not iris:
        return Marks()
    rows = database.execute(
        f"SELECT platform, key FROM record WHERE iri IN {among('iris')} AND run = {NO_RUN}", {"iris": array(iris)}
    )
    return Marks(iris, frozenset(rows))


class Erasure:
    """Erases entities from a catalog, inside a transaction of its writer.

    Args:
        database: the catalog.
        records: its records.
        links: its entities and edges.
    """

    def __init__(self, database: Database, records: RecordTable, links: Links) -> None:
        self._database = database
        self._records = records
        self._links = links

    def names_of(self, iris: Collection[str]) -> set[str]:
        """Return all IRIs of entities: the given, the present and the former ones."""
        found = {each for iri in iris for each in iris_over_time(iri)}
        pending = found | self._all("SELECT target FROM alias WHERE iri", found)
        while pending:
            found |= pending
            pending = self._all("SELECT iri FROM alias WHERE target", pending) - found
        return found

    def knows(self, iri: str) -> bool:
        """Check whether an entity is or was described, named or marked."""
        tables = ("record", "entity", "alias", "erased", "version")
        found = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE iri = :iri)" for table in tables)
        return bool(self._database.execute(f"SELECT {found}", {"iri": iri}).fetchone()[0])

    def mark(self, iris: Iterable[str], at: str) -> None:
        """Mark entities."""
        self._database.executemany(insert_missing("erased", "iri at"), [(iri, at) for iri in iris])

    def erase(self, iris: Collection[str], at: str) -> Erased:
        """Mark entities, and erase the data about them and the references to them.

        Args:
            iris: all their IRIs.
            at: the time of the erasure (UTC).
        """
        counts = Counter[str]()
        erased = Erased(counts)
        self.mark(iris, at)
        self._take_out_references(iris, erased)
        self._blank_records(iris, at, erased)
        for name, table in (("look-ups", "lookup"), ("aliases", "alias")):
            for column in ("iri", "found" if table == "lookup" else "target"):
                counts[name] += self._delete(f"{table} WHERE {column}", iris)
        # Files of a repository are requested as its parts.
        counts["look-ups"] += sum(
            self._database.execute(
                "DELETE FROM lookup WHERE iri > :iri || '#' AND iri < :iri || '$'", {"iri": iri}
            ).rowcount
            for iri in iris
        )
        self._drop_entities(iris, erased)
        counts["requests to come"] += drop_owed(self._database, iris)
        counts["values in distributions"] += forget_values(self._database, iris)
        return erased

    def _blank_records(self, iris: Collection[str], at: str, erased: Erased) -> None:
        rows = self._records.about(iris)
        ids = [row.id for row in rows]
        for row in rows:
            self._records.blank(row, at)
        # Versions of other records from the time when they had the name are about the entity, too.
        erased.runs.update(row.run for row in rows)
        erased.runs |= self._all("SELECT run FROM version WHERE record", ids)
        erased.runs |= self._all("SELECT run FROM version WHERE iri", iris)
        erased.counts["records"] += len(rows)
        erased.counts["versions"] += self._delete("version WHERE record", ids) + self._delete("version WHERE iri", iris)
        erased.counts["counters"] += self._delete("counter WHERE record", ids)
        self._delete("seen WHERE record", ids)
        self._delete("refusal WHERE key", [f"{row.platform}/{row.kind}/{row.key}" for row in rows])

    def _take_out_references(self, iris: Collection[str], erased: Erased) -> None:
        # Versions and web addresses have no edges: references are only found in the documents.
        texts = [orjson.dumps(iri)[1:-1] for iri in iris]
        for row in [row for row in self._records.others(iris) if _has(row.packed, texts)]:
            document = row.document()
            kept = without(document, iris)
            if kept is not document:
                self._records.rewrite(row, kept)
                erased.runs.add(row.run)
                erased.counts["references in records"] += 1
        versions = self._database.execute(
            f"SELECT record, run, document FROM version WHERE iri NOT IN {among('iris')}", {"iris": array(iris)}
        )
        for record, run, packed in [version for version in versions if _has(version[-1], texts)]:
            document = unpack(packed)
            kept = without(document, iris)
            if kept is not document:
                self._database.execute(
                    "UPDATE version SET document = :document WHERE record = :record AND run = :run",
                    {"document": pack(encode(kept)[0]), "record": record, "run": run},
                )
                erased.runs.add(run)
                erased.counts["references in versions"] += 1

    def _drop_entities(self, iris: Collection[str], erased: Erased) -> None:
        parts = "SELECT id, iri FROM entity WHERE iri = :iri OR (iri > :iri || '#' AND iri < :iri || '$')"
        ids = [
            i
            for given in iris
            for i, iri in self._database.execute(parts, {"iri": given}).fetchall()
            if is_of(iri, iris)
        ]
        erased.counts["edges"] += self._delete("edge WHERE source", ids) + self._delete("edge WHERE target", ids)
        erased.counts["entities"] += self._delete("entity WHERE id", ids)
        self._links.reset()

    def _delete(self, where: str, values: Iterable[Any]) -> int:
        """Delete the rows of a table in which a column has one of the values; return their number."""
        return self._database.execute(f"DELETE FROM {where} IN {among('values')}", {"values": array(values)}).rowcount

    def _all(self, select: str, values: Iterable[Any]) -> set[Any]:
        rows = self._database.execute(f"{select} IN {among('values')}", {"values": array(values)})
        return {value for (value,) in rows}


def _has(packed: bytes, texts: Iterable[bytes]) -> bool:
    """Check whether the text of a document contains one of the IRIs."""
    document = unpacked(packed)
    return any(text in document for text in texts)
