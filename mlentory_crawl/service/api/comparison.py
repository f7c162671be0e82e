"""Comparisons of entities side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries.comparison import Row
from mlentory_crawl.service.api.named import Name, iri_of
from mlentory_crawl.service.json_answers import json_answer, source_of, tagged
from mlentory_crawl.service.parameters import Parameters

router = APIRouter(tags=["models"])


class Compared(Parameters):
    """The entities to compare: give the parameter several times."""

    name: Annotated[list[Name], Field(min_length=2, max_length=10)]


Thing = TypedDict("Thing", {"iri": str, "name": str | None, "class": str, "described": bool})


class ComparisonAnswer(TypedDict):
    """Entities side by side; each row has the values of one property, in the order of the entities."""

    things: list[Thing]
    rows: list[Row]


@router.get("/compare", operation_id="compare", response_model=ComparisonAnswer)
def compare(request: Request, asked: Annotated[Compared, Query()]) -> Response:
    """Compare licenses, data, parameters and metrics of entities side by side."""
    catalog = source_of(request).catalog
    tag = tagged(request, exists=lambda: [iri_of(catalog, name) for name in asked.name])
    return json_answer(catalog.compare(*asked.name), tag)
