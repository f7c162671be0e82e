"""Runs: how far they came, and what they ended with."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import orjson

from mlentory_crawl.catalog.database import SequenceNumbers


class Runs:
    """The runs that the catalog knows of.

    Args:
        connection: the catalog, open for writing.
        transaction: begins and ends one.
        numbers: the sequence numbers.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        transaction: Callable[[], AbstractContextManager[sqlite3.Connection]],
        numbers: SequenceNumbers,
    ) -> None:
        self._connection = connection
        self._transaction = transaction
        self._numbers = numbers

    def open(self, name: str, platform: str, mode: str, identity: bytes, started_at: str, report: bytes = b"{}") -> int:
        """The row id of a new run."""
        last = self._numbers.last
        with self._transaction() as connection:
            cursor = connection.execute(
                """INSERT INTO run (name, platform, mode, identity, started_at, first_sequence, last_sequence, report)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                (name, platform, mode, identity.decode(), started_at, last + 1, last, report.decode()),
            )
            return int(cursor.lastrowid or 0)

    def resumable(self, identity: bytes) -> tuple[int, str, dict[str, Any], dict[str, Any] | None] | None:
        """Row id, name, report and cursor of the last run if the same command began and did not complete it.

        The cursor is None where it has not come anywhere yet.
        """
        row = self._connection.execute(
            "SELECT id, name, report, cursor, completed_at FROM run WHERE identity = ? ORDER BY id DESC LIMIT 1",
            (identity.decode(),),
        ).fetchone()
        if row is None or row[4] is not None:
            return None
        return row[0], row[1], orjson.loads(row[2]), orjson.loads(row[3] or "null")

    def complete(self, run: int, completed_at: str, *, watermark: str | None, census: int | None) -> None:
        """Note that a run came to the end of its pages.

        Args:
            run: its row id.
            completed_at: when (UTC).
            watermark: the platform's time up to which the catalog is now complete; None leaves it.
            census: how many things a complete census has seen; None for any other run.
        """
        with self._transaction() as connection:
            connection.execute("UPDATE run SET completed_at = ? WHERE id = ?", (completed_at, run))
            platform = connection.execute("SELECT platform FROM run WHERE id = ?", (run,)).fetchone()[0]
            if watermark:
                connection.execute("INSERT OR REPLACE INTO watermark VALUES (?, ?, ?)", (platform, watermark, run))
            if census is not None:
                connection.execute(
                    "INSERT OR REPLACE INTO census VALUES (?, ?, ?, ?)", (platform, completed_at, run, census)
                )
            connection.execute("DELETE FROM seen WHERE run = ?", (run,))

    def owed(self, platform: str) -> list[Any]:
        """What the last walk over a platform's lists that was closed could not have."""
        rows = self._connection.execute(
            """SELECT cursor FROM run WHERE platform = ? AND completed_at IS NOT NULL AND cursor IS NOT NULL
               ORDER BY id DESC LIMIT 1""",
            (platform,),
        )
        return next((orjson.loads(cursor).get("owed", []) for (cursor,) in rows), [])

    def save_report(self, run: int, report: bytes) -> None:
        """Keep a run's report as it is now."""
        with self._transaction() as connection:
            connection.execute("UPDATE run SET report = ? WHERE id = ?", (report.decode(), run))

    def report(self, name: str) -> dict[str, Any] | None:
        """The report of a run as it was kept last; None where there is no such run."""
        row = self._connection.execute("SELECT report FROM run WHERE name = ?", (name,)).fetchone()
        return None if row is None else orjson.loads(row[0])

    def watermark(self, platform: str) -> str | None:
        """The platform's time up to which the catalog is complete."""
        rows = self._connection.execute("SELECT value FROM watermark WHERE platform = ?", (platform,))
        return next((str(value) for (value,) in rows), None)

    def watermark_begun_at(self, platform: str) -> str | None:
        """When the run began that left the watermark (UTC): what changed before then it has seen."""
        rows = self._connection.execute(
            "SELECT started_at FROM watermark JOIN run ON run.id = watermark.run WHERE watermark.platform = ?",
            (platform,),
        )
        return next((str(started_at) for (started_at,) in rows), None)

    def last_census(self, platform: str) -> int | None:
        """How many records the last complete census of a platform saw."""
        rows = self._connection.execute("SELECT records FROM census WHERE platform = ?", (platform,))
        return next((int(records) for (records,) in rows), None)
