"""Changes of records since a sequence number: of which kind each is, and which properties it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mlentory_crawl.catalog.codec import unpack
from mlentory_crawl.catalog.queries.differences import changed_fields
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.sql import among, array

ChangeKind = Literal["new", "changed", "gone", "renamed"]
COUNTERS = "counters"
"""The field of a change that concerns counters alone."""
COUNTED = 100_000
"""The number of changed records up to which they are counted: a large catalog is not read for each question."""


@dataclass(frozen=True, slots=True)
class ChangedRecord:
    """A record that has changed.

    Attributes:
        sequence: the sequence number of its last change.
        record: its catalog key.
        iri, type, name: the entity that it is about; an entity that is gone has no name.
        kind: ``new``, ``changed``, ``gone`` or ``renamed``, compared with what the catalog had before.
        fields: the properties of the entity that have changed.
        former: the IRI of the entity before it was renamed.
        at: the time at which this was fetched, or found to be gone (UTC); None if the entity was erased.
    """

    sequence: int
    record: str
    iri: str
    type: str
    name: str | None
    kind: ChangeKind
    fields: list[str]
    former: str | None
    at: str | None


@dataclass(frozen=True, slots=True)
class ChangedRecords:
    """Changed records in the order of their changes, each once with its last change.

    Attributes:
        total: the number of all records that have changed since, up to `COUNTED`.
        total_is_exact: whether there are no more than that.
        upto: the sequence number up to which they are complete here.
        records: the records.
    """

    total: int
    total_is_exact: bool
    upto: int
    records: list[ChangedRecord]


def changed(reader: CatalogReader, after: int, limit: int, since: int | None = None) -> ChangedRecords:
    """Return the records that have changed since a sequence number.

    Args:
        reader: the catalog.
        after: the sequence number up to which the caller is complete.
        limit: the maximum number of records.
        since: the sequence number at which the caller was complete before it began to read, if it reads in parts: what
            kinds and fields are compared with.
    """
    compared = after if since is None else min(since, after)
    with reader._database.snapshot():
        ((total,),) = reader._execute(
            "SELECT count(*) FROM (SELECT 1 FROM record WHERE sequence > :after LIMIT :most)",
            {"after": after, "most": COUNTED + 1},
        ).fetchall()
        rows = reader._execute(
            """SELECT r.id, r.sequence, r.platform || '/' || r.kind || '/' || r.key, r.iri, r.document, r.deleted_at,
                      r.provenance ->> 'fetched_at', r.run <> 0,
                      coalesce((SELECT last_sequence FROM run WHERE id = r.run) <= :compared, 0)
               FROM record AS r WHERE r.sequence > :after ORDER BY r.sequence LIMIT :limit""",
            {"after": after, "limit": limit, "compared": compared},
        ).fetchall()
        before = versions_at(reader, [row[0] for row in rows], compared)
        upto = rows[-1][1] if rows else max(after, 0)
        records = [change_of(before, *row) for row in rows]
        return ChangedRecords(min(total, COUNTED), total <= COUNTED, upto, records)


def versions_at(reader: CatalogReader, records: list[int], after: int) -> dict[int, tuple[str, bytes]]:
    """Return IRI and document that records had at a sequence number, by row id; none for those that are newer.

    A run that was going on at that number counts as earlier: what a record had in the middle of it is not known.

    Args:
        reader: the catalog.
        records: their row ids.
        after: the sequence number.
    """
    rows = reader._execute(
        f"""SELECT record, iri, document FROM (
                SELECT v.record, v.iri, v.document,
                       row_number() OVER (PARTITION BY v.record ORDER BY v.run DESC) AS place
                FROM version AS v JOIN run ON run.id = v.run
                WHERE v.record IN {among("records")} AND run.first_sequence <= :after)
            WHERE place = 1""",
        {"records": array(records), "after": after},
    )
    return {record: (iri, document) for record, iri, document in rows}


def change_of(
    before: Mapping[int, tuple[str, bytes]],
    record: int,
    sequence: int,
    key: str,
    iri: str,
    packed: bytes,
    deleted_at: str | None,
    fetched_at: str | None,
    is_kept: int,
    is_settled: int,
) -> ChangedRecord:
    """Return the change of a record.

    Args:
        before: IRI and packed document that records had before, by row id.
        record: the row id of the record.
        sequence: the sequence number of its last change.
        key: its catalog key.
        iri: the IRI of the entity that it is about.
        packed: its packed document.
        deleted_at: the time at which it was found to be gone.
        fetched_at: the time at which it was fetched.
        is_kept: whether it was not erased.
        is_settled: whether the run that brought its document had ended by the time that it is compared with.
    """
    document = unpack(packed)
    root: Mapping[str, Any] = document["root"]
    kind: ChangeKind = "changed"
    fields: list[str] = []
    former = None
    if deleted_at is not None:
        kind = "gone"
    elif is_settled:
        # Its run had ended by then: only what is counted has changed.
        fields = [COUNTERS]
    elif record in before:
        iri_before, packed_before = before[record]
        fields = changed_fields(unpack(packed_before), document)
        if iri_before != iri:
            kind, former = "renamed", iri_before
    else:
        kind = "new"
    name = root.get("name") if kind != "gone" else None
    at = (deleted_at or fetched_at) if is_kept else None
    return ChangedRecord(sequence, key, iri, root["class"], name, kind, fields, former, at)
