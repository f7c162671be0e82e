"""The tool that finds models and other entities by words, and by what is known of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries.shown_names import CLASS_OF, shown_names
from mlentory_crawl.catalog.queries.writings import TEXTS
from mlentory_crawl.service.agents.fitting import Answer, fitted
from mlentory_crawl.service.agents.offer import STRANGERS, Offer, following
from mlentory_crawl.service.agents.search_arguments import FARTHEST, SearchArguments
from mlentory_crawl.service.agents.strangers_texts import name_of, shortened
from mlentory_crawl.service.parameters import Search
from mlentory_crawl.service.source import Source
from mlentory_crawl.stores.search.query import SearchResult, Unknown

NAME = "search_models"
DESCRIBED, LISTED, COUNTED = 300, 8, 20
"""The characters of a description, the values of a list, and the values of a facet that an answer shows."""


class OwnText(TypedDict, total=False):
    """Texts of the owner."""

    description: str
    keywords: list[str]


class Hit(TypedDict):
    """An entity that was found; what is not stated is left out."""

    iri: str
    name: str
    type: str
    task: NotRequired[list[str]]
    license: NotRequired[list[str]]
    library: NotRequired[list[str]]
    language: NotRequired[list[str]]
    author: NotRequired[list[str]]
    base_model: NotRequired[list[str]]
    derivation: NotRequired[list[str]]
    access: NotRequired[str | list[str]]
    parameters: NotRequired[float]
    context_length: NotRequired[float]
    downloads: NotRequired[float]
    likes: NotRequired[float]
    created: NotRequired[str]
    modified: NotRequired[str]
    published: NotRequired[str]
    has: NotRequired[list[str]]
    more: NotRequired[Annotated[dict[str, int], Field(description="how many values of a list are left out")]]
    stated_by_owner: NotRequired[OwnText]


class ValueCount(TypedDict):
    """A value of a facet, and the number of matches that have it."""

    value: str
    count: int


class CountedFacet(TypedDict):
    """The most frequent values of a facet among the matches."""

    facet: str
    values: list[ValueCount]
    more: int


class UnknownValue(TypedDict):
    """A value that was asked for and that nothing has, with similar ones."""

    field: str
    value: str
    near: list[ValueCount]


class Found(Answer):
    """Hits of a search, the most relevant first."""

    hits: list[Hit]
    facets: list[CountedFacet]
    found_instead: Annotated[str | None, Field(description="the words that the hits have, if none has those asked for")]
    unknown_values: Annotated[list[UnknownValue], Field(description="values that nothing has; try the near ones")]
    not_stated: Annotated[
        dict[str, int], Field(description="field with a bound: how many more would match, but do not state it")
    ]


def search_models(source: Source, asked: SearchArguments) -> dict[str, Any]:
    """Find models and other entities.

    Args:
        source: the catalog and its index.
        asked: what is looked for.
    """
    version = source.index_version()
    meant = _meant(source, asked)
    found = source.search(replace(_search(asked, meant).query(), highlight=False))
    frame = {
        "total": found.total,
        "hits": [],
        "facets": [_facet(name, counts) for name, counts in found.facets.items()],
        "found_instead": found.suggestion,
        "unknown_values": [
            {"field": each.field, "value": name_of(each.value), "near": list(_counts(each.near))}
            for each in _unknown(found, meant)
        ],
        "not_stated": found.unstated,
        "as_of": version,
        "note": f"{STRANGERS} So are the values of facets. What is not stated is absent, and found by no condition.",
    }

    further = following(NAME, asked, asked.offset, min(found.total, FARTHEST + 1))
    return fitted(frame, (("hits", _hit(hit)) for hit in found.hits), further)


def _meant(source: Source, asked: SearchArguments) -> dict[str, dict[str, list[str]]]:
    """Return the names under which the index has the entities that values of filters mean."""
    return {
        field: {value: source.catalog.ask(shown_names, field, value) for value in getattr(asked, field)}
        for field in CLASS_OF
    }


def _search(asked: SearchArguments, meant: Mapping[str, Mapping[str, list[str]]]) -> Search:
    given = asked.model_dump(exclude={"query", "type"})
    for field, names in meant.items():
        given[field] = list(dict.fromkeys([*names, *chain(*names.values())]))[:20]
    return Search(q=asked.query, type=[] if asked.type == "any" else [asked.type], **given)


def _unknown(found: SearchResult, meant: Mapping[str, Mapping[str, list[str]]]) -> Iterator[Unknown]:
    """Yield the values that were asked for and that nothing has under any of their names."""
    missing = {(each.field, each.value) for each in found.unknown}
    for each in found.unknown:
        names = meant.get(each.field)
        is_own = names is None or each.value in names
        if is_own and all((each.field, name) in missing for name in (names or {}).get(each.value, ())):
            yield each


def _counts(counts: Mapping[str, int]) -> Iterator[ValueCount]:
    for value, count in counts.items():
        yield {"value": name_of(value), "count": count}


def _facet(name: str, counts: Mapping[str, int]) -> CountedFacet:
    shown = dict(list(counts.items())[:COUNTED])
    return {"facet": name, "values": list(_counts(shown)), "more": len(counts) - len(shown)}


def _hit(hit: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"iri": hit["iri"], "name": name_of(hit.get("name") or hit["iri"]), "type": hit["type"]}
    more: dict[str, int] = {}

    def values(name: str) -> list[str]:
        if len(hit[name]) > LISTED:
            more[name] = len(hit[name]) - LISTED
        return [name_of(each) for each in hit[name][:LISTED]]

    for name in Hit.__annotations__:
        value = hit.get(name)
        if name not in told and value is not None:
            told[name] = values(name) if isinstance(value, list) else value
    own: dict[str, Any] = {}
    if hit.get("description") and hit["type"] not in TEXTS:
        own["description"] = shortened(hit["description"], DESCRIBED)
    if hit.get("keyword"):
        own["keywords"] = values("keyword")
    return {**told, **({"stated_by_owner": own} if own else {}), **({"more": more} if more else {})}


SEARCH_MODELS = Offer(
    NAME,
    "Search models",
    "Find machine-learning models by words, task, license, size, data and more, across platforms. Also finds datasets,"
    " papers, articles, owners (argument `type`). Start here when you do not know the exact name. Facts of one model:"
    " get_model with the `iri` or `name` of a hit.",
    SearchArguments,
    Found,
    search_models,
)
