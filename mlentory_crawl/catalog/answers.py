"""The list of the archived responses and their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sql import among, array, insert


class Answers:
    """The archived responses that the catalog knows of.

    Args:
        database: the catalog.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def file_of(self, sha256: str) -> str | None:
        """Return the file of a body that the archive already has, below ``raw/``."""
        rows = self._database.execute("SELECT file FROM answer WHERE sha256 = :sha256 LIMIT 1", {"sha256": sha256})
        return next((str(file) for (file,) in rows), None)

    def last_of(self, address: str) -> tuple[str, str, dict[str, list[str]]] | None:
        """Return the last answer of an address that can be asked whether it still holds.

        Returns:
            The SHA-256 of its body, the body's file below ``raw/``, and the headers that it came with.
        """
        rows = self._database.execute(
            "SELECT sha256, file, headers FROM answer WHERE address = :address ORDER BY run DESC LIMIT 1",
            {"address": address},
        )
        return next(((sha256, file, orjson.loads(headers)) for sha256, file, headers in rows), None)

    def forget_headers(self) -> None:
        """Forget what services could be asked about; the next crawl asks them for everything."""
        with self._database.transaction():
            self._database.execute("UPDATE answer SET address = NULL, headers = NULL WHERE address IS NOT NULL")

    def outdated(self, platform: str, keep_runs: int) -> tuple[list[str], list[str]]:
        """Find the runs whose archived responses are no longer needed, and the files that only they refer to.

        Args:
            platform: the platform of the runs.
            keep_runs: the number of last runs that keep their responses, besides the last complete census and the runs
                after it.
        """
        rows = self._database.execute(
            """SELECT id, name FROM run WHERE platform = :platform AND id IN (SELECT run FROM answer)
               AND id < (SELECT run FROM census WHERE census.platform = :platform AND census.instance = run.instance)
               AND :kept <= (SELECT count(*) FROM run AS later WHERE later.platform = :platform
                             AND later.instance = run.instance AND later.id > run.id)
               ORDER BY id""",
            {"platform": platform, "kept": keep_runs},
        ).fetchall()
        files = self._database.execute(
            f"""SELECT DISTINCT file FROM answer WHERE run IN {among("old")}
                EXCEPT SELECT file FROM answer WHERE run NOT IN {among("old")}""",
            {"old": array(i for i, _ in rows)},
        )
        return [name for _, name in rows], [file for (file,) in files]

    def drop(self, runs: Sequence[str]) -> None:
        """Drop the entries of runs' archived responses."""
        with self._database.transaction():
            self._database.execute(
                f"DELETE FROM answer WHERE run IN (SELECT id FROM run WHERE name IN {among('runs')})",
                {"runs": array(runs)},
            )

    def platforms(self) -> list[str]:
        """Return the platforms that have archived responses."""
        rows = self._database.execute(
            "SELECT DISTINCT platform FROM run WHERE id IN (SELECT run FROM answer) ORDER BY 1"
        )
        return [platform for (platform,) in rows]

    def enter(self, run: str, answers: Mapping[str, tuple[str, str]]) -> None:
        """Replace the entries of a run's archived responses: SHA-256 and file of each, by place."""
        row = self._database.execute("SELECT id FROM run WHERE name = :run", {"run": run}).fetchone()
        if row is None:  # a run of an earlier catalog in this directory
            return
        (i,) = row
        rows = self._database.execute("SELECT place, sha256, file FROM answer WHERE run = :run", {"run": i})
        if {place: (sha256, file) for place, sha256, file in rows} == answers:
            return
        with self._database.transaction():
            self._database.execute("DELETE FROM answer WHERE run = :run", {"run": i})
            self._database.executemany(
                insert("answer", "run place sha256 file"), [(i, place, *answer) for place, answer in answers.items()]
            )
