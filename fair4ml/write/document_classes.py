"""Articles, posts, repositories and users as documents, for programs that read texts rather than graphs.

Names and types of the first fields of each class are those of LLM Twin's classes
(https://github.com/PacktPublishing/LLM-Engineers-Handbook, ``llm_engineering/domain/documents.py``), so that its
readers take these documents; the others are additions, which they pass over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Self
from urllib.parse import quote, unquote
from uuid import UUID

from pydantic import UUID4, BaseModel, ConfigDict

from fair4ml.entities import Moment

# In MongoDB a dot separates the names of a path, a dollar sign begins an operator, and a NUL ends a name.
_NOT_IN_A_KEY = re.compile(r"[%.$\x00]")


class MongoDocument(BaseModel):
    """A document with an id that follows from its address.

    Attributes:
        collection: the name of the collection that holds documents of the class.
        id: the result of `document_id` for the canonical address; looks like a random UUID.
        canonical_url: the IRI of the entity in the graph.
    """

    model_config = ConfigDict(defer_build=True)

    collection: ClassVar[str]

    id: UUID4
    canonical_url: str | None = None

    def to_mongo(self) -> dict[str, Any]:
        """The document as MongoDB takes it: ``_id`` and other ids as texts, times as dates, and no unknown values."""
        stated = {name: in_bson(value) for name, value in self.model_dump().items() if value not in (None, [], False)}
        return {"_id": stated.pop("id"), **stated}

    @classmethod
    def from_mongo(cls, stored: Mapping[str, Any]) -> Self:
        """The document that MongoDB has, whatever else stands in it."""
        return cls(**{("id" if name == "_id" else name): value for name, value in stored.items()})


class Author(BaseModel):
    """Somebody who wrote a document.

    Attributes:
        id: the id of their `UserDocument`.
        url: the address of their page, where one is stated.
    """

    model_config = ConfigDict(defer_build=True)

    id: UUID4
    full_name: str
    url: str | None = None


class Document(MongoDocument):
    """A text with its author.

    Attributes:
        content: the text, by the name of its part; a value is None where it is not known.
        platform: the platform that gave it; of an imported document, the one that it came with.
        author_id: the id of the first author; where none is stated an id that nobody else has.
        author_full_name: the name of the first author; empty where none is stated.
        link: the address of its page.
        authors: all authors that are stated, in order.
        source_author: the person whom the seed list names for it, who need not be its author.
        license: the IRIs of its licenses.
        mentions: the IRIs of the entities that it links to or is about.
        content_hash: the SHA-256 of the whole content (`content_hash`), in hexadecimal digits.
        content_truncated: whether the content was cut, as no store could have held it.
        robots_allowed: the decision of the site's robots.txt, where it was asked.
        fetched_at: the time at which this version of it was fetched.
    """

    content: dict[str, str | None]
    platform: str
    author_id: UUID4
    author_full_name: str
    link: str | None = None
    authors: list[Author] = []
    source_author: str | None = None
    description: str | None = None
    published_at: Moment | None = None
    modified_at: Moment | None = None
    tags: list[str] = []
    language: str | None = None
    license: list[str] = []
    mentions: list[str] = []
    content_hash: str | None = None
    content_truncated: bool = False
    robots_allowed: bool | None = None
    fetched_at: datetime | None = None

    def to_mongo(self) -> dict[str, Any]:
        """The document as MongoDB takes it; in keys of the content ``%``, ``.``, ``$`` and NUL are percent-encoded."""
        stated = super().to_mongo()
        if self.robots_allowed is False:
            stated["robots_allowed"] = False
        stated["content"] = {_NOT_IN_A_KEY.sub(_encoded, name): text for name, text in self.content.items()}
        return stated

    @classmethod
    def from_mongo(cls, stored: Mapping[str, Any]) -> Self:
        """The document that MongoDB has, with the keys of its content as they were."""
        return super().from_mongo(
            {**stored, "content": {unquote(name): text for name, text in stored["content"].items()}}
        )


class ArticleDocument(Document):
    """An article; its content has ``Title``, ``Subtitle``, ``Content`` and ``language``."""

    collection = "articles"

    link: str
    image: str | None = None


class PostDocument(Document):
    """A post in a social network; its content has those of ``Title``, ``Subtitle`` and ``Content`` that are known."""

    collection = "posts"

    image: str | None = None


class RepositoryDocument(Document):
    """A repository of source code; its content has the texts of its files by their paths.

    Attributes:
        other_files: the paths of files whose texts are not known.
    """

    collection = "repositories"

    name: str
    link: str
    other_files: list[str] = []


class UserDocument(MongoDocument):
    """Somebody who writes: the owner of a profile, or an author whom a document names.

    Attributes:
        first_name, last_name: the name, split at its last space; of a name without one, both are the whole of it.
        platform: the platform that described the profile; None for those who are only named.
    """

    collection = "users"

    first_name: str
    last_name: str
    full_name: str | None = None
    platform: str | None = None
    fetched_at: datetime | None = None


CLASSES: Mapping[str, type[Document]] = {
    "Article": ArticleDocument,
    "SocialMediaPosting": PostDocument,
    "SoftwareSourceCode": RepositoryDocument,
}
"""The class of the documents of each class of entity."""
COLLECTIONS = (*(each.collection for each in CLASSES.values()), UserDocument.collection)


def in_bson(value: Any) -> Any:
    """A value of the types that MongoDB has: there are no dates without a time."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, list):
        return [in_bson(each) for each in value]
    if isinstance(value, dict):
        return {name: in_bson(each) for name, each in value.items() if each is not None}
    return value


def _encoded(match: re.Match[str]) -> str:
    # A dot is the one of them that URLs do not encode.
    return quote(match[0], safe="") if match[0] != "." else "%2E"
