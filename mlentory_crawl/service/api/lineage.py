"""Lineages: what a model derives from, what derives from it, and the licenses on the way."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries.derivations import Step
from mlentory_crawl.catalog.queries.license_summary import LicenseConflict, LicenseSummary
from mlentory_crawl.catalog.queries.lineage import Data, Lineage, Member, Use
from mlentory_crawl.pictures.dot import dot
from mlentory_crawl.pictures.mermaid import mermaid
from mlentory_crawl.pictures.svg import svg
from mlentory_crawl.service.api.named import Name, Segment, iri_of
from mlentory_crawl.service.json_answers import json_answer, source_of, tagged
from mlentory_crawl.service.paging import FARTHEST, Extent, extent, neighbors
from mlentory_crawl.service.parameters import DEPTH, MOST_READ, Depth, DerivationKind, Direction, Parameters, Values

router = APIRouter(tags=["lineage"])

Picture = Literal["svg", "mermaid", "dot"]
MEDIA_TYPES: dict[Picture, str] = {"svg": "image/svg+xml", "mermaid": "text/vnd.mermaid", "dot": "text/vnd.graphviz"}
NO_PERMISSION = "An empty list of conflicts is no permission: of most licenses no rule knows."
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""The policy of a picture that is opened by itself: it is drawn, and does nothing."""


class Walk(Parameters):
    """The way to walk."""

    direction: Direction = "up"
    """``up`` to what it derives from, ``down`` to what derives from it."""
    depth: Depth = DEPTH
    kind: DerivationKind | None = None
    """Only derivations of this kind."""


class Licensed(Walk):
    """The way to walk, and the part of the conflicts that is asked for."""

    limit: Annotated[int, Field(ge=1, le=500, description="the maximum number of conflicts")] = 100
    offset: Annotated[int, Field(ge=0, le=FARTHEST, description="the number of conflicts to leave out first")] = 0


class LicensedByName(Licensed):
    """A model by its name, and the way to walk from it."""

    name: Name


class Asked(Walk):
    """The way to walk, and what to show of it."""

    data: Data | None = None
    """The datasets that the models were trained or evaluated on, too."""
    license: Values = Field(default_factory=list)
    """Only models under one of these licenses."""
    limit: Annotated[int, Field(ge=1, le=500, description="the maximum number of models, the nearest first")] = 100
    offset: Annotated[int, Field(ge=0, le=FARTHEST, description="the number of nearer models to leave out")] = 0
    format: Literal["json", Picture] = "json"


class AskedByName(Asked):
    """A model by its name, the way to walk from it, and what to show."""

    name: Name


class LineageAnswer(Extent):
    """A part of a lineage; `total` counts the models beside the first one, those that were read unless `complete`."""

    root: str
    members: list[Member]
    steps: list[Step]
    datasets: list[Member]
    uses: list[Use]
    left_out: int
    complete: bool
    conflicts: list[LicenseConflict]
    inherited_conflicts: list[LicenseConflict]
    summary: LicenseSummary
    note: str


class StatedConflict(TypedDict):
    """Two licenses that do not go together, of a model and of one that it derives from."""

    inherited: bool
    child: str
    parent: str
    original: str
    derived: str
    rule: str
    why: str
    source: str


class LicensesAnswer(Extent):
    """The licenses along a lineage, and those that do not go together; of a part of it unless `complete`."""

    root: str
    summary: LicenseSummary
    conflicts: list[StatedConflict]
    complete: bool
    note: str


PICTURES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {media_type: {"schema": {"type": "string"}} for media_type in MEDIA_TYPES.values()},
        "description": "The lineage.",
    }
}


@router.get(
    "/models/{owner}/{name}/lineage", operation_id="model_lineage", response_model=LineageAnswer, responses=PICTURES
)
def model_lineage(request: Request, owner: Segment, name: Segment, asked: Annotated[Asked, Query()]) -> Response:
    """Walk from a model on the Hub to what it derives from, or to what derives from it."""
    return _walked(request, f"{owner}/{name}", asked)


@router.get("/entity/lineage", operation_id="entity_lineage", response_model=LineageAnswer, responses=PICTURES)
def entity_lineage(request: Request, asked: Annotated[AskedByName, Query()]) -> Response:
    """Walk from any model to what it derives from, or to what derives from it."""
    return _walked(request, asked.name, asked)


@router.get("/models/{owner}/{name}/licenses", operation_id="model_licenses", response_model=LicensesAnswer)
def model_licenses(request: Request, owner: Segment, name: Segment, asked: Annotated[Licensed, Query()]) -> Response:
    """Show which licenses do not go together along the lineage of a model on the Hub."""
    return _licensed(request, f"{owner}/{name}", asked)


@router.get("/entity/licenses", operation_id="entity_licenses", response_model=LicensesAnswer)
def entity_licenses(request: Request, asked: Annotated[LicensedByName, Query()]) -> Response:
    """Show which licenses do not go together along the lineage of any model."""
    return _licensed(request, asked.name, asked)


def _walked(request: Request, name: str, asked: Asked) -> Response:
    catalog = source_of(request).catalog
    tag = tagged(request, form=asked.format, exists=lambda: iri_of(catalog, name))
    is_down = asked.direction == "down"
    found = catalog.lineage(
        name,
        up=not is_down,
        depth=asked.depth,
        kind=asked.kind,
        limit=asked.limit,
        offset=asked.offset,
        data=asked.data,
        under=asked.license,
        most=MOST_READ,
    )
    shown = sum(not member.context for member in found.members.values()) - 1
    total = found.offset + shown + found.left_out if shown else max(found.left_out, found.summary.models)
    links = neighbors(request, total=total, limit=asked.limit, offset=asked.offset)
    if asked.format != "json":
        return _picture(found, asked.format, tag, links, is_down=is_down)
    return json_answer({**extent(total, shown, asked.offset), **found.to_dict(), "note": NO_PERMISSION}, tag, **links)


def _picture(found: Lineage, format: Picture, tag: str, links: dict[str, str], *, is_down: bool) -> Response:
    drawn = svg(found, down=is_down) if format == "svg" else mermaid(found) if format == "mermaid" else dot(found)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Content-Security-Policy": SANDBOX, **links}
    return Response(drawn, media_type=MEDIA_TYPES[format], headers=headers)


def _licensed(request: Request, name: str, asked: Licensed) -> Response:
    catalog = source_of(request).catalog
    tag = tagged(request, exists=lambda: iri_of(catalog, name))
    found = catalog.lineage(name, up=asked.direction == "up", depth=asked.depth, kind=asked.kind, most=MOST_READ)
    all_of_them = [{"inherited": False, **asdict(each)} for each in found.conflicts]
    all_of_them += [{"inherited": True, **asdict(each)} for each in found.inherited]
    shown = all_of_them[asked.offset : asked.offset + asked.limit]
    links = neighbors(request, total=len(all_of_them), limit=asked.limit, offset=asked.offset)
    told = {"root": found.root, "summary": found.summary, "conflicts": shown, "complete": found.complete}
    told["note"] = NO_PERMISSION
    return json_answer({**extent(len(all_of_them), len(shown), asked.offset), **told}, tag, **links)
