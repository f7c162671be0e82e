"""Names of resources of the BioImage Model Zoo, and addresses of the pages about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from fair4ml.identifiers import bioimage_artifact, is_repo_id

HOSTS = frozenset({"bioimage.io", "hypha.aicell.io"})
"""The hosts of pages about resources of the zoo."""
RANK = 2
"""The place among the platforms that a text may mean, the most likely first."""
_ARTIFACTS = "https://hypha.aicell.io/bioimage-io/artifacts/"
ALIASES = {_ARTIFACTS: _ARTIFACTS}
"""A resource may also have an id of an older collection."""
WORKSPACE = "bioimage-io"
"""The workspace of the zoo, the part before the alias in each id."""

_VERSION = re.compile(r"(?P<id>[^/]+/.+)/(?:latest|v?\d[\d.]*)", re.ASCII)
_PAGE = re.compile(
    r"(?:https?://)?(?:(?:www\.)?bioimage\.io/[^#]*#/(?:artifacts/|[^?]*\?(?:[^#]*&)?id=)(?P<page>[^?&#]+)"
    r"|hypha\.aicell\.io/bioimage-io/artifacts/(?P<alias>[^/?#]+))",
    re.IGNORECASE,
)


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
        raise ValueError("should be the id of an artifact")
    return alias


def is_alias(id: str) -> bool:
    """Check whether a resource of the zoo can have this id."""
    try:
        return bool(artifact_alias(id))
    except ValueError:
        return False


def collection_id(alias: str) -> str:
    """The part of an alias that identifies its resource, the same for all spellings of the alias.

    Aliases with a slash are ids of the previous collection, which end in a version and have no capitals in references.
    """
    if "/" not in alias:
        return alias
    versioned = _VERSION.fullmatch(alias)
    return (versioned["id"] if versioned else alias).casefold()


def meant(text: str) -> Iterator[str]:
    """The IRIs of the resources that a text may mean: an alias of one word, or the address of a page."""
    name = text.partition("@")[0]
    if is_repo_id(name) and "/" not in name:
        yield bioimage_artifact(name)
    page = _PAGE.match(text)
    if page is not None and is_alias(id := unquote(page["page"] or page["alias"])):
        yield bioimage_artifact(artifact_alias(id))
