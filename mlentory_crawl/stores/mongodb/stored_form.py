"""Documents as MongoDB stores them: with the record that they come from, a hash, and no more bytes than it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from fair4ml.write.document_classes import Document, MongoDocument
from fair4ml.write.documents import documents_of
from mlentory_crawl.changes import Change

DOCUMENT_BYTES = 16 * 1024 * 1024
"""The largest document of MongoDB, encoded (https://www.mongodb.com/docs/manual/reference/limits/)."""
SPARE_BYTES = 16 * 1024
"""Bytes that are left to the request that a document is in, and to what is added to it here."""

LAYOUT = 1
"""The version of what is stored; raised with each change of it, so that stores are filled anew."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record's document, ready to be stored.

    Attributes:
        collection: the name of its collection.
        stored: the document.
        size: its bytes.
        users: those whom it names as its authors, as they are stored if no record describes them.
    """

    collection: str
    stored: dict[str, Any]
    size: int
    users: list[dict[str, Any]]

    @property
    def place(self) -> tuple[str, str]:
        """The collection and the id."""
        return self.collection, self.stored["_id"]


def prepared(change: Change) -> Prepared | None:
    """The document of a change; None if it is to have none.

    Raises:
        ValueError, OverflowError, BSONError: values that MongoDB has no types for, or that are too large for it.
    """
    if change.state is None or change.deleted_at is not None:
        return None
    found = documents_of(change.state, change.provenance)
    if not found:
        return None
    own, *users = found
    stored, size = _fitting(own, change.key)
    return Prepared(own.collection, stored, size, [user.to_mongo() for user in users])


def _fitting(document: MongoDocument, record: str) -> tuple[dict[str, Any], int]:
    stored, data = _encoded(document, record)
    excess = len(data) - (DOCUMENT_BYTES - SPARE_BYTES)
    if excess > 0 and isinstance(document, Document):
        cut = shortened(document.content, excess)
        stored, data = _encoded(document.model_copy(update={"content": cut, "content_truncated": True}), record)
        excess = len(data) - (DOCUMENT_BYTES - SPARE_BYTES)
    if excess > len("content_truncated") + 3:
        raise ValueError(f"has {len(data):,} bytes without its content, and MongoDB takes {DOCUMENT_BYTES:,}")
    return {**stored, "hash": blake2b(data, digest_size=16).hexdigest()}, len(data)


def _encoded(document: MongoDocument, record: str) -> tuple[dict[str, Any], bytes]:
    from bson import encode

    stored = {**document.to_mongo(), "record": record}
    return stored, encode(stored)


def shortened(content: Mapping[str, str | None], excess: int) -> dict[str, str | None]:
    """A content with so many bytes less: texts longer than the others lose their ends, all to the same length.

    Args:
        content: texts by their names.
        excess: the number of bytes that are too many; more than there are leave empty texts.
    """
    data = {name: (text or "").encode() for name, text in content.items()}
    sizes = sorted(map(len, data.values()))
    left = max(0, sum(sizes) - excess)
    longest = 0
    for place, size in enumerate(sizes):
        longest = left // (len(sizes) - place)
        if size > longest:
            break
        left -= size
    return {
        name: text if len(data[name]) <= longest else data[name][:longest].decode(errors="ignore")
        for name, text in content.items()
    }
