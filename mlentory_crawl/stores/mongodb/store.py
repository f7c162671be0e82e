"""The catalog's documents in MongoDB: articles, posts, repositories, users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self

from fair4ml.write.document_classes import COLLECTIONS
from fair4ml.write.documents import KINDS
from mlentory_crawl.changes import Change, Position, Refusal
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.stores.errors import error_message
from mlentory_crawl.stores.mongodb.difference import TEXTS, USERS
from mlentory_crawl.stores.mongodb.replacement import Replacement
from mlentory_crawl.stores.mongodb.server import Server
from mlentory_crawl.stores.mongodb.stored_form import LAYOUT, Prepared, prepared

if TYPE_CHECKING:
    from pymongo.collection import Collection

    Documents = Collection[dict[str, Any]]

POSITIONS = "mlentory"
"""The collection that holds the position."""
POSITION = "position"
"""The id of the position."""
NEXT = "_next"
"""After the names of the collections that are to replace those that are there."""
OTHER_LAYOUT = "another layout"
"""In place of a run's name in the position of documents of another layout: no catalog knows such a run."""

UNIQUE = ("canonical_url", "record")
_OF_TEXTS = "link author_id authors.id author_full_name source_author mentions published_at".split()
INDEXED: Mapping[str, Sequence[str]] = {**dict.fromkeys(TEXTS, _OF_TEXTS), USERS: ("full_name",)}
"""The fields of each collection that have an index, besides those of which no two documents have the same."""

NOT_IMPLEMENTED = 238
"""The code of what a server that speaks MongoDB's protocol lacks."""


class MongoStore:
    """A projection's store in collections of a MongoDB database.

    A document's id follows from the entity's IRI; it has the catalog key of the leading record as ``record``, and a
    hash by which equal documents are recognized. A user without ``record`` is only named, as an author of texts. The
    position is in a collection of its own; each writing of it must follow the last one, so that two processes cannot
    both go on. What `clear` begins has collections of other names until `publish`.

    Args:
        server: the server.
        database: the name of the database.
    """

    backend = "mongodb"
    batch_size = 250
    kinds: frozenset[str] | None = KINDS

    def __init__(self, server: Server, database: str) -> None:
        self._server = server
        self._database = database
        self.equal = 0
        self._noted: dict[str, Any] | None = None
        self._begin("")

    def _begin(self, suffix: str) -> None:
        """Begin without documents, in the collections whose names end so."""
        self._suffix = suffix
        self._durable: Position | None = None
        self._pending: Position | None = None
        self._empty = set(COLLECTIONS)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """The store that the settings describe.

        Raises:
            StoreError: its driver is not installed.
        """
        return cls(Server.from_settings(settings), settings["MONGODB_DATABASE"])

    def close(self) -> None:
        """Release the connection; what is not flushed has no position yet."""
        self._server.close()
        self._noted = None
        self._begin("")

    # Collections

    def open(self) -> Position | None:
        """Connect, check that the collections are this program's or empty, and prepare their indexes.

        The position of documents of another layout names its catalog, but a run that no catalog knows.

        Raises:
            StoreError: the server cannot be used, or the database holds documents of others.
        """
        with self._server.errors():
            self._server.connect()
            self._begin("")
            self._noted = self._read_position()
            self._empty = {name for name in COLLECTIONS if self._documents(name).find_one({}, {"_id": 1}) is None}
            if self._noted is None and len(self._empty) < len(COLLECTIONS):
                raise StoreError(
                    f"the database {self._database} at {self._server.place} contains other data in"
                    f" {', '.join(name for name in COLLECTIONS if name not in self._empty)};"
                    " mlentory needs its own (see MONGODB_DATABASE)"
                )
            if self._noted is not None:
                self._durable = _position(self._noted)
                self._drop(NEXT)
            self._create_indexes()
        return self._durable

    def _documents(self, name: str) -> Documents:
        return self._server.client[self._database][name + self._suffix]

    def _drop(self, suffix: str) -> None:
        for name in COLLECTIONS:
            self._server.client[self._database].drop_collection(name + suffix)

    def _create_indexes(self) -> None:
        from pymongo import IndexModel

        for name, fields in INDEXED.items():
            documents = self._documents(name)
            known = documents.index_information()
            wanted = [
                # Sparse: users who are only named have no record, and documents that others put there have neither.
                *(IndexModel(field, unique=True, sparse=True) for field in UNIQUE),
                *(IndexModel(field) for field in fields),
            ]
            if missing := [index for index in wanted if index.document["name"] not in known]:
                documents.create_indexes(missing)

    def clear(self) -> None:
        """Begin other collections; readers find those that are there until `publish`."""
        with self._server.errors():
            # Nobody has seen what has no position.
            self._begin("" if self._noted is None else NEXT)
            self._drop(self._suffix)
            self._create_indexes()

    def publish(self) -> None:
        """Put the new collections in the place of the old ones, one after the other, each in one step."""
        if self._suffix:
            with self._server.errors():
                for name in COLLECTIONS:
                    self._put_in_place(name)
                self._suffix = ""
                self._note(self._pending)
                self._durable, self._pending = self._pending, None

    def _put_in_place(self, name: str) -> None:
        from pymongo.errors import OperationFailure

        new = self._documents(name)
        try:
            new.rename(name, dropTarget=True)
        except OperationFailure as error:
            if error.code != NOT_IMPLEMENTED:
                raise
            self._server.client[self._database].drop_collection(name)  # FerretDB takes two steps
            new.rename(name)

    # Writing

    def write(self, changes: Sequence[Change], position: Position) -> list[Refusal]:
        """Replace or delete the document of each change's key, and those of the users whom it names.

        What the server does not take keeps its document.
        """
        wanted: dict[str, Prepared | None] = {}
        refusals = []
        for change in {change.key: change for change in changes}.values():
            try:
                wanted[change.key] = prepared(change)
            except Exception as error:  # noqa: BLE001  (whatever is wrong with it, its neighbors are taken)
                refusals.append(Refusal(change.key, error_message(error)))
        with self._server.errors():
            if self._noted is None:
                # Whose documents they are stands there before the first of them does.
                self._note(Position(position.catalog, "", 0))
            replacement = Replacement({name: self._documents(name) for name in COLLECTIONS}, self._empty)
            refusals += replacement.write(wanted)
        self.equal = replacement.equal
        self._pending = position
        return refusals

    def flush(self) -> Position | None:
        """Write the position; there is none while new collections are being filled, as only `publish` keeps them."""
        if self._pending is not None and not self._suffix:
            with self._server.errors():
                self._note(self._pending)
            self._durable, self._pending = self._pending, None
        return self._durable

    def _positions(self) -> Documents:
        from pymongo import WriteConcern

        # Where that is written, all that was written before it is.
        durable = WriteConcern(w="majority", j=True)
        return self._server.client[self._database].get_collection(POSITIONS, write_concern=durable)

    def _read_position(self) -> dict[str, Any] | None:
        return self._positions().find_one({"_id": POSITION})

    def _note(self, position: Position | None) -> None:
        from pymongo.errors import DuplicateKeyError

        positions = self._positions()
        new = None if position is None else {"_id": POSITION, **asdict(position), "layout": LAYOUT}
        try:
            if self._noted is None:
                follows = new is None or bool(positions.insert_one(new))
            elif new is None:
                follows = positions.delete_one(self._noted).deleted_count == 1
            else:
                follows = positions.replace_one(self._noted, new).matched_count == 1
        except DuplicateKeyError:
            follows = False
        if not follows:
            raise StoreError(f"another process is writing to the database {self._database} at {self._server.place}")
        self._noted = new

    # Reading

    def peek(self) -> tuple[Position | None, dict[str, int]]:
        """Position and counts; no position where no documents are, or none of this layout."""
        with self._server.errors():
            self._server.connect()
            noted = self._read_position()
            position = None if noted is None else _position(noted)
            if position is not None and position.run != OTHER_LAYOUT:
                return position, self.counts()
        return None, {"documents": 0}

    def counts(self) -> dict[str, int]:
        """The number of documents, in all and in each collection."""
        with self._server.errors():
            each = {name: self._documents(name).estimated_document_count() for name in COLLECTIONS}
        return {"documents": sum(each.values()), **each}


def _position(noted: Mapping[str, Any]) -> Position:
    run = noted["run"] if noted["layout"] == LAYOUT else OTHER_LAYOUT
    return Position(noted["catalog"], run, noted["sequence"])
