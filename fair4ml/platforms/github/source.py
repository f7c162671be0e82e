"""Source models of GitHub's repositories (``GET /repos/{owner}/{repo}``).

Fields and their shapes: https://docs.github.com/en/rest/repos/repos#get-a-repository. The repository's own files
are records of their own kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, StringConstraints

from fair4ml.describe.source_record import Count, Flag, Moment, NoneSent, SourceObject, SourceRecord, Text, Word
from fair4ml.platforms.github.addresses import FullName, RepositoryId
from fair4ml.platforms.github.citation_source import CitationFile
from fair4ml.platforms.github.codemeta_source import CodeMetaFile
from fair4ml.platforms.github.contents_source import Readme, Tree
from fair4ml.platforms.github.details_source import Languages, Releases

_LOGIN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?$"


def _said(text: str) -> str | None:
    return text.strip() or None


Login = Annotated[str, StringConstraints(pattern=_LOGIN)]
Said = Annotated[Word, AfterValidator(_said)]
"""A field that owners leave empty if they have nothing to say."""


class Owner(SourceObject):
    """The account that a repository belongs to."""

    login: Login
    type: Word | None = None


class License(SourceObject):
    """The license that GitHub recognizes in a repository's license file."""

    spdx_id: Word | None = None


class Named(SourceObject):
    """Another repository."""

    full_name: FullName


class Repository(SourceRecord):
    """A repository."""

    identity: ClassVar[frozenset[str]] = frozenset({"id", "full_name"})
    counters: ClassVar[Mapping[str, str]] = {
        name: name for name in ("forks_count", "stargazers_count", "subscribers_count")
    }

    id: RepositoryId
    full_name: FullName
    owner: Owner | None = None
    description: Annotated[Text, AfterValidator(_said)] | None = None
    homepage: Said | None = None
    language: Said | None = None
    topics: Annotated[list[Word | None], NoneSent]
    license: License | None = None
    created_at: Moment | None = None
    pushed_at: Moment | None = None
    default_branch: Word | None = None
    mirror_url: Said | None = None
    parent: Named | None = None
    source: Named | None = None
    template_repository: Named | None = None
    fork: Flag | None = None
    archived: Flag | None = None
    disabled: Flag | None = None
    is_template: Flag | None = None
    has_discussions: Flag | None = None
    stargazers_count: Count | None = None
    forks_count: Count | None = None
    subscribers_count: Count | None = None


KINDS: dict[str, type[SourceRecord]] = {
    "repository": Repository,
    "citation": CitationFile,
    "codemeta": CodeMetaFile,
    "readme": Readme,
    "tree": Tree,
    "language": Languages,
    "release": Releases,
}
"""The source model of each kind of record."""
