"""The changes that flow out of the catalog, as items are what flows in."""

from __future__ import annotations

from dataclasses import dataclass

from fair4ml.merge import State


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
    """The state that a store is to hold of one thing.

    Attributes:
        key: the catalog key (``<platform>/<kind>/<native id>``) of the record that leads: what the store's document or
            node follows when the thing is renamed.
        iri: the thing's IRI.
        state: what all live records together state, with the published counters; None when it is gone.
        deleted_at: when its sources were found to have it no more (UTC); the state is what is kept of it.
    """

    key: str
    iri: str
    state: State | None
    deleted_at: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that a store did not take.

    Attributes:
        key: the catalog key of the record.
        error: the store's own words, in one line.
    """

    key: str
    error: str
