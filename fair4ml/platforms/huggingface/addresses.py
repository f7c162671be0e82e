"""What pages and answers of the Hugging Face Hub are about, by their addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from fair4ml.describe.about import About
from fair4ml.identifiers import hugging_face_dataset, hugging_face_model, hugging_face_owner, is_repo_id

HOSTS = frozenset({"huggingface.co", "hf.co"})
"""Those whose pages are about what the Hub has."""

# What follows the name of a repository on the pages about its parts.
_PARTS = frozenset({"blob", "commit", "commits", "discussions", "edit", "raw", "resolve", "tree", "viewer"})
_FILTERS = {"pipeline_tag": "pipeline_tag", "library": "filter", "author": "author", "search": "search",
            "other": "filter", "dataset": "filter", "language": "filter", "license": "filter"}  # fmt: skip
"""Parameters of the search page, and what the API calls them."""

_ANSWER = re.compile(
    r"/api/(?P<file>resolve-cache/)?(?P<place>collections|datasets|models|organizations|users)(?:/(?P<rest>[^?#]*))?(?:[?#]|$)"
)


@dataclass(frozen=True, slots=True)
class HubPage:
    """What a page is about.

    Attributes:
        kind: ``model``, ``owner`` (or a model without one), ``dataset``, ``collection`` or ``search``.
        id: of it; of a search its address.
        filters: of a search, as the API's parameters.
    """

    kind: str
    id: str
    filters: list[tuple[str, str]] = field(default_factory=list)


def page_of(url: str) -> HubPage | None:
    """What a page of the Hub, or of its API, is about; None where it is about none of these."""
    if not re.match(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/", url):
        return None
    parts = urlsplit(url if "://" in url else f"https://{url}")
    steps = [unquote(step) for step in parts.path.removeprefix("/api").split("/") if step]
    if steps == ["models"]:
        query = parse_qsl(parts.query)
        return HubPage("search", url, [(_FILTERS[name], value) for name, value in query if name in _FILTERS])
    if steps[:1] == ["collections"]:
        return HubPage("collection", "/".join(steps[1:3])) if len(steps) > 1 else None
    kind = "dataset" if steps[:1] == ["datasets"] else "model"
    if kind == "dataset" or steps[:1] == ["models"]:
        steps = steps[1:]
    end = next((n for n, step in enumerate(steps[:3]) if n and step in _PARTS), len(steps))
    path = "/".join(steps[:end])
    if not is_repo_id(path):
        return None
    return HubPage("owner" if kind == "model" and "/" not in path else kind, path)


def entity_at(url: str, payload: Any = None) -> About | None:
    """The entity that an address of the API, or an object in the answer to it, is about."""
    address = _ANSWER.search(url)
    if address is None:
        return None
    is_file, place, rest = address["file"], address["place"], unquote(address["rest"] or "")
    known = {name: value for name, value in payload.items() if isinstance(value, str)} if type(payload) is dict else {}
    key = known.get("_id")
    if place == "collections":
        place = f"{known.get('type')}s"
    if place in ("organizations", "users"):
        name = known.get("name") or known.get("user") or rest.removesuffix("/overview")
        return About(hugging_face_owner(name), key) if name else None
    told = known.get("id") or known.get("modelId")
    path = told or (rest.rsplit("/", 2)[0] if is_file else rest)
    if place not in ("models", "datasets") or not path:
        return None
    kind = place.removesuffix("s") if told and not is_file and not rest.endswith("/croissant") else None
    if place == "models":
        return About(hugging_face_model(path), key, kind)
    return About(hugging_face_dataset(path.removesuffix("/croissant")), key, kind)
