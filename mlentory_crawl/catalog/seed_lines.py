"""What became of the lines of seed lists."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping

import orjson

from mlentory_crawl.catalog.commits import EndedSeed


class Seeds:
    """The seeds that the catalog knows of.

    Args:
        connection: the catalog, open for writing.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def finished(self, run: int) -> set[int]:
        """The numbers of the seeds that came to their end."""
        return {number for (number,) in self._connection.execute("SELECT number FROM seed WHERE run = ?", (run,))}

    def ended(self, run: int) -> Iterator[EndedSeed]:
        """What became of a run's seeds, in their order."""
        rows = self._connection.execute(
            "SELECT number, place, url, platform, outcome, reason FROM seed WHERE run = ? ORDER BY number", (run,)
        )
        return (EndedSeed(*row) for row in rows)

    def note_fields(self, source: str, fields: Mapping[str, str]) -> list[str]:
        """What has changed since the same source of seeds was read last: fields that are gone, new, or of another type.

        Args:
            source: its name.
            fields: the type of each of its fields, by name.
        """
        name = f"fields of {source}"
        row = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        before: Mapping[str, str] = fields if row is None else orjson.loads(row[0])
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, orjson.dumps(fields).decode()))
        return [
            f"the field {field!r} was {before.get(field, 'absent')}, is {fields.get(field, 'gone')}"
            for field in sorted({*before, *fields})
            if before.get(field) != fields.get(field)
        ]
