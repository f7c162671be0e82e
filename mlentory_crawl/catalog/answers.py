"""The list of answers in the archive, and of their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sql import among, array, insert


class Answers:
    """The archived answers that the catalog knows of.

    Args:
        database: the catalog.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def file_of(self, sha256: str) -> str | None:
        """The file of a body that the archive already has, below ``raw/``."""
        rows = self._database.execute("SELECT file FROM answer WHERE sha256 = :sha256 LIMIT 1", {"sha256": sha256})
        return next((str(file) for (file,) in rows), None)

    def outdated(self, platform: str, keep_runs: int) -> tuple[list[str], list[str]]:
        """Find the runs whose archived answers are not needed any more, and the files that only they refer to.

        Args:
            platform: whose runs they are.
            keep_runs: how many of the last runs keep their answers, besides the last complete census and what followed.
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
        """Drop the entries of runs' archived answers."""
        with self._database.transaction():
            self._database.execute(
                f"DELETE FROM answer WHERE run IN (SELECT id FROM run WHERE name IN {among('runs')})",
                {"runs": array(runs)},
            )

    def platforms(self) -> list[str]:
        """The platforms that have archived answers."""
        rows = self._database.execute(
            "SELECT DISTINCT platform FROM run WHERE id IN (SELECT run FROM answer) ORDER BY 1"
        )
        return [platform for (platform,) in rows]

    def enter(self, run: str, answers: Mapping[str, tuple[str, str]]) -> None:
        """Make these the archived answers of a run: SHA-256 and file of each, by place."""
        row = self._database.execute("SELECT id FROM run WHERE name = :run", {"run": run}).fetchone()
        if row is None:  # of a catalog that was here before
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
