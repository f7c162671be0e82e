"""Addresses of pages, and of the same as data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, urlencode

from fair4ml.identifiers import HUGGING_FACE

_MODEL = re.compile(r"(?!\.\.?/)[\w.-]+/(?!\.\.?$)[\w.-]+", re.ASCII)
API = "/api/v1"
SEARCHES = ("/search", "/api/v1/entities")
SAME = {
    "/": ("/stats", ()),
    "/leaderboards": ("/leaderboards", ()),
    "/runs": ("/runs", ()),
    "/coverage": ("/coverage", ("platform",)),
    "/compare": ("/compare", ("name",)),
    "/dumps": ("/dumps", ()),
    "/drift": ("/drift", ("since", "platform", "kind")),
    "/entity": ("/entity", ("name", "at")),
    "/entity/history": ("/entity/history", ("name", "offset")),
    "/entity/lineage": ("/entity/lineage", ("name", "direction", "depth", "offset")),
}
"""The addresses of pages with those of the same as data, and the parameters that both have."""
BELOW = {
    "/models/": ("at", "offset", "direction", "depth"),
    **dict.fromkeys(("/datasets", "/licenses", "/tasks", "/owners"), ("q", "offset")),
    "/runs/": (),
}
"""The beginnings of further addresses of which the same holds."""


def link_to(iri: str) -> str:
    """Return the address of the page about an entity."""
    path = iri.removeprefix(HUGGING_FACE)
    # Anything else would be read as another address: parts of models have a # in theirs.
    is_model = path != iri and _MODEL.fullmatch(path) and not path.startswith(("datasets/", "papers/", "spaces/"))
    return f"/models/{path}" if is_model else f"/entity?{urlencode({'name': iri})}"


def path_name(iri: str) -> str:
    """Return an IRI as the end of a path."""
    return quote(iri, safe="")


def history_of(iri: str) -> str:
    """Return the address of the page with the history of an entity."""
    path, mark, query = link_to(iri).partition("?")
    return f"{path}/history{mark}{query}"


def lineage_of(iri: str, direction: str = "up") -> str:
    """Return the address of the page with the lineage of an entity."""
    path, _, query = link_to(iri).partition("?")
    told = [query] * bool(query) + [f"direction={direction}"] * (direction != "up")
    return f"{path}/lineage{'?' if told else ''}{'&'.join(told)}"


def api_of(iri: str) -> str:
    """Return the address of an entity in the API."""
    return f"{API}{link_to(iri)}"


def form_of(iri: str, format: str) -> str:
    """Return the address of an entity in one of the formats of the API."""
    address = api_of(iri)
    return f"{address}{'&' if '?' in address else '?'}format={format}"


def crate_of(iri: str) -> str:
    """Return the address of an entity as a research object."""
    path, mark, query = api_of(iri).partition("?")
    return f"{path}/ro-crate-metadata.json{mark}{query}"


def short_name(iri: str) -> str:
    """Return the shortest name of an entity that is an address on the Hub; others as they are."""
    return iri.removeprefix(HUGGING_FACE)


def same_as_data(path: str, given: Iterable[tuple[str, str]]) -> str | None:
    """Return the address in the API of what a page shows; None if it shows what the API does not have.

    Args:
        path: the path of the page.
        given: the parameters of the page.
    """
    parameters = list(given)
    datasets = [value for name, value in parameters if name == "dataset" and value.strip()]
    if path == "/leaderboards" and datasets:
        return f"{API}/leaderboard?{urlencode({'dataset': datasets[-1]})}"
    if path == SEARCHES[0]:
        return f"{SEARCHES[1]}?{urlencode(parameters)}" if parameters else SEARCHES[1]
    if path.startswith("/search/"):
        return f"{API}/facets{path.removeprefix('/search')}{'?' * bool(parameters)}{urlencode(parameters)}"
    if path == "/compare" and len([value for name, value in parameters if name == "name" and value.strip()]) < 2:
        return None
    target, shared = SAME.get(path, (None, ()))
    if target is None:
        begun = next((names for start, names in BELOW.items() if path.startswith(start)), None)
        if begun is None:
            return None
        target, shared = quote(path, safe="/%:@"), begun
    kept = [(name, value) for name, value in parameters if name in shared and value.strip()]
    return f"{API}{target}{'?' * bool(kept)}{urlencode(kept)}"
