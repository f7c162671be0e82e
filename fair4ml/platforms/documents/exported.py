"""Documents as they were exported, and the types of their fields.

The fields have the names of LLM Twin's classes (https://github.com/PacktPublishing/LLM-Engineers-Handbook,
``llm_engineering/domain/documents.py``), and of what this project's own export adds to them.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from urllib.parse import unquote
from uuid import UUID

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field

from fair4ml.describe.source_record import (
    Listed,
    NoneSent,
    PageAddress,
    SourceObject,
    SourceRecord,
    WebAddress,
    Word,
)
from fair4ml.describe.writing import Prose, StatedDay, WholeText
from fair4ml.entities import Iri
from fair4ml.identifiers import UUID_URN
from fair4ml.read.web_addresses import canonical


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError("is not a UUID") from None


def _page(value: Any) -> Any:
    """Return an address; nothing for the URN that an exported text without a page has."""
    return None if isinstance(value, str) and value.strip().lower().startswith("urn:") else value


def _parts(value: Any) -> Any:
    """Return a content by the names of its parts, in which MongoDB does not allow every character."""
    if isinstance(value, str):
        return {"Content": value}
    return {unquote(name): part for name, part in value.items()} if isinstance(value, dict) else value


Id = Annotated[Word, AfterValidator(_uuid)]


class Named(SourceObject):
    """An author of a document, and the id of the user who it is."""

    id: Id | None = None
    name: Word | None = Field(None, alias="full_name")
    url: PageAddress | None = None


class Exported(SourceRecord):
    """A document as it was exported."""

    identity: ClassVar[frozenset[str]] = frozenset({"_id", "id"})

    id: Id = Field(validation_alias=AliasChoices("_id", "id"))
    canonical_url: Iri | None = None
    link: Annotated[PageAddress | None, BeforeValidator(_page)] = None

    @property
    def iri(self) -> str:
        """The IRI of what it is about: the canonical address, else that of its page, else its id."""
        if self.canonical_url is not None:
            return self.canonical_url
        return f"{UUID_URN}{self.id}" if self.link is None else canonical(self.link)


class TextDocument(Exported):
    """A document with a text."""

    content: Annotated[dict[str, WholeText | None], BeforeValidator(_parts)] = Field(default_factory=dict)
    platform: Word | None = None
    authors: Annotated[list[Named | None], NoneSent]
    description: Prose | None = None
    published: StatedDay | None = Field(None, alias="published_at")
    modified: StatedDay | None = Field(None, alias="modified_at")
    tags: Annotated[list[Word | None], NoneSent]
    language: Word | None = None
    license: Annotated[list[Word | None], Listed, NoneSent]
    mentions: Annotated[list[WebAddress | None], NoneSent]
    image: WebAddress | None = None
