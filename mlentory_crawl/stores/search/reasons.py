"""The reasons why a search finds less than expected: documents without a number, and values that nothing has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches

from mlentory_crawl.stores.search.query import SearchQuery, SearchResult, SearchStore, Unknown

NEAR = 3
"""The number of similar values that are named."""

COMPARED = 10_000
"""The values of a facet, the most frequent ones, that are compared with an unknown one."""


def explained(store: SearchStore, query: SearchQuery, result: SearchResult) -> SearchResult:
    """Add to the result of a search how it was searched, and the reasons why there is no more.

    Args:
        store: where it was found.
        query: the search.
        result: its result.
    """
    return replace(
        result,
        unstated=_unstated(store, query),
        unknown=list(_unknown(store, query, result.total)),
        sort=query.sort,
        filters=query.filters,
    )


def _unstated(store: SearchStore, query: SearchQuery) -> dict[str, int]:
    found = {}
    for name in sorted((query.minimum.keys() | query.maximum.keys()) - {*query.has, *query.without}):
        # Types of which some state it: a person has no parameters, and lacks no count of them. Facets are counted
        # without their own filter.
        stating = store.search(SearchQuery(has=(name,), facets=("type",), size=0)).facets["type"]
        asked = {each.casefold() for each in query.filters.get("type", stating)}
        types = [each for each in stating if each.casefold() in asked]
        if not types:
            continue
        others = replace(
            query,
            filters={**query.filters, "type": types},
            minimum={other: bound for other, bound in query.minimum.items() if other != name},
            maximum={other: bound for other, bound in query.maximum.items() if other != name},
            without=(*query.without, name),
            size=0,
            facets=(),
            histograms=(),
            highlight=False,
        )
        if total := store.search(others).total:
            found[name] = total
    return found


def _unknown(store: SearchStore, query: SearchQuery, total: int) -> Iterator[Unknown]:
    types = _types(query)
    for name, values in query.filters.items():
        if name == "type" or (total and len(values) == 1):
            continue
        for value in values:
            alone = SearchQuery(filters={**types, name: [value]}, size=0)
            if store.search(alone).total == 0:
                every = SearchQuery(filters=types, facets=(name,), facet_values=COMPARED, size=0)
                yield Unknown(name, value, nearest(value, store.search(every).facets[name]))


def _types(query: SearchQuery) -> dict[str, list[str]]:
    return {name: values for name, values in query.filters.items() if name == "type"}


def nearest(value: str, counts: Mapping[str, int]) -> dict[str, int]:
    """Return the values that are most like another one, best first.

    Args:
        value: the unknown value.
        counts: the values that there are, with the number of documents that have each.
    """
    asked = _folded(value)
    by_form: dict[str, str] = {}
    ranked: list[tuple[int, int, str]] = []
    for other, count in counts.items():
        whole = _folded(other)
        last = whole.rpartition("/")[2]
        by_form.setdefault(whole, other)
        by_form.setdefault(last, other)
        if asked and asked in whole:
            rank = 0 if asked in (whole, last) else 1 if whole.startswith(asked) or last.startswith(asked) else 2
            ranked.append((rank, -count, other))
    found = [other for _, _, other in sorted(ranked)[:NEAR]]
    if not found:
        found = [by_form[form] for form in get_close_matches(asked, by_form, NEAR)]
    return {other: counts[other] for other in dict.fromkeys(found)}


def _folded(value: str) -> str:
    return value.casefold().replace(" ", "-").replace("_", "-")
