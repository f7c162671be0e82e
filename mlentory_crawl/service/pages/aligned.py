"""Numbers that stand one below the other by their decimal points."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST = 8
"""The number of decimals that make a column wider."""
_NUMBER = re.compile(r"[\d,]+(?:\.(\d+))?%?")


def padding(told: str, others: Iterable[str]) -> str:
    """Return the class of a cell that leaves the space of the decimals which others have and it has not.

    Args:
        told: the number in the cell, as it is shown.
        others: the numbers of the whole column.
    """
    mine = _decimals(told)
    if mine is None:
        return ""
    most = max((decimals for each in others if (decimals := _decimals(each)) is not None), default=0)
    missing = min(most, MOST) - mine
    if missing <= 0:
        return ""
    return f"pad{missing}" if mine else f"pad{missing} whole"


def _decimals(told: str) -> int | None:
    found = _NUMBER.fullmatch(told.strip().lstrip("-\u2212"))
    return None if found is None else len(found[1] or "")
