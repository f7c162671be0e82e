"""The history of an entity: the versions of its records, each with what it changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

from fair4ml.document import Document
from mlentory_crawl.catalog.codec import unpack
from mlentory_crawl.catalog.queries.differences import Difference, differences
from mlentory_crawl.catalog.reader import CatalogReader

KEPT = 16
"""The number of documents that are kept while versions are compared: they may be large."""
Event = Literal["first", "changed", "renamed", "gone"]


@dataclass(frozen=True, slots=True)
class Revision:
    """A version of a record.

    Attributes:
        record: the catalog key of the record.
        at: the time at which it was fetched, or found to be gone (UTC).
        run: the name of the run that brought it.
        event: ``first`` of those that the catalog has, ``changed``, ``renamed`` or ``gone``.
        iri: the IRI that the entity had then.
        differences: what it changed.
    """

    record: str
    at: str
    run: str
    event: Event
    iri: str
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class History:
    """A part of the versions of the records about an entity, newest first.

    Attributes:
        iri: the IRI of the entity.
        total: the number of all versions.
        revisions: the versions.
    """

    iri: str
    total: int
    revisions: list[Revision]


_HELD = """
    WITH held AS (
        SELECT id AS record, run, iri, coalesce(deleted_at, provenance ->> 'fetched_at') AS at, 1 AS is_now,
               deleted_at IS NOT NULL AS is_gone
        FROM record WHERE iri = :iri AND run <> 0
        UNION ALL
        SELECT v.record, v.run, v.iri, v.provenance ->> 'fetched_at', 0, 0
        FROM version AS v JOIN record AS r ON r.id = v.record WHERE r.iri = :iri AND r.run <> 0),
    placed AS (
        SELECT *, lag(run) OVER of_record AS run_before, lag(iri) OVER of_record AS iri_before
        FROM held WINDOW of_record AS (PARTITION BY record ORDER BY at, is_now, run))
"""


def history(reader: CatalogReader, iri: str, limit: int, offset: int = 0) -> History:
    """Return versions of the records about an entity.

    Args:
        reader: the catalog.
        iri: the entity.
        limit: the maximum number of versions.
        offset: the number of newer versions to leave out.
    """
    with reader._database.snapshot():
        ((total,),) = reader._execute(f"{_HELD} SELECT count(*) FROM placed", {"iri": iri}).fetchall()
        rows = reader._execute(
            f"""{_HELD}
                SELECT p.record, r.platform || '/' || r.kind || '/' || r.key, p.run, run.name, p.at, p.iri, p.is_now,
                       p.is_gone, p.run_before, p.iri_before
                FROM placed AS p JOIN record AS r ON r.id = p.record JOIN run ON run.id = p.run
                ORDER BY p.at DESC, p.is_now DESC, 2 LIMIT :limit OFFSET :offset""",
            {"iri": iri, "limit": limit, "offset": offset},
        ).fetchall()
        # A version is compared with the one before, which is then compared itself.
        read = lru_cache(KEPT)(partial(_document, reader))
        return History(iri, total, [_revision(read, *row) for row in rows])


def _revision(
    read: Callable[[int, int, bool], Document],
    record: int,
    key: str,
    run: int,
    name: str,
    at: str,
    iri: str,
    is_now: int,
    is_gone: int,
    run_before: int | None,
    iri_before: str | None,
) -> Revision:
    if is_gone or run_before is None:
        return Revision(key, at, name, "gone" if is_gone else "first", iri, [])
    changed = differences(read(record, run_before, False), read(record, run, bool(is_now)))
    return Revision(key, at, name, "changed" if iri == iri_before else "renamed", iri, changed)


def _document(reader: CatalogReader, record: int, run: int, is_now: bool) -> Document:
    sql = (
        "SELECT document FROM record WHERE id = :record"
        if is_now
        else "SELECT document FROM version WHERE record = :record AND run = :run"
    )
    ((packed,),) = reader._execute(sql, {"record": record, "run": run}).fetchall()
    document: Document = unpack(packed)
    return document
