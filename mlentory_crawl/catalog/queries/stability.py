"""The population stability index (PSI): by how much the shares of values have changed between two times.

For the share e of each value before and its share a now, it is the sum of (a - e) * ln(a / e): 0 for equal shares, and
the same in either direction. It is the divergence J of Kullback and Leibler (*On Information and Sufficiency*, 1951,
https://doi.org/10.1214/aoms/1177729694), by the name that credit scoring gave it: Siddiqi, *Credit Risk Scorecards*
(2006), with the limits 0.1 and 0.25; Yurdakul, *Statistical Properties of Population Stability Index* (2018), says how
much of it is chance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

MODERATE, STRONG = 0.1, 0.25
"""The index from which the change is moderate, and from which it is strong."""
FEWEST = 50
"""The number of records, before and now, below which no conclusion is drawn."""
SMALLEST = 0.0001
"""The smallest share that is told from others: the logarithm of a share of 0 is infinite."""
HALF = 0.5
"""The number of records below which a share is not told from others, either."""

Level = Literal["stable", "moderate", "strong", "few"]


def shifts(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, float]:
    """Return the part of the index that each value is responsible for; their sum is the index.

    A value that is new, or that has vanished, has a share of 0 on one side. All shares below 0.0001, or below that of
    half a record where there are few, count as this: so rare values that come and go say nothing, and the index does
    not depend on the size of the catalog. If there is nothing on one side, there is nothing to compare.

    Args:
        before: the number of records with each value, before.
        now: the same now.
    """
    all_before, all_now = sum(before.values()), sum(now.values())
    if not all_before or not all_now:
        return {}
    least = max(SMALLEST, HALF / all_before, HALF / all_now)
    return {
        value: _part(max(before.get(value, 0) / all_before, least), max(now.get(value, 0) / all_now, least))
        for value in {**before, **now}
    }


def _part(expected: float, actual: float) -> float:
    return (actual - expected) * math.log(actual / expected)


def level(index: float, before: int, now: int) -> Level:
    """Return how much an index says.

    Args:
        index: the index.
        before: the number of records before.
        now: the number of records now.
    """
    if min(before, now) < FEWEST:
        return "few"
    return "strong" if index >= STRONG else "moderate" if index >= MODERATE else "stable"
