"""The page of a lineage: a picture to walk in, the same as a list, and the licenses on the way."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup

from mlentory_crawl.catalog.queries.derivations import Step
from mlentory_crawl.pictures.svg import svg
from mlentory_crawl.service.api.named import Name, Segment
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.addresses import lineage_of, link_to
from mlentory_crawl.service.pages.compare import comparison_of
from mlentory_crawl.service.pages.page_templates import page
from mlentory_crawl.service.paging import Offset
from mlentory_crawl.service.parameters import DEPTH_OF_PAGES, MOST_READ, Depth, Direction
from mlentory_crawl.service.static_files import FOR_EVER, lineage_style

router = APIRouter()

DRAWN = 24
"""The number of models up to which a picture is drawn; more of them make no picture that anybody reads."""
Limit = Annotated[int, Query(ge=1, le=500, description="the number of models on a page")]


@router.get("/lineage.css")
def style() -> Response:
    """Return the style of pictures, for pages that have them in their text."""
    return Response(lineage_style(), media_type="text/css", headers={"Cache-Control": FOR_EVER})


@router.get("/models/{owner}/{name}/lineage")
def of_model(
    request: Request, owner: Segment, name: Segment, direction: Direction = "up", depth: Depth = DEPTH_OF_PAGES,
    limit: Limit = 40, offset: Offset = 0,
) -> Response:  # fmt: skip
    """Show what a model on the Hub derives from, or what derives from it."""
    return _shown(request, f"{owner}/{name}", direction, depth, limit, offset)


@router.get("/entity/lineage")
def of_entity(
    request: Request,
    name: Name,
    direction: Direction = "up",
    depth: Depth = DEPTH_OF_PAGES,
    limit: Limit = 40,
    offset: Offset = 0,
) -> Response:
    """Show what an entity derives from, or what derives from it."""
    return _shown(request, name, direction, depth, limit, offset)


def _told(step: Step) -> tuple[str, ...]:
    return step.kind_for_people, step.how, step.field, step.record


def _shown(request: Request, name: str, direction: Direction, depth: int, limit: int, offset: int) -> Response:
    up = direction == "up"
    found = source_of(request).catalog.lineage(name, up=up, depth=depth, limit=limit, offset=offset, most=MOST_READ)
    # Its texts are escaped where it is drawn.
    picture = Markup(svg(found, down=not up, style="", address=lambda iri: lineage_of(iri, direction)))  # noqa: S704
    ways: dict[str, list[Step]] = {}
    for step in found.steps:
        known = ways.setdefault(step.parent if up else step.child, [])
        if not any(_told(each) == _told(step) for each in known):
            known.append(step)
    here = lineage_of(found.root, direction)
    joint = "&" if "?" in here else "?"
    pages: dict[str, Any] = {
        "before": f"{here}{joint}depth={depth}&offset={max(offset - limit, 0)}" if offset else None,
        "after": f"{here}{joint}depth={depth}&offset={offset + limit}" if found.left_out else None,
    }
    return page(
        request,
        "lineage",
        found=found,
        up=up,
        depth=depth,
        picture=picture if len(found.members) <= DRAWN else None,
        ways=ways,
        subject=link_to(found.root),
        here=here,
        joint=joint,
        compared=comparison_of(found.members),
        **pages,
    )
