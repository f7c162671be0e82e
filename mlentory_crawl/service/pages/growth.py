"""The plot of how a catalog has grown, run by run, with axes that are read without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, log10
from typing import Any

WIDTH, HEIGHT = 640.0, 160.0
STEPS = (1, 2, 2.5, 5, 10)
"""The steps of an axis, in powers of ten."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The number of records over time.

    Attributes:
        points: the times at which runs ended, oldest first, each with the number of records then.
        ticks: the numbers at the axis, the greatest first; they stand at equal distances, down to 0.
        line, area: the paths of the line, and of the area below it.
        width, height: the size of the picture, which is stretched.
        times: the first and the last time, to the day, or to the minute if it is one day.
    """

    points: Sequence[tuple[str, int]]
    ticks: Sequence[int]
    line: str
    area: str
    times: tuple[str, str]
    width: float = WIDTH
    height: float = HEIGHT


def growth(runs: Sequence[dict[str, Any]], now: int) -> Growth | None:
    """Return the plot of the number of records; None if fewer than two runs have ended.

    Args:
        runs: the reports of the last runs, newest first.
        now: the number of records now.
    """
    points = _points(runs, now)
    if len(points) < 2:
        return None
    times = [datetime.fromisoformat(at).timestamp() for at, _ in points]
    first, span = times[0], max(times[-1] - times[0], 1.0)
    ticks = _ticks(max(value for _, value in points))
    places = [
        ((time - first) / span * WIDTH, HEIGHT - value / ticks[0] * HEIGHT)
        for time, (_, value) in zip(times, points, strict=True)
    ]
    # Nothing is known between two runs: the number stays until the next one ends.
    line = f"M{places[0][0]:.1f} {places[0][1]:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in places[1:])
    area = f"{line}V{HEIGHT:.1f}H0Z"
    length = len("2026-11-20") if points[0][0][:10] != points[-1][0][:10] else len("2026-11-20T10:00")
    begun, ended = (at[:length].replace("T", " ") for at in (points[0][0], points[-1][0]))
    return Growth(points, ticks, line, area, (begun, ended))


def _points(runs: Sequence[dict[str, Any]], now: int) -> list[tuple[str, int]]:
    """Return the number of records at the end of each run, counted back from now."""
    found = []
    for run in runs:
        if run.get("finished_at"):
            found.append((run["finished_at"], max(now, 0)))
        counts = run.get("records", {})
        now -= counts.get("new", 0) - counts.get("deleted", 0)
    return found[::-1]


def _ticks(most: int) -> list[int]:
    """Return round numbers at equal distances, from at least the greatest number down to 0."""
    power = 10 ** int(log10(max(most, 4) / 4))
    step = next(int(each * power) for each in STEPS if each * power * 4 >= most and float(each * power).is_integer())
    return [step * each for each in range(max(ceil(most / step), 1), -1, -1)]
