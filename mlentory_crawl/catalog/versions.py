"""Former versions of records."""

from __future__ import annotations

from mlentory_crawl.catalog.database import Database


def prune(database: Database, before: str, *, dry_run: bool) -> tuple[int, int]:
    """Delete versions that were replaced before a given time; those that were current then stay.

    Args:
        database: the catalog, inside a transaction of its writer.
        before: the time (UTC, ISO 8601).
        dry_run: delete nothing.

    Returns:
        The number of versions, and their size in bytes.
    """
    database.execute(
        """CREATE TEMP TABLE outdated AS
           SELECT record, run, size FROM (
               SELECT record, run, size, lead(since) OVER (PARTITION BY record ORDER BY since, place) AS until
               FROM (
                   SELECT record, run, provenance ->> 'fetched_at' AS since, run AS place,
                          length(document) + length(provenance) AS size
                   FROM version
                   UNION ALL
                   SELECT id, NULL, coalesce(deleted_at, provenance ->> 'fetched_at'), 4611686018427387904, 0
                   FROM record WHERE id IN (SELECT record FROM version)))
           WHERE run IS NOT NULL AND until < :before""",
        {"before": before},
    )
    count, size = database.execute("SELECT count(*), coalesce(sum(size), 0) FROM outdated").fetchone()
    if not dry_run:
        database.execute("DELETE FROM version WHERE (record, run) IN (SELECT record, run FROM outdated)")
    database.execute("DROP TABLE outdated")
    return count, size
