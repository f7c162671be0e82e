"""Values of metrics as people type them into cards and leaderboards."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

NOTHING = frozenset({"", "-", "--", "\u2212", "\u2013", "\u2014", "?", "n/a", "na", "nan", "none", "null"})
"""Placeholders for a missing value, in lower case."""

_THOUSANDS = r"[1-9]\d{0,2}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})"
_NUMBER = rf"[+-]?(?:{_THOUSANDS}|\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_MARGIN = r"[+-]?[\d.,]+(?:[eE][+-]?\d+)?"
_VALUE = re.compile(
    rf"(?P<number>{_NUMBER})\s*(?P<percent>%)?(?:\s*(?:±|\+/-|\+-)\s*{_MARGIN}\s*(?P<margin_percent>%)?)?", re.ASCII
)
_LONGEST = 100
"""No number is longer."""


class Value(NamedTuple):
    """A value of a metric.

    Attributes:
        value: a number if it is one, else the text.
        raw: the text, if it has more information than the number.
        unit: the unit that the text states.
    """

    value: float | str
    raw: str | None = None
    unit: str | None = None


def metric_value(stated: float | str | None) -> Value | None:
    """The value of a metric that a card or a leaderboard states, or None if it states none.

    ``84.1%``, ``20.0 ± 1.2`` and ``1,234.5`` are numbers. A comma is read as a thousands separator if a second comma or
    a point shows that it is one; ``84,1`` and ``84,123`` stay texts because they are ambiguous.

    Args:
        stated: a number, or a text.
    """
    if stated is None:
        return None
    if not isinstance(stated, str):
        return Value(stated) if math.isfinite(stated) else None
    text = stated.strip().strip("\ufeff")
    if text.casefold() in NOTHING:
        return None
    match = _VALUE.fullmatch(text.replace("\u2212", "-")) if len(text) <= _LONGEST else None
    if match is None:
        return Value(text)
    number = float(match["number"].replace(",", ""))
    if not math.isfinite(number):
        return Value(text)
    unit = "%" if match["percent"] or match["margin_percent"] else None
    return Value(number, text if repr(number) != text else None, unit)
