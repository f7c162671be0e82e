"""Articles, posts, repositories and users as documents, for programs that read texts rather than graphs.

Names and types of the first fields of each class are those of LLM Twin's classes
(https://github.com/PacktPublishing/LLM-Engineers-Handbook, ``llm_engineering/domain/documents.py``), so that its
readers take these documents; the others are additions, which they pass over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, ClassVar, Self
from urllib.parse import quote, unquote
from uuid import UUID

import orjson
from pydantic import UUID4, BaseModel, ConfigDict

from fair4ml.document import forbids_ai
from fair4ml.entities import Moment
from fair4ml.identifiers import UUID_URN, document_id, inside

KINDS = frozenset({"article", "post", "repository", "user"})
"""The kinds of records that describe documents."""

IMPORTED = "documents"
"""The platform of records that are imports of documents."""

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


def documents_of(state: Mapping[str, Any], provenance: Mapping[str, Any] | None = None) -> list[MongoDocument]:
    """The documents of an entity: its own, and one for each of the authors whom it names.

    Args:
        state: the entity's merged state (`fair4ml.merge.merge`).
        provenance: that of the leading record: when it was fetched, and what its seed list says.

    Returns:
        Its own document first; nothing for an entity that is no document, or whose page says that AI must not use it.
    """
    told = provenance or {}
    root = state["root"]
    platform, kind, _ = state.get("key", "//").split("/", 2)
    if platform == IMPORTED:
        # Where a document comes from does not change on its way through files.
        platform = (told.get("seed") or {}).get("platform")
    if kind == "user":
        fetched_at = told.get("fetched_at") if platform else None
        return [user(root["iri"], root.get("name", ""), platform=platform, fetched_at=fetched_at)]
    cls = class_of_text(state)
    if cls is None or forbids_ai(state):
        return []
    authors = _authors(state)
    own = cls(**_stated(cls, state, told, authors), platform=platform or IMPORTED)
    return [own, *(user(iri, author.full_name, id=author.id) for iri, author in authors.items())]


def class_of_text(state: Mapping[str, Any]) -> type[Document] | None:
    """The class of an entity's document; None for an entity that is no article, post or repository.

    Args:
        state: the entity's merged state.
    """
    kind = state.get("key", "//").split("/", 2)[1]
    return CLASSES.get(state["root"]["class"]) if kind in KINDS else None


def content_hash(content: Mapping[str, str | None]) -> str:
    """The SHA-256 of a content, as JSON in UTF-8 with sorted keys and without spaces, in hexadecimal digits."""
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _stated(
    cls: type[Document], state: Mapping[str, Any], told: Mapping[str, Any], authors: Mapping[str, Author]
) -> dict[str, Any]:
    root = state["root"]
    iri = root["iri"]
    first = next(iter(authors.values()), None)
    content = _content(cls, state)
    about = (*root.get("mentions", ()), *root.get("about", ()))
    return {
        "id": document_id(iri),
        "canonical_url": iri,
        "link": root.get("url") or iri,
        "content": content,
        "content_hash": content_hash(content),
        "author_id": first.id if first else document_id(f"{inside(iri)}author"),
        "author_full_name": first.full_name if first else "",
        "authors": list(authors.values()),
        "source_author": _source_author(told.get("seed")),
        "description": root.get("description"),
        "published_at": _moment(root.get("datePublished")),
        "modified_at": _moment(root.get("dateModified")),
        "tags": root.get("keywords", []),
        "language": next(iter(root.get("languageTag", ())), None),
        "license": root.get("license", []),
        "mentions": list(dict.fromkeys(about)),
        "robots_allowed": told.get("robots_allowed"),
        "fetched_at": told.get("fetched_at"),
        # The classes that have no such field pass over it.
        "image": next(iter(root.get("image", ())), None),
        "name": iri.rstrip("/").rpartition("/")[2],
        "other_files": sorted(path for path, part in state.get("files", {}).items() if part is None),
    }


def _content(cls: type[Document], state: Mapping[str, Any]) -> dict[str, str | None]:
    root, text = state["root"], state.get("text")
    if cls is RepositoryDocument:
        files = state.get("files") or ({"README": text} if text else {})
        # A reader that joins the parts to one text takes nothing else for a part.
        return {path: part for path, part in sorted(files.items()) if part is not None}
    told = {"Title": root.get("name"), "Subtitle": root.get("alternativeHeadline"), "Content": text}
    if cls is PostDocument:
        # LLM Twin joins the parts of a post to one text, and takes nothing else for a part.
        return {name: each for name, each in told.items() if each is not None}
    return {**told, "language": next(iter(root.get("languageTag", ())), None)}


def _authors(state: Mapping[str, Any]) -> dict[str, Author]:
    """The authors who have a name, by their IRIs."""
    root = state["root"]
    names = {each["iri"]: each["name"] for each in (*state["stubs"], *state["parts"]) if "name" in each}
    within = inside(root["iri"])
    return {
        iri: Author(id=document_id(iri), full_name=names[iri], url=None if iri.startswith((within, UUID_URN)) else iri)
        for iri in root.get("author", ())
        if iri in names
    }


def user(iri: str, name: str, **stated: Any) -> UserDocument:
    """The document of somebody who writes.

    Args:
        iri: the address of their page, or the IRI that they have in what they wrote.
        name: the full name; empty where it is not known.
        stated: further fields.
    """
    first, _, last = name.rpartition(" ")
    return UserDocument(
        **{"id": document_id(iri), **stated},
        canonical_url=iri,
        full_name=name,
        first_name=first or last,
        last_name=last,
    )


def _source_author(seed: Mapping[str, Any] | None) -> str | None:
    """The person whom a seed list names: LLM Twin's lists have a field for it."""
    name = (seed or {}).get("user_full_name")
    return name if isinstance(name, str) else None


def _moment(stated: str | None) -> Moment | None:
    """A date or a time, whichever is stated."""
    if stated is None:
        return None
    return date.fromisoformat(stated) if len(stated) == len("2026-01-01") else datetime.fromisoformat(stated)


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
