"""Searches, suggestions, and the values of facets."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.service.json_answers import json_answer, source_of, tagged
from mlentory_crawl.service.paging import Extent, extent, neighbors
from mlentory_crawl.service.parameters import LONGEST, Facet, Parameters, Search, SearchParameters
from mlentory_crawl.service.source import Source
from mlentory_crawl.stores.search.query import MAX_HITS, Bar, SearchQuery, Unknown

router = APIRouter(tags=["search"])
COUNTED = 10_000
"""The number of values of a facet, the most frequent ones, among which those with a beginning are found."""


class Beginning(Parameters):
    """The beginning of a name."""

    q: Annotated[str, Field(max_length=LONGEST, description="words; the last one may be unfinished")] = ""
    limit: Annotated[int, Field(ge=1, le=20, description="the maximum number of names")] = 10


class Values(Search):
    """The values of a facet that are asked for, among the hits of a search."""

    starts: Annotated[str, Field(max_length=200, description="only values that begin with this, in any case")] = ""


class SearchAnswer(Extent):
    """The hits of a search; `index` is the version of the catalog that they are true for."""

    hits: list[dict[str, Any]]
    facets: dict[str, dict[str, int]]
    suggestion: str | None
    histograms: dict[str, list[Bar]]
    unstated: dict[str, int]
    unknown: list[Unknown]
    sort: str
    filters: dict[str, list[str]]
    index: str


class Suggested(TypedDict):
    """An entity whose name may be meant."""

    iri: str
    name: str | None
    type: str


class SuggestAnswer(TypedDict):
    """Entities whose names may be meant, the most likely first."""

    total: int
    shown: int
    suggestion: str | None
    suggestions: list[Suggested]


class FacetValue(TypedDict):
    """A value of a facet, and the number of hits that have it."""

    value: str
    count: int


class FacetAnswer(Extent):
    """Values of a facet, the most frequent first; `complete` unless there are more than can be counted."""

    facet: str
    values: list[FacetValue]
    complete: bool


@router.get("/entities", operation_id="search", response_model=SearchAnswer)
def search(request: Request, given: SearchParameters) -> Response:
    """Search for models and other entities by words, and narrow down by what is known of them."""
    source = source_of(request)
    version = source.index_version()
    tag = tagged(request, version, "index")
    found = source.search(given.query())
    reachable = min(found.total, MAX_HITS)
    links = neighbors(request, total=reachable, limit=given.limit, offset=given.offset)
    told = {**extent(found.total, len(found.hits), given.offset), **_shallow(found), "index": version}
    return json_answer(told, tag, **links)


def _shallow(found: Any) -> dict[str, Any]:
    # Hits are long, and are no dataclasses: nothing of them is copied.
    return {name: getattr(found, name) for name in found.__dataclass_fields__ if name != "total"}


@router.get("/suggest", operation_id="suggest", response_model=SuggestAnswer)
def suggest(request: Request, asked: Annotated[Beginning, Query()]) -> Response:
    """Suggest entities while a name is typed."""
    source = source_of(request)
    tag = tagged(request, source.index_version(), "index")
    query = SearchQuery(asked.q, size=asked.limit, sort="relevance" if asked.q.strip() else "downloads")
    found = source.search(query)
    shown = [{name: hit.get(name) for name in ("iri", "name", "type")} for hit in found.hits]
    told = {"suggestion": found.suggestion, "suggestions": shown}
    return json_answer({"total": found.total, "shown": len(shown), **told}, tag)


@router.get("/facets/{name}", operation_id="facet", response_model=FacetAnswer)
def facet(request: Request, name: Annotated[Facet, Path()], asked: Annotated[Values, Query()]) -> Response:
    """List the values of a facet among the hits of a search, by their beginning."""
    source = source_of(request)
    tag = tagged(request, source.index_version(), "index")
    fitting, is_complete = values_of(source, name, asked)
    shown = [
        {"value": value, "count": count}
        for value, count in list(fitting.items())[asked.offset : asked.offset + asked.limit]
    ]
    links = neighbors(request, total=len(fitting), limit=asked.limit, offset=asked.offset)
    told = {"facet": name, "values": shown, "complete": is_complete}
    return json_answer({**extent(len(fitting), len(shown), asked.offset), **told}, tag, **links)


def values_of(source: Source, name: str, asked: Values) -> tuple[dict[str, int], bool]:
    """Return the values of a facet with their counts, the most frequent first, and whether all were counted.

    Args:
        source: the search index.
        name: the facet.
        asked: the search, and the beginning of the values.
    """
    query = replace(
        asked.query(), size=0, offset=0, facets=(name,), facet_values=COUNTED, histograms=(), highlight=False
    )
    counts = source.search(query).facets[name]
    starts = asked.starts.casefold()
    fitting = {value: count for value, count in counts.items() if value.casefold().startswith(starts)}
    return fitting, len(counts) < COUNTED
