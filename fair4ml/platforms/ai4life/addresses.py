"""Names of resources of the BioImage Model Zoo, and addresses of the pages about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote

from fair4ml.entities import Stub
from fair4ml.identifiers import bioimage_artifact, is_repo_id

HOSTS = frozenset({"bioimage.io", "hypha.aicell.io"})
"""The hosts of pages about resources of the zoo."""
RANK = 2
"""The place among the platforms that a text may mean, the most likely first."""
_ARTIFACTS = "https://hypha.aicell.io/bioimage-io/artifacts/"
ALIASES = {_ARTIFACTS: _ARTIFACTS}
"""A resource may also have an id of an older collection."""
COLLECTION = "bioimage.io"
"""The alias of the zoo's own collection."""
WORKSPACE = "bioimage-io"
"""The workspace of the zoo, the part before the alias in each id."""

_VERSION = re.compile(r"(?P<id>[^/]+/.+)/(?:latest|v?\d[\d.]*)", re.ASCII)
_PAGE = re.compile(r"(?:https?://)?(?:www\.)?bioimage\.io/[^#]*#/(?P<path>[^?]*)(?:\?(?P<query>.*))?", re.IGNORECASE)
_ARTIFACT = re.compile(rf"(?:https?://)?hypha\.aicell\.io/{WORKSPACE}/artifacts/(?P<alias>[^/?#]+)", re.IGNORECASE)


def artifact_alias(id: str) -> str:
    """The alias in the id of an artifact of the zoo, or in a reference to one.

    Raises:
        ValueError: no artifact of the zoo can have such an id.
    """
    alias = id.strip().removeprefix(f"{WORKSPACE}/")
    # An id with a colon is not a resource of its own.
    if (
        not alias.isprintable()
        or not any(map(str.isalnum, alias))
        or alias[0] in "/?#"
        or ":" in alias
        or ".." in alias
    ):
        raise ValueError("expected the id of an artifact")
    return alias


def alias_in(id: Any) -> str | None:
    """The alias in a value that should be the id of an artifact; None if no artifact of the zoo can have such an id."""
    try:
        return artifact_alias(id) if isinstance(id, str) else None
    except ValueError:
        return None


def alias_of(text: str) -> str | None:
    """The alias of the resource that an id or an address names, or None if it names none."""
    return alias_at(text) or (None if "://" in text else alias_in(text))


def alias_at(url: str) -> str | None:
    """The alias of the resource that a page of the zoo or an address of its API is about; None if there is none."""
    page, artifact = _PAGE.fullmatch(url), _ARTIFACT.match(url)
    if artifact is not None:
        name = unquote(artifact["alias"])
    elif page is not None:
        ids = parse_qs(page["query"] or "").get("id", [])
        collection, _, rest = page["path"].partition("/")
        name = ids[0] if ids else unquote(rest) if collection == "artifacts" else ""
    else:
        return None
    return None if name == COLLECTION else alias_in(name)


def collection_id(alias: str) -> str:
    """The part of an alias that identifies its resource, the same for all spellings of the alias.

    Aliases with a slash are ids of the previous collection, which end in a version and have no capitals in references.
    """
    if "/" not in alias:
        return alias
    versioned = _VERSION.fullmatch(alias)
    return (versioned["id"] if versioned else alias).casefold()


def named_at(url: str) -> Stub | None:
    """The resource that a page of the zoo, or an address of its API, is about; no address says of which class it is."""
    alias = alias_at(url) if "://" in url else None
    if alias is None:
        return None
    id = collection_id(alias)
    return Stub(bioimage_artifact(id), "CreativeWork", id)


def meant(text: str) -> Iterator[str]:
    """The IRIs of the resources that a text may mean: an alias of one word, or the address of a page."""
    name = text.partition("@")[0]
    if is_repo_id(name) and "/" not in name:
        yield bioimage_artifact(name)
    if (alias := alias_at(text)) is not None:
        yield bioimage_artifact(alias)
