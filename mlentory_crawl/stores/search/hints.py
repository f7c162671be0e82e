"""Hints for reading an answer, from the hits alone: the places of the words of a search, and other spellings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from fair4ml.read.scripts import IDEOGRAPHS
from mlentory_crawl.stores.search.analysis import analyze
from mlentory_crawl.stores.search.clauses import TYPO_LENGTH, clauses
from mlentory_crawl.stores.search.fields import TEXTS, WORDY

FRAGMENT = 200
"""Characters of a long text that are shown around what was found."""

SUGGESTION_HITS = 10
"""The hits in which other spellings are looked for."""

_WORD = re.compile(f"[{IDEOGRAPHS}]|[^\\W_{IDEOGRAPHS}]+")


@lru_cache(maxsize=20_000)
def _forms(word: str) -> frozenset[str]:
    """A word, its parts and its stem, as the engines compare them."""
    return frozenset(form for analyzer in ("words", "parts", "prose") for form in analyze(analyzer, word))


def highlight(text: str, hit: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The places of the words of a search in the texts of a hit.

    Args:
        text: of the search.
        hit: the stored search document.

    Returns:
        For each text field that has some of the words: ``text``, a fragment of it, and ``matches``, the first and the
        end position of each found word in that fragment, in characters.
    """
    required, optional = clauses(text)
    asked = [word for clause in (*required, *optional) for word in _WORD.findall(clause.text)]
    wanted = frozenset(form for word in asked for form in _forms(word))
    begun = next((clause.text for clause in (*required, *optional) if clause.unfinished), None)
    found = {}
    for field in TEXTS:
        stated = hit.get(field, "")
        matches = [match.span() for match in _WORD.finditer(stated) if _is_match(match[0], wanted, begun)]
        if matches:
            found[field] = _fragment(stated, matches)
    return found


def _is_match(word: str, wanted: frozenset[str], begun: str | None) -> bool:
    forms = _forms(word)
    return not wanted.isdisjoint(forms) or (begun is not None and any(form.startswith(begun) for form in forms))


def _fragment(text: str, matches: list[tuple[int, int]]) -> dict[str, Any]:
    """The part of a text that has the most matches."""
    start = 0
    if len(text) > FRAGMENT:
        first = max(range(len(matches)), key=lambda i: _within(matches, matches[i][0]))
        start = max(0, text.rfind(" ", 0, max(0, matches[first][0] - FRAGMENT // 4)) + 1)
        start = max(start, matches[first][0] - FRAGMENT // 2)
    end = start + FRAGMENT
    shown = [[first - start, last - start] for first, last in matches if first >= start and last <= end]
    return {"text": text[start:end], "matches": shown}


def _within(matches: list[tuple[int, int]], start: int) -> int:
    return sum(start <= first and last <= start + FRAGMENT // 2 for first, last in matches)


def suggestion(text: str, hits: Iterable[Mapping[str, Any]]) -> str | None:
    """A text with its mistyped words as hits spell them; None where they have no other spelling.

    Args:
        text: of a search that found something only because typing errors were forgiven.
        hits: the best hits.
    """
    spellings = Counter(word for hit in hits for word in set(_words(hit)))
    changed = False

    def spelled(match: re.Match[str]) -> str:
        nonlocal changed
        (word,) = analyze("words", match[0]) or [""]
        if len(word) < TYPO_LENGTH or word in spellings:
            return match[0]
        near = [other for other in spellings if _is_one_edit(word, other)]
        if not near:
            return match[0]
        changed = True
        return max(near, key=lambda other: (spellings[other], other))

    corrected = _WORD.sub(spelled, text)
    return corrected if changed else None


def _words(hit: Mapping[str, Any]) -> Iterator[str]:
    for field in (*TEXTS, *WORDY):
        value = hit.get(field, ())
        for stated in [value] if isinstance(value, str) else value:
            yield from analyze("words", stated)
    yield from analyze("parts", hit.get("name", ""))


def _is_one_edit(one: str, other: str) -> bool:
    """True where one letter is wrong, missing, too many, or swapped with its neighbor."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return max(len(one), len(other)) == 1 or (len(one) == 2 and one == other[::-1])
