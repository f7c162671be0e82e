"""Articles, posts and repositories: what is written, and about what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from mlentory_crawl.catalog.queries.writings import Writing, writings
from mlentory_crawl.service.api.named import Name, iri_of
from mlentory_crawl.service.json_answers import json_answer, source_of, tagged
from mlentory_crawl.service.paging import Extent, Paged, extent, neighbors

router = APIRouter(tags=["articles"])


class About(Paged):
    """The entity that texts are about, and the part of them that is asked for."""

    about: Name


class TextsAnswer(Extent):
    """Texts about an entity, newest first."""

    iri: str
    articles: list[Writing]


@router.get("/articles", operation_id="articles", response_model=TextsAnswer)
def articles(request: Request, asked: Annotated[About, Query()]) -> Response:
    """List the articles, posts and repositories that are about an entity or link to it."""
    catalog = source_of(request).catalog
    tag = tagged(request, exists=lambda: iri_of(catalog, asked.about))
    iri = iri_of(catalog, asked.about)
    found = catalog.ask(writings, iri, asked.offset + asked.limit)
    shown = found.newest[asked.offset :]
    links = neighbors(request, total=found.count, limit=asked.limit, offset=asked.offset)
    return json_answer({**extent(found.count, len(shown), asked.offset), "iri": iri, "articles": shown}, tag, **links)
