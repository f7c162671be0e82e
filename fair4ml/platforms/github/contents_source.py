"""Source models of what is in a repository: its README, and its files.

Shapes of the answers: https://docs.github.com/en/rest/repos/contents#get-a-repository-readme and
https://docs.github.com/en/rest/git/trees#get-a-tree
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fair4ml.describe.source_record import Count, FilePath, Flag, NoneSent, Word
from fair4ml.describe.writing import WholeText
from fair4ml.platforms.github.addresses import RepositoryItem


class Readme(RepositoryItem):
    """The README of a repository; one without a path no longer exists."""

    path: FilePath | None = None
    text: WholeText | None = None


class Tree(RepositoryItem):
    """The files of a repository: their paths, and the texts of those that were read."""

    paths: Annotated[list[FilePath | None], NoneSent]
    count: Count | None = None
    """The number of its files, of which not all need be among the paths."""
    truncated: Flag | None = None
    """True if GitHub does not list all of them."""
    texts: dict[FilePath, WholeText] = Field(default_factory=dict)
    left_out: dict[Word, Count] = Field(default_factory=dict)
    """The numbers of files that were not read, by reason."""
    is_empty: Flag | None = None
