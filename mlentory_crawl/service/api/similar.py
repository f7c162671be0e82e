"""Models that are similar to another one, with the reasons."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries.similar import Shared, SimilarModel, similar
from mlentory_crawl.service.api.named import Name, Segment, iri_of
from mlentory_crawl.service.json_answers import json_answer, source_of, tagged
from mlentory_crawl.service.parameters import Parameters

router = APIRouter(tags=["models"])


class Asked(Parameters):
    """The number of models that are asked for."""

    limit: Annotated[int, Field(ge=1, le=50, description="the maximum number of models")] = 10


class AskedByName(Asked):
    """A model by its name, and the number of models that are asked for."""

    name: Name


class SimilarAnswer(TypedDict):
    """Models that share something with another one, the most similar first, but varied."""

    total: int
    shown: int
    iri: str
    models: list[SimilarModel]
    too_common: list[Shared]


@router.get("/models/{owner}/{name}/similar", operation_id="model_similar", response_model=SimilarAnswer)
def model_similar(request: Request, owner: Segment, name: Segment, asked: Annotated[Asked, Query()]) -> Response:
    """Find models that share bases, data, papers or the task with a model on the Hub."""
    return _found(request, f"{owner}/{name}", asked)


@router.get("/entity/similar", operation_id="entity_similar", response_model=SimilarAnswer)
def entity_similar(request: Request, asked: Annotated[AskedByName, Query()]) -> Response:
    """Find models that share bases, data, papers or the task with any model."""
    return _found(request, asked.name, asked)


def _found(request: Request, name: str, asked: Asked) -> Response:
    catalog = source_of(request).catalog
    tag = tagged(request, exists=lambda: iri_of(catalog, name))
    found = catalog.ask(similar, iri_of(catalog, name), asked.limit)
    told = {"iri": found.iri, "models": found.models, "too_common": found.too_common}
    return json_answer({"total": found.total, "shown": len(found.models), **told}, tag)
