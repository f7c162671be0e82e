"""Values that are handed to the catalog, and those that it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fair4ml.document import Document


@dataclass(frozen=True, slots=True)
class Known:
    """A record as the catalog has it.

    Attributes:
        id: the row.
        hash: of its document.
        iri: what it is about.
        seen: whether this run has met it already.
        observed, published: its counters, as JSON.
        deleted: whether it is a tombstone.
        digest: of what was fetched.
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
        known: what the catalog has of it; None for a new one.
        document: the mapped record; None when it is unchanged.
        text: the document's JSON.
        counters: as observed now.
        digest: of what was fetched; None if unknown.
        issues: field and reason of each value that was left out.
        instance: the installation of the platform; empty for the one that is its public or only one.
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
        """A record of which only the counters may have moved."""
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
    """A live record that a complete census has not shown.

    Attributes:
        id: the row.
        key: the native id.
        iri: what it is about.
        again: whether the complete census before this one has not shown it either.
    """

    id: int
    key: str
    iri: str
    again: bool


@dataclass(frozen=True, slots=True)
class Lookup:
    """An entity that was asked for by name because a record names it.

    Attributes:
        iri: under which it is named.
        found: the IRI of what the platform has under that name; None if it has nothing, or keeps it to itself.
        at: when it answered (UTC, ISO 8601).
    """

    iri: str
    found: str | None
    at: str


@dataclass(frozen=True, slots=True)
class EndedSeed:
    """A line of a seed list that came to its end.

    Attributes:
        platform: whose it is; None where it is nobody's.
        reason: why nothing was fetched, where the outcome does not say.
    """

    number: int
    place: str
    url: str
    platform: str | None
    outcome: str
    reason: str | None = None


@dataclass(slots=True)
class Commit:
    """The content of one transaction: the records of whole pages, and how far the run has come.

    Attributes:
        report: the run report including these pages, as JSON.
        cursor: where the run goes on after them, as JSON.
        answers: the archived answers that they came from: place, SHA-256, file.
        lookups: what was asked for by name because a record names it.
        seeds: the lines of a seed list that came to their end.
        seed_fields: the fields of the seed lists that were read, with their types, by source.
        forgotten: further names of entities that are to be erased.
    """

    entries: list[Entry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    answers: list[tuple[str, str, str]] = field(default_factory=list)
    lookups: list[Lookup] = field(default_factory=list)
    seeds: list[EndedSeed] = field(default_factory=list)
    seed_fields: dict[str, Mapping[str, str]] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)
    report: bytes = b"{}"
    cursor: bytes | None = None
