"""Which answers the archive holds, and where."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

import orjson


class Answers:
    """The archived answers that the catalog knows of.

    Args:
        connection: the catalog, open for writing.
        transaction: begins and ends one.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        transaction: Callable[[], AbstractContextManager[sqlite3.Connection]],
    ) -> None:
        self._connection = connection
        self._transaction = transaction

    def file_of(self, sha256: str) -> str | None:
        """Where the archive already has a body, below ``raw/``."""
        rows = self._connection.execute("SELECT file FROM answer WHERE sha256 = ? LIMIT 1", (sha256,))
        return next((str(file) for (file,) in rows), None)

    def outdated(self, platform: str, keep_runs: int) -> tuple[list[str], list[str]]:
        """The runs whose archived answers nobody needs any more, and the files that only they refer to.

        Args:
            platform: whose runs they are.
            keep_runs: how many of the last runs keep their answers, besides the last complete census and what followed.
        """
        rows = self._connection.execute(
            """SELECT id, name FROM run WHERE platform = ?1 AND id IN (SELECT run FROM answer)
               AND id < (SELECT run FROM census WHERE platform = ?1)
               AND id NOT IN (SELECT id FROM run WHERE platform = ?1 ORDER BY id DESC LIMIT ?2)""",
            (platform, keep_runs),
        ).fetchall()
        old = orjson.dumps([i for i, _ in rows])
        files = self._connection.execute(
            """SELECT DISTINCT file FROM answer WHERE run IN (SELECT value FROM json_each(?1))
               EXCEPT SELECT file FROM answer WHERE run NOT IN (SELECT value FROM json_each(?1))""",
            (old,),
        )
        return [name for _, name in rows], [file for (file,) in files]

    def drop(self, runs: Sequence[str]) -> None:
        """Drop the entries of runs' archived answers."""
        self._connection.execute(
            "DELETE FROM answer WHERE run IN (SELECT id FROM run WHERE name IN (SELECT value FROM json_each(?)))",
            (orjson.dumps(list(runs)),),
        )

    def platforms(self) -> list[str]:
        """The platforms that have archived answers."""
        rows = self._connection.execute(
            "SELECT DISTINCT platform FROM run WHERE id IN (SELECT run FROM answer) ORDER BY 1"
        )
        return [platform for (platform,) in rows]

    def enter(self, run: str, answers: Mapping[str, tuple[str, str]]) -> None:
        """Make these the archived answers of a run: SHA-256 and file of each, by place."""
        row = self._connection.execute("SELECT id FROM run WHERE name = ?", (run,)).fetchone()
        if row is None:  # of a catalog that was here before
            return
        rows = self._connection.execute("SELECT place, sha256, file FROM answer WHERE run = ?", row)
        if {place: (sha256, file) for place, sha256, file in rows} == answers:
            return
        with self._transaction() as connection:
            connection.execute("DELETE FROM answer WHERE run = ?", row)
            connection.executemany(
                "INSERT INTO answer VALUES (?, ?, ?, ?)", [(*row, place, *answer) for place, answer in answers.items()]
            )
