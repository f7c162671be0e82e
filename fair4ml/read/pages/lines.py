"""Statements that are one line, and how long and how many these may be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from fair4ml.read.plain_text import plain_line

MAX_TITLE = 500
MAX_DESCRIPTION = 5_000
MAX_WORD = 200
MAX_TAGS = 50


def stated_line(text: str, longest: int) -> str | None:
    """The plain text of a statement on one line; None if there is none, or if it is no line but a text.

    Args:
        text: the statement, possibly with entities of HTML.
        longest: the maximum number of characters of a line.
    """
    line = plain_line(unescape(text) if "&" in text else text)
    return line if line and len(line) <= longest else None


def enumerated(texts: Iterable[str]) -> list[str]:
    """The parts of texts that are enumerations with commas or semicolons."""
    return [part for text in texts for part in re.split(r"\s*[,;]\s*", text)]
