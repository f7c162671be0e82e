"""Searches as tantivy queries: what a person types is no query language, so it is never a syntax error."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Callable, Iterator

from tantivy import FieldType, Occur, Query

from mlentory_crawl.stores.protocols import SearchQuery
from mlentory_crawl.stores.tantivy_index import (
    DATES,
    FACETS,
    NAME_PARTS,
    NUMBERS,
    POSITION,
    SORT_NAME,
    TERMS,
    TEXTS,
    analyze,
    analyzers,
    schema,
    seconds,
)

MAX_TEXT = 1000
"""Characters of a query that are read."""

TYPO_LENGTH = 5
"""The shortest word that may have a typing error in it."""

# Names leave these out, so they need not occur; they count when they do.
_OPTIONAL = frozenset("a an and as at by for from in is of on or that the this to with".split())

_QUOTED = re.compile('"([^"]*)"?')
_YEAR_OR_MONTH = re.compile(r"(\d{4})(?:-(\d\d))?", re.ASCII)

# Field -> analyzer, how much a match in it counts.
_FIELDS = {"name": ("words", 4.0), NAME_PARTS: ("parts", 2.0), TERMS: ("words", 1.5)} | {
    name: ("prose", 1.0) for name in TEXTS if name != "name"
}
_UNFINISHED = 0.25
_EXACT_NAME = 20.0
_TIE_BREAKER = 0.1

_MAX_INTEGER = 2**63 - 1
_DAY = 24 * 60 * 60 - 1


def text_query(text: str, *, typos: bool = False) -> Query:
    """The documents that have every word of a text, in whichever field; the last word may be unfinished.

    Args:
        text: what a person typed; words in double quotes must follow each other.
        typos: one letter of a longer word may be wrong, missing, too many or swapped with its neighbor.
    """
    text = text[:MAX_TEXT]
    must: list[Query] = []
    should: list[Query] = []
    pieces = _QUOTED.split(text)
    for place, piece in enumerate(pieces):
        words = analyze("words", piece)
        if place % 2:
            must += [_anywhere(piece)] if words else []
            continue
        unfinished = place == len(pieces) - 1 and piece[-1:].isalnum()
        for number, word in enumerate(words, 1):
            found = _word(word, unfinished=unfinished and number == len(words), typos=typos)
            (should if word in _OPTIONAL else must).append(found)
    if not must:
        must, should = should, must
    if not must:
        return Query.all_query()
    if len(must) > 1:
        should.append(_anywhere(text))
    exact = Query.term_query(schema(), SORT_NAME, _folded(text.strip()))
    should.append(Query.const_score_query(exact, _EXACT_NAME))
    return Query.boolean_query([(Occur.Must, each) for each in must] + [(Occur.Should, each) for each in should])


def _word(word: str, *, unfinished: bool, typos: bool) -> Query:
    alternatives = [_anywhere(word)]
    for field, (analyzer, boost) in _FIELDS.items():
        tokens = analyze(analyzer, word)
        if len(tokens) != 1:
            continue
        if typos and len(word) >= TYPO_LENGTH:
            alternatives.append(Query.boost_query(Query.fuzzy_term_query(schema(), field, tokens[0]), boost))
        if unfinished and len(word) > 1 and analyzer != "prose":
            begins = Query.fuzzy_term_query(schema(), field, tokens[0], distance=0, prefix=True)
            alternatives.append(Query.boost_query(begins, boost * _UNFINISHED))
    return Query.disjunction_max_query(alternatives, _TIE_BREAKER)


def _anywhere(text: str) -> Query:
    """The words of a text, one after the other, in any one field."""
    alternatives = []
    for field, (analyzer, boost) in _FIELDS.items():
        tokens = analyze(analyzer, text)
        if len(tokens) > 1:
            alternatives.append(Query.boost_query(Query.phrase_query(schema(), field, [*tokens]), boost))
        elif tokens:  # a phrase of one word makes tantivy panic
            alternatives.append(Query.boost_query(Query.term_query(schema(), field, tokens[0]), boost))
    return Query.disjunction_max_query(alternatives, _TIE_BREAKER)


def conditions(query: SearchQuery, *, without: str | None = None) -> Iterator[Query]:
    """What a document must meet besides the text.

    Args:
        query: the search.
        without: a facet whose filter is left out.

    Raises:
        ValueError: a field that does not exist or cannot be used so, or a bound that is no number or no date.
    """
    for name, values in query.filters.items():
        if name not in FACETS:
            raise ValueError(f"no facet is named {name}; there are: {', '.join(FACETS)}")
        if name != without:
            yield Query.term_set_query(schema(), name, [_folded(value) for value in values])
    for name in query.minimum.keys() | query.maximum.keys():
        minimum, maximum = query.minimum.get(name), query.maximum.get(name)
        if name in NUMBERS:
            lower = None if minimum is None else _number(name, minimum, math.ceil)
            upper = None if maximum is None else _number(name, maximum, math.floor)
        elif name in DATES:
            lower = None if minimum is None else _period(name, minimum)[0]
            upper = None if maximum is None else _period(name, maximum)[1]
        else:
            raise ValueError(f"{name} has no bounds; these have: {', '.join((*NUMBERS, *DATES))}")
        yield _range(name, lower, upper)


def _range(name: str, lower: int | None, upper: int | None) -> Query:
    if lower is not None and upper is not None and lower > upper:
        return Query.empty_query()
    return Query.range_query(schema(), name, FieldType.Integer, _storable(lower), _storable(upper))


def _storable(bound: int | None) -> int | None:
    return None if bound is None else max(-_MAX_INTEGER, min(bound, _MAX_INTEGER))


def whole_query(text: Query, query: SearchQuery, *, without: str | None = None) -> Query:
    """A text together with what else a document must meet; relevance comes from the text alone."""
    clauses = [(Occur.Must, text), (Occur.MustNot, position_query())]
    clauses += [(Occur.Must, Query.const_score_query(each, 0.0)) for each in conditions(query, without=without)]
    return Query.boolean_query(clauses)


def everything() -> Query:
    """All documents but the position."""
    return whole_query(Query.all_query(), SearchQuery())


def position_query() -> Query:
    """The one document that is the store's position."""
    return Query.term_query(schema(), POSITION, POSITION)


def _folded(value: str) -> str:
    return "".join(analyzers()["value"].analyze(value))


def _number(name: str, bound: float | str, rounded: Callable[[float], int]) -> int:
    try:
        return rounded(bound if isinstance(bound, int) else float(bound))
    except OverflowError:
        return _MAX_INTEGER if float(bound) > 0 else -_MAX_INTEGER
    except ValueError:
        raise ValueError(f"{name}: {bound!r} is not a number") from None


def _period(name: str, bound: float | str) -> tuple[int, int]:
    """The first and the last second of a year, a month, a day or a time."""
    text = str(bound)
    try:
        if partial := _YEAR_OR_MONTH.fullmatch(text):
            year, first, last = int(partial[1]), int(partial[2] or 1), int(partial[2] or 12)
            last_day = f"{year:04}-{last:02}-{monthrange(year, last)[1]}"
            return seconds(f"{year:04}-{first:02}-01"), seconds(last_day) + _DAY
        moment = seconds(text)
        return moment, moment + (_DAY if len(text) == len("2026-11-20") else 0)
    except ValueError:
        pass
    raise ValueError(f"{name}: {text!r} is not a date such as 2026, 2026-11, 2026-11-20 or 2026-11-20T12:00:00Z")
