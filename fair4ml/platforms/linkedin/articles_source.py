"""Source model of a member's article: what has been read from a page of the export."""

from __future__ import annotations

from fair4ml.describe.writing import Writing


class OwnArticle(Writing):
    """An article of the member."""
