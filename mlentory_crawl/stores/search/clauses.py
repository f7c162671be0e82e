"""The reading of a search that all engines share: the words that have to occur, and the bounds that hold."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from fair4ml.write.search_document import STEPS
from mlentory_crawl.stores.search.analysis import analyze
from mlentory_crawl.stores.search.fields import DATES, FACETS, NUMBERS, REQUIRABLE, seconds
from mlentory_crawl.stores.search.query import SearchQuery, Sort

MAX_TEXT = 1000
"""Characters of a text that are read."""

MAX_WORDS = 64
"""Words, and groups of words in quotes, that are read."""

TYPO_LENGTH = 5
"""The shortest word that may have a typing error in it."""

UNFINISHED = 0.25
"""The score of the beginning of a word, as a share of that of the word."""

EXACT_NAME = 20.0
"""The score of being the name itself."""

TIE_BREAKER = 0.1
"""The share of their scores that further fields with a word add to the best one."""

IN_TEXT = 0.5
"""The score of a word somewhere in a whole text. Typing errors are not forgiven there: texts have nearly all words."""

MAX_INTEGER = 2**63 - 1

# Names leave these out, so they need not occur; they count when they do.
_OPTIONAL = frozenset("a an and as at by for from in is of on or that the this to with".split())

_QUOTED = re.compile('"([^"]*)"?')
_YEAR_OR_MONTH = re.compile(r"(\d{4})(?:-(\d\d))?", re.ASCII)
_DAY = 24 * 60 * 60 - 1


@dataclass(frozen=True, slots=True)
class Clause:
    """A word or phrase that a text asks for.

    Attributes:
        text: a word, or several that have to follow each other.
        quoted: whether it stood in double quotes.
        unfinished: whether it may be the beginning of a word.
    """

    text: str
    quoted: bool = False
    unfinished: bool = False

    @property
    def may_have_typo(self) -> bool:
        """True where it is long enough for one letter not to matter."""
        return not self.quoted and len(self.text) >= TYPO_LENGTH


def clauses(text: str) -> tuple[list[Clause], list[Clause]]:
    """The clauses that have to occur, and those that only count when they do; the last word may be unfinished.

    Args:
        text: as a person typed it, of which `MAX_TEXT` characters are read; words in double quotes must follow each
            other. It is no query language, so it is never a syntax error.
    """
    must: dict[Clause, None] = {}
    should: dict[Clause, None] = {}
    pieces = _QUOTED.split(text[:MAX_TEXT])
    for place, piece in enumerate(pieces):
        words = analyze("words", piece)
        if place % 2:
            if words:
                must[Clause(piece, quoted=True)] = None
            continue
        unfinished = place == len(pieces) - 1 and piece[-1:].isalnum()
        for number, word in enumerate(words, 1):
            clause = Clause(word, unfinished=unfinished and number == len(words) and len(word) > 1)
            (should if word in _OPTIONAL else must)[clause] = None
    if not must:
        must, should = should, must
    return list(must)[:MAX_WORDS], list(should)[:MAX_WORDS]


def check_query(query: SearchQuery) -> None:
    """Check the facets, the order and the size of a search; its bounds are read by `bounds`.

    Args:
        query: the search.

    Raises:
        ValueError: a facet, field or sort that does not exist, or a negative number.
    """
    unknown = [name for name in (*query.facets, *query.filters, *query.excluded) if name not in FACETS]
    if unknown:
        raise ValueError(f"expected a facet, one of {', '.join(FACETS)}, got {', '.join(unknown)}")
    if unknown := [name for name in (*query.has, *query.without) if name not in REQUIRABLE]:
        raise ValueError(f"expected a field, one of {', '.join(REQUIRABLE)}, got {', '.join(unknown)}")
    if unknown := [name for name in query.histograms if name not in STEPS]:
        raise ValueError(f"expected a number with a histogram, one of {', '.join(STEPS)}, got {', '.join(unknown)}")
    if query.sort not in get_args(Sort):
        raise ValueError(f"expected a sort order, one of {', '.join(get_args(Sort))}, got {query.sort}")
    if query.size < 0 or query.offset < 0:
        raise ValueError("size and offset must not be negative")


def spelled(filters: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The values of filters as documents may have them: the code of a task has hyphens, whatever a person types.

    Args:
        filters: facet name -> values.
    """
    return {
        name: [*values, *(value.replace(" ", "-") for value in values if " " in value and name == "task")]
        for name, values in filters.items()
    }


def steps(name: str) -> list[tuple[int | None, int | None]]:
    """The bars of a histogram: the first number that counts in each, and the first that no longer does."""
    ends = STEPS[name]
    return list(zip((None, *ends), (*ends, None), strict=True))


def bounds(query: SearchQuery) -> Iterator[tuple[str, int | None, int | None]]:
    """The bounds of a search: field, least and greatest value; dates in seconds since 1970.

    Args:
        query: the search.

    Raises:
        ValueError: a field that has no bounds, or a bound that is no number or no date.
    """
    for name in query.minimum.keys() | query.maximum.keys():
        minimum, maximum = query.minimum.get(name), query.maximum.get(name)
        if name in NUMBERS:
            lower = None if minimum is None else _number(name, minimum, math.ceil)
            upper = None if maximum is None else _number(name, maximum, math.floor)
        elif name in DATES:
            lower = None if minimum is None else _period(name, minimum)[0]
            upper = None if maximum is None else _period(name, maximum)[1]
        else:
            raise ValueError(f"expected a field with bounds, one of {', '.join((*NUMBERS, *DATES))}, got {name}")
        yield name, lower, upper


def _number(name: str, bound: float | str, rounded: Callable[[float], int]) -> int:
    try:
        number = rounded(bound if isinstance(bound, int) else float(bound))
    except OverflowError:
        return MAX_INTEGER if float(bound) > 0 else -MAX_INTEGER
    except ValueError:
        raise ValueError(f"{name}: expected a number, got {bound!r}") from None
    return max(-MAX_INTEGER, min(number, MAX_INTEGER))


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
    raise ValueError(f"{name}: expected a date such as 2026, 2026-11, 2026-11-20 or 2026-11-20T12:00:00Z, got {text!r}")
