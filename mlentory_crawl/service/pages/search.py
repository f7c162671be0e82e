"""The page of a search: hits, and what narrows it down; all of it in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, get_args
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from mlentory_crawl.catalog.queries.conflicts_above import conflicts_above
from mlentory_crawl.console import magnitude
from mlentory_crawl.service.api.search import Values, values_of
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.entity import NEAR
from mlentory_crawl.service.pages.filters import MODELS
from mlentory_crawl.service.pages.page_templates import page
from mlentory_crawl.service.parameters import COUNTED, MOST_READ, Facet, Search, SearchParameters
from mlentory_crawl.stores.search.query import Bar, Sort

router = APIRouter()

FACETS = (*COUNTED, "derivation", "has")
LISTED = 200
"""The number of values of a facet on a page of their own."""
DROPPED = 6
"""The number of parts of a search that are left out in turn, where all of them together find nothing."""
REFUSALS = {"has": "without"}
"""The parameters that refuse values of a facet, where these are not called as usual."""
SIZES = "parameters"
"""The number whose values are counted by size."""
BOUNDS = tuple(int(bound) for bound in (1e8, 1e9, 3e9, 8e9, 1e10, 1.5e10, 4e10, 1e11))
"""The numbers of parameters below which all models can be asked for."""
NO_BOUNDS = {"min_parameters": None, "max_parameters": None}
SORTS = {
    "relevance": "Best match", "downloads": "Downloads", "likes": "Likes", "modified": "Last changed",
    "created": "Newest", "published": "Published", "parameters": "Size", "name": "Name",
}  # fmt: skip
assert SORTS.keys() == set(get_args(Sort))


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a facet, or a part of a histogram.

    Attributes:
        value: the value, as it is shown.
        count: the number of hits that have it; None if it is not counted.
        is_chosen: whether the search accepts it.
        address: the page of the search with it, or without it if it is chosen.
        is_excluded: whether the search refuses it.
        excluding: the page of the search that refuses it, or no longer does; None if that cannot be asked.
    """

    value: str
    count: int | None
    is_chosen: bool
    address: str
    is_excluded: bool = False
    excluding: str | None = None


@router.get("/search")
def search(request: Request, given: SearchParameters) -> Response:
    """Show the hits of a search."""
    query = replace(given.query(FACETS), histograms=(SIZES,))
    result = source_of(request).search(query)
    facets = {name: _options(given, name, counts) for name, counts in result.facets.items()}
    sizes = [_size(given, bar) for bar in result.histograms.get(SIZES, ())]
    last = given.offset + len(result.hits)
    chips = _chips(given, facets, sizes)
    models = [hit["iri"] for hit in result.hits if hit["type"] == MODELS]
    return page(
        request,
        "search",
        given=given,
        result=result,
        facets={name: options for name, options in facets.items() if options},
        sizes=sizes if any(size.count for size in sizes) else [],
        most=max((size.count or 0 for size in sizes), default=0),
        bounds=BOUNDS,
        unbound=_pairs({**given.model_dump(exclude_defaults=True), **NO_BOUNDS, "offset": 0}),
        unstated=_address(given, **NO_BOUNDS, offset=0, without=[*given.without, SIZES]),
        conflicts=source_of(request).catalog.ask(conflicts_above, models, NEAR, MOST_READ) if models else {},
        chips=chips,
        dropped=[] if result.total else _dropped(request, given, chips),
        table=f"/api/v1/entities.csv{_address(given, offset=0, limit=0).removeprefix('/search')}",
        further={name: f"/search/{name}{_address(given, offset=0).removeprefix('/search')}" for name in facets},
        sorts=[Option(label, None, name == query.sort, _address(given, sort=name)) for name, label in SORTS.items()],
        kept=_pairs({**given.model_dump(exclude_defaults=True), "q": None, "offset": 0}),
        last=last,
        before=_address(given, offset=max(given.offset - given.limit, 0)) if given.offset else None,
        after=_address(given, offset=last) if last < result.total and given.limit else None,
    )


@router.get("/search/{name}")
def values(request: Request, name: Annotated[Facet, Path()], asked: Annotated[Values, Query()]) -> Response:
    """Show the values of a facet among the hits of a search, by their beginning."""
    fitting, _ = values_of(source_of(request), name, asked)
    given = Search(**asked.model_dump(exclude={"starts"}, exclude_unset=True))
    return page(
        request,
        "values",
        name=name,
        starts=asked.starts,
        total=len(fitting),
        options=_options(given, name, dict(list(fitting.items())[:LISTED])) if hasattr(given, name) else [],
        kept=_pairs({**given.model_dump(exclude_defaults=True), "offset": 0}),
        back=_address(given, offset=0),
    )


def _options(given: Search, name: str, counts: dict[str, int]) -> list[Option]:
    refusal = REFUSALS.get(name, f"not_{name}")
    chosen = {value.casefold(): value for value in getattr(given, name)}
    refused = {value.casefold(): value for value in getattr(given, refusal, ())}
    known = {value.casefold() for value in counts}
    others = [value for key, value in {**chosen, **refused}.items() if key not in known]
    return [
        Option(
            value,
            count,
            (key := value.casefold()) in chosen,
            _toggled(given, name, value),
            key in refused,
            None if key in chosen or not hasattr(given, refusal) else _toggled(given, refusal, value),
        )
        for value, count in [*counts.items(), *((value, None) for value in others)]
    ]


def _dropped(request: Request, given: Search, chips: list[tuple[str, Option]]) -> list[tuple[str, Option]]:
    """Return the parts of a search without which it would have hits, each with their number."""
    found = []
    without_words = Option(f"\u201c{given.q}\u201d", None, True, _address(given, q=""))
    for name, option in [*chips, *([("words", without_words)] if given.q.strip() else [])][:DROPPED]:
        pairs = parse_qs(option.address.partition("?")[2])
        parts = {key: value if isinstance(getattr(given, key), list) else value[-1] for key, value in pairs.items()}
        total = source_of(request).search(replace(Search.model_validate(parts).query(), size=0, offset=0)).total
        if total:
            found.append((name, Option(option.value, total, True, option.address)))
    return found


def _size(given: Search, bar: Bar) -> Option:
    least, most = bar.least, None if bar.below is None else bar.below - 1
    is_chosen = (given.min_parameters, given.max_parameters) == (least, most) and (least, most) != (None, None)
    bounds = NO_BOUNDS if is_chosen else {"min_parameters": least, "max_parameters": most}
    if bar.below is None:
        label = f"{magnitude(bar.least or 0)} and more"
    else:
        label = f"{magnitude(bar.least)} to {magnitude(bar.below)}" if bar.least else f"under {magnitude(bar.below)}"
    return Option(label, bar.count, is_chosen, _address(given, offset=0, **bounds))


def _chips(given: Search, facets: dict[str, list[Option]], sizes: list[Option]) -> list[tuple[str, Option]]:
    """Return what narrows the search down, each with the address of the search without it."""
    chips = [(name, option) for name, options in facets.items() for option in options if option.is_chosen]
    counted = {name for name, _ in chips}
    chips += [
        (name, Option(value, None, True, _toggled(given, name, value)))
        for name, values in given.filters.items()
        if name not in counted
        for value in values
    ]
    chips += [
        ("not", Option(f"not {value}", None, True, _toggled(given, f"not_{name}", value)))
        for name, values in given.excluded.items()
        for value in values
    ]
    chips += [(SIZES, size) for size in sizes if size.is_chosen]
    if not any(size.is_chosen for size in sizes):
        for name in NO_BOUNDS:
            if (bound := getattr(given, name)) is not None:
                address = _address(given, offset=0, **{name: None})
                chips.append((SIZES, Option(_bound(name, bound), None, True, address)))
    for how in ("has", "without"):
        chips += [
            (how, Option(f"{how} {value}", None, True, _toggled(given, how, value)))
            for value in getattr(given, how)
            if how != "has" or "has" not in facets or not any(each.value == value for each in facets["has"])
        ]
    return chips


def _bound(name: str, bound: float) -> str:
    """Return a bound of the number of parameters as people read it."""
    if name == "max_parameters" and bound + 1 in BOUNDS:
        return f"under {magnitude(int(bound) + 1)}"
    return f"{'from' if name == 'min_parameters' else 'up to'} {bound:,.15g}"


def _toggled(given: Search, name: str, value: str) -> str:
    values = [each for each in getattr(given, name) if each.casefold() != value.casefold()]
    is_chosen = len(values) < len(getattr(given, name))
    return _address(given, offset=0, **{name: values if is_chosen else [*values, value]})


def _address(given: Search, **changed: Any) -> str:
    """Return the address of a search with other parameters."""
    pairs = _pairs({**given.model_dump(exclude_defaults=True), **changed})
    return f"/search?{urlencode(pairs)}" if pairs else "/search"


def _pairs(told: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (name, f"{each:.15g}" if isinstance(each, float) else each)
        for name, value in told.items()
        for each in (value if isinstance(value, list) else [value])
        if each not in (0, "", None)
    ]
