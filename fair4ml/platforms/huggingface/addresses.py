"""What the pages of the Hugging Face Hub are about, by their addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from fair4ml.identifiers import is_repo_id

# What follows the name of a repository on the pages about its parts.
_PARTS = frozenset({"blob", "commit", "commits", "discussions", "edit", "raw", "resolve", "tree", "viewer"})
_FILTERS = {"pipeline_tag": "pipeline_tag", "library": "filter", "author": "author", "search": "search",
            "other": "filter", "dataset": "filter", "language": "filter", "license": "filter"}  # fmt: skip
"""Parameters of the search page, and what the API calls them."""


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
