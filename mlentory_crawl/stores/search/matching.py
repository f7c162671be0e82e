"""The filters of a search, held against single documents, for what has to see all that match and not the best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from mlentory_crawl.stores.search.analysis import analyzers
from mlentory_crawl.stores.search.clauses import bounds, check_query, spelled
from mlentory_crawl.stores.search.fields import DATES, seconds, stated
from mlentory_crawl.stores.search.query import SearchQuery, Unknown
from mlentory_crawl.stores.search.reasons import nearest

REMEMBERED = 100_000
"""The values of a field that are counted, to name similar ones for one that does not occur."""


class Matcher:
    """Checks search documents, one by one, and notes what a search would tell of all of them.

    Args:
        query: the search, without a text.

    Raises:
        ValueError: a facet or field that does not exist, or a bound that is no number and no date.
    """

    def __init__(self, query: SearchQuery) -> None:
        check_query(query)
        if query.text:
            raise ValueError("single documents are not searched for words")
        self._query = query
        self._accepted = {name: set(map(_folded, values)) for name, values in spelled(query.filters).items()}
        self._excluded = {name: set(map(_folded, values)) for name, values in spelled(query.excluded).items()}
        self._limits = list(bounds(query))
        self._has, self._without = frozenset(query.has), frozenset(query.without)
        self._seen: dict[str, set[str]] = {name: set() for name in self._accepted}
        self._values: dict[str, Counter[str]] = {name: Counter() for name in self._accepted}
        self._unstated: Counter[tuple[str, str]] = Counter()
        self._stating: set[tuple[str, str]] = set()

    def matches(self, document: Mapping[str, Any]) -> bool:
        """Check whether a search document passes the filters and bounds."""
        self._stating.update((name, document["type"]) for name, _, _ in self._limits if name in document)
        chosen = True
        for name, wanted in self._accepted.items():
            values = _values(document, name)
            has = wanted.intersection(map(_folded, values))
            self._seen[name] |= has
            self._count(name, values)
            chosen = chosen and bool(has)
        if chosen and (self._has or self._without):
            known = stated(document)
            chosen = self._has.issubset(known) and self._without.isdisjoint(known)
        if not chosen or any(
            not refused.isdisjoint(map(_folded, _values(document, name))) for name, refused in self._excluded.items()
        ):
            return False
        outside = [name for name, least, most in self._limits if not _is_within(document, name, least, most)]
        if len(outside) == 1 and outside[0] not in document:
            self._unstated[outside[0], document["type"]] += 1
        return not outside

    def _count(self, name: str, values: list[str]) -> None:
        counts = self._values[name]
        if len(counts) < REMEMBERED:
            counts.update(values)

    def unstated(self) -> dict[str, int]:
        """Return, by field with bounds, how many documents match except that they do not state it.

        Counted are the types of which some documents state it.
        """
        found: Counter[str] = Counter()
        for (name, type_), count in sorted(self._unstated.items()):
            if (name, type_) in self._stating:
                found[name] += count
        return dict(found)

    def unknown(self) -> list[Unknown]:
        """Return the values of filters that none of the documents had."""
        found = []
        for name, values in self._query.filters.items():
            for value in values if name != "type" else ():
                alone = spelled({name: [value]})[name]
                if self._seen[name].isdisjoint(map(_folded, alone)):
                    found.append(Unknown(name, value, nearest(value, self._values[name])))
        return found


def _values(document: Mapping[str, Any], name: str) -> list[str]:
    values = document.get(name, [])
    return [values] if isinstance(values, str) else values


def _is_within(document: Mapping[str, Any], name: str, least: int | None, greatest: int | None) -> bool:
    if name not in document:
        return False
    value = seconds(document[name]) if name in DATES else document[name]
    return (least is None or value >= least) and (greatest is None or value <= greatest)


def _folded(value: str) -> str:
    """Return a value as the engines compare it."""
    return "".join(analyzers()["value"].analyze(value))
