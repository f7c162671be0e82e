"""Exported articles and posts as schema.org describes them.

The author whom LLM Twin's documents name is the person for whom a text was collected, who need not have written it:
that name stays in the record's provenance.
"""

from __future__ import annotations

from fair4ml.describe.writing import Writing, describe_writing
from fair4ml.entities import Description, SocialMediaPosting
from fair4ml.platforms import describe, named_at
from fair4ml.platforms.documents.authors import author_of_text
from fair4ml.platforms.documents.contents import text_of
from fair4ml.platforms.documents.exported import TextDocument
from fair4ml.platforms.documents.source import ExportedArticle, ExportedPost
from fair4ml.read.web_addresses import addresses_in, canonical

_ABOUT_TEXTS = frozenset({"Title", "Subtitle", "Content", "language"})


@describe.register
def describe_article(source: ExportedArticle) -> Description:
    """Map an article; see `describe`."""
    return describe_writing(_writing(source), named_at)


@describe.register
def describe_post(source: ExportedPost) -> Description:
    """Map a post; see `describe`."""
    return describe_writing(_writing(source), named_at, SocialMediaPosting)


def _writing(source: TextDocument) -> Writing:
    content = source.content
    text = content.get("Content") or text_of({name: part for name, part in content.items() if name not in _ABOUT_TEXTS})
    return Writing.model_construct(
        url=source.iri,
        title=content.get("Title"),
        subtitle=content.get("Subtitle"),
        description=source.description,
        text=text,
        authors=[
            author_of_text(each, canonical(source.iri)) for each in source.authors if each is not None and each.name
        ],
        published=source.published,
        modified=source.modified,
        language=source.language or content.get("language"),
        tags=source.tags,
        license=source.license,
        image=source.image,
        links=source.mentions or addresses_in(text or ""),
    )
