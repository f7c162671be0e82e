"""The protocol of a projection's store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mlentory_crawl.changes import Change, Position, Refusal


class Store(Protocol):
    """A store that can be brought up to date from the catalog: one projection's backend."""

    backend: str
    """The name of the product, such as ``tantivy``."""

    batch_size: int
    """The most changes that one `write` takes."""

    kinds: frozenset[str] | None
    """The kinds of records that it shows; entities that have no such record are passed over. None for all."""

    equal: int
    """Changes of the last `write` that changed nothing, as the store had just that; deletions of nothing, too."""

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
        """Counts of what the store holds, by the store itself, such as ``{"documents": 2_000}``."""

    def clear(self) -> None:
        """Begin anew, without documents and position.

        Where the store can, its documents of before are found until `publish`, and stay if that never comes.
        """

    def publish(self) -> None:
        """Put what was written since `clear` in the place of the documents of before, in one step; else do nothing."""

    def close(self) -> None:
        """Release the store without making anything durable."""
