"""Articles of a member of LinkedIn as schema.org describes them."""

from __future__ import annotations

from fair4ml.describe.writing import describe_writing
from fair4ml.entities import Description
from fair4ml.platforms import describe, named_at
from fair4ml.platforms.linkedin.articles_source import OwnArticle


@describe.register
def describe_article(source: OwnArticle) -> Description:
    """Map an article; see `describe`."""
    return describe_writing(source, named_at)
