"""Articles on the web as schema.org describes them."""

from __future__ import annotations

from fair4ml.describe.writing import describe_writing
from fair4ml.entities import Article, Description
from fair4ml.platforms import describe, named_at
from fair4ml.platforms.article.source import WebPage


@describe.register
def describe_page(source: WebPage) -> Description:
    """Map a page with an article; see `describe`."""
    description = describe_writing(source, named_at)
    root = description.root
    assert isinstance(root, Article)
    root.date_created = source.created
    return description
