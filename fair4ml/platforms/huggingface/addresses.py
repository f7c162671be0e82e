"""The entities that pages and responses of the Hugging Face Hub are about, by their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from fair4ml.describe.about import About
from fair4ml.describe.hub_repositories import dataset_id, dataset_stub, model_id, model_stub
from fair4ml.entities import Stub
from fair4ml.identifiers import (
    HUGGING_FACE,
    arxiv,
    hugging_face_dataset,
    hugging_face_model,
    hugging_face_owner,
    is_repo_id,
    packaged,
)

HOSTS = frozenset({"huggingface.co", "hf.co"})
"""The hosts of pages about entities of the Hub."""
RANK = 1
"""The place among the platforms that a text may mean, the most likely first."""

# The part after the name of a repository on pages about its parts.
_PARTS = frozenset({"blob", "commit", "commits", "discussions", "edit", "raw", "resolve", "tree", "viewer"})
_PART = re.compile(rf"(?:datasets/)?[^/?#]+/[^/?#]+/(?:{'|'.join(sorted(_PARTS))})/")
# Parts of the site that have pages below them, and no owners.
_SITE = frozenset(
    """
    autotrain avatars changelog chat enterprise front hackathons hardware inference inference-endpoints join login new
    posts pricing security storage subscribe support
    """.split()
)
_FILTERS = {"pipeline_tag": "pipeline_tag", "library": "filter", "author": "author", "search": "search",
            "other": "filter", "dataset": "filter", "language": "filter", "license": "filter"}  # fmt: skip
"""Parameters of the search page, and their names in the API."""

_SCHEME = re.compile(r"(?:hf|huggingface):(?://)?", re.IGNORECASE)
_PAGE = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/", re.IGNORECASE)
_ANSWER = re.compile(
    r"/api/(?P<file>resolve-cache/)?(?P<place>collections|datasets|models|organizations|users)(?:/(?P<rest>[^?#]*))?(?:[?#]|$)"
)


@dataclass(frozen=True, slots=True)
class HubPage:
    """The subject of a page of the Hub.

    Attributes:
        kind: ``model``, ``owner`` (or a model without one), ``dataset``, ``collection`` or ``search``.
        id: the id of the subject; the address of a search.
        filters: the filters of a search, as the API's parameters.
    """

    kind: str
    id: str
    filters: list[tuple[str, str]] = field(default_factory=list)


def page_of(url: str) -> HubPage | None:
    """The subject of a page of the Hub, or of its API; None if it is about none of these kinds."""
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


def named_at(url: str) -> Stub | None:
    """The model or dataset that a page of the Hub is about, or the page of a part of it."""
    if not url.startswith(("http://", "https://")) or _PAGE.match(url) is None:
        return None
    if (dataset := dataset_id(url)) is not None:
        return dataset_stub(dataset)
    model, _ = model_id(url)
    return None if model is None or model.partition("/")[0] in _SITE else model_stub(model)


def meant(text: str) -> Iterator[str | None]:
    """The IRIs of the models and datasets, and of the paper, that a text may mean.

    Args:
        text: an id, with ``@revision`` or without, also after ``hf:``; the address of a page, or of one below it, also
            without the host; or a package URL.
    """
    if (package := packaged("huggingface", text)) is not None:
        yield hugging_face_model(package)
    elif scheme := _SCHEME.match(text):
        yield from _below(text[scheme.end() :])
        yield HUGGING_FACE + text[scheme.end() :]
    elif page := _PAGE.match(text):
        yield from _below(text[page.end() :])
    elif is_repo_id(name := text.partition("@")[0]) or text.startswith("datasets/"):
        yield hugging_face_model(name)
        yield hugging_face_dataset(name)
    elif _PART.match(text):
        yield from _below(text)


def _below(path: str) -> Iterator[str | None]:
    """The IRIs of the entity and the paper that a page of the Hub, or one below it, is about."""
    steps = [step.partition("@")[0] for step in re.split("[?#]", path)[0].split("/") if step]
    if steps[:1] == ["papers"]:
        yield arxiv("/".join(steps[1:]))
    for end in range(len(steps), 0, -1):
        page = page_of(HUGGING_FACE + "/".join(steps[:end]))
        if page is not None and page.kind in ("model", "owner", "dataset"):
            yield hugging_face_dataset(page.id) if page.kind == "dataset" else hugging_face_model(page.id)
            return


def entity_at(url: str, payload: Any = None) -> About | None:
    """The entity that an address of the API, or an object in its response, is about."""
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
