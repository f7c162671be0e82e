"""The last changes of records, newest first, at a cost that does not grow with the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain
from typing import Literal

from mlentory_crawl.catalog.queries.changed import COUNTERS, ChangedRecord, change_of, versions_at
from mlentory_crawl.catalog.queries.kept_distributions import kinds_of_records
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.sql import array, elements

Event = Literal["new", "changed", "renamed", "gone", "counters"]
LOOKED = 1_000
"""The number of changed records that are looked at for one answer, at the most."""
AT_ONCE = 100
"""The number of records that are read together."""
NEWEST = 2**62


@dataclass(frozen=True, slots=True)
class RecentChanges:
    """Changed records, newest first; erased ones are not among them.

    Attributes:
        changes: the records, each once with its last change.
        before: the sequence number before which to go on; None if there is nothing older.
    """

    changes: list[ChangedRecord]
    before: int | None


def recent_changes(
    reader: CatalogReader,
    limit: int,
    *,
    before: int = NEWEST,
    since: int | None = None,
    platform: str | None = None,
    kind: str | None = None,
    event: Event | None = None,
) -> RecentChanges:
    """Return the last changes of records, newest first.

    Args:
        reader: the catalog.
        limit: the maximum number of changes. There may be fewer although there are older ones: no more than `LOOKED`
            records are looked at.
        before: only changes before this sequence number.
        since: only changes after this sequence number, compared with what the catalog had then; None for all changes,
            each compared with the version before it.
        platform: only records of this platform.
        kind: only this kind of record.
        event: only changes of this kind; without it all but those of counters alone.
    """
    found: list[ChangedRecord] = []
    place, looked = before, 0
    with reader._database.snapshot():
        kinds = None if platform is None and kind is None else kinds_of_records(reader, platform, kind)
        while looked < LOOKED:
            some = _next(reader, kinds, place, since or 0)
            looked += len(some)
            for each in _changes(reader, [record for _, record in some], since, event):
                if len(found) == limit:
                    return RecentChanges(found, found[-1].sequence)
                found.append(each)
            if len(some) < AT_ONCE:
                return RecentChanges(found, None)
            place = some[-1][0]
    return RecentChanges(found, place)


def sequence_at(reader: CatalogReader, at: str) -> int:
    """Return the sequence number up to which the catalog was complete at a time; a run that was going on came later.

    Args:
        reader: the catalog.
        at: the time (UTC, ISO 8601), or its beginning, such as a day.
    """
    # A run that was killed had ended when the next one began: there is one writer at a time.
    ((first,),) = reader._execute(
        """SELECT min(first_sequence) FROM run
           WHERE coalesce(completed_at, report ->> 'finished_at', (
               SELECT started_at FROM run AS next WHERE next.id > run.id ORDER BY id LIMIT 1), '9') >= :at""",
        {"at": at},
    ).fetchall()
    return reader.last_sequence() if first is None else int(first) - 1


def _next(reader: CatalogReader, kinds: list[tuple[str, str]] | None, before: int, after: int) -> list[tuple[int, int]]:
    """Return sequence numbers and row ids of the next records, newest first."""
    within = "sequence < :before AND sequence > :after ORDER BY sequence DESC LIMIT :most"
    bounds = {"before": before, "after": after, "most": AT_ONCE}
    if kinds is None:
        return reader._execute(f"SELECT sequence, id FROM record WHERE {within}", bounds).fetchall()
    of_kind = f"SELECT sequence, id FROM record WHERE platform = :platform AND kind = :kind AND {within}"
    rows = (reader._execute(of_kind, {**bounds, "platform": of, "kind": each}) for of, each in kinds)
    return nlargest(AT_ONCE, chain.from_iterable(rows))


def _changes(
    reader: CatalogReader, records: list[int], since: int | None, event: Event | None
) -> Iterator[ChangedRecord]:
    """Yield the changes of records that are asked for, newest first."""
    settled = "r.sequence > run.last_sequence" if since is None else "run.last_sequence <= :since"
    # What only changed counters, most records of many a run, is told apart before its document is read.
    wanted = {
        None: f"(r.deleted_at IS NOT NULL OR NOT {settled})",
        "gone": "r.deleted_at IS NOT NULL",
        COUNTERS: f"r.deleted_at IS NULL AND {settled}",
    }.get(event, f"r.deleted_at IS NULL AND NOT {settled}")
    # Erased records have no run.
    rows = reader._execute(
        f"""SELECT r.id, r.sequence, r.platform || '/' || r.kind || '/' || r.key, r.iri, r.document, r.deleted_at,
                   r.provenance ->> 'fetched_at', 1, {settled}
            FROM {elements("records")} AS j CROSS JOIN record AS r ON r.id = j.value JOIN run ON run.id = r.run
            WHERE {wanted} ORDER BY r.sequence DESC""",
        {"records": array(records), "since": since},
    ).fetchall()
    ids = [row[0] for row in rows]
    before = _versions_before(reader, ids) if since is None else versions_at(reader, ids, since)
    for row in rows:
        change = change_of(before, *row)
        if event in (None, "gone", COUNTERS, change.kind):
            yield change


def _versions_before(reader: CatalogReader, records: list[int]) -> dict[int, tuple[str, bytes]]:
    """Return IRI and document that records had before the run that brought what they have now, by row id."""
    rows = reader._execute(
        f"""SELECT v.record, v.iri, v.document FROM {elements("records")} AS j CROSS JOIN version AS v
            ON v.record = j.value AND v.run = (
                SELECT max(run) FROM version
                WHERE record = j.value AND run <> (SELECT run FROM record WHERE id = j.value))""",
        {"records": array(records)},
    )
    return {record: (iri, document) for record, iri, document in rows}
