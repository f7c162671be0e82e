"""Addresses of single entities of Papers with Code, and readers of its responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote, urlencode

from scrapy.http import Response

from fair4ml.platforms.paperswithcode.addresses import paper_reference
from fair4ml.platforms.paperswithcode.source import row_key
from mlentory_crawl.base_spiders.paginators.page_number import listed
from mlentory_crawl.base_spiders.single_records import RawTuple
from mlentory_crawl.responses import json_of

SITE = "https://paperswithcode.co"
_SLUG_FIELDS = ("slug", "route_identifier")
KINDS = {"papers": "paper", "tasks": "task", "methods": "method", "datasets": "dataset", "evaluations": "evaluation"}
_LISTS = {kind: name for name, kind in KINDS.items()}


def kind_listed(name: str) -> str:
    """Return the kind of the records in a list, given its name."""
    return KINDS[name.partition(" ")[0]]


def records(payload: list[Any], page: int) -> Iterator[RawTuple]:
    """Return kind, native id, API address and payload of each record, which is given with its kind."""
    for i, (kind, record) in enumerate(payload):
        native = native_id(record)
        url = f"{SITE}/api/v1/{_LISTS[kind]}/{quote(native) if native else ''}"
        key = native or (row_key(record) if kind == "evaluation" else None)
        yield kind, key or f"page-{page}-{i}", url, record


def entity_path(kind: str, name: str, page_size: int) -> str:
    """Return the address of one entity by its id, or of a search for it, because the API does not know slugs."""
    reference = paper_reference(name) if kind == "paper" else None
    if reference is not None:
        return f"papers/{quote(reference, safe='.')}?include_resources=true"
    words = unquote(name).replace("-", " ")
    query = {
        "paper": ("papers/search", {"q": words, "mode": "keyword"}),
        "task": ("tasks/", {"q": words}),
        "dataset": ("datasets/", {"search": words}),
    }
    path, asked = query[kind]
    asked |= {"page": "1", "page_size": str(page_size)}
    return f"{path}?{urlencode(asked)}"


def entity_in(response: Response, kind: str, name: str) -> Any:
    """Return the record of one entity in the response to `entity_path`; None if a search does not find it.

    Raises:
        ValueError: it is not a response to that request.
    """
    if kind == "paper" and paper_reference(name) is not None:
        record = json_of(response)
        if not isinstance(record, dict):
            raise ValueError(f"expected an object, got {type(record).__name__}")
        return record
    slug = unquote(name)
    _, found = listed(response)
    return next((each for each in found if isinstance(each, dict) and slug in map(each.get, _SLUG_FIELDS)), None)


def native_id(record: Any) -> str | None:
    """Return the platform's id of the entity that a record describes, if it has one."""
    id = record.get("id") if isinstance(record, dict) else None
    return str(id) if isinstance(id, str | int) and not isinstance(id, bool) and id != "" else None
