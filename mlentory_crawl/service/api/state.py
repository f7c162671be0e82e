"""The state of the catalog: counts, coverage, runs, and what could not be used."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries.coverage import Coverage, coverage
from mlentory_crawl.catalog.queries.run_details import LAST, QuarantinedRecord
from mlentory_crawl.catalog.queries.run_list import RunInBrief, run_list
from mlentory_crawl.catalog.queries.status import CatalogStatus, catalog_status
from mlentory_crawl.service.json_answers import hashed_answer, json_answer, source_of, tagged
from mlentory_crawl.service.paging import Extent, Paged, extent, neighbors
from mlentory_crawl.service.parameters import NoParameters, Parameters

router = APIRouter(tags=["state"])
RunName = Annotated[str, Field(min_length=1, max_length=200)]
WITHHELD = frozenset({"settings", "begun_settings", "settings_changed", "arguments"})
"""Members of a run's report that are about the machine that it ran on."""


class Narrowed(Parameters):
    """The records that are asked for."""

    platform: Annotated[str, Field(max_length=100)] | None = None
    kind: Annotated[str, Field(max_length=100)] | None = None


class OfRun(Paged):
    """The run, and the part of its records in the quarantine."""

    run: Annotated[RunName, Field(description="its name, a beginning that no other has, or `last`")] = LAST


class CoverageAnswer(TypedDict):
    """The fields that records have, by platform and kind."""

    kinds: list[Coverage]


class RunsAnswer(Extent):
    """Runs, newest first."""

    runs: list[RunInBrief]


class QuarantineAnswer(Extent):
    """Records that a run could not use, by catalog key."""

    run: str
    records: list[QuarantinedRecord]


@router.get("/stats", operation_id="stats", response_model=CatalogStatus)
def stats(request: Request, _: NoParameters) -> Response:
    """Count the contents of the catalog."""
    found, version = source_of(request).kept_by_runs(catalog_status)
    return json_answer(found, tagged(request, version))


@router.get("/coverage", operation_id="coverage", response_model=CoverageAnswer)
def coverage_of_fields(request: Request, asked: Annotated[Narrowed, Query()]) -> Response:
    """Show which share of the records has each field."""
    found, version = source_of(request).kept_by_runs(coverage, asked.platform, asked.kind)
    return json_answer({"kinds": found}, tagged(request, version))


@router.get("/runs", operation_id="runs", response_model=RunsAnswer)
def runs(request: Request, asked: Annotated[Paged, Query()]) -> Response:
    """List the runs, newest first."""
    found = source_of(request).catalog.ask(run_list, asked.limit, asked.offset)
    links = neighbors(request, total=found.total, limit=asked.limit, offset=asked.offset)
    told = {**extent(found.total, len(found.runs), asked.offset), "runs": found.runs}
    return hashed_answer(request, told, **links)


@router.get("/runs/{name}", operation_id="run", response_model=dict[str, Any])
def run(request: Request, name: Annotated[RunName, Path()], _: NoParameters) -> Response:
    """Show the report of a run, as far as it is or as it ended; without its settings."""
    report = source_of(request).catalog.run(name)
    shown = {key: value for key, value in report.items() if key not in WITHHELD}
    return hashed_answer(request, shown)


@router.get("/quarantine", operation_id="quarantine", response_model=QuarantineAnswer)
def quarantine(request: Request, asked: Annotated[OfRun, Query()]) -> Response:
    """List the records that a run could not use, each with the field and the reason."""
    found = source_of(request).catalog.quarantine(asked.run, asked.limit, asked.offset)
    links = neighbors(request, total=found.total, limit=asked.limit, offset=asked.offset)
    told = {"run": found.run, "records": found.records}
    return hashed_answer(request, {**extent(found.total, len(found.records), asked.offset), **told}, **links)
