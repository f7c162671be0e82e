"""The search index in Elasticsearch, in place of the embedded one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from mlentory_crawl.changes import Change, Position, Refusal
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.stores.protocol import MAX_HITS, SearchQuery, SearchResult
from mlentory_crawl.stores.search.clauses import check
from mlentory_crawl.stores.search.elasticsearch.bulk import Bulk, Prepared
from mlentory_crawl.stores.search.elasticsearch.index import (
    POSITION,
    PRODUCT,
    fingerprint,
    mappings,
    operation,
    settings,
)
from mlentory_crawl.stores.search.elasticsearch.query import EVERYTHING, search_body, text_query
from mlentory_crawl.stores.search.elasticsearch.server import MAJORS, Server
from mlentory_crawl.stores.search.fields import one_line
from mlentory_crawl.stores.search.hints import SUGGESTION_HITS, highlight, suggestion

KIND = "things"
"""All classes share one index: one position vouches for it, and one search compares them."""

OTHER_LAYOUT = "another layout"
"""In place of a run's name in the position of an index that cannot be used as it is: no catalog knows such a run."""


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
        self._server = Server(url, api_key=api_key, user=user, password=password)
        self.equal = 0
        self._alias = f"{prefix}-{KIND}"
        self._next = f"{self._alias}-next"
        self._target = self._alias
        self._forget()

    def _forget(self) -> None:
        self._durable: Position | None = None
        self._pending: Position | None = None
        self._mark: dict[str, int] | None = None
        self._unseen: set[str] | None = None

    def close(self) -> None:
        """Release the connection; what is not flushed has no position yet."""
        self._server.close()
        self._target = self._alias
        self._forget()

    # Indices

    def open(self) -> Position | None:
        """Connect, look at what is there, and make the index if there is none.

        An index of another layout tells its catalog, but a position that no catalog knows.

        Raises:
            StoreError: the server cannot be used, or what has the name of the index is not this program's.
        """
        self._durable = self._server.run(self._open())
        return self._durable

    async def _open(self) -> Position | None:
        client = self._server.client
        version = str((await client.info())["version"]["number"])
        if not version.partition(".")[0].isdigit() or int(version.partition(".")[0]) not in MAJORS:
            raise StoreError(
                f"the Elasticsearch at {self._server.place} is version {version};"
                f" {' and '.join(map(str, MAJORS))} will do"
            )
        current, unfinished = await self._indices()
        for name in unfinished:
            await client.indices.delete(index=name, ignore_unavailable=True)
        if current is None:
            await self._create(self._alias)
            return None
        position, self._mark = await self._position(self._alias)
        if position is not None:
            self._unseen = set()
            await client.indices.refresh(index=self._alias)  # for the look-ups: a kill may have left some unseen
        return position if position is None or _is_usable(current) else replace(position, run=OTHER_LAYOUT)

    async def _indices(self) -> tuple[dict[str, Any] | None, list[str]]:
        """The index behind the alias, and the names of those that were begun and not published; all ours."""
        found: Mapping[str, Any] = (
            await self._server.client.indices.get(index=f"{self._alias},{self._next}", ignore_unavailable=True)
        ).body
        for name, index in found.items():
            if name in (self._alias, self._next) or PRODUCT not in index["mappings"].get("_meta", {}):
                raise StoreError(
                    f"the index {name} at {self._server.place} is not this program's:"
                    " another ELASTICSEARCH_INDEX_PREFIX keeps clear of it"
                )
        behind = [name for name, index in found.items() if self._alias in index["aliases"]]
        if len(behind) > 1:
            raise StoreError(
                f"the alias {self._alias} at {self._server.place} is one of {' and '.join(sorted(behind))}"
            )
        unfinished = [name for name, index in found.items() if self._next in index["aliases"] and name not in behind]
        return (found[behind[0]] if behind else None), unfinished

    async def _create(self, alias: str) -> None:
        name = f"{self._alias}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
        await self._server.client.indices.create(
            index=name, aliases={alias: {}}, mappings=mappings(), settings=settings()
        )

    async def _position(self, target: str) -> tuple[Position | None, dict[str, int] | None]:
        """The position, also when it is not refreshed yet, and what the next one has to follow."""
        answer = (await self._server.client.options(ignore_status=404).get(index=target, id=POSITION)).body
        if not answer.get("found"):
            return None, None
        return Position(**answer["_source"][POSITION]), _mark(answer)

    def clear(self) -> None:
        """Begin another index; searches go on in the one that is there until `publish`."""
        self._forget()
        self._server.run(self._begin())

    async def _begin(self) -> None:
        _, unfinished = await self._indices()
        for name in unfinished:
            await self._server.client.indices.delete(index=name, ignore_unavailable=True)
        await self._create(self._next)
        self._target = self._next

    def publish(self) -> None:
        """Switch the alias to the new index and delete the old one, in one step."""
        if self._target == self._next:
            self.flush()
            self._server.run(self._switch())
            self._target = self._alias

    async def _switch(self) -> None:
        client = self._server.client
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
            self._server.run(self._note(Position(position.catalog, "", 0)))
        prepared: list[Prepared] = []
        refusals = []
        for change in {change.key: change for change in changes}.values():
            try:
                prepared.append((change.key, *operation(change)))
            except Exception as error:  # noqa: BLE001  (whatever is wrong with it, its neighbors are taken)
                refusals.append(Refusal(change.key, one_line(error)))
        bulk = Bulk(self._server, self._target, self._unseen)
        refusals += self._server.run(bulk.write(prepared))
        self.equal = bulk.equal
        self._pending = position
        return refusals

    def flush(self) -> Position | None:
        """Let searches find what was written, and write the position."""
        if self._pending is not None:
            self._server.run(self._flush(self._pending))
            self._durable, self._pending = self._pending, None
        return self._durable if self._target == self._alias else None

    async def _flush(self, position: Position) -> None:
        await self._server.client.indices.refresh(index=self._target)
        if self._unseen is not None:
            self._unseen.clear()
        await self._note(position)

    async def _note(self, position: Position) -> None:
        from elasticsearch import ConflictError

        follows: dict[str, Any] = {"op_type": "create"} if self._mark is None else self._mark
        try:
            answer = await self._server.client.index(
                index=self._target, id=POSITION, document={POSITION: asdict(position)}, require_alias=True, **follows
            )
        except ConflictError as error:
            # A request that was sent again because its answer was lost finds its own work.
            found, self._mark = await self._position(self._target)
            if found != position:
                raise StoreError(
                    f"another process writes the search index {self._alias} at {self._server.place}"
                ) from error
        else:
            self._mark = _mark(answer.body)

    # Reading

    def peek(self) -> tuple[Position | None, dict[str, int]]:
        """Position and counts as of the last `flush`; no position where no index is, or none of this layout."""
        return self._server.run(self._peek())

    async def _peek(self) -> tuple[Position | None, dict[str, int]]:
        current, _ = await self._indices()
        if current is None or not _is_usable(current):
            return None, {"documents": 0}
        position, _ = await self._position(self._alias)
        return position, {"documents": await self._count(self._alias)}

    def counts(self) -> dict[str, int]:
        """How many documents a search can find, or will when they are published."""
        return {"documents": self._server.run(self._count(self._target))}

    async def _count(self, target: str) -> int:
        return int((await self._server.client.count(index=target, query=EVERYTHING))["count"])

    def search(self, query: SearchQuery) -> SearchResult:
        """Find documents as of the last `flush`, whoever made it, as `TantivyStore.search` does."""
        check(query)
        return self._server.run(self._search(query))

    async def _search(self, query: SearchQuery) -> SearchResult:
        current, _ = await self._indices()
        if current is None:
            raise StoreError(
                f"there is no search index at {self._server.place} yet: a crawl or scrapy sync search makes it"
            )
        if not _is_usable(current):
            raise StoreError(
                f"the search index at {self._server.place} is of another version: scrapy sync search makes it anew"
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
        answer: Mapping[str, Any] = (await self._server.client.search(index=self._alias, body=body)).body
        return answer

    async def _matches(self, text: dict[str, Any]) -> bool:
        query = {"bool": {"must": [text], "filter": [EVERYTHING]}}
        return bool((await self._server.client.count(index=self._alias, query=query))["count"])


def _is_usable(index: Mapping[str, Any]) -> bool:
    return bool(index["mappings"]["_meta"][PRODUCT] == fingerprint())


def _mark(answer: Mapping[str, Any]) -> dict[str, int]:
    return {"if_seq_no": answer["_seq_no"], "if_primary_term": answer["_primary_term"]}


def _hits(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [hit["_source"] | {"score": hit["_score"]} for hit in answer["hits"]["hits"]]


def _facets(answer: Mapping[str, Any], query: SearchQuery) -> dict[str, dict[str, int]]:
    return {
        name: {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"][name]["values"]["buckets"]}
        for name in query.facets
    }
