"""Records that a census did not find: queries and writes; `base_spiders/stages/deletions.py` decides."""

from __future__ import annotations

from collections.abc import Sequence

from mlentory_crawl.catalog.commits import Missing
from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.records import RecordTable
from mlentory_crawl.catalog.runs import Runs


class Census:
    """Compares the catalog with the records that a census found.

    Args:
        database: the catalog.
        records: its records.
        runs: its runs.
    """

    def __init__(self, database: Database, records: RecordTable, runs: Runs) -> None:
        self._database = database
        self._records = records
        self._runs = runs

    def missing(self, run: int, platform: str, kind: str) -> tuple[list[Missing], int]:
        """Return the live records that a census did not find, and the number of all live ones.

        Args:
            run: the row id of the census; on a platform with instances, only the records of its own instance count.
            platform: the platform of the records.
            kind: the kind of the records.
        """
        of = {"run": run, "platform": platform, "kind": kind}
        # Both sides are read from indexes alone, because the rows hold documents.
        rows = self._database.execute(
            f"""SELECT id, key, iri, missed_by IS NOT NULL AND missed_by <> :run
                FROM record WHERE deleted_at IS NULL AND id IN (
                    SELECT id FROM record WHERE {_LISTED}
                    EXCEPT SELECT record FROM seen WHERE run = :run)""",
            of,
        ).fetchall()
        (all_records,) = self._database.execute(f"SELECT count(*) FROM record WHERE {_LISTED}", of).fetchone()
        (deleted,) = self._database.execute(
            f"SELECT count(*) FROM record WHERE deleted_at IS NOT NULL AND {_LISTED}", of
        ).fetchone()
        return [Missing(i, kind, key, iri, bool(again)) for i, key, iri, again in rows], all_records - deleted

    def settle(self, run: int, at: str, missed: Sequence[int], gone: Sequence[int], report: bytes) -> None:
        """Note the records that a census did not find, and make tombstones of those that are gone.

        Args:
            run: the row id of the census.
            at: the time at which they were found to be gone (UTC).
            missed: row ids of live records that the census did not find.
            gone: row ids of those among them that are gone.
            report: the run report including them, as JSON.

        Raises:
            CatalogError: nothing was stored.
        """
        with self._database.transaction():
            self._database.execute(
                """UPDATE record SET missed_by = NULL
                   WHERE missed_by IS NOT NULL AND id IN (SELECT record FROM seen WHERE run = :run)""",
                {"run": run},
            )
            self._database.executemany(
                "UPDATE record SET missed_by = ? WHERE id = ? AND missed_by IS NULL", [(run, i) for i in missed]
            )
            self._records.bury(run, at, gone)
            self._runs.settle(run, report)


_LISTED = "platform = :platform AND kind = :kind AND instance = (SELECT instance FROM run WHERE id = :run)"
"""The condition on the records that a census covers."""
