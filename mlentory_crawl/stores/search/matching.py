"""The filters of a search, held against single documents, for what has to see all that match and not the best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mlentory_crawl.stores.search.analysis import analyzers
from mlentory_crawl.stores.search.clauses import bounds, check_query
from mlentory_crawl.stores.search.fields import DATES
from mlentory_crawl.stores.search.query import SearchQuery


def matcher(query: SearchQuery) -> Callable[[Mapping[str, Any]], bool]:
    """Return a function that checks whether a search document passes the filters and bounds of a search.

    Args:
        query: the search, without a text and without bounds of dates.

    Raises:
        ValueError: a facet or field that does not exist, or a bound that is no number.
    """
    check_query(query)
    accepted = {name: set(map(_folded, values)) for name, values in query.filters.items()}
    limits = list(bounds(query))
    if query.text or any(name in DATES for name, _, _ in limits):
        raise ValueError("single documents are compared with filters and numbers only")

    def matches(document: Mapping[str, Any]) -> bool:
        for name, values in accepted.items():
            stated = document.get(name, ())
            if values.isdisjoint(map(_folded, [stated] if isinstance(stated, str) else stated)):
                return False
        return all(_is_within(document.get(name), least, greatest) for name, least, greatest in limits)

    return matches


def _is_within(value: int | None, least: int | None, greatest: int | None) -> bool:
    return value is not None and (least is None or value >= least) and (greatest is None or value <= greatest)


def _folded(value: str) -> str:
    """Return a value as the engines compare it."""
    return "".join(analyzers()["value"].analyze(value))
