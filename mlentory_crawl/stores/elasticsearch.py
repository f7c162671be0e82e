"""The search index in Elasticsearch, in place of the embedded one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from mlentory_crawl.stores.elasticsearch_index import (
    HASH,
    POSITION,
    PRODUCT,
    fingerprint,
    mappings,
    operation,
    settings,
)
from mlentory_crawl.stores.elasticsearch_query import EVERYTHING, search_body, text_query
from mlentory_crawl.stores.protocols import (
    MAX_HITS,
    Change,
    Position,
    Refusal,
    SearchQuery,
    SearchResult,
    StoreError,
)
from mlentory_crawl.stores.search_fields import one_line
from mlentory_crawl.stores.search_hints import SUGGESTION_HITS, highlight, suggestion
from mlentory_crawl.stores.search_request import check

if TYPE_CHECKING:
    from elasticsearch import ApiError, AsyncElasticsearch

KIND = "things"
"""All classes share one index: one position vouches for it, and one search compares them."""

MAJORS = (8, 9)
"""The versions of servers that the client talks to."""

REQUEST_SECONDS = 60.0

RETRY_SECONDS = 60.0
"""For so long in all a server that says that it is busy is asked again."""

FIRST_WAIT = 0.5
"""Seconds; each further wait is twice as long."""

BUSY = frozenset({429, 502, 503, 504})

REQUEST_DOCUMENTS = 500
REQUEST_BYTES = 5_000_000
REQUESTS_AT_ONCE = 2
"""The server indexes one request while the next one is made."""

OTHER_LAYOUT = "another layout"
"""In place of a run's name in the position of an index that cannot be used as it is: no catalog knows such a run."""

_Prepared = tuple[str, list[bytes], str | None]
"""Catalog key, lines of a bulk request, hash of the document."""
_Result = TypeVar("_Result")


class ElasticsearchStore:
    """A projection's store in an index behind the alias ``<prefix>-things``.

    A document's id is its catalog key. The position is a document of the same index, under the id ``position``; each
    writing of it must follow the last one, so that two processes cannot both go on. A second index behind
    ``<prefix>-things-next`` is what `clear` begins and `publish` puts in the place of the first.

    Args:
        url: where the server is, such as ``https://localhost:9200``; may have a user and a password.
        prefix: what the names of the index and its aliases begin with.
        api_key: the credential, encoded as the server gives it; or
        user, password: others. All None where the server asks for none.
    """

    backend = "elasticsearch"
    batch_size = 2_000

    def __init__(
        self,
        url: str,
        prefix: str,
        *,
        api_key: str | None = None,
        user: str | None = None,
        password: str | None = None,
    ) -> None:
        self._url = url
        self._credentials: dict[str, Any] = {"api_key": api_key} if api_key else {}
        if user or password:
            self._credentials["basic_auth"] = (user or "elastic", password or "")
        self.equal = 0
        self._alias = f"{prefix}-{KIND}"
        self._next = f"{self._alias}-next"
        self._target = self._alias
        self._runner: asyncio.Runner | None = None
        self._connection: AsyncElasticsearch | None = None
        self._forget()

    def _forget(self) -> None:
        self._durable: Position | None = None
        self._pending: Position | None = None
        self._mark: dict[str, int] | None = None
        self._is_fill = True  # of an index that was empty: nothing in it can be equal
        self._unseen: set[str] = set()  # keys of what was written since the last refresh

    # Connecting

    def _run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(self._told(work))

    async def _told(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        async with self._failures_told():
            return await work

    @asynccontextmanager
    async def _failures_told(self) -> AsyncIterator[None]:
        from elasticsearch import ApiError, TransportError

        try:
            yield
        except ApiError as error:
            if error.message == "media_type_header_exception":  # so refuse servers that are too new
                raise StoreError(
                    f"the Elasticsearch at {_shown(self._url)} is of a version that will not do;"
                    f" {' and '.join(map(str, MAJORS))} will: {_reason(error)}"
                ) from error
            raise StoreError(f"Elasticsearch at {_shown(self._url)}: {_reason(error)}") from error
        except (TransportError, OSError) as error:
            cause: Exception = error
            while isinstance(cause, TransportError) and cause.errors:
                cause = cause.errors[-1]
            raise StoreError(f"Elasticsearch at {_shown(self._url)}: {one_line(cause)}") from error

    def _client(self) -> AsyncElasticsearch:
        if self._connection is None:
            from elasticsearch import AsyncElasticsearch

            # It warns of each try with a traceback; what comes of them all is told in one line.
            logging.getLogger("elastic_transport").setLevel(logging.ERROR)
            try:
                self._connection = AsyncElasticsearch(
                    self._url, request_timeout=REQUEST_SECONDS, retry_on_status=(), **self._credentials
                )
            except ValueError as error:
                raise StoreError(f"ELASTICSEARCH_URL and its credentials: {one_line(error)}") from error
        return self._connection

    def close(self) -> None:
        """Release the connection; what is not flushed has no position yet."""
        runner, connection = self._runner, self._connection
        self._runner = self._connection = None
        self._target = self._alias
        self._forget()
        if runner is not None:
            if connection is not None:
                runner.run(connection.close())
            runner.close()

    # Indices

    def open(self) -> Position | None:
        """Connect, look at what is there, and make the index if there is none.

        An index of another layout tells its catalog, but a position that no catalog knows.

        Raises:
            StoreError: the server cannot be used, or what has the name of the index is not this program's.
        """
        self._durable = self._run(self._open())
        return self._durable

    async def _open(self) -> Position | None:
        client = self._client()
        version = str((await client.info())["version"]["number"])
        if not version.partition(".")[0].isdigit() or int(version.partition(".")[0]) not in MAJORS:
            raise StoreError(
                f"the Elasticsearch at {_shown(self._url)} is version {version};"
                f" {' and '.join(map(str, MAJORS))} will do"
            )
        current, unfinished = await self._indices()
        for name in unfinished:
            await client.indices.delete(index=name, ignore_unavailable=True)
        if current is None:
            await self._create(self._alias)
            return None
        position, self._mark = await self._position(self._alias)
        self._is_fill = position is None
        await client.indices.refresh(index=self._alias)  # for the look-ups: a kill may have left some unseen
        return position if position is None or _is_usable(current) else replace(position, run=OTHER_LAYOUT)

    async def _indices(self) -> tuple[dict[str, Any] | None, list[str]]:
        """The index behind the alias, and the names of those that were begun and not published; all ours."""
        found: Mapping[str, Any] = (
            await self._client().indices.get(index=f"{self._alias},{self._next}", ignore_unavailable=True)
        ).body
        for name, index in found.items():
            if name in (self._alias, self._next) or PRODUCT not in index["mappings"].get("_meta", {}):
                raise StoreError(
                    f"the index {name} at {_shown(self._url)} is not this program's:"
                    " another ELASTICSEARCH_INDEX_PREFIX keeps clear of it"
                )
        behind = [name for name, index in found.items() if self._alias in index["aliases"]]
        if len(behind) > 1:
            raise StoreError(f"the alias {self._alias} at {_shown(self._url)} is one of {' and '.join(sorted(behind))}")
        unfinished = [name for name, index in found.items() if self._next in index["aliases"] and name not in behind]
        return (found[behind[0]] if behind else None), unfinished

    async def _create(self, alias: str) -> None:
        name = f"{self._alias}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
        await self._client().indices.create(index=name, aliases={alias: {}}, mappings=mappings(), settings=settings())

    async def _position(self, target: str) -> tuple[Position | None, dict[str, int] | None]:
        """The position, also when it is not refreshed yet, and what the next one has to follow."""
        answer = (await self._client().options(ignore_status=404).get(index=target, id=POSITION)).body
        if not answer.get("found"):
            return None, None
        return Position(**answer["_source"][POSITION]), _mark(answer)

    def clear(self) -> None:
        """Begin another index; searches go on in the one that is there until `publish`."""
        self._forget()
        self._run(self._begin())

    async def _begin(self) -> None:
        _, unfinished = await self._indices()
        for name in unfinished:
            await self._client().indices.delete(index=name, ignore_unavailable=True)
        await self._create(self._next)
        self._target = self._next

    def publish(self) -> None:
        """Switch the alias to the new index and delete the old one, in one step."""
        if self._target == self._next:
            self.flush()
            self._run(self._switch())
            self._target = self._alias

    async def _switch(self) -> None:
        client = self._client()
        await client.indices.refresh(index=self._next)
        (new,) = (await client.indices.get_alias(name=self._next)).body
        old = (await client.options(ignore_status=404).indices.get_alias(name=self._alias)).body
        await client.indices.update_aliases(
            actions=[
                *({"remove_index": {"index": name}} for name, told in old.items() if "aliases" in told),
                {"add": {"index": new, "alias": self._alias}},
                {"remove": {"index": new, "alias": self._next}},
            ]
        )

    # Writing

    def write(self, changes: Sequence[Change], position: Position) -> list[Refusal]:
        """Replace or delete the document of each change's key; what the server does not take keeps its document.

        All that was taken is durable at once, and found after `flush`.
        """
        if self._durable is None and self._pending is None:
            # Whose index it is stands there before the first document does.
            self._run(self._note(Position(position.catalog, "", 0)))
        prepared: list[_Prepared] = []
        refusals = []
        for change in {change.key: change for change in changes}.values():
            try:
                prepared.append((change.key, *operation(change)))
            except Exception as error:  # noqa: BLE001  (whatever is wrong with it, its neighbors are taken)
                refusals.append(Refusal(change.key, one_line(error)))
        self.equal = 0
        refusals += self._run(self._bulk(prepared))
        self._pending = position
        return refusals

    async def _bulk(self, prepared: list[_Prepared]) -> list[Refusal]:
        gate = asyncio.Semaphore(REQUESTS_AT_ONCE)

        async def take(request: list[_Prepared]) -> list[Refusal]:
            async with gate:
                return await self._take(await self._differing(request))

        answers = await asyncio.gather(*map(take, _requests(prepared)), return_exceptions=True)
        refusals: list[Refusal] = []
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
            refusals += answer
        return refusals

    async def _differing(self, request: list[_Prepared]) -> list[_Prepared]:
        """What of a request the index does not have just so, by one look at a column that holds the hashes."""
        found: set[str] = set()
        known = {key for key, _, digest in request if digest and key not in self._unseen}
        if known and not self._is_fill:
            answer = await self._client().options(ignore_status=BUSY).search(
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

    async def _take(self, request: list[_Prepared]) -> list[Refusal]:
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
                refused, waiting, error = [], request, _reason(failure)
            refusals += refused
            request = waiting
            if request:
                if asyncio.get_running_loop().time() + wait > deadline:
                    raise StoreError(f"Elasticsearch at {_shown(self._url)} is too busy: {error}")
                await asyncio.sleep(wait)
                wait *= 2
        return refusals

    async def _take_halves(self, request: list[_Prepared], failure: ApiError) -> list[Refusal]:
        """Find what made the server refuse the whole, such as an id that is too long."""
        if len(request) == 1:
            return [Refusal(request[0][0], _reason(failure))]
        middle = len(request) // 2
        return [*await self._take(request[:middle]), *await self._take(request[middle:])]

    async def _send(self, request: list[_Prepared]) -> tuple[list[Refusal], list[_Prepared], str]:
        """What the server refused, what it had no time for, and its words about that."""
        operations: list[Any] = [line for _, lines, _ in request for line in lines]  # JSON already
        answer = await self._client().bulk(
            operations=operations,
            index=self._target,
            # The server would make an index of its own where somebody has deleted this one.
            require_alias=True,
            filter_path="errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason",
        )
        refused: list[Refusal] = []
        waiting: list[_Prepared] = []
        busy = ""
        if answer["errors"]:
            for prepared, item in zip(request, answer["items"], strict=True):
                (told,) = item.values()
                if "error" not in told:
                    continue
                words = _words(told["error"])
                if told["status"] in BUSY:
                    waiting.append(prepared)
                    busy = words
                elif told["status"] == 400 and told["error"]["type"] != "index_closed_exception":
                    refused.append(Refusal(prepared[0], words))
                else:
                    raise StoreError(f"Elasticsearch at {_shown(self._url)}: {words}")
        return refused, waiting, busy

    def flush(self) -> Position | None:
        """Let searches find what was written, and write the position."""
        if self._pending is not None:
            self._run(self._flush(self._pending))
            self._durable, self._pending = self._pending, None
        return self._durable if self._target == self._alias else None

    async def _flush(self, position: Position) -> None:
        await self._client().indices.refresh(index=self._target)
        self._unseen.clear()
        await self._note(position)

    async def _note(self, position: Position) -> None:
        from elasticsearch import ConflictError

        follows: dict[str, Any] = {"op_type": "create"} if self._mark is None else self._mark
        try:
            answer = await self._client().index(
                index=self._target, id=POSITION, document={POSITION: asdict(position)}, require_alias=True, **follows
            )
        except ConflictError as error:
            # A request that was sent again because its answer was lost finds its own work.
            found, self._mark = await self._position(self._target)
            if found != position:
                raise StoreError(
                    f"another process writes the search index {self._alias} at {_shown(self._url)}"
                ) from error
        else:
            self._mark = _mark(answer.body)

    # Reading

    def peek(self) -> tuple[Position | None, dict[str, int]]:
        """Position and counts as of the last `flush`; no position where no index is, or none of this layout."""
        return self._run(self._peek())

    async def _peek(self) -> tuple[Position | None, dict[str, int]]:
        current, _ = await self._indices()
        if current is None or not _is_usable(current):
            return None, {"documents": 0}
        position, _ = await self._position(self._alias)
        return position, {"documents": await self._count(self._alias)}

    def counts(self) -> dict[str, int]:
        """How many documents a search can find, or will when they are published."""
        return {"documents": self._run(self._count(self._target))}

    async def _count(self, target: str) -> int:
        return int((await self._client().count(index=target, query=EVERYTHING))["count"])

    def search(self, query: SearchQuery) -> SearchResult:
        """Find documents as of the last `flush`, whoever made it, as `TantivyStore.search` does."""
        check(query)
        return self._run(self._search(query))

    async def _search(self, query: SearchQuery) -> SearchResult:
        current, _ = await self._indices()
        if current is None:
            raise StoreError(
                f"there is no search index at {_shown(self._url)} yet: a crawl or scrapy sync search makes it"
            )
        if not _is_usable(current):
            raise StoreError(
                f"the search index at {_shown(self._url)} is of another version: scrapy sync search makes it anew"
            )
        size = max(0, min(query.size, MAX_HITS - query.offset))
        text, suggested = text_query(query.text), None
        answer = await self._ask(search_body(query, text, size=size))
        if answer["hits"]["total"]["value"] == 0 and query.text and not await self._matches(text):
            text = text_query(query.text, typos=True)
            answer = await self._ask(search_body(query, text, size=size))
            if answer["hits"]["total"]["value"]:
                best = search_body(replace(query, facets=(), sort="relevance", offset=0), text, size=SUGGESTION_HITS)
                suggested = suggestion(query.text, _hits(await self._ask(best)))
        hits = _hits(answer)
        if query.highlight:
            hits = [hit | {"highlight": highlight(suggested or query.text, hit)} for hit in hits]
        return SearchResult(answer["hits"]["total"]["value"], hits, _facets(answer, query), suggested)

    async def _ask(self, body: dict[str, Any]) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = (await self._client().search(index=self._alias, body=body)).body
        return answer

    async def _matches(self, text: dict[str, Any]) -> bool:
        query = {"bool": {"must": [text], "filter": [EVERYTHING]}}
        return bool((await self._client().count(index=self._alias, query=query))["count"])


def _is_usable(index: Mapping[str, Any]) -> bool:
    return bool(index["mappings"]["_meta"][PRODUCT] == fingerprint())


def _mark(answer: Mapping[str, Any]) -> dict[str, int]:
    return {"if_seq_no": answer["_seq_no"], "if_primary_term": answer["_primary_term"]}


def _requests(prepared: Iterable[_Prepared]) -> Iterator[list[_Prepared]]:
    request: list[_Prepared] = []
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


def _hits(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [hit["_source"] | {"score": hit["_score"]} for hit in answer["hits"]["hits"]]


def _facets(answer: Mapping[str, Any], query: SearchQuery) -> dict[str, dict[str, int]]:
    return {
        name: {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"][name]["values"]["buckets"]}
        for name in query.facets
    }


def _reason(error: ApiError) -> str:
    """The server's own words, in one line."""
    body = error.body
    told = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(told, Mapping) and "reason" in told:
        return f"{_words(told)} ({error.status_code})"
    return f"{one_line(error)} ({error.status_code})"


def _words(told: Mapping[str, Any]) -> str:
    cause = (told.get("caused_by") or {}).get("reason")
    return " ".join(f"{told['reason']}{f': {cause}' if cause else ''}".split())[:500]


def _shown(url: str) -> str:
    """An address without user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
