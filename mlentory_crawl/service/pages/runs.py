"""The pages of crawls: how much each run brought, and what became of it; and how complete the records are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from mlentory_crawl.catalog.queries.coverage import coverage as coverage_of
from mlentory_crawl.catalog.queries.status import last_runs
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.page_templates import page
from mlentory_crawl.service.paging import Offset

router = APIRouter()

RUNS, QUARANTINED, FIELDS = 50, 50, 60
OUTCOMES = ("fetched", "new", "changed", "unchanged", "deleted", "quarantined", "failed")


@router.get("/runs")
def runs(request: Request) -> Response:
    """Show the last runs, and how far the projections have come."""
    catalog = source_of(request).catalog
    # One that has just begun has not reported yet.
    reported = [run for run in catalog.ask(last_runs, RUNS) if "records" in run]
    return page(request, "runs", projections=catalog.projections(), runs=reported, outcomes=OUTCOMES)


@router.get("/runs/{name}")
def run(request: Request, name: Annotated[str, Path(max_length=200)], offset: Offset = 0) -> Response:
    """Show one run, with the records that it could not use."""
    catalog = source_of(request).catalog
    report = catalog.run(name)
    return page(request, "run", report=report, outcomes=OUTCOMES, refused=catalog.quarantine(name, QUARANTINED, offset))


@router.get("/coverage")
def coverage(request: Request, platform: Annotated[str | None, Query(max_length=200)] = None) -> Response:
    """Show how many records have each field."""
    found, _ = source_of(request).kept_by_runs(coverage_of, platform, None)
    return page(request, "coverage", coverage=found, platform=platform, most=FIELDS)
