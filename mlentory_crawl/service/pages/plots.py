"""Plots of numbers over time, drawn as SVG on the server: they need no script, and take their colors from the page.

Beside each stands the same as text or as a table: a picture is only seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 640.0, 120.0, 4.0
GAP = 0.25
"""The part of its place that a bar leaves free."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A line over runs, at equal distances.

    Attributes:
        first, last, least, most: the numbers that it begins and ends with, the smallest and the largest one.
        count: how many there are.
        line: the path of the line; numbers that are not known are gaps in it.
        end: the path of a dot at its end.
        limits: the heights at which limits are drawn.
        width, height: the size of the picture.
    """

    first: float
    last: float
    least: float
    most: float
    count: int
    line: str
    end: str
    limits: list[float]
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar for each run.

    Attributes:
        most: the largest number.
        path: the path of all bars.
        width, height: the size of the picture.
    """

    most: float
    path: str
    width: float = WIDTH
    height: float = HEIGHT


def trend(values: Sequence[float | None], most: float = 0.0, limits: Iterable[float] = ()) -> Trend | None:
    """Return the plot of numbers from 0 on; None if fewer than two are known.

    Args:
        values: the numbers, oldest first; None for one that is not known.
        most: the number at the top, if none of them is larger.
        limits: numbers at which a line is drawn across.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    top = max(*known, most) or 1.0
    step = (WIDTH - 2 * MARGIN) / (len(values) - 1)
    line, is_open, place = "", False, ""
    for number, value in enumerate(values):
        if value is not None:
            place = f"{MARGIN + number * step:.1f} {_height(value, top):.1f}"
            line += f"{'L' if is_open else 'M'}{place}"
        is_open = value is not None
    return Trend(
        first=known[0],
        last=known[-1],
        least=min(known),
        most=max(known),
        count=len(known),
        line=line,
        end=f"M{place}h0",
        limits=[round(_height(limit, top), 1) for limit in limits if limit <= top],
    )


def bars(values: Sequence[float]) -> Bars | None:
    """Return a bar for each number; None if there are fewer than two.

    Args:
        values: the numbers, oldest first, none below 0.
    """
    if len(values) < 2:
        return None
    most, place = max(values), WIDTH / len(values)
    # A bar is at most as wide as one of ten: two of them are no walls.
    wide = min(place, WIDTH / 10) * (1 - GAP)
    path = "".join(
        f"M{(number + 0.5) * place - wide / 2:.1f} {HEIGHT:.1f}v{-value / (most or 1.0) * (HEIGHT - MARGIN):.1f}"
        f"h{wide:.1f}V{HEIGHT:.1f}z"
        for number, value in enumerate(values)
        if value
    )
    return Bars(most, path)


def _height(value: float, top: float) -> float:
    return HEIGHT - MARGIN - value / top * (HEIGHT - 2 * MARGIN)
