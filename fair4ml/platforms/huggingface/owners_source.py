"""Source models of the Hugging Face Hub's owners (``GET /api/{organizations,users}/{name}/overview``).

The two kinds of responses name their owner in different fields, so the spider adds ``kind`` and ``name``.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from fair4ml.describe.source_record import SourceRecord, Word
from fair4ml.platforms.huggingface.repository_source import ObjectId


class Owner(SourceRecord):
    """A user or organization, by its public name.

    The rest of the response is ignored: avatar, plan, memberships and followers are about people, not about models.
    """

    identity: ClassVar[frozenset[str]] = frozenset({"_id", "name", "kind"})

    object_id: ObjectId | None = Field(None, alias="_id")
    name: Annotated[str, StringConstraints(max_length=96, pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]*$")]
    """The part before the slash in ids."""
    fullname: Word | None = None
    kind: Literal["organization", "user"]

    @property
    def key(self) -> str:
        """The record's native id: the Hub's own, or the name if there is none."""
        return self.object_id or self.name
