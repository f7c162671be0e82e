"""Entities as documents, for programs that read texts rather than graphs."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from fair4ml.document import forbids_ai
from fair4ml.entities import Moment
from fair4ml.identifiers import UUID_URN, document_id, inside
from fair4ml.write.document_classes import (
    CLASSES,
    Author,
    Document,
    MongoDocument,
    PostDocument,
    RepositoryDocument,
    UserDocument,
)
from fair4ml.write.value_types import date_or_time

KINDS = frozenset({"article", "post", "repository", "user"})
"""The kinds of records that describe documents."""

IMPORTED = "documents"
"""The platform of records that are imports of documents."""


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
    return None if stated is None else date_or_time(stated)
