"""The changes that flow out of the catalog, just as items flow into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fair4ml.merge import State  # stores, each in a process of its own, need not load it


@dataclass(frozen=True, slots=True)
class Position:
    """The place in the catalog up to which a store is complete.

    Attributes:
        catalog: the id of the catalog that it was filled from.
        run: the run that had the sequence number.
        sequence: the last sequence number whose change the store holds.
    """

    catalog: str
    run: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Change:
    """The state that a store has to hold of one entity.

    Attributes:
        key: the catalog key (``<platform>/<kind>/<native id>``) of the leading record; the store's document or node
            follows it when the entity is renamed.
        iri: the entity's IRI.
        state: the merged state of all live records, with the published counters; None when it is gone.
        deleted_at: the time at which its sources were found to have deleted it (UTC); the state is what is kept of it.
        provenance: that of the leading record: ``source``, ``fetched_at``, the ``seed``'s metadata.
    """

    key: str
    iri: str
    state: State | None
    deleted_at: str | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that a store did not take.

    Attributes:
        key: the catalog key of the record.
        error: the store's own error message, in one line.
    """

    key: str
    error: str
