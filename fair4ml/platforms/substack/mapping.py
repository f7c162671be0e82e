"""Posts on Substack as schema.org describes them."""

from __future__ import annotations

from collections.abc import Iterator

from fair4ml.describe.writing import Author, Writing, describe_writing, excerpt
from fair4ml.entities import Description, FieldIssue
from fair4ml.platforms import describe, named_at
from fair4ml.platforms.substack.addresses import SITE
from fair4ml.platforms.substack.source import Post

EVERYONE = "everyone"
_WHO_PAYS = frozenset({"only_paid", "founding"})
"""The audiences that pay; that of a free subscription (``only_free``) does not, but is not everybody either."""


@describe.register
def describe_post(source: Post) -> Description:
    """Map a post; see `describe`."""
    is_whole = source.audience == EVERYONE or (source.audience is None and not source.is_preview)
    preview = None if is_whole else excerpt(source.truncated_body_text or source.text)
    writing = Writing.model_construct(
        url=source.url,
        title=source.title,
        subtitle=source.subtitle,
        description=source.description or preview,
        text=source.text if is_whole else None,
        authors=[
            Author(name=byline.name, url=f"{SITE}/@{byline.handle}" if byline.handle else None)
            for byline in source.bylines
            if byline is not None and byline.name
        ],
        published=source.post_date,
        tags=list(_tags(source)),
        site_name=source.publication_name,
        image=source.cover_image or source.image,
        links=source.links,
        is_free=_is_free(source),
    )
    description = describe_writing(writing, named_at)
    description.counters = source.counted()
    if source.id is not None:
        description.root.identifier = [str(source.id)]
    nameless = (n for n, byline in enumerate(source.bylines) if byline is None or not byline.name)
    description.issues += [
        FieldIssue(f"publishedBylines.{n}", "does not name a person or organization") for n in nameless
    ]
    return description


def _tags(source: Post) -> Iterator[str]:
    for tag in source.tags:
        if isinstance(tag, str):
            yield tag
        elif tag is not None and tag.name and not tag.hidden:
            yield tag.name


def _is_free(source: Post) -> bool | None:
    if source.audience == EVERYONE:
        return True
    return False if source.audience in _WHO_PAYS or source.is_preview else None
