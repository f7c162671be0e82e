"""Values that are passed to the catalog, and those that it returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fair4ml.document import Document


@dataclass(frozen=True, slots=True)
class Known:
    """A record as the catalog has it.

    Attributes:
        id: the row id.
        hash: the hash of its document.
        iri: the IRI of the entity.
        seen: whether this run has already seen it.
        observed, published: its counters, as JSON.
        deleted: whether it is a tombstone.
        digest: the digest of the fetched payload.
        issues: field and reason of each value that was left out.
    """

    id: int
    hash: bytes
    iri: str
    seen: bool
    observed: bytes
    published: bytes
    deleted: bool
    digest: bytes | None
    issues: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One valid record, ready to be stored.

    Attributes:
        known: the catalog's row of it; None for a new record.
        document: the mapped record; None if it is unchanged.
        text: the document's JSON.
        counters: the counters as they are now.
        digest: the digest of the fetched payload; None if unknown.
        issues: field and reason of each value that was left out.
        instance: the installation of the platform; empty for its public or only one.
    """

    platform: str
    kind: str
    key: str
    iri: str
    hash: bytes
    modified: str | None
    known: Known | None
    document: Document | None
    text: bytes
    provenance: dict[str, Any]
    counters: dict[str, int]
    digest: bytes | None = None
    issues: Sequence[tuple[str, str]] = ()
    instance: str = ""

    @classmethod
    def unchanged(cls, platform: str, kind: str, key: str, known: Known, counters: dict[str, int]) -> Entry:
        """Return the entry of a record of which at most the counters have changed."""
        return cls(
            platform, kind, key, known.iri, known.hash, None, known, None, b"", {}, counters, known.digest, known.issues
        )


@dataclass(frozen=True, slots=True)
class Rejected:
    """One record for the quarantine."""

    platform: str
    kind: str
    key: str
    url: str
    field: str
    reason: str
    fetched_at: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Missing:
    """A live record that a complete census did not find.

    Attributes:
        id: the row id.
        kind: the kind of the record.
        key: the native id.
        iri: the IRI of the entity.
        again: whether the complete census before this one did not find it either.
    """

    id: int
    kind: str
    key: str
    iri: str
    again: bool


@dataclass(frozen=True, slots=True)
class Lookup:
    """An entity that was requested because a record names it.

    Attributes:
        iri: the IRI by which the record names it.
        found: the IRI of the entity that the platform has under that name; None if it has none or does not disclose it.
        at: the time of the response (UTC, ISO 8601).
    """

    iri: str
    found: str | None
    at: str


@dataclass(frozen=True, slots=True)
class EndedSeed:
    """A line of a seed list that has an outcome.

    Attributes:
        platform: the platform that it belongs to, if any.
        reason: the reason why nothing was fetched, if the outcome does not state it.
        state: what the outcome means on the platform, such as ``paywall``, else the outcome; None in old catalogs.
    """

    number: int
    place: str
    url: str
    platform: str | None
    outcome: str
    reason: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An archived response.

    Attributes:
        place: the request that it answers, as `mlentory_crawl.archive.store.place_of` returns it.
        sha256: the digest of its body.
        file: the file of its body, below ``raw/``.
        address: the address that gave it, if the service can be asked whether it still holds.
        headers: the headers that it came with, as JSON, in this case.
    """

    place: str
    sha256: str
    file: str
    address: str | None = None
    headers: str | None = None


@dataclass(slots=True)
class Commit:
    """The content of one transaction: the records of whole pages, and the progress of the run.

    Attributes:
        report: the run report including these pages, as JSON.
        cursor: the place from which the run continues after them, as JSON.
        answers: the archived responses that they came from.
        lookups: the entities that were requested because a record names them.
        seeds: the lines of a seed list that have an outcome.
        seed_fields: the fields of the seed lists that were read, with their types, by source.
        erased: further names of entities that are to be erased.
    """

    entries: list[Entry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    lookups: list[Lookup] = field(default_factory=list)
    seeds: list[EndedSeed] = field(default_factory=list)
    seed_fields: dict[str, Mapping[str, str]] = field(default_factory=dict)
    erased: list[str] = field(default_factory=list)
    report: bytes = b"{}"
    cursor: bytes | None = None
