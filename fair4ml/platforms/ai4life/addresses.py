"""What resources of the BioImage Model Zoo are called, and which pages are about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from fair4ml.identifiers import bioimage_artifact, is_repo_id

HOSTS = frozenset({"bioimage.io", "hypha.aicell.io"})
"""Those whose pages are about resources of the zoo."""
RANK = 2
"""The place among the platforms that a text may mean, the likeliest first."""
_ARTIFACTS = "https://hypha.aicell.io/bioimage-io/artifacts/"
ALIASES = {_ARTIFACTS: _ARTIFACTS}
"""A resource has the id of an older collection, too."""
WORKSPACE = "bioimage-io"
"""The workspace of the zoo, which stands before the alias in each id."""

_VERSION = re.compile(r"(?P<id>[^/]+/.+)/(?:latest|v?\d[\d.]*)", re.ASCII)
_PAGE = re.compile(
    r"(?:https?://)?(?:(?:www\.)?bioimage\.io/[^#]*#/(?:artifacts/|[^?]*\?(?:[^#]*&)?id=)(?P<page>[^?&#]+)"
    r"|hypha\.aicell\.io/bioimage-io/artifacts/(?P<alias>[^/?#]+))",
    re.IGNORECASE,
)


def artifact_alias(id: str) -> str:
    """The alias in the id of an artifact of the zoo, or in what names one.

    Raises:
        ValueError: nothing in the zoo is called so.
    """
    alias = id.strip().removeprefix(f"{WORKSPACE}/")
    # What has a colon is no resource of its own.
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
    """Whether something in the zoo can be called so."""
    try:
        return bool(artifact_alias(id))
    except ValueError:
        return False


def collection_id(alias: str) -> str:
    """What tells a resource from others, in whatever way its alias is written.

    Aliases with a slash are ids of the collection before this one, which had a version at the end and no capitals in
    references.
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
