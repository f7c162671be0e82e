"""Bulk requests to Elasticsearch: refusals are reported, and a server that is busy is asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from mlentory_crawl.changes import Refusal
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.stores.search.elasticsearch.connection import Connection, message, reason
from mlentory_crawl.stores.search.elasticsearch.index import HASH

if TYPE_CHECKING:
    from elasticsearch import ApiError

RETRY_SECONDS = 60.0
"""For so long in all a server that says that it is busy is asked again."""

FIRST_WAIT = 0.5
"""Seconds; each further wait is twice as long."""

BUSY = frozenset({429, 502, 503, 504})

REQUEST_DOCUMENTS = 500
REQUEST_BYTES = 5_000_000
REQUESTS_AT_ONCE = 2
"""The server indexes one request while the next one is made."""

Prepared = tuple[str, list[bytes], str | None]
"""The key of a document, the lines that write it, and its hash."""


class Bulk:
    """Writes documents by the bulk API, but those that the index has just so.

    Args:
        connection: to the server.
        target: the index, by its alias.
        unseen: the keys of what was written since the last refresh, to which it adds; None where the index was empty,
            so that nothing in it can be equal.

    Attributes:
        equal: how many changed nothing: documents that the index has, which are not written, and deletions of none.
    """

    def __init__(self, connection: Connection, target: str, unseen: set[str] | None) -> None:
        self._connection = connection
        self._target = target
        self._unseen = unseen
        self.equal = 0

    async def write(self, prepared: list[Prepared]) -> list[Refusal]:
        """Send all; what the server does not take is returned."""
        gate = asyncio.Semaphore(REQUESTS_AT_ONCE)

        async def take(request: list[Prepared]) -> list[Refusal]:
            async with gate:
                return await self._take(await self._differing(request))

        answers = await asyncio.gather(*map(take, _requests(prepared)), return_exceptions=True)
        refusals: list[Refusal] = []
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
            refusals += answer
        return refusals

    async def _differing(self, request: list[Prepared]) -> list[Prepared]:
        """The part of a request that differs from the index, by one look at a column that holds the hashes."""
        if self._unseen is None:
            return request
        found: set[str] = set()
        known = {key for key, _, digest in request if digest and key not in self._unseen}
        if known:
            answer = await self._connection.client.options(ignore_status=BUSY).search(
                index=self._target,
                query={"ids": {"values": sorted(known)}},
                docvalue_fields=[{"field": HASH}],
                source=False,
                stored_fields="_none_",
                size=len(known),
                track_total_hits=False,
                filter_path=f"hits.hits.fields.{HASH}",
            )  # fmt: skip
            hits = answer.body.get("hits", {}).get("hits", ())
            found = {digest for hit in hits for digest in hit.get("fields", {}).get(HASH, ())}
        differing = [each for each in request if each[0] not in known or each[2] not in found]
        self._unseen.update(key for key, _, _ in differing)
        self.equal += len(request) - len(differing)
        return differing

    async def _take(self, request: list[Prepared]) -> list[Refusal]:
        """Send a request until the server has had time for all of it."""
        from elasticsearch import ApiError

        refusals: list[Refusal] = []
        wait = FIRST_WAIT
        deadline = asyncio.get_running_loop().time() + RETRY_SECONDS
        while request:
            try:
                refused, waiting, error = await self._send(request)
            except ApiError as failure:
                if failure.status_code in (400, 413):
                    return refusals + await self._take_halves(request, failure)
                if failure.status_code not in BUSY:
                    raise
                refused, waiting, error = [], request, reason(failure)
            refusals += refused
            request = waiting
            if request:
                if asyncio.get_running_loop().time() + wait > deadline:
                    raise StoreError(f"Elasticsearch at {self._connection.place} is too busy: {error}")
                await asyncio.sleep(wait)
                wait *= 2
        return refusals

    async def _take_halves(self, request: list[Prepared], failure: ApiError) -> list[Refusal]:
        """Send the halves of a request that the server refuses, until its cause is alone: an id that is too long."""
        if len(request) == 1:
            return [Refusal(request[0][0], reason(failure))]
        middle = len(request) // 2
        return [*await self._take(request[:middle]), *await self._take(request[middle:])]

    async def _send(self, request: list[Prepared]) -> tuple[list[Refusal], list[Prepared], str]:
        """Send a request: what the server refused, what it had no time for, and its message about that."""
        operations: list[Any] = [line for _, lines, _ in request for line in lines]  # JSON already
        answer = await self._connection.client.bulk(
            operations=operations,
            index=self._target,
            # The server would make an index of its own where somebody has deleted this one.
            require_alias=True,
            filter_path="errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason",
        )
        refused: list[Refusal] = []
        waiting: list[Prepared] = []
        busy = ""
        self.equal += sum(item.get("delete", {}).get("status") == HTTPStatus.NOT_FOUND for item in answer["items"])
        if answer["errors"]:
            for prepared, item in zip(request, answer["items"], strict=True):
                (result,) = item.values()
                if "error" not in result:
                    continue
                said = message(result["error"])
                if result["status"] in BUSY:
                    waiting.append(prepared)
                    busy = said
                elif result["status"] == 400 and result["error"]["type"] != "index_closed_exception":
                    refused.append(Refusal(prepared[0], said))
                else:
                    raise StoreError(f"Elasticsearch at {self._connection.place}: {said}")
        return refused, waiting, busy


def _requests(prepared: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    request: list[Prepared] = []
    size = 0
    for each in prepared:
        length = sum(map(len, each[1]))
        if request and (len(request) >= REQUEST_DOCUMENTS or size + length > REQUEST_BYTES):
            yield request
            request, size = [], 0
        request.append(each)
        size += length
    if request:
        yield request
