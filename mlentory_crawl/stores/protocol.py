"""What a projection's store must do, and what a search store answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from mlentory_crawl.changes import Change, Position, Refusal


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


MAX_HITS = 10_000
"""How many hits of a search can be had, in pages; who needs all exports the catalog."""

Sort = Literal["relevance", "downloads", "likes", "modified", "created", "parameters", "name"]


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search.

    Attributes:
        text: words to look for; empty matches everything.
        filters: facet name -> accepted values: OR inside a facet, AND between facets, case-insensitive.
        minimum, maximum: number or date field -> bound, inclusive.
        sort: the order of the hits.
        size, offset: which hits to return, of the first `MAX_HITS`.
        facets: the facets to count.
        highlight: whether hits say where they have the words.
    """

    text: str = ""
    filters: dict[str, list[str]] = field(default_factory=dict)
    minimum: dict[str, float | str] = field(default_factory=dict)
    maximum: dict[str, float | str] = field(default_factory=dict)
    sort: Sort = "relevance"
    size: int = 10
    offset: int = 0
    facets: tuple[str, ...] = ()
    highlight: bool = False


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to a search, of the same shape from every engine.

    Attributes:
        total: how many documents match.
        hits: the stored search documents, best first, each with its ``score`` (None where the order is not relevance)
            and, if asked for, ``highlight`` (`mlentory_crawl.stores.search.hints.highlight`).
        facets: facet -> value -> how many matches have it, most frequent first; a facet's own filter does not narrow
            its counts.
        suggestion: the text as the hits spell it, where it was found only with a typing error forgiven.
    """

    total: int
    hits: list[dict[str, Any]]
    facets: dict[str, dict[str, int]]
    suggestion: str | None = None


class SearchStore(Store, Protocol):
    """A store that answers searches."""

    def search(self, query: SearchQuery) -> SearchResult:
        """Find documents; allowed while another process writes.

        Raises:
            StoreError: there is no index yet, or it cannot be read.
            ValueError: a facet, field or sort that does not exist.
        """
