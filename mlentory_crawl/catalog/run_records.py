"""Versions and rejected records of single runs, for their files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mlentory_crawl.catalog.codec import unpacked
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stored import Version


class RunContent(NamedTuple):
    """The kinds of content that a run has.

    Attributes:
        name: the name of the run.
        versions: whether it has records, or former versions of records.
        rejected: whether it put records into the quarantine.
    """

    name: str
    platform: str
    versions: bool
    rejected: bool


class Rejection(NamedTuple):
    """A record in the quarantine.

    Attributes:
        payload: the record as it was received, as JSON if possible.
    """

    platform: str
    kind: str
    key: str
    url: str
    field: str
    reason: str
    fetched_at: str
    payload: bytes


def contents(reader: CatalogReader, run: str | None = None) -> list[RunContent]:
    """Return the kinds of content that runs have, in the order of the runs.

    Args:
        reader: the catalog.
        run: only this run.
    """
    rows = reader._execute(
        f"""SELECT name, platform,
                   EXISTS (SELECT 1 FROM record WHERE record.run = run.id)
                   OR EXISTS (SELECT 1 FROM version WHERE version.run = run.id),
                   EXISTS (SELECT 1 FROM quarantine WHERE quarantine.run = run.id)
            FROM run {"" if run is None else "WHERE name = :run"} ORDER BY id""",
        {"run": run},
    )
    return [RunContent(name, platform, bool(versions), bool(rejected)) for name, platform, versions, rejected in rows]


def first_sequence(reader: CatalogReader, run: str) -> int:
    """Return the first sequence number that a run may have used."""
    (first,) = reader._execute("SELECT first_sequence FROM run WHERE name = :run", {"run": run}).fetchone()
    return int(first)


def versions(reader: CatalogReader, run: str, after: int, limit: int) -> tuple[list[Version], int]:
    """Return the next versions that a run stored and that are still current.

    Args:
        reader: the catalog.
        run: the name of the run.
        after: the sequence number up to which the caller is complete.
        limit: the maximum number of versions.

    Returns:
        The versions, and the sequence number up to which they are complete.
    """
    # "+" keeps SQLite from using the index of runs, with which each call would read everything the run has stored.
    rows = reader._execute(
        """SELECT platform || '/' || kind || '/' || key, iri, document, provenance, deleted_at, sequence
           FROM record WHERE +run = (SELECT id FROM run WHERE name = :run) AND sequence > :after
           ORDER BY sequence LIMIT :limit""",
        {"run": run, "after": after, "limit": limit},
    ).fetchall()
    return [Version.of(row) for row in rows], rows[-1][-1] if rows else after


def replaced_versions(reader: CatalogReader, run: str) -> Iterator[Version]:
    """Return the versions that a run stored and that later runs have replaced."""
    rows = reader._execute(
        """SELECT r.platform || '/' || r.kind || '/' || r.key, v.iri, v.document, v.provenance, NULL
           FROM version AS v JOIN record AS r ON r.id = v.record
           WHERE v.run = (SELECT id FROM run WHERE name = :run)""",
        {"run": run},
    )
    return map(Version.of, rows)


def rejections(reader: CatalogReader, run: str) -> Iterator[Rejection]:
    """Return the records that a run put into the quarantine, sorted by catalog key."""
    rows = reader._execute(
        """SELECT q.platform, q.kind, q.key, q.url, q.field, q.reason, q.fetched_at, q.payload
           FROM quarantine AS q JOIN run ON run.id = q.run WHERE run.name = :run
           ORDER BY q.platform, q.kind, q.key, q.id""",
        {"run": run},
    )
    return (Rejection._make((*texts, unpacked(payload))) for *texts, payload in rows)
