"""Source model of a story: what has been read from a feed (`fair4ml.platforms.medium.stories`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from fair4ml.describe.source_record import SourceRecord
from fair4ml.describe.writing import Writing


class Story(Writing):
    """A story of an author on Medium, whole where everybody may read it, else with its first words."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8,16}$")] | None = None


KINDS: dict[str, type[SourceRecord]] = {"article": Story}
"""The source model of each kind of record."""
