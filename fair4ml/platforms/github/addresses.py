"""Names of repositories on GitHub, and the pages and responses about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from fair4ml.describe.about import About
from fair4ml.describe.source_record import SourceRecord
from fair4ml.entities import Stub
from fair4ml.identifiers import github_repository, is_github_name, packaged

HOSTS = frozenset({"github.com", "api.github.com", "raw.githubusercontent.com"})
"""The hosts of pages about repositories."""
RANK = 5
"""The place among the platforms that a text may mean, the most likely first."""

MAX_FILE = 200_000
"""The number of characters of a repository's file that are read."""

BY_NUMBER = re.compile(r"/repositories/\d+$")
"""The end of the API's address of a repository, whatever its current name."""

_ANSWER = re.compile(
    r"/repos/(?P<repository>[^/]+/[^/]+)(?P<part>/(?:readme|languages|releases|git/trees/[^/]+))?$"
    r"|/(?P<of_file>[^/]+/[^/]+)/HEAD/(?P<file>.+)$"
)
# The part after the name on pages that show content of the repository.
_INSIDE = frozenset({"archive", "blame", "blob", "commit", "commits", "raw", "releases", "tags", "tree"})


def named_at(url: str) -> Stub | None:
    """The repository that a page is about, or shows content of."""
    name = repository_at(url) if "://" in url else None
    return None if name is None else Stub(github_repository(name), "SoftwareSourceCode", name)


def repository_at(text: str) -> str | None:
    """The name of the repository that a text names, or whose content a page shows; None if there is none.

    Args:
        text: ``owner/name``, or an address of a page, for git, of the API or of a raw file.
    """
    text = text.strip()
    if "://" not in text:
        text = re.sub(r"^(?:git@github\.com:|(?:www\.)?github\.com/)", "", text, flags=re.IGNORECASE)
        found = text.rstrip("/").removesuffix(".git")
        return found if is_github_name(found) else None
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    steps = [step for step in parts.path.split("/") if step]
    if host == "api.github.com":
        steps = steps[1:] if len(steps) == 3 and steps[0] == "repos" else []
    elif host == "github.com":
        steps = steps if len(steps) < 3 or steps[2] in _INSIDE else []
    elif host != "raw.githubusercontent.com" or len(steps) < 3:
        steps = []
    found = "/".join(steps[:2]).removesuffix(".git")
    return found if is_github_name(found) else None


def meant(text: str) -> Iterator[str]:
    """The IRI of the repository that a name, an address or a package URL means."""
    name = packaged("github", text) or repository_at(text)
    if name is not None:
        yield github_repository(name)


def entity_at(url: str, payload: Any = None) -> About | None:
    """The repository that an address of the API, or an object in its response, is about."""
    path = urlsplit(url).path
    found = _ANSWER.search(path)
    if found is None and BY_NUMBER.search(path) is None:
        return None
    known = payload if isinstance(payload, dict) else {}
    id, name = known.get("id"), known.get("full_name")
    if isinstance(name, str) and is_github_name(name):
        kind = None if found is not None and (found["file"] or found["part"]) else "repository"
        return About(github_repository(name), str(id) if type(id) is int else None, kind)
    asked = "" if found is None else found["repository"] or found["of_file"]
    return About(github_repository(asked)) if is_github_name(asked) else None


def _full_name(text: str) -> str:
    if not is_github_name(text):
        raise ValueError("expected the name of a repository as owner/name")
    return text


FullName = Annotated[str, StringConstraints(max_length=201), AfterValidator(_full_name)]
RepositoryId = Annotated[int, Field(strict=True, gt=0, lt=2**63)]


class RepositoryItem(SourceRecord):
    """A part of a repository that takes a request of its own."""

    identity: ClassVar[frozenset[str]] = frozenset({"id", "full_name"})

    id: RepositoryId
    full_name: FullName


class RepositoryFile(RepositoryItem):
    """A file of a repository; one without a text no longer exists."""

    text: Annotated[str, StringConstraints(max_length=MAX_FILE)] | None = None
