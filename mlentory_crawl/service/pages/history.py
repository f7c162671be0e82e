"""The page of what changed in the records about an entity, version by version."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from mlentory_crawl.catalog.queries.history import history
from mlentory_crawl.service.api.named import Name, Segment, iri_of
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.page_templates import page
from mlentory_crawl.service.paging import Offset

router = APIRouter()

SHOWN = 30


@router.get("/models/{owner}/{name}/history")
def of_model(request: Request, owner: Segment, name: Segment, offset: Offset = 0) -> Response:
    """Show what changed in the records about a model on the Hub."""
    return _shown(request, f"{owner}/{name}", offset)


@router.get("/entity/history")
def of_entity(request: Request, name: Name, offset: Offset = 0) -> Response:
    """Show what changed in the records about any entity."""
    return _shown(request, name, offset)


def _shown(request: Request, name: str, offset: int) -> Response:
    catalog = source_of(request).catalog
    found = catalog.ask(history, iri_of(catalog, name), SHOWN, offset)
    return page(request, "history", found=found, offset=offset, shown=SHOWN)
