"""The pages of crawls: how much each run brought, and what became of it; and how complete the records are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from mlentory_crawl.catalog.queries.coverage import Coverage, FieldCoverage, coverage as coverage_of
from mlentory_crawl.catalog.queries.field_history import FieldHistory, field_histories
from mlentory_crawl.catalog.queries.status import last_runs
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.page_templates import page
from mlentory_crawl.service.pages.plots import Bars, Trend, bars, trend
from mlentory_crawl.service.paging import Offset

router = APIRouter()

RUNS, QUARANTINED, FIELDS = 50, 50, 60
COLUMNS = 6
"""The number of last runs in the table of shares."""
OUTCOMES = ("fetched", "new", "changed", "unchanged", "deleted", "quarantined", "failed")


@dataclass(frozen=True, slots=True)
class Covered:
    """The fields of the records of a kind, now and over runs.

    Attributes:
        now: the fields now.
        fields: those of them that are shown.
        runs: the runs, oldest first: the name of each, and when it was complete.
        shares: by field, its shares at the end of these runs.
        plots: their plots; there is none of fewer than two runs.
    """

    now: Coverage
    fields: dict[str, FieldCoverage]
    runs: list[tuple[str, str]]
    shares: dict[str, list[float | None]]
    plots: dict[str, Trend]


@router.get("/runs")
def runs(request: Request) -> Response:
    """Show the last runs, and how far the projections have come."""
    catalog = source_of(request).catalog
    # One that has just begun has not reported yet.
    reported = [run for run in catalog.ask(last_runs, RUNS) if "records" in run]
    plots = _plots(reported[::-1])
    projections = catalog.projections()
    return page(request, "runs", projections=projections, runs=reported, outcomes=OUTCOMES, plots=plots)


def _plots(runs: Sequence[Mapping[str, Any]]) -> dict[str, Bars]:
    """Return plots of runs, oldest first, by what they show; none of fewer than two runs."""
    numbers = {
        "records": [run["records"].get("fetched", 0) for run in runs],
        "seconds": [run.get("seconds", 0) for run in runs],
        "problems": [len(run.get("problems", ())) for run in runs],
    }
    return {name: plot for name, values in numbers.items() if (plot := bars(values)) is not None}


@router.get("/runs/{name}")
def run(request: Request, name: Annotated[str, Path(max_length=200)], offset: Offset = 0) -> Response:
    """Show one run, with the records that it could not use."""
    catalog = source_of(request).catalog
    report = catalog.run(name)
    return page(request, "run", report=report, outcomes=OUTCOMES, refused=catalog.quarantine(name, QUARANTINED, offset))


@router.get("/coverage")
def coverage(request: Request, platform: Annotated[str | None, Query(max_length=200)] = None) -> Response:
    """Show how many records have each field."""
    source = source_of(request)
    of_fields, _ = source.kept_by_runs(coverage_of, platform, None)
    histories, _ = source.kept_by_runs(field_histories)
    found = [_covered(each, histories.get((each.platform, each.kind))) for each in of_fields]
    return page(request, "coverage", coverage=found, platform=platform, columns=COLUMNS)


def _covered(of: Coverage, history: FieldHistory | None) -> Covered:
    fields = dict(list(of.fields.items())[:FIELDS])
    shares = {name: history.shares[name] for name in fields if name in history.shares} if history else {}
    plots = {name: plot for name, values in shares.items() if (plot := trend(values, 1.0)) is not None}
    return Covered(of, fields, history.runs if history else [], shares, plots)
