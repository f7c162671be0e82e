"""The feed that projections read: the changes of the catalog by sequence number, and the positions of stores."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.sql import among, array, elements
from mlentory_crawl.catalog.stored import Stored, leading_key, live, merged
from mlentory_crawl.changes import Change, Position


class NextChanges(NamedTuple):
    """The changes of the catalog since a position of a store.

    Attributes:
        changes: the changes, in order.
        upto: the sequence number up to which they are complete.
        read_again: the number of records that had to be read for them besides the changed ones.
    """

    changes: list[Change]
    upto: int
    read_again: int


class Feed:
    """Reads the changes of a catalog.

    Args:
        reader: the catalog.
    """

    def __init__(self, reader: CatalogReader) -> None:
        self._reader = reader

    def position_at(self, sequence: int) -> Position:
        """Return the position of a store that is complete up to a sequence number."""
        row = self._reader._execute(
            "SELECT name FROM run WHERE first_sequence <= :sequence ORDER BY id DESC LIMIT 1", {"sequence": sequence}
        ).fetchone()
        return Position(self._reader.id, row[0] if row else "", sequence)

    def knows(self, position: Position) -> bool:
        """Check whether a position is in this catalog's history; a restored older copy does not know later ones."""
        return (
            position.catalog == self._reader.id
            and position.sequence <= self._reader.last_sequence()
            and position == self.position_at(position.sequence)
        )

    def refused(self, projection: str) -> int:
        """Return the number of changes that a projection's store has refused and not accepted since."""
        sql = "SELECT count(*) FROM refusal WHERE projection = :name"
        (count,) = self._reader._execute(sql, {"name": projection}).fetchone()
        return int(count)

    def changes(self, after: int, limit: int, settled: int = 0, kinds: Collection[str] | None = None) -> NextChanges:
        """Return the next changes, each entity in its latest state.

        An entity that occurs again later, because another of its records has a higher sequence number, is left to its
        last occurrence: this way, each entity is read only once however many records it has.

        Args:
            after: the sequence number up to which the caller is complete.
            limit: the maximum number of records to read, unless a single entity has more.
            settled: the sequence number up to which no entity was left to a later occurrence. A store can have an
                entity whose records have not changed since under one key only, that of the record that led then.
            kinds: the kinds of records without which an entity is passed over; None for none.
        """
        with self._reader._database.snapshot():
            rows = self._rows(after, limit, kinds)
            upto, iris, read = self._due(rows, limit) if rows else (after, [], 0)
            if kinds is not None and len(rows) < limit and upto == (rows[-1][0] if rows else after):
                upto = self._reader.last_sequence()
            read_again = max(0, read - sum(sequence <= upto for sequence, _ in rows))
            return NextChanges(self._states(iris, settled), upto, read_again)

    def _rows(self, after: int, limit: int, kinds: Collection[str] | None) -> list[tuple[int, str]]:
        """Return sequence number and IRI of the next changed records."""
        described = (
            ""
            if kinds is None
            else f"""AND EXISTS (SELECT 1 FROM record AS each
                                 WHERE each.iri = record.iri AND each.kind IN {among("kinds")})"""
        )
        return self._reader._execute(
            f"""SELECT sequence, iri FROM record
                WHERE sequence > :after {described} ORDER BY sequence LIMIT :limit""",
            {"after": after, "limit": limit, "kinds": array(kinds or ())},
        ).fetchall()

    def _due(self, rows: Sequence[tuple[int, str]], limit: int) -> tuple[int, list[str], int]:
        """Return the sequence number to read up to, the entities that do not occur later, and the number of records."""
        found = self._reader._execute(
            f"""SELECT iri, last, CASE WHEN last <= :upto THEN (SELECT count(*) FROM record WHERE iri = each.iri) END
                FROM (SELECT value AS iri, (SELECT max(sequence) FROM record WHERE iri = value) AS last
                      FROM {elements("iris")}) AS each""",
            {"iris": array({iri for _, iri in rows}), "upto": rows[-1][0]},
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
        """Return the present state of the entities that the records with these catalog keys are about."""
        sql = "SELECT iri FROM record WHERE platform = :platform AND kind = :kind AND key = :key"
        parts = [dict(zip(("platform", "kind", "key"), key.split("/", 2), strict=True)) for key in keys]
        with self._reader._database.snapshot():
            found = [iri for given in parts for (iri,) in self._reader._execute(sql, given)]
            return self._states(list(dict.fromkeys(found)), 0)

    def _states(self, iris: Sequence[str], settled: int) -> list[Change]:
        given = {"iris": array(iris), "settled": settled}
        by_iri: dict[str, list[Stored]] = {iri: [] for iri in iris}
        for stored in self._reader._stored(f"r.iri IN {among('iris')}", given):
            by_iri[stored.iri].append(stored)
        # A store may still have the entity under the key that led before, possibly that of an erased record.
        former: dict[str, list[str]] = {iri: [] for iri in iris}
        rows = self._reader._execute(
            f"""SELECT iri, platform || '/' || kind || '/' || key FROM record
                WHERE iri IN {among("iris")} AND sequence > :settled ORDER BY sequence""",
            given,
        )
        for iri, key in rows:
            former[iri].append(key)
        changes = []
        for iri, records in by_iri.items():
            lead = None
            if shown := live(records) or records:
                state, lead = merged(shown)
                provenance = next(stored.provenance for stored in shown if stored.key == lead)
                changes.append(Change(lead, iri, state, shown[0].deleted_at, provenance))
            if before := [stored for stored in records if stored.sequence <= settled]:
                former[iri].append(leading_key(live(before) or before))
            changes += [Change(key, iri, None) for key in former[iri] if key != lead]
        return changes
