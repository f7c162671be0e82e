"""Taking things out of the catalog, so that nothing but a mark is left."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from fair4ml.document import Document, is_of, without
from fair4ml.identifiers import iris_over_time
from mlentory_crawl.catalog.codec import encode, pack, unpack, unpacked
from mlentory_crawl.catalog.database import SequenceNumbers
from mlentory_crawl.catalog.field_counts import FieldCounts
from mlentory_crawl.catalog.links import Links
from mlentory_crawl.catalog.owed import drop_owed

NO_RUN = 0
"""The run of a husk: what is shown of records comes with their run, and so no husk is."""

_GIVEN = "(SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Marks:
    """What is to be forgotten.

    Attributes:
        iris: the IRIs of things, former ones included.
        keys: platform and native id of the records that described them.
    """

    iris: frozenset[str] = frozenset()
    keys: frozenset[tuple[str, str]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.iris)


@dataclass(slots=True)
class Erased:
    """What was taken out.

    Attributes:
        counts: how much, by place.
        runs: row ids of the runs whose files may hold it.
    """

    counts: Counter[str] = field(default_factory=Counter)
    runs: set[int] = field(default_factory=set)


def marks(connection: sqlite3.Connection) -> Marks:
    """What a catalog has marked."""
    iris = frozenset(iri for (iri,) in connection.execute("SELECT iri FROM forgotten"))
    if not iris:
        return Marks()
    rows = connection.execute(
        f"SELECT platform, key FROM record WHERE iri IN {_GIVEN} AND run = ?", (orjson.dumps(list(iris)), NO_RUN)
    )
    return Marks(iris, frozenset(rows))


class Erasure:
    """Takes things out of a catalog, inside a transaction of its writer.

    Args:
        connection: the catalog, open for writing.
        links: its entities and edges.
        fields: how many records have each field.
        numbers: the sequence numbers.
    """

    def __init__(
        self, connection: sqlite3.Connection, links: Links, fields: FieldCounts, numbers: SequenceNumbers
    ) -> None:
        self._connection = connection
        self._links = links
        self._fields = fields
        self._numbers = numbers

    def names_of(self, iris: Collection[str]) -> set[str]:
        """These IRIs, those under which the things are known now, and their former ones."""
        found = {each for iri in iris for each in iris_over_time(iri)}
        pending = found | self._all(f"SELECT target FROM alias WHERE iri IN {_GIVEN}", found)
        while pending:
            found |= pending
            pending = self._all(f"SELECT iri FROM alias WHERE target IN {_GIVEN}", pending) - found
        return found

    def knows(self, iri: str) -> bool:
        """Whether a thing is described, named, marked, or was any of these."""
        row = self._connection.execute(
            """SELECT EXISTS (SELECT 1 FROM record WHERE iri = ?1) OR EXISTS (SELECT 1 FROM entity WHERE iri = ?1)
                   OR EXISTS (SELECT 1 FROM alias WHERE iri = ?1) OR EXISTS (SELECT 1 FROM forgotten WHERE iri = ?1)
                   OR EXISTS (SELECT 1 FROM version WHERE iri = ?1)""",
            (iri,),
        ).fetchone()
        return bool(row[0])

    def erase(self, iris: Collection[str], at: str) -> Erased:
        """Mark things, and take out what is about them and what refers to them.

        Args:
            iris: all their IRIs.
            at: when (UTC).
        """
        erased = Erased()
        self._connection.executemany("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", [(iri, at) for iri in iris])
        self._take_out_references(iris, erased)
        self._empty_records(iris, at, erased)
        self._drop(erased, "look-ups", f"DELETE FROM lookup WHERE iri IN {_GIVEN}", iris)
        self._drop(erased, "look-ups", f"DELETE FROM lookup WHERE found IN {_GIVEN}", iris)
        self._drop(erased, "aliases", f"DELETE FROM alias WHERE iri IN {_GIVEN}", iris)
        self._drop(erased, "aliases", f"DELETE FROM alias WHERE target IN {_GIVEN}", iris)
        self._drop_entities(iris, erased)
        erased.counts["requests to come"] += drop_owed(self._connection, iris)
        return erased

    def _empty_records(self, iris: Collection[str], at: str, erased: Erased) -> None:
        rows = self._connection.execute(
            f"""SELECT id, run, platform, kind, key, iri, deleted_at, document FROM record
                WHERE iri IN {_GIVEN} AND run <> ?""",
            (orjson.dumps(list(iris)), NO_RUN),
        ).fetchall()
        for i, run, platform, kind, key, iri, deleted_at, packed in rows:
            document = unpack(packed)
            if deleted_at is None:
                self._fields.remove(platform, kind, document["root"])
            self._links.remove(i, document)
            husk: Document = {"root": {"iri": iri, "class": document["root"]["class"]}, "parts": [], "stubs": []}
            text, digest = encode(husk)
            self._connection.execute(
                """UPDATE record SET hash = ?, sequence = ?, run = ?, modified = NULL, deleted_at = ?, document = ?,
                   provenance = '{}', digest = NULL, issues = NULL, missed_by = NULL WHERE id = ?""",
                (digest, self._numbers.next(), NO_RUN, at, pack(text), i),
            )
            erased.runs.add(run)
            erased.runs |= {of for (of,) in self._connection.execute("SELECT run FROM version WHERE record = ?", (i,))}
            for name, table in (("versions", "version"), ("counters", "counter")):
                dropped = self._connection.execute(f"DELETE FROM {table} WHERE record = ?", (i,))
                erased.counts[name] += dropped.rowcount
            self._connection.execute("DELETE FROM seen WHERE record = ?", (i,))
            self._connection.execute("DELETE FROM refusal WHERE key = ?", (f"{platform}/{kind}/{key}",))
        erased.counts["records"] += len(rows)
        # What other records stated while they had the name.
        former = orjson.dumps(list(iris))
        erased.runs |= self._all(f"SELECT run FROM version WHERE iri IN {_GIVEN}", iris)
        dropped = self._connection.execute(f"DELETE FROM version WHERE iri IN {_GIVEN}", (former,))
        erased.counts["versions"] += dropped.rowcount

    def _take_out_references(self, iris: Collection[str], erased: Erased) -> None:
        # Versions have no edges, and web addresses have none: only the documents say who refers to what.
        about = f"iri NOT IN {_GIVEN}"
        given = orjson.dumps(list(iris))
        for i, packed in list(self._holding("record", "id", about, given, iris)):
            document = unpack(packed)
            kept = without(document, iris)
            if kept is document:
                continue
            text, digest = encode(kept)
            self._links.remove(i, document)
            run, platform, kind, deleted_at = self._connection.execute(
                "SELECT run, platform, kind, deleted_at FROM record WHERE id = ?", (i,)
            ).fetchone()
            if deleted_at is None:
                self._fields.remove(platform, kind, document["root"])
                self._fields.add(platform, kind, kept["root"])
            self._connection.execute(
                "UPDATE record SET hash = ?, sequence = ?, document = ? WHERE id = ?",
                (digest, self._numbers.next(), pack(text), i),
            )
            self._links.add([(i, kept)])
            erased.runs.add(run)
            erased.counts["references in records"] += 1
        for record, run, packed in list(self._holding("version", "record, run", about, given, iris)):
            document = unpack(packed)
            kept = without(document, iris)
            if kept is not document:
                self._connection.execute(
                    "UPDATE version SET document = ? WHERE record = ? AND run = ?", (pack(encode(kept)[0]), record, run)
                )
                erased.runs.add(run)
                erased.counts["references in versions"] += 1

    def _holding(
        self, table: str, columns: str, where: str, given: bytes, iris: Iterable[str]
    ) -> Iterator[tuple[Any, ...]]:
        """The rows whose documents have one of the IRIs in their text."""
        texts = [orjson.dumps(iri)[1:-1] for iri in iris]
        for row in self._connection.execute(f"SELECT {columns}, document FROM {table} WHERE {where}", (given,)):
            document = unpacked(row[-1])
            if any(text in document for text in texts):
                yield row

    def _drop_entities(self, iris: Collection[str], erased: Erased) -> None:
        rows = {
            i: iri
            for given in iris
            for i, iri in self._connection.execute(
                "SELECT id, iri FROM entity WHERE iri = ?1 OR (iri > ?1 || '#' AND iri < ?1 || '$')", (given,)
            )
            if is_of(iri, iris)
        }
        ids = orjson.dumps(list(rows))
        for end in ("source", "target"):
            dropped = self._connection.execute(f"DELETE FROM edge WHERE {end} IN {_GIVEN}", (ids,))
            erased.counts["edges"] += dropped.rowcount
        dropped = self._connection.execute(f"DELETE FROM entity WHERE id IN {_GIVEN}", (ids,))
        erased.counts["entities"] += dropped.rowcount
        self._links.forget()

    def _drop(self, erased: Erased, name: str, sql: str, iris: Collection[str]) -> None:
        erased.counts[name] += self._connection.execute(sql, (orjson.dumps(list(iris)),)).rowcount

    def _all(self, sql: str, iris: Collection[str]) -> set[Any]:
        return {value for (value,) in self._connection.execute(sql, (orjson.dumps(list(iris)),))}
