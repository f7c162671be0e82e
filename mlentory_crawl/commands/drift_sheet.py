"""Drift as tables of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mlentory_crawl.catalog.queries.drift import Drift
from mlentory_crawl.console import console, table

SHOWN = 3
"""The number of values that are shown of a distribution, those whose shares have changed most."""
VALUE = "changed most"
LEVELS = {"stable": "", "moderate": "moderate", "strong": "strong", "few": "too few"}


def print_drift(title: str, found: Sequence[Drift], since: datetime | None) -> None:
    """Print the drift of the distributions of one kind of record.

    Args:
        title: the kind, and the number of its records.
        found: the drift of each of its distributions.
        since: the time that it is told since; None for the run before.
    """
    first = found[0]
    if first.since is None:
        why = "no run had ended by then" if since else "their values were not kept before the last run"
        console().print(f"{title}, {why}", "")
        return
    numbers = ("index", "new", "gone", "before", "now")
    told = f"{title}, {first.records_before:,} on {first.since_at}"
    columns = ("values of", "index", "new", "gone", "", VALUE, "before", "now")
    shown = table(*columns, right=numbers, title=told, folding=(VALUE,))
    for each in found:
        if each.psi is None or each.level is None:
            continue
        counts = (f"{each.new or ''}", f"{each.vanished or ''}", LEVELS[each.level])
        most, *others = _changed(each)
        shown.add_row(each.distribution, f"{each.psi:.3f}", *counts, *most)
        for shares in others:
            shown.add_row("", "", "", "", "", *shares)
    console().print(shown, "")


def _changed(of: Drift) -> list[tuple[str, str, str]]:
    """Return name and shares of the values that have changed most, as far as the digits that are shown tell."""
    shares = [(each.name, f"{each.before:.1%}", f"{each.now:.1%}") for each in of.shifts[:SHOWN]]
    return [each for each in shares if each[1] != each[2]] or [("", "", "")]
