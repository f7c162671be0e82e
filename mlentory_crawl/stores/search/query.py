"""Searches, their results, and the protocol of a store that answers them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from mlentory_crawl.notebooks.shown import Shown
from mlentory_crawl.stores.protocol import Store
from mlentory_crawl.stores.search.fields import FACET_VALUES

MAX_HITS = 10_000
"""The hits of a search that can be had, in pages; who needs all exports the catalog."""

Sort = Literal["relevance", "downloads", "likes", "modified", "created", "published", "parameters", "name"]


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search.

    Attributes:
        text: words to look for; empty matches everything.
        filters: facet name -> accepted values: OR inside a facet, AND between facets, case-insensitive.
        excluded: facet name -> values that a document must not have, case-insensitive.
        minimum, maximum: number or date field -> bound, inclusive.
        has, without: fields that a document must have a value of, and fields that it must not.
        sort: the order of the hits.
        size, offset: which hits to return, of the first `MAX_HITS`.
        facets: the facets to count.
        facet_values: the most values of a facet to count.
        histograms: the numbers to count by size, those of `STEPS`.
        highlight: whether hits say where they have the words.
    """

    text: str = ""
    filters: dict[str, list[str]] = field(default_factory=dict)
    excluded: dict[str, list[str]] = field(default_factory=dict)
    minimum: dict[str, float | str] = field(default_factory=dict)
    maximum: dict[str, float | str] = field(default_factory=dict)
    has: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    sort: Sort = "relevance"
    size: int = 10
    offset: int = 0
    facets: tuple[str, ...] = ()
    facet_values: int = FACET_VALUES
    histograms: tuple[str, ...] = ()
    highlight: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value of a filter that no document has.

    Attributes:
        field: the facet.
        value: the value that was asked for.
        near: the most similar values that there are, each with the number of documents that have it; best first.
    """

    field: str
    value: str
    near: dict[str, int]


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a histogram.

    Attributes:
        least: the smallest number that counts; None in the first part.
        below: the smallest number that no longer counts; None in the last part.
        count: the number of documents.
    """

    least: int | None
    below: int | None
    count: int


@dataclass(frozen=True, slots=True)
class SearchResult(Shown):
    """The answer to a search, of the same shape from every engine.

    Attributes:
        total: how many documents match.
        hits: the stored search documents, best first, each with its ``score`` (None where the order is not relevance)
            and, if asked for, ``highlight`` (`mlentory_crawl.stores.search.hints.highlight`).
        facets: facet -> value -> how many matches have it, most frequent first; a facet's own filter does not narrow
            its counts.
        suggestion: the text as the hits spell it, where it was found only with a typing error forgiven.
        unstated: field with bounds -> how many more documents would match, but have no value of it.
        unknown: the values of filters that no document of the wanted types has.
        sort: the order of the hits.
        filters: the values that were accepted. `mlentory_crawl.stores.search.reasons.explained` adds these four.
        histograms: number -> its bars, smallest first; its own bounds do not narrow its counts.
    """

    total: int
    hits: list[dict[str, Any]]
    facets: dict[str, dict[str, int]]
    suggestion: str | None = None
    unstated: dict[str, int] = field(default_factory=dict)
    unknown: list[Unknown] = field(default_factory=list)
    sort: Sort = "relevance"
    filters: dict[str, list[str]] = field(default_factory=dict)
    histograms: dict[str, list[Bar]] = field(default_factory=dict)


class SearchStore(Store, Protocol):
    """A store that answers searches."""

    def search(self, query: SearchQuery) -> SearchResult:
        """Find documents; allowed while another process writes.

        Raises:
            StoreError: there is no index yet, or it cannot be read.
            ValueError: a facet, field or sort that does not exist.
        """
