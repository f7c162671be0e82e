"""Reading the catalog: what is in it, what changed, and the merged state of things."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from fair4ml.merge import RecordState, merge
from mlentory_crawl.catalog.aliases import Aliases
from mlentory_crawl.catalog.database import catalog_id, connect, last_sequence
from mlentory_crawl.catalog.documents import unpack, unpacked
from mlentory_crawl.catalog.field_counts import shares
from mlentory_crawl.stores.protocols import Change, Position


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as the catalog has it.

    Attributes:
        key: the catalog key.
        document: ``root``, ``parts``, ``stubs``.
        provenance: ``source``, ``fetched_at`` and exceptions.
        run: the name of the run that brought it.
        counters: as published.
    """

    key: str
    iri: str
    document: dict[str, Any]
    provenance: dict[str, Any]
    run: str
    modified: str | None
    deleted_at: str | None
    counters: dict[str, int]


_STORED = """SELECT r.platform || '/' || r.kind || '/' || r.key, r.iri, r.document, r.provenance, run.name, r.modified,
                    r.deleted_at, coalesce(c.published, '{}')
             FROM record AS r JOIN run ON run.id = r.run LEFT JOIN counter AS c ON c.record = r.id"""


def _stored(row: Sequence[Any]) -> Stored:
    key, iri, document, provenance, run, modified, deleted_at, counters = row
    return Stored(
        key, iri, unpack(document), orjson.loads(provenance), run, modified, deleted_at, orjson.loads(counters)
    )


@dataclass(frozen=True, slots=True)
class Version:
    """What a record stated at some time.

    Attributes:
        key: the catalog key.
        iri: what it is about.
        document: ``root``, ``parts``, ``stubs`` as JSON.
        provenance: ``source``, ``fetched_at`` and exceptions as JSON.
        deleted_at: when it became a tombstone, if it did.
    """

    key: str
    iri: str
    document: bytes
    provenance: bytes
    deleted_at: str | None = None


def _version(row: Sequence[Any]) -> Version:
    return Version(row[0], row[1], unpacked(row[2]), row[3].encode(), row[4])


class CatalogReader:
    """Reads a catalog, also while a run writes it.

    Args:
        data_dir: the data directory.

    Raises:
        CatalogError: there is no catalog that can be read.
    """

    def __init__(self, data_dir: Path) -> None:
        self._connection = connect(data_dir)
        self._aliases = Aliases(self._connection)
        self.id = catalog_id(self._connection)

    def close(self) -> None:
        """Release the database."""
        self._connection.close()

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

    def changes(self, after: int, limit: int) -> tuple[list[Change], int]:
        """The next changes, each thing in its latest state.

        Args:
            after: the sequence number up to which all is known.
            limit: how many records to look at, at the most.

        Returns:
            The changes in order, and the sequence number up to which they are complete.
        """
        rows = self._connection.execute(
            """SELECT sequence, platform || '/' || kind || '/' || key, iri FROM record
               WHERE sequence > ? ORDER BY sequence LIMIT ?""",
            (after, limit),
        ).fetchall()
        if not rows:
            return [], after
        return self._states([(key, iri) for _, key, iri in rows]), rows[-1][0]

    def changes_of(self, keys: Sequence[str]) -> list[Change]:
        """The present state of the things that records of these catalog keys are about."""
        sql = "SELECT iri FROM record WHERE platform = ? AND kind = ? AND key = ?"
        found = [(key, iri) for key in keys for (iri,) in self._connection.execute(sql, key.split("/", 2))]
        return self._states(found)

    def _states(self, touched: Sequence[tuple[str, str]]) -> list[Change]:
        iris = dict.fromkeys(iri for _, iri in touched)
        by_iri: dict[str, list[Stored]] = {}
        for stored in self.about(list(iris)):
            by_iri.setdefault(stored.iri, []).append(stored)
        for stored in self.tombstones([iri for iri in iris if iri not in by_iri]):
            by_iri.setdefault(stored.iri, []).append(stored)
        changes = []
        for iri in iris:
            records = by_iri.get(iri)
            if records:
                state, lead = merged(records)
                changes.append(Change(lead, iri, state, records[0].deleted_at))
                # A store may still have the thing under the key that led before.
                changes += [Change(stored.key, iri, None) for stored in records if stored.key != lead]
        stated = {(stored.key, iri) for iri, records in by_iri.items() for stored in records}
        # Gone, or a tombstone whose name somebody else has now.
        changes += [Change(key, iri, None) for key, iri in touched if (key, iri) not in stated]
        return changes

    # Look-ups

    def about(self, iris: Sequence[str]) -> Iterator[Stored]:
        """The live records about things."""
        rows = self._connection.execute(
            f"{_STORED} WHERE r.iri IN (SELECT value FROM json_each(?)) AND r.deleted_at IS NULL", (orjson.dumps(iris),)
        )
        return map(self._resolved, rows)

    def by_row(self, ids: Sequence[int]) -> Iterator[Stored]:
        """Live records, by their rows' ids."""
        rows = self._connection.execute(
            f"{_STORED} WHERE r.id IN (SELECT value FROM json_each(?)) AND r.deleted_at IS NULL", (orjson.dumps(ids),)
        )
        return map(self._resolved, rows)

    def tombstones(self, iris: Sequence[str]) -> Iterator[Stored]:
        """What is kept of the records about things whose sources have them no more."""
        rows = self._connection.execute(
            f"{_STORED} WHERE r.iri IN (SELECT value FROM json_each(?)) AND r.deleted_at IS NOT NULL",
            (orjson.dumps(iris),),
        )
        return map(self._resolved, rows)

    def _resolved(self, row: Sequence[Any]) -> Stored:
        stored = _stored(row)
        document = self._aliases.resolved(stored.document)
        return stored if document is stored.document else replace(stored, document=document)

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
                      l.deleted_at, '{}'
               FROM latest AS l JOIN record AS r ON r.id = l.record JOIN run ON run.id = l.run
               WHERE l.place = 1 AND l.iri = ?1 AND (l.deleted_at IS NULL OR l.deleted_at > ?2)""",
            (iri, at),
        )
        return [_stored(row) for row in rows]

    def resolve(self, iri: str) -> str:
        """The IRI under which a thing is known now: aliases followed."""
        return self._aliases.resolve(iri)

    def states(self, platform: str | None = None) -> Iterator[tuple[dict[str, Any], list[Stored]]]:
        """Everything that live records describe, sorted by IRI: the merged state, and the records it comes from."""
        where = "r.deleted_at IS NULL" + (" AND r.platform = :platform" if platform else "")
        group: list[Stored] = []
        for row in self._connection.execute(f"{_STORED} WHERE {where} ORDER BY r.iri, r.id", {"platform": platform}):
            stored = self._resolved(row)
            if group and group[0].iri != stored.iri:
                yield merged(group)[0], group
                group = []
            group.append(stored)
        if group:
            yield merged(group)[0], group

    def field_counts(self) -> dict[str, dict[str, dict[str, int]]]:
        """How many live records have each field, by platform and kind; ``iri`` is in all of them."""
        return shares(self._connection)

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
        return [_version(row) for row in rows], rows[-1][-1] if rows else after

    def replaced(self, run: str) -> Iterator[Version]:
        """The versions that a run brought and that later runs have replaced."""
        rows = self._connection.execute(
            """SELECT r.platform || '/' || r.kind || '/' || r.key, v.iri, v.document, v.provenance, NULL
               FROM version AS v JOIN record AS r ON r.id = v.record
               WHERE v.run = (SELECT id FROM run WHERE name = ?)""",
            (run,),
        )
        return map(_version, rows)

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

    def of(self, document: dict[str, Any]) -> list[dict[str, Any]]:
        """Those stubs of the next record that are still to be stated."""
        stubs = [stub for stub in document["stubs"] if stub["iri"] not in self._seen]
        if not stubs:
            return stubs
        if len(self._seen) > self.REMEMBERED:  # stating a stub twice is harmless, growing for ever is not
            self._seen.clear()
        self._seen.update(stub["iri"] for stub in stubs)
        hidden = self._reader.described([stub["iri"] for stub in stubs])
        return [stub for stub in stubs if stub["iri"] not in hidden]


def merged(records: Sequence[Stored]) -> tuple[dict[str, Any], str]:
    """What records about the same thing state together, and the catalog key of the one that leads."""
    state = merge([RecordState(r.key, r.document, r.counters, r.modified) for r in records])
    return state, state["key"]
