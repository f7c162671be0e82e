"""The difference between the documents that records are to have and those that are stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fair4ml.write.document_classes import CLASSES, UserDocument
from mlentory_crawl.stores.mongodb.stored_form import Prepared

USERS = UserDocument.collection
TEXTS = tuple(each.collection for each in CLASSES.values())

Wanted = Mapping[str, Prepared | None]
"""By catalog key the document that a record is to have, or None."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record's document as it is stored.

    Attributes:
        record: the catalog key of the record.
        place: the collection and the id.
        authors: the ids of the users whom it names.
    """

    record: str
    place: tuple[str, str]
    hash: str
    authors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference that a batch of records makes.

    Attributes:
        differing: the documents to write.
        left: stored documents whose record is to have none, or another.
        places: the collections and ids of all documents that records of the batch are to have.
        named: by id the users whom texts of the batch name: the record of the text, and the user as stored.
        unnamed: the ids of users whom texts of the batch named before and name no more, with the record of the text.
        records: the records of the batch, and those whose documents it replaces.
        equal: the number of records that change nothing.
    """

    differing: dict[str, Prepared]
    left: list[Found]
    places: set[tuple[str, str]]
    named: dict[str, tuple[str, dict[str, Any]]]
    unnamed: dict[str, str]
    records: set[str]
    equal: int

    @property
    def described(self) -> set[str]:
        """The ids of users whom records of the batch describe."""
        return {id for collection, id in self.places if collection == USERS}

    @property
    def gone(self) -> dict[str, str]:
        """The ids of users whom a record described that describes them no more, with the record."""
        return {
            found.place[1]: found.record
            for found in self.left
            if found.place[0] == USERS and found.place not in self.places
        }


def differing(wanted: Wanted, found: Iterable[Found]) -> dict[str, Prepared]:
    """The documents that are not stored just so.

    Args:
        wanted: the documents that records are to have.
        found: all documents that are stored of these records.
    """
    stored = {(each.record, each.place): each.hash for each in found}
    return {
        record: document
        for record, document in wanted.items()
        if document is not None and stored.get((record, document.place)) != document.stored["hash"]
    }


def difference(wanted: Wanted, found: Sequence[Found], replaced: Sequence[Found]) -> Difference:
    """Compare.

    Args:
        wanted: the documents that records are to have.
        found: all documents that are stored of these records.
        replaced: those that are stored of other records in the place of a document.
    """
    documents = {record: document for record, document in wanted.items() if document is not None}
    changed = differing(wanted, found)
    places = {record: document.place for record, document in documents.items()}
    left = [each for each in found if each.place != places.get(each.record)]
    named: dict[str, tuple[str, dict[str, Any]]] = {}
    for record, document in documents.items():
        for user in document.users:
            named.setdefault(user["_id"], (record, user))
    return Difference(
        changed,
        left,
        set(places.values()),
        named,
        {id: each.record for each in (*found, *replaced) for id in each.authors if id not in named},
        {*wanted, *(each.record for each in replaced)},
        len(wanted.keys() - changed.keys() - {each.record for each in left}),
    )
