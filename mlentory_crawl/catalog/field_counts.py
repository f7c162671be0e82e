"""How many live records have each field: a mapping that breaks shows here."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from fair4ml.describe.licensing import NOT_NAMED

FEWEST = 50
"""Of fewer changed records that had a field nothing is concluded."""
MOST_LOST = 0.3
"""A field that more than this share of the changed records has lost was lost by the mapping, or by the platform."""

Fields = Iterable[str]


class FieldCounts:
    """Keeps the table ``field`` in step with the records, and sees which fields changed records lose.

    Args:
        connection: the catalog, open for writing; the caller begins and ends transactions.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._moved: Counter[tuple[str, str, str]] = Counter()
        self._had: Counter[tuple[str, str, str]] = Counter()
        self._lost: Counter[tuple[str, str, str]] = Counter()

    def add(self, platform: str, kind: str, root: Mapping[str, Any]) -> None:
        """Count a record that is new."""
        self._moved.update((platform, kind, name) for name in root)

    def remove(self, platform: str, kind: str, root: Mapping[str, Any]) -> None:
        """Count a record that is gone."""
        self._moved.subtract((platform, kind, name) for name in root)

    def replace(self, platform: str, kind: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        """Count a record that has changed."""
        self.remove(platform, kind, before)
        self.add(platform, kind, now)
        self._had.update((platform, kind, name) for name in before)
        self._lost.update((platform, kind, name) for name in before if name not in now)

    def flush(self) -> None:
        """Write what has moved; part of the transaction that stores the records."""
        self._connection.executemany(
            """INSERT INTO field VALUES (?, ?, ?, ?)
               ON CONFLICT (platform, kind, name) DO UPDATE SET records = records + excluded.records""",
            [(*key, count) for key, count in self._moved.items() if count],
        )
        self._moved.clear()

    def forget(self) -> None:
        """Drop what was not written, after a transaction was rolled back."""
        self._moved.clear()

    def suspicions(self) -> list[str]:
        """The fields that too many of the changed records have lost, one line each."""
        return [
            f"{self._lost[key]} of {had} changed {key[0]} {key[1]} records have lost {key[2]}"
            for key, had in sorted(self._had.items())
            if had >= FEWEST and self._lost[key] > MOST_LOST * had
        ]

    def shares(self) -> dict[str, dict[str, dict[str, int]]]:
        """How many live records have each field, by platform and kind; ``iri`` is in all of them."""
        return shares(self._connection)


def unnamed_licenses(connection: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """How many live records state a license of which nobody says which, by platform and kind."""
    rows = connection.execute(
        """SELECT r.platform, r.kind, count(DISTINCT r.id) FROM entity AS t
           JOIN edge AS e ON e.target = t.id AND e.type = 'LICENSE' JOIN record AS r ON r.id = e.record
           WHERE t.class = 'License' AND t.name = ? AND r.deleted_at IS NULL GROUP BY 1, 2""",
        (NOT_NAMED,),
    )
    return {(platform, kind): records for platform, kind, records in rows}


def shares(connection: sqlite3.Connection) -> dict[str, dict[str, dict[str, int]]]:
    """How many live records have each field, by platform and kind; ``iri`` is in all of them."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    rows = connection.execute(
        "SELECT platform, kind, name, records FROM field WHERE records > 0 ORDER BY platform, kind, name"
    )
    for platform, kind, name, records in rows:
        found.setdefault(platform, {}).setdefault(kind, {})[name] = records
    return found
