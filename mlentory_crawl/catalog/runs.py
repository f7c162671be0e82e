"""Runs: their progress and their results."""

from __future__ import annotations

from typing import Any

import orjson

from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sequence import SequenceNumbers
from mlentory_crawl.catalog.sql import insert, update, upsert


class Runs:
    """The runs that the catalog knows of.

    On a platform that its users install, watermarks, censuses and debts are those of one instance.

    Args:
        database: the catalog.
        numbers: the sequence numbers.
    """

    def __init__(self, database: Database, numbers: SequenceNumbers) -> None:
        self._database = database
        self._numbers = numbers

    def open(
        self,
        name: str,
        platform: str,
        mode: str,
        identity: bytes,
        started_at: str,
        report: bytes = b"{}",
        instance: str = "",
    ) -> int:
        """Enter a new run; return its row id."""
        columns = "name platform instance mode identity started_at first_sequence last_sequence report"
        last = self._numbers.last
        values = (name, platform, instance, mode, identity.decode(), started_at, last + 1, last, report.decode())
        with self._database.transaction():
            return int(self._database.execute(f"{insert('run', columns)} RETURNING id", values).fetchone()[0])

    def resumable(self, identity: bytes) -> tuple[int, str, dict[str, Any], dict[str, Any] | None] | None:
        """Return row id, name, report and cursor of the last run of the same command, if it was not completed.

        The cursor is None if the run has not stored any page yet.
        """
        row = self._database.execute(
            """SELECT id, name, report, cursor, completed_at FROM run WHERE identity = :identity
               ORDER BY id DESC LIMIT 1""",
            {"identity": identity.decode()},
        ).fetchone()
        if row is None or row[4] is not None:
            return None
        return row[0], row[1], orjson.loads(row[2]), orjson.loads(row[3] or "null")

    def advance(self, run: int, report: bytes, cursor: bytes | None) -> None:
        """Note the progress of a run, inside a transaction.

        Args:
            run: its row id.
            report: its current report, as JSON.
            cursor: the place from which it continues, as JSON.
        """
        self._update(run, report=report.decode(), cursor=cursor and cursor.decode(), last_sequence=self._numbers.last)

    def settle(self, run: int, report: bytes) -> None:
        """Store the report of a run that stored something beside its pages, inside a transaction."""
        self._update(run, report=report.decode(), last_sequence=self._numbers.last)

    def save_report(self, run: int, report: bytes) -> None:
        """Store the current report of a run."""
        with self._database.transaction():
            self._update(run, report=report.decode())

    def complete(self, run: int, completed_at: str, *, watermark: str | None, census: int | None) -> None:
        """Note that a run reached the end of its pages.

        Args:
            run: its row id.
            completed_at: the time at which it did (UTC).
            watermark: the platform's time up to which the catalog is now complete; None leaves it unchanged.
            census: the number of entities that a complete census found; None for any other run.
        """
        with self._database.transaction():
            self._update(run, completed_at=completed_at)
            source = self._database.execute(
                "SELECT platform, instance FROM run WHERE id = :run", {"run": run}
            ).fetchone()
            if watermark:
                sql = upsert("watermark", "platform instance", "value run")
                self._database.execute(sql, (*source, watermark, run))
            if census is not None:
                sql = upsert("census", "platform instance", "completed_at run records")
                self._database.execute(sql, (*source, completed_at, run, census))
            self._database.execute("DELETE FROM seen WHERE run = :run", {"run": run})

    def _update(self, run: int, **columns: Any) -> None:
        self._database.execute(update("run", *columns), {**columns, "id": run})

    def report(self, name: str) -> dict[str, Any] | None:
        """Return the report of a run as it was last stored; None if there is no such run."""
        row = self._database.execute("SELECT report FROM run WHERE name = :name", {"name": name}).fetchone()
        return None if row is None else orjson.loads(row[0])

    def owed(self, platform: str, instance: str = "") -> list[Any]:
        """Return the debts of the last completed walk over a platform's lists."""
        cursor = self._value(
            """SELECT cursor FROM run WHERE platform = :platform AND instance = :instance
               AND completed_at IS NOT NULL AND cursor IS NOT NULL ORDER BY id DESC LIMIT 1""",
            platform,
            instance,
        )
        return [] if cursor is None else orjson.loads(cursor).get("owed", [])

    def watermark(self, platform: str, instance: str = "") -> str | None:
        """Return the platform's time up to which the catalog is complete."""
        sql = "SELECT value FROM watermark WHERE platform = :platform AND instance = :instance"
        value: str | None = self._value(sql, platform, instance)
        return value

    def watermark_begun_at(self, platform: str, instance: str = "") -> str | None:
        """Return the time at which the run that left the watermark began (UTC); it found all earlier changes."""
        sql = """SELECT run.started_at FROM watermark AS w JOIN run ON run.id = w.run
                 WHERE w.platform = :platform AND w.instance = :instance"""
        begun_at: str | None = self._value(sql, platform, instance)
        return begun_at

    def last_census(self, platform: str, instance: str = "") -> int | None:
        """Return the number of records that the last complete census of a platform found."""
        sql = "SELECT records FROM census WHERE platform = :platform AND instance = :instance"
        records: int | None = self._value(sql, platform, instance)
        return records

    def _value(self, sql: str, platform: str, instance: str) -> Any:
        row = self._database.execute(sql, {"platform": platform, "instance": instance}).fetchone()
        return None if row is None else row[0]
