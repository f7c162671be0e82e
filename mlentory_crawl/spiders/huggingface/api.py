"""Addresses of the Hugging Face Hub's API, and readers of its responses.

Source: https://huggingface.co/docs/hub/api and the library huggingface_hub.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from scrapy.http import Response

from fair4ml.identifiers import is_repo_id
from fair4ml.platforms.huggingface.addresses import HubPage
from mlentory_crawl.base_spiders.single_records import RawTuple
from mlentory_crawl.responses import error_message, json_of

HUB = "https://huggingface.co"
API, DATASETS = f"{HUB}/api/models", f"{HUB}/datasets/"
PAGE_SIZE = 1_000
CARD_CAP = 1_000_000
"""The number of bytes of a model card that are read."""
STATUSES_OF_MISSING = frozenset({401, 404})
"""Without a token, the Hub does not distinguish missing from private entities."""

DATASET_EXPAND = (
    "author cardData citation createdAt description disabled downloads downloadsAllTime gated lastModified likes"
    " paperswithcode_id private sha tags trendingScore"
).split()
"""The fields to request of each dataset (huggingface_hub, ``ExpandDatasetProperty_T``)."""


def authorization(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the header with the token that the settings hold."""
    token = settings.get("HF_TOKEN")
    return {"Authorization": f"Bearer {token}"} if token else {}


def list_path(
    kind: str, fields: list[str], parameters: list[tuple[str, str]] | None = None, size: int = PAGE_SIZE
) -> str:
    """Return the address of the first page of a list of models or datasets.

    Args:
        kind: ``model`` or ``dataset``.
        fields: the fields to request of each.
        parameters: order and filters.
        size: the number of items on a page.
    """
    query = [("limit", str(size)), *(parameters or []), *(("expand[]", name) for name in fields)]
    return f"/api/{kind}s?{urlencode(query)}"


def entity_path(page: HubPage, fields: list[str]) -> str:
    """Return the API address of the entity that a page is about.

    Args:
        page: the page.
        fields: the fields to request of a model or a dataset.
    """
    name = quote(page.id, safe="/")
    match page.kind:
        case "agent":
            return f"/api/organizations/{name}/overview"
        case "collection":
            return f"/api/collections/{name}"
        case kind:  # an owner's page looks like that of a model without an owner
            query = urlencode([("expand[]", field) for field in fields])
            return f"/api/{'datasets' if kind == 'dataset' else 'models'}/{name}?{query}"


def card_path(id: str, sha: str) -> str:
    """Return the address of a model's card at a revision: that to which ``/resolve/`` redirects."""
    return f"/api/resolve-cache/models/{quote(id, safe='/')}/{quote(sha)}/README.md"


def fields_in(url: str) -> list[str]:
    """Return the fields that an address requests."""
    return [value for name, value in parse_qsl(urlsplit(url).query) if name == "expand[]"]


def without_fields(url: str, fields: list[str]) -> str:
    """Return an address without some of the fields that it requests."""
    address, _, query = url.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name != "expand[]" or value not in fields]
    return f"{address}?{urlencode(kept)}"


def listed_records(kind: str, payload: list[Any], page: int) -> Iterator[RawTuple]:
    """Return kind, native id, API address and payload of each model or dataset in a page."""
    api = f"{HUB}/api/{kind}s"
    for i, record in enumerate(payload):
        known = record if isinstance(record, dict) else {}
        path = known.get("id") or known.get("modelId")
        key = known.get("_id") or path
        native = key if isinstance(key, str) and key else f"page-{page}-{i}"
        url = f"{api}/{quote(path, safe='/')}" if isinstance(path, str) and is_repo_id(path) else api
        yield kind, native, url, record


def owner_in(response: Response, answer: Any) -> dict[str, Any]:
    """Return the user or organization in a response, with its kind and its name.

    Raises:
        ValueError: it names nobody.
    """
    if not isinstance(answer, dict):
        raise ValueError(f"expected an object, got {type(answer).__name__}")
    kind = "user" if "/api/users/" in response.url else "organization"
    name = answer.get("name") or answer.get("user")  # users have their name in `user`
    if not isinstance(name, str):
        raise ValueError("expected a user or organization with a name, got none")
    return {**answer, "kind": kind, "name": name}


def collected(collection: Any) -> Iterator[HubPage]:
    """Return the models and datasets of a collection."""
    items = collection.get("items") if isinstance(collection, dict) else None
    for item in items if isinstance(items, list) else []:
        kind, name = (item.get(field) for field in ("type", "id")) if isinstance(item, dict) else (None, None)
        if kind in ("model", "dataset") and isinstance(name, str) and is_repo_id(name):
            yield HubPage(kind, name)


def croissant_in(response: Response, dataset: dict[str, Any]) -> tuple[str, Any | None]:
    """Return the outcome of a request for a Croissant file, and the record of it with its dataset."""
    if response.status == 200:
        return "found", {**dataset, "croissant": json_of(response)}
    # Datasets that were not converted, and broken datasets, have none.
    return ("blocked" if response.status in (401, 403) else "missing"), None


def card_in(response: Response, model: dict[str, Any]) -> tuple[str, Any | None]:
    """Return the outcome of a request for a model card, and the record of it with its model.

    Raises:
        ValueError: it is neither a card nor states that there is none.
    """
    if response.status == 200:
        return "found", {**model, "text": response.body[:CARD_CAP].decode("utf-8", "replace")}
    code = response.headers.get("X-Error-Code")
    if code == b"EntryNotFound":
        return "missing", {**model, "text": None}
    if response.status == 403 or code == b"GatedRepo":
        return "blocked", None
    if response.status in STATUSES_OF_MISSING:  # moved or deleted since the list named it
        return "missing", None
    raise ValueError(f"returned HTTP {response.status}: {error_message(response)}")


def refused_fields(message: str, asked: list[str]) -> list[str]:
    """Return the requested fields that the Hub's answer 400 refuses: those that its list of legal values lacks.

    Source: the Hub enumerates the legal values in the message (huggingface_hub, ``ExpandModelProperty_T``).
    """
    lists = re.findall(r"(?:[`'\"]?[\w-]+[`'\"]?\s*[,|]\s*)+(?:or\s+)?[`'\"]?[\w-]+[`'\"]?", message)
    legal = set(re.findall(r"[\w-]+", max(lists, key=len))) if lists else set()
    return [name for name in asked if legal and name not in legal]
