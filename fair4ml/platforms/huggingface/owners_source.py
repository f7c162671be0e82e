"""What the Hugging Face Hub says about who owns repositories (``GET /api/{organizations,users}/{name}/overview``).

The answers do not say in the same words whose they are: whoever asks puts ``kind`` and ``name`` in.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from fair4ml.describe.source_record import SourceRecord, Word
from fair4ml.platforms.huggingface.repository_source import ObjectId


class Owner(SourceRecord):
    """A user or organization, by its public name.

    The rest of the answer is not looked at: avatar, plan, memberships and followers are about people, not about models.
    """

    identity: ClassVar[frozenset[str]] = frozenset({"_id", "name", "kind"})

    object_id: ObjectId | None = Field(None, alias="_id")
    name: Annotated[str, StringConstraints(max_length=96, pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]*$")]
    """What stands before the slash in ids."""
    fullname: Word | None = None
    kind: Literal["organization", "user"]

    @property
    def key(self) -> str:
        """The record's native id: the Hub's own, or the name where there is none."""
        return self.object_id or self.name
