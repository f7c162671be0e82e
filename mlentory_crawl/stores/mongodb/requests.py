"""Bulk requests to MongoDB: what the server refuses is told, and costs no neighbor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlentory_crawl.changes import Refusal
from mlentory_crawl.stores.errors import error_message
from mlentory_crawl.stores.mongodb.server import reason

if TYPE_CHECKING:
    from pymongo import DeleteOne, ReplaceOne, UpdateOne
    from pymongo.collection import Collection

    Stored = dict[str, Any]

REQUEST_BYTES = 8_000_000

OF_THE_DOCUMENT = frozenset({2, 9, 14, 22, 52, 56, 57, 121, 10334, 11000, 17280, 17419, 17420})
"""Codes of errors that a document causes (https://www.mongodb.com/docs/manual/reference/error-codes/); with the others,
such as that of a full disk, the next document would fail as well."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A change of at most one stored document.

    Attributes:
        record: the catalog key of the record that asks for it.
        filter: the document that is meant.
        document: what is stored in its place; None to delete it.
        is_default: whether a document that is there stays as it is.
        size: its bytes.
    """

    record: str
    filter: Mapping[str, Any]
    document: Stored | None = None
    is_default: bool = False
    size: int = 0

    def in_bulk(self) -> ReplaceOne[Stored] | UpdateOne | DeleteOne:
        """The operation among others in a request."""
        from pymongo import DeleteOne, ReplaceOne, UpdateOne

        if self.document is None:
            return DeleteOne(self.filter)
        if self.is_default:
            return UpdateOne(self.filter, {"$setOnInsert": self.document}, upsert=True)
        return ReplaceOne(self.filter, self.document, upsert=True)

    def alone(self, collection: Collection[Stored]) -> None:
        """Send it in a request of its own."""
        if self.document is None:
            collection.delete_one(self.filter)
        elif self.is_default:
            collection.update_one(self.filter, {"$setOnInsert": self.document}, upsert=True)
        else:
            collection.replace_one(self.filter, self.document, upsert=True)


def send(collection: Collection[Stored], operations: Iterable[Operation]) -> list[Refusal]:
    """Carry out operations on different documents, in any order.

    Raises:
        PyMongoError: the server failed, whatever the documents are.
    """
    return [refusal for request in _requests(operations) for refusal in _take(collection, request)]


def _requests(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    request: list[Operation] = []
    size = 0
    for each in operations:
        if request and size + each.size > REQUEST_BYTES:
            yield request
            request, size = [], 0
        request.append(each)
        size += each.size
    if request:
        yield request


def _take(collection: Collection[Stored], request: list[Operation]) -> list[Refusal]:
    from pymongo.errors import BulkWriteError, DocumentTooLarge, OperationFailure

    try:
        if len(request) == 1:
            request[0].alone(collection)
        else:
            collection.bulk_write([each.in_bulk() for each in request], ordered=False)
    except BulkWriteError as error:
        failed = error.details["writeErrors"]
        if error.details["writeConcernErrors"] or any(each["code"] not in OF_THE_DOCUMENT for each in failed):
            raise
        return [Refusal(request[each["index"]].record, error_message(ValueError(each["errmsg"]))) for each in failed]
    except OperationFailure as error:
        if error.code not in OF_THE_DOCUMENT:
            raise
        return _take_halves(collection, request, error)
    except (DocumentTooLarge, KeyError) as error:
        # FerretDB leaves out of its answer, where it refuses something, a number that the driver reads.
        return _take_halves(collection, request, error)
    return []


def _take_halves(collection: Collection[Stored], request: list[Operation], error: Exception) -> list[Refusal]:
    """Send the halves of a request that failed as a whole, until its cause is alone."""
    if len(request) == 1:
        return [Refusal(request[0].record, reason(error))]
    middle = len(request) // 2
    return [*_take(collection, request[:middle]), *_take(collection, request[middle:])]
