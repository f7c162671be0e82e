"""Source model of a member's post: a row of the export, by the names of the columns."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from fair4ml.describe.source_record import SourceRecord, WebAddress, Word
from fair4ml.platforms.linkedin.articles_source import OwnArticle
from fair4ml.platforms.linkedin.comments_source import MadeComment
from fair4ml.platforms.linkedin.rows import Lines, OwnPage, Row


def _some(value: Any) -> Any:
    return value if not isinstance(value, str) or value.strip().strip('"') else None


class Share(Row):
    """A post that the member shared."""

    link: OwnPage = Field(alias="ShareLink")
    text: Lines | None = Field(None, alias="ShareCommentary")
    shared: Annotated[WebAddress | None, BeforeValidator(_some)] = Field(None, alias="SharedUrl")
    media: Annotated[WebAddress | None, BeforeValidator(_some)] = Field(None, alias="MediaUrl")
    visibility: Word | None = Field(None, alias="Visibility")


KINDS: dict[str, type[SourceRecord]] = {"post": Share, "article": OwnArticle, "comment": MadeComment}
"""The source model of each kind of record."""
