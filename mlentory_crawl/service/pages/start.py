"""The start page: what this is, and what it holds."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from mlentory_crawl.catalog.queries.recent_changes import recent_changes
from mlentory_crawl.catalog.queries.status import catalog_status, last_runs
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.growth import growth
from mlentory_crawl.service.pages.page_templates import page
from mlentory_crawl.stores.search.query import SearchQuery

router = APIRouter()

RUNS = 100
"""The number of last runs whose records are plotted."""
SHOWN, RECENT = 8, 6
"""The number of values of a facet, and of last changes, on the page."""
KINDS = {
    "MLModel": "models", "Dataset": "datasets", "ScholarlyArticle": "papers", "Article": "articles",
    "SocialMediaPosting": "posts", "SoftwareSourceCode": "repositories", "Person": "people",
}  # fmt: skip
"""The types of entities that are counted on the page, and what they are called."""


@router.get("/")
def start(request: Request) -> Response:
    """Show what the catalog holds, and where to begin."""
    source = source_of(request)
    records = source.catalog.ask(catalog_status).records
    runs = source.catalog.ask(last_runs, RUNS)
    counted = source.kept_search(SearchQuery(size=0, facets=("type", "task", "license")))
    top = source.kept_search(SearchQuery(filters={"type": ["MLModel"]}, sort="downloads", size=6))
    return page(
        request,
        "start",
        kinds={KINDS[name]: (count, name) for name, count in counted.facets["type"].items() if name in KINDS},
        tasks=list(counted.facets["task"].items())[:SHOWN],
        licenses=list(counted.facets["license"].items())[:SHOWN],
        top=top.hits,
        platforms=records,
        last=runs[0] if runs else None,
        growth=growth(runs, sum(each["live"] for kinds in records.values() for each in kinds.values())),
        changes=source.catalog.ask(recent_changes, RECENT).changes,
    )
