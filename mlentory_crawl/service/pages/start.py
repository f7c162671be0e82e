"""The start page: what this is, and what it holds."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import APIRouter, Request, Response

from mlentory_crawl.catalog.queries.status import catalog_status, last_runs
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.page_templates import page
from mlentory_crawl.service.pages.plots import Point, growth
from mlentory_crawl.stores.search.query import SearchQuery

router = APIRouter()

RUNS = 100
"""The number of last runs whose records are plotted."""
SHOWN = 8
KINDS = {
    "MLModel": "models", "Dataset": "datasets", "ScholarlyArticle": "papers", "Article": "articles",
    "SocialMediaPosting": "posts", "SoftwareSourceCode": "repositories", "Person": "people",
}  # fmt: skip
"""The types of entities that are counted on the page, and what they are called."""


@router.get("/")
def start(request: Request) -> Response:
    """Show what the catalog holds, and where to begin."""
    source = source_of(request)
    platforms = source.catalog.ask(catalog_status).records
    runs = source.catalog.ask(last_runs, RUNS)
    counted = source.search(SearchQuery(size=0, facets=("type", "task", "license")))
    top = source.search(SearchQuery(filters={"type": ["MLModel"]}, sort="downloads", size=6))
    return page(
        request,
        "start",
        kinds={KINDS[name]: (count, name) for name, count in counted.facets["type"].items() if name in KINDS},
        tasks=list(counted.facets["task"].items())[:SHOWN],
        licenses=list(counted.facets["license"].items())[:SHOWN],
        top=top.hits,
        platforms=platforms,
        last=runs[0] if runs else None,
        growth=growth(_sizes(runs)),
    )


def _sizes(runs: list[dict[str, Any]]) -> list[Point]:
    """Return the number of records that the runs up to the end of each day have added, oldest first."""
    by_day: dict[str, int] = {}
    counts = Counter[str]()
    for run in reversed(runs):
        counts.update(run.get("records", {}))
        if run.get("finished_at"):
            by_day[run["finished_at"][: len("2026-11-20")]] = counts["new"] - counts["deleted"]
    return [Point(day, value) for day, value in by_day.items()]
