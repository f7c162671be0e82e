"""Stories on Medium as schema.org describes them."""

from __future__ import annotations

from fair4ml.describe.writing import describe_writing
from fair4ml.entities import Description
from fair4ml.platforms import describe, named_at
from fair4ml.platforms.medium.addresses import SITE
from fair4ml.platforms.medium.source import Story


@describe.register
def describe_story(source: Story) -> Description:
    """Map a story; see `describe`."""
    description = describe_writing(source, named_at)
    if source.id is not None:
        description.root.identifier = [source.id]
        lasting = f"{SITE}/p/{source.id}"
        description.root.same_as = [lasting] if lasting != description.root.iri else []
    return description
