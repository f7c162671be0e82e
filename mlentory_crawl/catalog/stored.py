"""Records and their versions as the catalog has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import orjson

from fair4ml.document import Document
from fair4ml.merge import RecordState, State, leading, merge
from fair4ml.platforms import precedence
from mlentory_crawl.catalog.codec import unpack, unpacked


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as the catalog has it.

    Attributes:
        key: the catalog key.
        document: ``root``, ``parts``, ``stubs``.
        provenance: ``source``, ``fetched_at`` and exceptions.
        run: the name of the run that brought it.
        counters: the published counters.
        sequence: the sequence number of its last change.
    """

    key: str
    iri: str
    document: Document
    provenance: dict[str, Any]
    run: str
    modified: str | None
    deleted_at: str | None
    counters: dict[str, int]
    sequence: int

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """Return the record in a row of `STORED`."""
        key, iri, document, provenance, run, modified, deleted_at, counters, sequence = row
        told, counted = orjson.loads(provenance), orjson.loads(counters)
        return cls(key, iri, unpack(document), told, run, modified, deleted_at, counted, sequence)


STORED = """SELECT r.platform || '/' || r.kind || '/' || r.key, r.iri, r.document, r.provenance, run.name, r.modified,
                    r.deleted_at, coalesce(c.published, '{}'), r.sequence
             FROM record AS r JOIN run ON run.id = r.run LEFT JOIN counter AS c ON c.record = r.id"""
"""The statement whose rows `Stored.of` reads; the record is ``r``."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a record.

    Attributes:
        key: the catalog key.
        iri: the IRI of the entity.
        document: ``root``, ``parts``, ``stubs`` as JSON.
        provenance: ``source``, ``fetched_at`` and exceptions as JSON.
        deleted_at: the time at which it became a tombstone, if it did.
    """

    key: str
    iri: str
    document: bytes
    provenance: bytes
    deleted_at: str | None = None

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """Return the version in a row that begins with these attributes, as the catalog keeps them."""
        key, iri, document, provenance, deleted_at, *_ = row
        return cls(key, iri, unpacked(document), provenance.encode(), deleted_at)


def merged(records: Sequence[Stored]) -> tuple[State, str]:
    """Return the merged state of records about one entity, and the catalog key of the leading one."""
    state = merge(_record_states(records), precedence())
    return state, state["key"]


def leading_key(records: Sequence[Stored]) -> str:
    """Return the catalog key of the leading record among those about one entity, at least one."""
    return leading(_record_states(records), precedence()).key


def in_order(records: Sequence[Stored]) -> list[Stored]:
    """Return records about one entity in order of precedence, the leading one first."""
    by_key = {stored.key: stored for stored in records}
    return [by_key[each.key] for each in precedence().ordered(_record_states(records))]


def _record_states(records: Sequence[Stored]) -> list[RecordState]:
    """Convert records for merging."""
    return [RecordState(r.key, r.document, r.counters, r.modified) for r in records]


def live(records: Sequence[Stored]) -> list[Stored]:
    """Return the records that are not tombstones."""
    return [stored for stored in records if stored.deleted_at is None]
