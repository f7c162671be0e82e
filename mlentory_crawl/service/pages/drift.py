"""The page of drift: by how much the distributions of values have changed over runs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from mlentory_crawl.catalog.queries.drift import Drift, drift
from mlentory_crawl.catalog.queries.stability import FEWEST, MODERATE, STRONG
from mlentory_crawl.service.api.drift import DriftOf
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.page_templates import page
from mlentory_crawl.service.pages.plots import Trend, trend

router = APIRouter()

TOP = 0.3
"""The index at the top of a plot, unless one is larger: the limits are in every plot, at the same height."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The drift of a distribution, with its plot; there is none of fewer than two runs that can be compared."""

    drift: Drift
    plot: Trend | None


@router.get("/drift")
def show(request: Request, asked: Annotated[DriftOf, Query()]) -> Response:
    """Show by how much the values of records have changed since the run before, or since a day."""
    found = source_of(request).catalog.ask(drift, asked.platform, asked.kind, asked.since)
    kinds = [
        (platform, kind, [Shown(each, _plot(each)) for each in some])
        for (platform, kind), some in groupby(found, lambda each: (each.platform, each.kind))
    ]
    return page(request, "drift", kinds=kinds, asked=asked, moderate=MODERATE, strong=STRONG, fewest=FEWEST)


def _plot(of: Drift) -> Trend | None:
    return trend([run.psi for run in of.runs], TOP, (MODERATE, STRONG))
