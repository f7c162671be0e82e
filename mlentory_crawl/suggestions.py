"""Suggestions for misspelled names: the question that messages ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

ALIKE = 0.6
"""The similarity (`difflib`) from which a name is suggested for another one."""


def did_you_mean(given: str, known: Iterable[str], otherwise: str = "", *, most: int = 1, alike: float = ALIKE) -> str:
    """Return the question whether one of the most similar names was meant.

    Args:
        given: the unknown name.
        known: the names that there are.
        otherwise: the text to return if none of them is similar.
        most: the maximum number of names to suggest.
        alike: the similarity from which a name is suggested.
    """
    return suggested(get_close_matches(given, list(known), most, alike)) or otherwise


def suggested(names: Sequence[str]) -> str:
    """Return the question whether one of some names was meant; an empty text if there are none."""
    return f"did you mean {' or '.join(names)}?" if names else ""
