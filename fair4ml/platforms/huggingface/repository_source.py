"""Shared fields of the Hugging Face Hub's models and datasets: identity, dates, access, counters, license, language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, StringConstraints

from fair4ml.describe.source_record import (
    Count,
    Flag,
    Integer,
    Listed,
    Moment,
    NoneSent,
    SourceObject,
    SourceRecord,
    Text,
    Word,
)

# Wider than the Hub's rule for new repositories: any existing name will do unless the address would mean another page.
_ID = re.compile(
    r"(?:(?!(?:api|collections|datasets|docs|models|papers|spaces|tasks)/)[\w-][\w.-]*/)?\.*[\w-][\w.-]*", re.ASCII
)

_FIVE_DIGITS_SINCE = 1501
"""The first month in which arXiv's numbers have five digits (https://info.arxiv.org/help/arxiv_identifier.html)."""


def _repository_id(value: str) -> str:
    if _ID.fullmatch(value):
        return value
    raise ValueError("expected the id of a repository")


def _norwegian(value: Any) -> Any:
    """Restore the language code ``no``, which YAML 1.1 reads as False."""
    if isinstance(value, list):
        return ["no" if item is False else item for item in value]
    return ["no"] if value is False else value


def _decimal(value: Any) -> Any:
    """Restore the zeros of an arXiv number, which YAML reads as a float; its month determines the number of digits."""
    if not isinstance(value, float):
        return value
    number = f"{value:010.5f}" if value >= _FIVE_DIGITS_SINCE else f"{value:09.4f}"
    return number if float(number) == value else str(value)


ObjectId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
"""The Hub's own key of any entity, which survives renames."""

Words = Annotated[list[Word | None], Listed, NoneSent]


class RepositoryCard(SourceObject):
    """The fields that the metadata blocks of model cards and dataset cards share."""

    language: Annotated[list[Word | None], Listed, BeforeValidator(_norwegian), NoneSent]
    license: Words
    license_name: Word | None = None
    license_link: Word | None = None
    license_details: Text | None = None
    tags: Words
    arxiv: Annotated[list[Annotated[Word, BeforeValidator(_decimal)] | None], Listed, NoneSent]
    extra_gated_prompt: Text | None = None
    extra_gated_eu_disallowed: Flag | None = None


class Repository(SourceRecord):
    """The fields of every record about a repository; only ``id`` is always present."""

    identity: ClassVar[frozenset[str]] = frozenset({"_id", "id", "modelId"})

    object_id: ObjectId | None = Field(None, alias="_id")
    """Responses before 2022 have none."""
    id: Annotated[str, StringConstraints(max_length=500), AfterValidator(_repository_id)] = Field(
        validation_alias=AliasChoices("id", "modelId")
    )
    sha: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40,64}$")] | None = None

    @property
    def key(self) -> str:
        """The record's native id: the Hub's own, or the path if there is none."""
        return self.object_id or self.id


class RepositoryInfo(Repository):
    """The fields of a repository of any kind in the Hub's lists."""

    counters: ClassVar[Mapping[str, str]] = {
        name: name for name in ("downloads", "downloadsAllTime", "likes", "trendingScore")
    }

    author: Word | None = None
    created_at: Moment | None = Field(None, alias="createdAt")
    last_modified: Moment | None = Field(None, alias="lastModified")
    private: Flag | None = None
    gated: Flag | Word | None = None
    disabled: Flag | None = None
    tags: Words
    downloads: Count | None = None
    downloads_all_time: Count | None = Field(None, alias="downloadsAllTime")
    likes: Count | None = None
    trending_score: Integer | None = Field(None, alias="trendingScore")
