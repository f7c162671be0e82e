"""The words and parts by which pages are told that are no articles (``data/page_signs.json``)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

from fair4ml.read.pages.tree import PageTree, text_within

SIGNS: dict[str, Any] = json.loads((files("fair4ml") / "data" / "page_signs.json").read_bytes())

LITTLE = 600
"""The number of characters of text up to which a page can be nothing but a message."""
NOTICE = 3_000
"""The number of characters up to which a page can be a message with explanations."""

_LONGEST_TITLE = 300
_MARKS = "[|\u2013\u2014\u00b7\u2022:\u00bb\u00ab-]+"
_SEPARATED = re.compile(rf"\s+{_MARKS}\s+|\s*[|\u00bb\u00ab]\s*|:\s+")


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern for several, in any case."""
    return re.compile("|".join(patterns), re.IGNORECASE)


def titles(page: PageTree) -> list[str]:
    """The title and the main headings of a page."""
    stated = (page.title, *(text_within(each) for each in page.headings[:3]))
    return [title for each in stated if (title := straight(each[:_LONGEST_TITLE]))]


def parts(title: str) -> Iterator[str]:
    """The title, and what stands between its marks."""
    return (part.strip() for part in (title, *_SEPARATED.split(title)) if part.strip())


def straight(text: str) -> str:
    """The text with plain apostrophes."""
    return text.replace("\u2019", "'")
