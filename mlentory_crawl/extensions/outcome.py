"""The outcome of a run as a table, for the person who has watched it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from mlentory_crawl.console import counted, styled
from mlentory_crawl.console.tables import Facts

Piece = str | tuple[str, str]
"""A text, or a text with its style."""

COLORS = {"complete": "green", "suspect": "yellow", "stopped": "yellow", "failed": "red"}
STYLES = {"new": "green", "changed": "green", "quarantined": "yellow", "failed": "red", "missing": "yellow"}


def outcome(told: Mapping[str, Any], again: str, data_dir: Path, feeds: Iterable[str] = ()) -> RenderableType:
    """Return the table of a run.

    Args:
        told: the report of the run.
        again: the effect of the same command after a run that did not finish.
        data_dir: the data directory.
        feeds: the files that were written beside it.
    """
    shown = Facts()

    def row(name: str, *pieces: Piece) -> None:
        shown.add(name, styled(*pieces))

    verdict = told["verdict"]
    row("Run", (verdict, f"bold {COLORS[verdict]}"), f"  {told['run_id']} ({told['platform']} {told['mode']})")
    row("Records", *_counts("fetched", told["records"]))
    if told["requested"]["asked"]:
        row("Requested", *_counts("asked", told["requested"]))
    for name, counts in told["lookups"].items():
        row(name.capitalize(), *_counts("asked", counts))
    for name, projection in told["projections"].items():
        row(name.capitalize(), *_projected(projection))
    if issues := sum(told["field_issues"].values()):
        row("Left out", f"{counted(issues, 'value')}, by field and reason in the report")
    row("Time", ", ".join(_times(told)))
    report = data_dir / "runs" / f"{told['run_id']}.json"
    files = [report, *sorted(data_dir.glob(f"*/*/{told['run_id']}.*")), *feeds]
    row("Files", "\n".join(map(str, files)))
    for problem in told["problems"]:
        row("Problem", (problem, "red"))
    row("Next", (_next(told, again), "cyan"))
    return Group(Text(), shown)


def _counts(whole: str, counts: Mapping[str, int]) -> Iterator[Piece]:
    """Return the counts that are not 0, that of the whole first."""
    yield f"{counts[whole]:,} {whole}"
    shown = [(name, count) for name, count in counts.items() if count and name != whole]
    for place, (name, count) in enumerate(shown):
        yield ", " if place else ": "
        yield f"{count:,} {name}", STYLES.get(name, "")


def _projected(projection: Mapping[str, Any]) -> Iterator[Piece]:
    yield f"{projection.get('written', 0):,} written, "
    if failed := projection.get("failed"):
        yield f"{failed:,} failed", "red"
        yield ", "
    backlog = projection.get("backlog") or 0
    yield f"backlog {backlog:,}", "yellow" if backlog else ""
    if error := projection.get("error"):
        yield f": {error}", "red"


def _times(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{told['seconds']:,.1f} s"
    yield f"{told['models_per_second'] or 0:,.0f} records a second"
    yield counted(sum(told["requests"].get("by_slot", {}).values()), "request")
    if (waits := told["requests"].get("waits", 0)) >= 1:
        yield f"{waits:,.0f} s of waiting for quotas and retries"


def _next(told: Mapping[str, Any], again: str) -> str:
    """Return what makes sense after a run: a command, or its repetition."""
    repetition = f"the same command {again}"
    if told["verdict"] == "stopped":
        return repetition
    behind = [name for name, projection in told["projections"].items() if projection.get("backlog")]
    if behind:
        return f"mlentory sync {' '.join(behind)}"
    if told["verdict"] == "failed":
        return repetition
    if told["records"]["quarantined"]:
        return f"mlentory status {told['run_id']} --quarantine"
    if told["verdict"] == "suspect":
        return f"mlentory status {told['run_id']}"
    if "search" not in told["projections"]:
        return "mlentory sync"
    platforms = list(told["platforms"])
    return f"mlentory search --sort modified{f' --platform {platforms[0]}' if len(platforms) == 1 else ''}"
