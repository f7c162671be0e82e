"""Entities: everything that the catalog knows of one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries.description import Derived
from mlentory_crawl.catalog.queries.mentions import Mentions
from mlentory_crawl.catalog.queries.origins import Statement
from mlentory_crawl.catalog.queries.writings import AlikeText, CodeOf, Writings
from mlentory_crawl.service.api.named import Name, Named, Segment
from mlentory_crawl.service.api.representations import CRATE, FORMS, Crate, crate, represented
from mlentory_crawl.service.parameters import Moment, NoParameters, Parameters

router = APIRouter(tags=["entities"])
Format = Literal["json", "jsonld", "turtle"]


class Asked(Parameters):
    """The way to describe an entity."""

    at: Moment | None = None
    """The time whose state is wanted, in UTC unless it has a time zone."""
    why: bool = True
    """False leaves out which records state each property."""
    format: Format | None = None
    """The representation; otherwise the header ``Accept`` decides."""


class AskedByName(Asked):
    """An entity by its name, and how it is to be described."""

    name: Name


class Described(TypedDict, total=False):
    """The facts about an entity; a deleted one has `deletedAt`."""

    root: dict[str, Any]
    parts: list[dict[str, Any]]
    stubs: list[dict[str, Any]]
    counters: dict[str, int]
    platforms: list[str]
    described: bool
    deletedAt: str
    sources: list[dict[str, Any]]
    statements: dict[str, list[Statement]]
    derived: list[Derived]
    named: Mentions
    written: Writings
    codeOf: CodeOf
    alike: list[AlikeText]


@router.get("/models/{owner}/{name}", operation_id="model", response_model=Described, responses=FORMS)
def model(request: Request, owner: Segment, name: Segment, asked: Annotated[Asked, Query()]) -> Response:
    """Describe a model on the Hub, as the catalog knows it now or knew it at a time."""
    return _described(request, f"{owner}/{name}", asked)


@router.get("/entity", operation_id="entity", response_model=Described, responses=FORMS)
def entity(request: Request, asked: Annotated[AskedByName, Query()]) -> Response:
    """Describe any entity, as the catalog knows it now or knew it at a time."""
    return _described(request, asked.name, asked)


def _described(request: Request, name: str, asked: Asked) -> Response:
    return represented(request, name, asked.at, asked.format, why=asked.why)


@router.get(
    "/models/{owner}/{name}/ro-crate-metadata.json", operation_id="model_crate", response_class=Crate, responses=CRATE
)
def model_crate(request: Request, owner: Segment, name: Segment, _: NoParameters) -> Response:
    """Describe a model on the Hub as a research object (RO-Crate 1.2)."""
    return crate(request, f"{owner}/{name}")


@router.get("/entity/ro-crate-metadata.json", operation_id="entity_crate", response_class=Crate, responses=CRATE)
def entity_crate(request: Request, asked: Annotated[Named, Query()]) -> Response:
    """Describe any entity as a research object (RO-Crate 1.2)."""
    return crate(request, asked.name)
