"""Replacing in MongoDB what records describe: only what differs is written."""

from __future__ import annotations

from collections.abc import Collection as Group, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fair4ml.write.documents import user
from mlentory_crawl.changes import Refusal
from mlentory_crawl.stores.mongodb.difference import TEXTS, USERS, Difference, Found, Wanted, difference, differing
from mlentory_crawl.stores.mongodb.requests import Operation, send

if TYPE_CHECKING:
    from pymongo.collection import Collection


class Replacement:
    """Replaces the documents of records, and keeps a document of each user whom a text names.

    Args:
        collections: by name.
        empty: the names of those without documents, in which nothing has to be looked up; is kept current.

    Attributes:
        equal: how many changed nothing: documents that are stored just so, and deletions of none.
    """

    def __init__(self, collections: Mapping[str, Collection[dict[str, Any]]], empty: set[str]) -> None:
        self._collections = collections
        self._empty = empty
        self.equal = 0

    def write(self, wanted: Wanted) -> list[Refusal]:
        """Write what differs; what the server does not take is returned."""
        stored = list(self._found("record", wanted))
        occupied = {each.place for each in stored}
        places = [each.place[1] for each in differing(wanted, stored).values() if each.place not in occupied]
        found = difference(wanted, stored, list(self._found("_id", places)))
        self.equal = found.equal
        refusals = []
        # Users come before texts: whoever begins again after a failure finds the texts that are still to be written,
        # and by them the users whom they name, or named. No two documents have one record: former ones go first.
        for name in (USERS, *TEXTS):
            refusals += self._send(name, _former(found, name))
            refusals += self._send(name, [*_own(found, name), *(self._named(found) if name == USERS else ())])
        return refusals

    def _send(self, name: str, operations: list[Operation]) -> list[Refusal]:
        if operations:
            self._empty.discard(name)
        return send(self._collections[name], operations)

    def _found(self, field: str, values: Iterable[str]) -> Iterator[Found]:
        """The documents of records by a field."""
        sought = {field: {"$in": list(values)}}
        for name, collection in self._collections.items() if sought[field]["$in"] else ():
            if name not in self._empty:
                for each in collection.find(sought, {"record": 1, "hash": 1, "authors.id": 1}):
                    if "record" in each:
                        authors = frozenset(author["id"] for author in each.get("authors", ()))
                        yield Found(each["record"], (name, each["_id"]), each["hash"], authors)

    def _named(self, found: Difference) -> Iterator[Operation]:
        """The operations on users whom texts name, or named."""
        gone = found.gone
        for id, (record, stored) in found.named.items():
            if id in gone:
                yield Operation(record, {"_id": id}, stored)
            elif record in found.differing and id not in found.described:
                yield Operation(record, {"_id": id}, stored, is_default=True)
        doubtful = (gone.keys() | found.unnamed.keys()) - found.named.keys() - found.described
        still = self._still_named(doubtful, found.records)
        for id in sorted(doubtful):
            if id not in still:
                # Without a record, they are only named.
                yield Operation(gone.get(id, found.unnamed.get(id, "")), {"_id": id, "record": gone.get(id)})
            elif id in gone:
                author = still[id]
                yield Operation(gone[id], {"_id": id}, user(author["url"], author["full_name"]).to_mongo())

    def _still_named(self, ids: Group[str], but: Group[str]) -> dict[str, dict[str, Any]]:
        """Those of the users whom texts name, apart from the texts of some records, as these texts name them."""
        named: dict[str, tuple[str, dict[str, Any]]] = {}
        for name in TEXTS if ids else ():
            if name not in self._empty:
                sought = {"authors.id": {"$in": sorted(ids)}}
                for text in self._collections[name].find(sought, {"record": 1, "authors": 1}):
                    for author in text["authors"] if text["record"] not in but else ():
                        # Of several names the one that does not depend on what came first.
                        if author["id"] in ids and text["record"] < named.get(author["id"], ("~",))[0]:
                            named[author["id"]] = (text["record"], author)
        return {id: author for id, (_, author) in named.items()}


def _former(found: Difference, name: str) -> list[Operation]:
    """The deletions of documents that their records describe no more."""
    gone = found.gone if name == USERS else {}  # texts may still name them
    return [
        Operation(each.record, {"_id": each.place[1], "record": each.record})
        for each in found.left
        if each.place[0] == name and each.place[1] not in gone
    ]


def _own(found: Difference, name: str) -> list[Operation]:
    """The replacements of documents of records."""
    return [
        Operation(record, {"_id": document.stored["_id"]}, document.stored, size=document.size)
        for record, document in found.differing.items()
        if document.collection == name
    ]
