"""Source models of the languages and the releases of a repository.

Shapes of the answers: https://docs.github.com/en/rest/repos/repos#list-repository-languages and
https://docs.github.com/en/rest/releases/releases#list-releases
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fair4ml.describe.source_record import Count, Flag, Moment, NoneSent, SourceObject, Word
from fair4ml.platforms.github.addresses import RepositoryItem


class Languages(RepositoryItem):
    """The programming languages of a repository."""

    languages: dict[Word, Count] = Field(default_factory=dict)
    """The bytes of code in each."""


class Release(SourceObject):
    """A release."""

    tag_name: Word | None = None
    published_at: Moment | None = None
    prerelease: Flag | None = None
    draft: Flag | None = None


class Releases(RepositoryItem):
    """The newest releases of a repository."""

    releases: Annotated[list[Release | None], NoneSent]
