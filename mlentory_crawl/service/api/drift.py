"""Drift: by how much the values of records have changed over runs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries.drift import Drift, drift
from mlentory_crawl.catalog.queries.stability import FEWEST, MODERATE, STRONG
from mlentory_crawl.service.json_answers import hashed_answer, source_of
from mlentory_crawl.service.parameters import Moment, Parameters

router = APIRouter(tags=["state"])


class DriftOf(Parameters):
    """The records that are asked for, and what they are compared with."""

    platform: Annotated[str, Field(max_length=100)] | None = None
    kind: Annotated[str, Field(max_length=100)] | None = None
    since: Annotated[
        Moment | None,
        Field(description="a day or a time: compare with the last run that had ended by then, not with the one before"),
    ] = None


class DriftAnswer(TypedDict):
    """The drift of each distribution of each kind of record, and the limits that `level` follows from."""

    total: int
    shown: int
    moderate: float
    strong: float
    fewest: int
    distributions: list[Drift]


@router.get("/drift", operation_id="drift", response_model=DriftAnswer)
def drift_of_values(request: Request, asked: Annotated[DriftOf, Query()]) -> Response:
    """Show by how much the shares of tasks, licenses, libraries, languages and sizes have changed.

    The measure is the population stability index, of which `moderate` and `strong` are the limits.
    """
    found = source_of(request).catalog.ask(drift, asked.platform, asked.kind, asked.since)
    limits = {"moderate": MODERATE, "strong": STRONG, "fewest": FEWEST}
    return hashed_answer(request, {"total": len(found), "shown": len(found), **limits, "distributions": found})
