"""Position, counts, hits and facets, read from an index as of one commit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from tantivy import DocAddress, Order, Query, Searcher

from mlentory_crawl.changes import Position
from mlentory_crawl.stores.search.clauses import steps
from mlentory_crawl.stores.search.query import MAX_HITS, Bar, SearchQuery, Sort
from mlentory_crawl.stores.search.tantivy.index import SORT_NAME, SOURCE, WEIGHT
from mlentory_crawl.stores.search.tantivy.query import position_query, whole_query

_ORDER: dict[Sort, tuple[str, Order]] = {
    "downloads": ("downloads", Order.Desc),
    "likes": ("likes", Order.Desc),
    "modified": ("modified", Order.Desc),
    "created": ("created", Order.Desc),
    "published": ("published", Order.Desc),
    "parameters": ("parameters", Order.Desc),
    "name": (SORT_NAME, Order.Asc),
}


def position(searcher: Searcher) -> Position | None:
    """Up to where the index is complete; None where it has no position."""
    hits = searcher.search(position_query(), 1).hits
    return Position(**_source(searcher, hits[0][1])) if hits else None


def hits(searcher: Searcher, whole: Query, query: SearchQuery) -> tuple[int, list[dict[str, Any]]]:
    """Return the number of documents that match, and the hits that a search asks for, best first, each with its score.

    Args:
        searcher: of the index.
        whole: the search as a query.
        query: the search.
    """
    # tantivy reserves memory for as many as it is asked for, and panics when that is none.
    size = min(query.size, MAX_HITS - query.offset)
    if size <= 0:
        return count(searcher, whole), []
    if query.sort == "relevance":
        found = searcher.search(whole, size, offset=query.offset, weight_by_field=WEIGHT)
        shown = [_source(searcher, address) | {"score": score} for score, address in found.hits]
    else:
        field, order = _ORDER[query.sort]
        found = searcher.search(whole, size, offset=query.offset, order_by_field=field, order=order)
        shown = [_source(searcher, address) | {"score": None} for _, address in found.hits]
    return int(found.count), shown  # type: ignore[attr-defined]


def facets(searcher: Searcher, text: Query, query: SearchQuery) -> dict[str, dict[str, int]]:
    """The values of the facets that a search asks for, counted.

    Args:
        searcher: of the index.
        text: the text of the search as a query.
        query: the search.
    """
    counted: dict[str, dict[str, int]] = {}
    unfiltered = [name for name in query.facets if name not in query.filters]
    counted.update(_terms(searcher, whole_query(text, query), unfiltered, query.facet_values))
    for name in set(query.facets) - set(unfiltered):
        counted.update(_terms(searcher, whole_query(text, query, without=name), [name], query.facet_values))
    return {name: counted[name] for name in query.facets}


def _terms(searcher: Searcher, whole: Query, facets: Iterable[str], most: int) -> dict[str, dict[str, int]]:
    wanted = {name: {"terms": {"field": name, "size": most}} for name in facets}
    if not wanted:
        return {}
    answer = searcher.aggregate(whole, wanted)
    return {
        name: {
            bucket["key"]: bucket["doc_count"]
            for bucket in sorted(answer[name]["buckets"], key=lambda b: (-b["doc_count"], b["key"]))
        }
        for name in wanted
    }


def histograms(searcher: Searcher, text: Query, query: SearchQuery) -> dict[str, list[Bar]]:
    """The numbers that a search asks for, counted by size.

    Args:
        searcher: of the index.
        text: the text of the search as a query.
        query: the search.
    """
    return {name: _bars(searcher, whole_query(text, query, without=name), name) for name in query.histograms}


def _bars(searcher: Searcher, whole: Query, name: str) -> list[Bar]:
    ranges = [
        {side: bound for side, bound in (("from", least), ("to", below)) if bound is not None}
        for least, below in steps(name)
    ]
    answer = searcher.aggregate(whole, {name: {"range": {"field": name, "ranges": ranges}}})
    counts = {(bucket.get("from"), bucket.get("to")): bucket["doc_count"] for bucket in answer[name]["buckets"]}
    return [Bar(least, below, counts.get((least, below), 0)) for least, below in steps(name)]


def documents(searcher: Searcher, position: Position | None) -> int:
    """The number of documents that a search can find: all but the position.

    Args:
        searcher: of the index.
        position: the position, if the index has one.
    """
    return searcher.num_docs - (position is not None)


def count(searcher: Searcher, query: Query) -> int:
    """The number of documents that match."""
    return int(searcher.search(query, 1).count)  # type: ignore[attr-defined]


def _source(searcher: Searcher, address: DocAddress) -> dict[str, Any]:
    source: dict[str, Any] = orjson.loads(searcher.doc(address)[SOURCE][0])
    return source
