"""Source model of a post: the fields of Substack's API, with the text in place of the HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from fair4ml.describe.source_record import (
    Count,
    Day,
    Flag,
    NoneSent,
    PageAddress,
    SourceObject,
    SourceRecord,
    WebAddress,
    Word,
)
from fair4ml.describe.writing import Prose, WholeText
from fair4ml.read.web_addresses import MOST_LINKS


class Byline(SourceObject):
    """Somebody who wrote a post."""

    name: Word | None = None
    handle: Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,100}$")] | None = None


class Tag(SourceObject):
    """A word by which a publication sorts its posts."""

    name: Word | None = None
    hidden: Flag | None = None


class Post(SourceRecord):
    """A post of a newsletter, whole where everybody may read it."""

    identity: ClassVar[frozenset[str]] = frozenset({"url"})
    counters: ClassVar[Mapping[str, str]] = {"comment_count": "comments", "reaction_count": "reactions"}

    url: PageAddress
    """Its address, which the spider makes of ``canonical_url`` or of ``slug``."""
    id: Count | None = None
    title: Prose | None = None
    subtitle: Prose | None = None
    description: Prose | None = None
    post_date: Day | None = None
    audience: Word | None = None
    cover_image: WebAddress | None = None
    tags: list[Tag | Word | None] = Field(default_factory=list, alias="postTags")
    bylines: list[Byline | None] = Field(default_factory=list, alias="publishedBylines")
    truncated_body_text: Prose | None = None
    text: WholeText | None = None
    links: Annotated[list[WebAddress | None], Field(max_length=MOST_LINKS), NoneSent]
    image: WebAddress | None = None
    publication_name: Word | None = None
    is_preview: Flag | None = None
    """True if a feed, which does not say who may read a post, has only its beginning."""
    comment_count: Count | None = None
    reaction_count: Count | None = None


KINDS: dict[str, type[SourceRecord]] = {"article": Post}
"""The source model of each kind of record."""
