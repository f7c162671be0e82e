"""Counts of the live records that have each field, which reveal a broken mapping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from fair4ml.describe.licensing import NOT_NAMED
from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sql import Executes, insert

FEWEST = 50
"""The minimum number of changed records that had a field, for any conclusion."""
MOST_LOST = 0.3
"""The share of changed records without a field above which the mapping or the platform must have lost the field."""

Fields = Iterable[str]


class FieldCounts:
    """Keeps the table ``field`` in step with the records, and detects fields that changed records lose.

    Args:
        database: the catalog; the caller begins and ends transactions.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._moved: Counter[tuple[str, str, str]] = Counter()
        self._had: Counter[tuple[str, str, str]] = Counter()
        self._lost: Counter[tuple[str, str, str]] = Counter()
        database.before_commit(self._write)
        database.after_rollback(self._moved.clear)

    def add(self, platform: str, kind: str, root: Mapping[str, Any]) -> None:
        """Count a new record."""
        self._moved.update((platform, kind, name) for name in root)

    def remove(self, platform: str, kind: str, root: Mapping[str, Any]) -> None:
        """Remove a record from the counts."""
        self._moved.subtract((platform, kind, name) for name in root)

    def compare(self, platform: str, kind: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        """Note the fields that a record has lost when its source changed."""
        self._had.update((platform, kind, name) for name in before)
        self._lost.update((platform, kind, name) for name in before if name not in now)

    def _write(self) -> None:
        self._database.executemany(
            f"""{insert("field", "platform kind name records")}
                ON CONFLICT (platform, kind, name) DO UPDATE SET records = field.records + excluded.records""",
            [(*key, count) for key, count in self._moved.items() if count],
        )
        self._moved.clear()

    def suspicions(self) -> list[str]:
        """Return the fields that too many of the changed records have lost, one line each."""
        return [
            f"{self._lost[key]} of {had} changed {key[0]} {key[1]} records have lost {key[2]}"
            for key, had in sorted(self._had.items())
            if had >= FEWEST and self._lost[key] > MOST_LOST * had
        ]

    def shares(self) -> dict[str, dict[str, dict[str, int]]]:
        """Counts of the live records that have each field, by platform and kind; ``iri`` is in all of them."""
        return shares(self._database)


def unnamed_licenses(database: Executes) -> dict[tuple[str, str], int]:
    """Counts of the live records whose license is stated and not named, by platform and kind."""
    rows = database.execute(
        """SELECT r.platform, r.kind, count(DISTINCT r.id) FROM entity AS t
           JOIN edge AS e ON e.target = t.id AND e.type = 'LICENSE' JOIN record AS r ON r.id = e.record
           WHERE t.class = 'License' AND lower(t.name) = lower(:name) AND +t.name = :name
           AND r.deleted_at IS NULL GROUP BY 1, 2""",
        {"name": NOT_NAMED},
    )
    return {(platform, kind): records for platform, kind, records in rows}


def shares(database: Executes) -> dict[str, dict[str, dict[str, int]]]:
    """Counts of the live records that have each field, by platform and kind; ``iri`` is in all of them."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    rows = database.execute(
        "SELECT platform, kind, name, records FROM field WHERE records > 0 ORDER BY platform, kind, name"
    )
    for platform, kind, name, records in rows:
        found.setdefault(platform, {}).setdefault(kind, {})[name] = records
    return found
