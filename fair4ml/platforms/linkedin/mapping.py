"""Posts of a member of LinkedIn as schema.org describes them."""

from __future__ import annotations

from fair4ml.describe.writing import Author, Writing, describe_writing
from fair4ml.entities import Description, SocialMediaPosting
from fair4ml.platforms import describe, named_at
from fair4ml.platforms.linkedin.addresses import is_picture, name_in
from fair4ml.platforms.linkedin.source import Share
from fair4ml.read.web_addresses import addresses_in


@describe.register
def describe_share(source: Share) -> Description:
    """Map a post; see `describe`."""
    is_shown = source.media is not None and is_picture(source.media)
    stated = [each for each in (source.shared, None if is_shown else source.media) if each]
    writing = Writing.model_construct(
        url=source.link,
        text=source.text,
        authors=[Author(name=source.author)] if source.author else [],
        published=source.date,
        image=source.media if is_shown else None,
        links=[*stated, *addresses_in(source.text or "")],
    )
    description = describe_writing(writing, named_at, SocialMediaPosting)
    root = description.root
    assert isinstance(root, SocialMediaPosting)
    name = name_in(source.link)
    root.identifier = [name] if name != source.link else []
    root.conditions_of_access = source.visibility or None
    return description
