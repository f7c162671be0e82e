"""Plots of numbers over time, drawn as SVG on the server: they need no script, and take their colors from the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT, MARGIN = 640.0, 120.0, 4.0


@dataclass(frozen=True, slots=True)
class Point:
    """A number at a time (ISO 8601)."""

    at: str
    value: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A line over time.

    Attributes:
        points: what it shows, oldest first.
        line: the path of the line.
        area: the path of the area below it.
        width, height: the size of the picture.
    """

    points: Sequence[Point]
    line: str
    area: str
    width: float = WIDTH
    height: float = HEIGHT


def growth(points: Sequence[Point]) -> Plot | None:
    """Return the plot of numbers that begin at 0; None if there are fewer than two."""
    if len(points) < 2:
        return None
    times = [datetime.fromisoformat(point.at).timestamp() for point in points]
    first, span = times[0], max(times[-1] - times[0], 1.0)
    most = max(*(point.value for point in points), 1.0)
    places = [
        (
            MARGIN + (time - first) / span * (WIDTH - 2 * MARGIN),
            HEIGHT - MARGIN - point.value / most * (HEIGHT - 2 * MARGIN),
        )
        for time, point in zip(times, points, strict=True)
    ]
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    area = f"{line}V{HEIGHT - MARGIN:.1f}H{places[0][0]:.1f}Z"
    return Plot(points, line, area)
