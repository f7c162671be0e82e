"""The protocol of a projection's store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Position:
    """Up to where a store is complete.

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
        state: what all live records together state: ``root``, ``parts``, ``stubs`` (documents as `Entity.document`
            gives them, with dates as strings), ``counters`` (published) and ``platforms``; None when it is gone.
        deleted_at: when its sources were found to have it no more (UTC); the state is what is kept of it.
    """

    key: str
    iri: str
    state: dict[str, Any] | None
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


class StoreError(Exception):
    """A store cannot be used at all: it is down, locked, of another catalog or too old. The message is for a person."""


class SettingError(StoreError):
    """A setting that no store can be opened with, whatever the server says: wrong usage."""


class Store(Protocol):
    """A store that can be brought up to date from the catalog: one projection's backend."""

    backend: str
    """The name of the product, such as ``tantivy``."""

    batch_size: int
    """How many changes one `write` takes at the most."""

    equal: int
    """How many changes of the last `write` changed nothing, as the store had just that: deletions of nothing, too."""

    def open(self) -> Position | None:
        """Connect, prepare what is missing, and return up to where the store is complete; None when it is empty.

        Raises:
            StoreError: it cannot be used, or it holds something else.
        """

    def peek(self) -> tuple[Position | None, dict[str, int]]:
        """Position and `counts` as a look from outside sees them, also while another process writes.

        Raises:
            StoreError: the store cannot be asked.
        """

    def write(self, changes: Sequence[Change], position: Position) -> list[Refusal]:
        """Take changes, in order; the last of the same key wins. They are durable with `position` after `flush`.

        Returns:
            The changes that the store refused; all others are taken.

        Raises:
            StoreError: the store failed as a whole.
        """

    def flush(self) -> Position | None:
        """Make all that was taken durable, together with the position, which is returned."""

    def counts(self) -> dict[str, int]:
        """What the store itself says it holds, such as ``{"documents": 2_000}``."""

    def clear(self) -> None:
        """Begin anew, without documents and position.

        Where the store can, what it had before is found until `publish`, and stays if that never comes.
        """

    def publish(self) -> None:
        """Let what was written since `clear` take the place of what was there before, in one step; without, nothing."""

    def close(self) -> None:
        """Release the store without making anything durable."""
