"""Reading the catalog: what is in it, what changed, and the merged state of things."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from fair4ml.document import Document, EntityDict
from fair4ml.merge import State, leading
from mlentory_crawl.catalog.aliases import Aliases
from mlentory_crawl.catalog.database import Readers, catalog_id, last_sequence
from mlentory_crawl.catalog.field_counts import shares, unnamed_licenses
from mlentory_crawl.catalog.stored import STORED, Stored, Version, live, merged, record_states
from mlentory_crawl.changes import Change, Position

RESOLVED_AT_ONCE = 200
"""Records whose former names are looked up together."""


class NextChanges(NamedTuple):
    """What has changed in the catalog since a position of a store.

    Attributes:
        changes: in order.
        upto: the sequence number up to which they are complete.
        read_again: how many records had to be read for them besides those that have changed.
    """

    changes: list[Change]
    upto: int
    read_again: int


class CatalogReader:
    """Reads a catalog, also while a run writes it, and from several threads at once.

    Args:
        data_dir: the data directory.

    Raises:
        CatalogError: there is no catalog that can be read.
    """

    def __init__(self, data_dir: Path) -> None:
        self._readers = Readers(data_dir)
        self._aliases = Aliases(self.execute)
        self.id = catalog_id(self._connection)

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._readers.own

    def close(self) -> None:
        """Release the database."""
        self._readers.close()

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """The rows of a query of one's own."""
        return self._connection.execute(sql, parameters)

    # For projections

    def last_sequence(self) -> int:
        """The highest sequence number given out."""
        return last_sequence(self._connection)

    def position_at(self, sequence: int) -> Position:
        """The position of a store that is complete up to a sequence number."""
        row = self._connection.execute(
            "SELECT name FROM run WHERE first_sequence <= ? ORDER BY id DESC LIMIT 1", (sequence,)
        ).fetchone()
        return Position(self.id, row[0] if row else "", sequence)

    def knows(self, position: Position) -> bool:
        """Whether a position is one of this catalog's history; an older copy that was restored knows less."""
        return position.catalog == self.id and position.sequence <= self.last_sequence() and (
            position == self.position_at(position.sequence)
        )  # fmt: skip

    def changes(self, after: int, limit: int, settled: int = 0) -> NextChanges:
        """The next changes, each thing in its latest state.

        A thing that comes again, as another record of it has a higher sequence number, is left to its last coming: to
        read all that changed once reads each thing once, however many records it has.

        Args:
            after: the sequence number up to which all is known.
            limit: how many records to read at the most, unless a single thing has more.
            settled: the sequence number up to which nothing was left to a later coming: what has not changed since is
                not where a store has the thing, but for the record that led then.
        """
        with self._snapshot():
            rows = self._connection.execute(
                "SELECT sequence, iri FROM record WHERE sequence > ? ORDER BY sequence LIMIT ?", (after, limit)
            ).fetchall()
            upto, iris, read = self._due(rows, limit) if rows else (after, [], 0)
            read_again = max(0, read - sum(sequence <= upto for sequence, _ in rows))
            return NextChanges(self._states(iris, settled), upto, read_again)

    def _due(self, rows: Sequence[tuple[int, str]], limit: int) -> tuple[int, list[str], int]:
        """Up to which sequence number to read, the things that do not come again after it, and their records in all."""
        found = self._connection.execute(
            """SELECT iri, last, CASE WHEN last <= ?2 THEN (SELECT count(*) FROM record WHERE iri = each.iri) END
               FROM (SELECT value AS iri, (SELECT max(sequence) FROM record WHERE iri = value) AS last
                     FROM json_each(?1)) AS each""",
            (orjson.dumps(list({iri for _, iri in rows})), rows[-1][0]),
        )
        last = {iri: (sequence, records) for iri, sequence, records in found}
        iris: list[str] = []
        read = 0
        for sequence, iri in rows:
            if last[iri][0] == sequence:
                iris.append(iri)
                read += last[iri][1]
                if read >= limit:
                    return sequence, iris, read
        return rows[-1][0], iris, read

    def changes_of(self, keys: Sequence[str]) -> list[Change]:
        """The present state of the things that records of these catalog keys are about."""
        sql = "SELECT iri FROM record WHERE platform = ? AND kind = ? AND key = ?"
        with self._snapshot():
            found = [iri for key in keys for (iri,) in self._connection.execute(sql, key.split("/", 2))]
            return self._states(list(dict.fromkeys(found)), 0)

    def _states(self, iris: Sequence[str], settled: int) -> list[Change]:
        given = orjson.dumps(iris)
        by_iri: dict[str, list[Stored]] = {iri: [] for iri in iris}
        rows = self._connection.execute(f"{STORED} WHERE r.iri IN (SELECT value FROM json_each(?))", (given,))
        for stored in self._resolved(rows):
            by_iri[stored.iri].append(stored)
        # A store may still have the thing under the key that led before, which may be that of what was forgotten.
        former: dict[str, list[str]] = {iri: [] for iri in iris}
        rows = self._connection.execute(
            """SELECT iri, platform || '/' || kind || '/' || key FROM record
               WHERE iri IN (SELECT value FROM json_each(?)) AND sequence > ? ORDER BY sequence""",
            (given, settled),
        )
        for iri, key in rows:
            former[iri].append(key)
        changes = []
        for iri, records in by_iri.items():
            lead = None
            if shown := live(records) or records:
                state, lead = merged(shown)
                changes.append(Change(lead, iri, state, shown[0].deleted_at))
            if before := [stored for stored in records if stored.sequence <= settled]:
                former[iri].append(leading(record_states(live(before) or before)).key)
            changes += [Change(key, iri, None) for key in former[iri] if key != lead]
        return changes

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """The catalog as it is at one moment, whatever a run stores meanwhile."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("COMMIT")

    # Look-ups

    def about(self, iris: Sequence[str]) -> Iterator[Stored]:
        """The live records about things."""
        rows = self._connection.execute(
            f"{STORED} WHERE r.iri IN (SELECT value FROM json_each(?)) AND r.deleted_at IS NULL", (orjson.dumps(iris),)
        )
        return self._resolved(rows)

    def by_row(self, ids: Sequence[int]) -> Iterator[Stored]:
        """Live records, by their rows' ids."""
        rows = self._connection.execute(
            f"{STORED} WHERE r.id IN (SELECT value FROM json_each(?)) AND r.deleted_at IS NULL", (orjson.dumps(ids),)
        )
        return self._resolved(rows)

    def tombstones(self, iris: Sequence[str]) -> Iterator[Stored]:
        """What is kept of the records about things whose sources have them no more."""
        rows = self._connection.execute(
            f"{STORED} WHERE r.iri IN (SELECT value FROM json_each(?)) AND r.deleted_at IS NOT NULL",
            (orjson.dumps(iris),),
        )
        return self._resolved(rows)

    def _resolved(self, rows: Iterable[Sequence[Any]]) -> Iterator[Stored]:
        records = map(Stored.of, rows)
        while some := list(islice(records, RESOLVED_AT_ONCE)):
            for stored, document in zip(some, self._aliases.resolved([each.document for each in some]), strict=True):
                yield stored if document is stored.document else replace(stored, document=document)

    def about_at(self, iri: str, at: str) -> list[Stored]:
        """The records about a thing as the catalog had them at a moment (UTC, ISO 8601)."""
        rows = self._connection.execute(
            """WITH held AS (
                   SELECT id AS record, run, iri, document, provenance, deleted_at FROM record
                   UNION ALL SELECT record, run, iri, document, provenance, NULL FROM version),
               latest AS (
                   SELECT *, row_number() OVER (
                       PARTITION BY record ORDER BY json_extract(provenance, '$.fetched_at') DESC) AS place
                   FROM held
                   WHERE record IN (
                       SELECT id FROM record WHERE iri = ?1 UNION SELECT record FROM version WHERE iri = ?1)
                   AND json_extract(provenance, '$.fetched_at') <= ?2)
               SELECT r.platform || '/' || r.kind || '/' || r.key, l.iri, l.document, l.provenance, run.name, NULL,
                      l.deleted_at, '{}', r.sequence
               FROM latest AS l JOIN record AS r ON r.id = l.record JOIN run ON run.id = l.run
               WHERE l.place = 1 AND l.iri = ?1 AND (l.deleted_at IS NULL OR l.deleted_at > ?2)""",
            (iri, at),
        )
        return [Stored.of(row) for row in rows]

    def resolve(self, iri: str) -> str:
        """The IRI under which a thing is known now: aliases followed."""
        return self._aliases.resolve(iri)

    def resolve_all(self, iris: Iterable[str]) -> dict[str, str]:
        """The IRI under which each of some things is known now: aliases followed."""
        return self._aliases.resolve_all(iris)

    def also_called(self, iris: Iterable[str]) -> list[str]:
        """Things by all names under which records may name them: their IRIs, and those that stand for them."""
        return self._aliases.leading_to(iris)

    def states(self, platform: str | None = None) -> Iterator[tuple[State, list[Stored]]]:
        """Everything that live records describe, sorted by IRI: the merged state, and the records it comes from."""
        where = "r.deleted_at IS NULL" + (" AND r.platform = :platform" if platform else "")
        group: list[Stored] = []
        rows = self._connection.execute(f"{STORED} WHERE {where} ORDER BY r.iri, r.id", {"platform": platform})
        for stored in self._resolved(rows):
            if group and group[0].iri != stored.iri:
                yield merged(group)[0], group
                group = []
            group.append(stored)
        if group:
            yield merged(group)[0], group

    def field_counts(self) -> dict[str, dict[str, dict[str, int]]]:
        """How many live records have each field, by platform and kind; ``iri`` is in all of them."""
        return shares(self._connection)

    def unnamed_licenses(self) -> dict[tuple[str, str], int]:
        """How many live records state a license of which nobody says which, by platform and kind."""
        return unnamed_licenses(self._connection)

    # For the files of a run

    def of_run(self, run: str, after: int, limit: int) -> tuple[list[Version], int]:
        """The next versions that a run brought and that still hold.

        Args:
            run: its name.
            after: the sequence number up to which all are known.
            limit: how many at the most.

        Returns:
            The versions, and the sequence number up to which they are complete.
        """
        # "+": by the index of runs every reading would look at all that the run has brought so far.
        rows = self._connection.execute(
            """SELECT platform || '/' || kind || '/' || key, iri, document, provenance, deleted_at, sequence
               FROM record WHERE +run = (SELECT id FROM run WHERE name = ?) AND sequence > ?
               ORDER BY sequence LIMIT ?""",
            (run, after, limit),
        ).fetchall()
        return [Version.of(row) for row in rows], rows[-1][-1] if rows else after

    def replaced(self, run: str) -> Iterator[Version]:
        """The versions that a run brought and that later runs have replaced."""
        rows = self._connection.execute(
            """SELECT r.platform || '/' || r.kind || '/' || r.key, v.iri, v.document, v.provenance, NULL
               FROM version AS v JOIN record AS r ON r.id = v.record
               WHERE v.run = (SELECT id FROM run WHERE name = ?)""",
            (run,),
        )
        return map(Version.of, rows)

    def described(self, iris: Sequence[str]) -> set[str]:
        """Which of some things a record describes."""
        rows = self._connection.execute(
            "SELECT iri FROM entity WHERE described AND iri IN (SELECT value FROM json_each(?))", (orjson.dumps(iris),)
        )
        return {iri for (iri,) in rows}


class UnseenStubs:
    """The stubs of records that a file has not stated yet and no record describes.

    Args:
        reader: the catalog.
    """

    REMEMBERED = 200_000

    def __init__(self, reader: CatalogReader) -> None:
        self._reader = reader
        self._seen: set[str] = set()

    def of(self, document: Document) -> list[EntityDict]:
        """Those stubs of the next record that are still to be stated."""
        stubs = [stub for stub in document["stubs"] if stub["iri"] not in self._seen]
        if not stubs:
            return stubs
        if len(self._seen) > self.REMEMBERED:  # stating a stub twice is harmless, growing for ever is not
            self._seen.clear()
        self._seen.update(stub["iri"] for stub in stubs)
        hidden = self._reader.described([stub["iri"] for stub in stubs])
        return [stub for stub in stubs if stub["iri"] not in hidden]
