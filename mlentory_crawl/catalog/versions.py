"""What records stated before."""

from __future__ import annotations

import sqlite3


def prune(connection: sqlite3.Connection, before: str, *, dry_run: bool) -> tuple[int, int]:
    """Delete what records stated until others replaced it before a moment; what held then stays.

    Args:
        connection: the catalog, inside a transaction of its writer.
        before: the moment (UTC, ISO 8601).
        dry_run: delete nothing.

    Returns:
        How many versions, and how many bytes they take.
    """
    connection.execute(
        """CREATE TEMP TABLE outdated AS
           SELECT record, run, size FROM (
               SELECT record, run, size, lead(since) OVER (PARTITION BY record ORDER BY since, place) AS until
               FROM (
                   SELECT record, run, json_extract(provenance, '$.fetched_at') AS since, run AS place,
                          length(document) + length(provenance) AS size
                   FROM version
                   UNION ALL
                   SELECT id, NULL, coalesce(deleted_at, json_extract(provenance, '$.fetched_at')), 1 << 62, 0
                   FROM record WHERE id IN (SELECT record FROM version)))
           WHERE run IS NOT NULL AND until < ?""",
        (before,),
    )
    count, size = connection.execute("SELECT count(*), coalesce(sum(size), 0) FROM outdated").fetchone()
    if not dry_run:
        connection.execute("DELETE FROM version WHERE (record, run) IN (SELECT record, run FROM outdated)")
    connection.execute("DROP TABLE outdated")
    return count, size
