"""Rows of the tables of a member's export, and the types of their cells."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from fair4ml.describe.source_record import SourceRecord, WebAddress, Word
from fair4ml.describe.writing import StatedDay, WholeText
from fair4ml.platforms.linkedin.addresses import page_address

_BETWEEN_LINES = re.compile(r'"\r?\n"')


def _own(value: Any) -> Any:
    if isinstance(value, str) and (address := page_address(value)) is not None:
        return address
    raise ValueError("expected an address of LinkedIn")


def _unquoted(value: Any) -> Any:
    """Return a text as it was written: the export has each line of a post in quotation marks of its own."""
    if not isinstance(value, str) or not _BETWEEN_LINES.search(value):
        return value
    return _BETWEEN_LINES.sub("\n", value.strip().removeprefix('"').removesuffix('"')).replace('""', '"')


OwnPage = Annotated[WebAddress, BeforeValidator(_own)]
Lines = Annotated[WholeText, BeforeValidator(_unquoted)]


class Row(SourceRecord):
    """A row of a table of the export."""

    identity: ClassVar[frozenset[str]] = frozenset({"ShareLink", "Link"})

    date: StatedDay | None = Field(None, alias="Date")
    author: Word | None = None
    """The name of the member, from another table."""
