"""Source model of a member's comment: a row of the export, by the names of the columns."""

from __future__ import annotations

from pydantic import Field

from fair4ml.describe.source_record import Word
from fair4ml.platforms.linkedin.rows import Lines, OwnPage, Row


class MadeComment(Row):
    """A comment of the member on a post."""

    link: OwnPage = Field(alias="Link")
    text: Lines | None = Field(None, alias="Message")
    written: Word | None = Field(None, alias="Date")
