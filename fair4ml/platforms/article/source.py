"""Source model of an article: what has been read from its page (`fair4ml.read.web_page`)."""

from __future__ import annotations

from fair4ml.describe.source_record import Day, SourceRecord
from fair4ml.describe.writing import Writing


class WebPage(Writing):
    """A page with an article, as it describes itself and as its text reads."""

    created: Day | None = None
    """The time at which a file was made."""


KINDS: dict[str, type[SourceRecord]] = {"article": WebPage}
"""The source model of each kind of record."""
