"""Histories: the versions of the records about an entity, each with what it changed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from mlentory_crawl.catalog.queries.history import Revision, history
from mlentory_crawl.service.api.named import NamedPaged, Segment, iri_of
from mlentory_crawl.service.json_answers import json_answer, source_of, tagged
from mlentory_crawl.service.paging import Extent, Paged, extent, neighbors

router = APIRouter(tags=["history"])


class HistoryAnswer(Extent):
    """Versions of the records about an entity, newest first."""

    iri: str
    revisions: list[Revision]


@router.get("/models/{owner}/{name}/history", operation_id="model_history", response_model=HistoryAnswer)
def model_history(request: Request, owner: Segment, name: Segment, asked: Annotated[Paged, Query()]) -> Response:
    """Show what changed in the records about a model on the Hub."""
    return _told(request, f"{owner}/{name}", asked)


@router.get("/entity/history", operation_id="entity_history", response_model=HistoryAnswer)
def entity_history(request: Request, asked: Annotated[NamedPaged, Query()]) -> Response:
    """Show what changed in the records about any entity."""
    return _told(request, asked.name, asked)


def _told(request: Request, name: str, asked: Paged) -> Response:
    catalog = source_of(request).catalog
    tag = tagged(request, exists=lambda: iri_of(catalog, name))
    found = catalog.ask(history, iri_of(catalog, name), asked.limit, asked.offset)
    links = neighbors(request, total=found.total, limit=asked.limit, offset=asked.offset)
    told = {"iri": found.iri, "revisions": found.revisions}
    return json_answer({**extent(found.total, len(found.revisions), asked.offset), **told}, tag, **links)
