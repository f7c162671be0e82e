"""The likeness of texts, by the runs of words that they share."""

from __future__ import annotations

import re

from fair4ml.read.scripts import IDEOGRAPHS

WORDS_IN_A_ROW = 5
"""The length of the runs: two texts about the same subject share words, and few runs of five."""
SHORTEST, LONGEST = 100, 20_000
"""The number of words from which a text is compared with others, and the number of them that are read."""

_WORD = re.compile(f"[{IDEOGRAPHS}]|[^\\W_{IDEOGRAPHS}]+")


def shingles(text: str) -> frozenset[str]:
    """The runs of words of a text, in lower case and without punctuation; none if it has fewer than 100 words."""
    found = _WORD.finditer(text.casefold())
    words = [match[0] for match, _ in zip(found, range(LONGEST), strict=False)]
    if len(words) < SHORTEST:
        return frozenset()
    return frozenset(
        " ".join(words[start : start + WORDS_IN_A_ROW]) for start in range(len(words) - WORDS_IN_A_ROW + 1)
    )


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the runs of two texts that both have (Jaccard index), in hundredths."""
    return round(len(one & other) / len(one | other), 2) if one and other else 0.0
