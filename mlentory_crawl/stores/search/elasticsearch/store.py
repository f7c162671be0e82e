"""The search index in Elasticsearch, in place of the embedded one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib.util import find_spec
from typing import Any, Self

from mlentory_crawl.changes import Change, Position, Refusal
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.extras import install_command
from mlentory_crawl.stores.errors import error_message
from mlentory_crawl.stores.search.clauses import check_query, steps
from mlentory_crawl.stores.search.elasticsearch import access
from mlentory_crawl.stores.search.elasticsearch.bulk import Bulk, Prepared
from mlentory_crawl.stores.search.elasticsearch.connection import MAJORS, Connection
from mlentory_crawl.stores.search.elasticsearch.index import POSITION, PRODUCT, fingerprint, operation
from mlentory_crawl.stores.search.elasticsearch.indices import Indices
from mlentory_crawl.stores.search.elasticsearch.query import EVERYTHING, search_body, text_query
from mlentory_crawl.stores.search.hints import SUGGESTION_HITS, highlight, suggestion
from mlentory_crawl.stores.search.query import MAX_HITS, Bar, SearchQuery, SearchResult

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
    kinds: frozenset[str] | None = None

    def __init__(
        self,
        url: str,
        prefix: str,
        *,
        api_key: str | None = None,
        user: str | None = None,
        password: str | None = None,
    ) -> None:
        self._connection = Connection(url, api_key=api_key, user=user, password=password)
        self._indices = Indices(self._connection, prefix)
        self.equal = 0
        self._target = self._indices.alias
        self._reset()

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """The store that the settings describe.

        Raises:
            StoreError: its driver is not installed.
        """
        if find_spec("elasticsearch") is None:
            raise StoreError(f"ELASTICSEARCH_URL needs the Elasticsearch client: {install_command('elasticsearch')}")
        url, prefix = settings["ELASTICSEARCH_URL"], settings["ELASTICSEARCH_INDEX_PREFIX"]
        return cls(url, prefix, **access.credentials(settings))

    def _reset(self) -> None:
        self._durable: Position | None = None
        self._pending: Position | None = None
        self._expected: dict[str, int] | None = None
        self._unseen: set[str] | None = None

    def close(self) -> None:
        """Release the connection; what is not flushed has no position yet."""
        self._connection.close()
        self._target = self._indices.alias
        self._reset()

    # Indices

    def open(self) -> Position | None:
        """Connect, look at what is there, and make the index if there is none.

        The position in an index of another layout names its catalog, but a run that no catalog knows.

        Raises:
            StoreError: the server cannot be used, or an index of that name is not this program's.
        """
        self._durable = self._connection.run(self._open())
        return self._durable

    async def _open(self) -> Position | None:
        client = self._connection.client
        version = str((await client.info())["version"]["number"])
        if not version.partition(".")[0].isdigit() or int(version.partition(".")[0]) not in MAJORS:
            raise StoreError(
                f"expected Elasticsearch {' or '.join(map(str, MAJORS))} at {self._connection.place},"
                f" got version {version}"
            )
        current = await self._indices.clean()
        if current is None:
            await self._indices.create(self._indices.alias)
            return None
        position, self._expected = await self._position(self._indices.alias)
        if position is not None:
            self._unseen = set()
            # For the look-ups: a kill may have left some unseen.
            await client.indices.refresh(index=self._indices.alias)
        return position if position is None or _is_usable(current) else replace(position, run=OTHER_LAYOUT)

    async def _position(self, target: str) -> tuple[Position | None, dict[str, int] | None]:
        """The position, also when it is not refreshed yet, and what the next one has to follow."""
        answer = (await self._connection.client.options(ignore_status=404).get(index=target, id=POSITION)).body
        if not answer.get("found"):
            return None, None
        return Position(**answer["_source"][POSITION]), _expectation(answer)

    def clear(self) -> None:
        """Begin another index; searches go on in the one that is there until `publish`."""
        self._reset()
        self._connection.run(self._begin())

    async def _begin(self) -> None:
        await self._indices.clean()
        await self._indices.create(self._indices.next)
        self._target = self._indices.next

    def publish(self) -> None:
        """Switch the alias to the new index and delete the old one, in one step."""
        if self._target == self._indices.next:
            self.flush()
            self._connection.run(self._indices.publish())
            self._target = self._indices.alias

    # Writing

    def write(self, changes: Sequence[Change], position: Position) -> list[Refusal]:
        """Replace or delete the document of each change's key; what the server does not take keeps its document.

        All that was taken is durable at once, and found after `flush`.
        """
        if self._durable is None and self._pending is None:
            # Whose index it is stands there before the first document does.
            self._connection.run(self._note(Position(position.catalog, "", 0)))
        prepared: list[Prepared] = []
        refusals = []
        for change in {change.key: change for change in changes}.values():
            try:
                prepared.append((change.key, *operation(change)))
            except Exception as error:  # noqa: BLE001  (whatever is wrong with it, its neighbors are taken)
                refusals.append(Refusal(change.key, error_message(error)))
        bulk = Bulk(self._connection, self._target, self._unseen)
        refusals += self._connection.run(bulk.write(prepared))
        self.equal = bulk.equal
        self._pending = position
        return refusals

    def flush(self) -> Position | None:
        """Let searches find what was written, and write the position."""
        if self._pending is not None:
            self._connection.run(self._flush(self._pending))
            self._durable, self._pending = self._pending, None
        return self._durable if self._target == self._indices.alias else None

    async def _flush(self, position: Position) -> None:
        await self._connection.client.indices.refresh(index=self._target)
        if self._unseen is not None:
            self._unseen.clear()
        await self._note(position)

    async def _note(self, position: Position) -> None:
        from elasticsearch import ConflictError

        follows: dict[str, Any] = {"op_type": "create"} if self._expected is None else self._expected
        try:
            answer = await self._connection.client.index(
                index=self._target, id=POSITION, document={POSITION: asdict(position)}, require_alias=True, **follows
            )
        except ConflictError as error:
            # A request that was sent again because its answer was lost finds its own work.
            found, self._expected = await self._position(self._target)
            if found != position:
                raise StoreError(
                    f"another process is writing to the search index {self._indices.alias} at {self._connection.place}"
                ) from error
        else:
            self._expected = _expectation(answer.body)

    # Reading

    def peek(self) -> tuple[Position | None, dict[str, int]]:
        """Position and counts as of the last `flush`; no position where no index is, or none of this layout."""
        return self._connection.run(self._peek())

    async def _peek(self) -> tuple[Position | None, dict[str, int]]:
        current = await self._indices.current()
        if current is None or not _is_usable(current):
            return None, {"documents": 0}
        position, _ = await self._position(self._indices.alias)
        return position, {"documents": await self._count(self._indices.alias)}

    def counts(self) -> dict[str, int]:
        """The number of documents that a search can find, or will when they are published."""
        return {"documents": self._connection.run(self._count(self._target))}

    async def _count(self, target: str) -> int:
        return int((await self._connection.client.count(index=target, query=EVERYTHING))["count"])

    def search(self, query: SearchQuery) -> SearchResult:
        """Find documents as of the last `flush`, whoever made it, as `TantivyStore.search` does."""
        check_query(query)
        return self._connection.run(self._search(query))

    async def _search(self, query: SearchQuery) -> SearchResult:
        current = await self._indices.current()
        if current is None:
            raise StoreError(
                f"there is no search index at {self._connection.place} yet; crawl first, or run: mlentory sync search"
            )
        if not _is_usable(current):
            raise StoreError(
                f"the search index at {self._connection.place} was made by another version;"
                " to rebuild it, run: mlentory sync search"
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
        total, bars = answer["hits"]["total"]["value"], _histograms(answer, query)
        return SearchResult(total, hits, _facets(answer, query), suggested, histograms=bars)

    async def _ask(self, body: dict[str, Any]) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = (await self._connection.client.search(index=self._indices.alias, body=body)).body
        return answer

    async def _matches(self, text: dict[str, Any]) -> bool:
        query = {"bool": {"must": [text], "filter": [EVERYTHING]}}
        return bool((await self._connection.client.count(index=self._indices.alias, query=query))["count"])


def _is_usable(index: Mapping[str, Any]) -> bool:
    return bool(index["mappings"]["_meta"][PRODUCT] == fingerprint())


def _expectation(answer: Mapping[str, Any]) -> dict[str, int]:
    return {"if_seq_no": answer["_seq_no"], "if_primary_term": answer["_primary_term"]}


def _hits(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [hit["_source"] | {"score": hit["_score"]} for hit in answer["hits"]["hits"]]


def _facets(answer: Mapping[str, Any], query: SearchQuery) -> dict[str, dict[str, int]]:
    return {
        name: {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"][name]["values"]["buckets"]}
        for name in query.facets
    }


def _histograms(answer: Mapping[str, Any], query: SearchQuery) -> dict[str, list[Bar]]:
    # The server answers in order of the numbers, as the bars are.
    return {
        name: [
            Bar(*step, bucket["doc_count"])
            for step, bucket in zip(steps(name), answer["aggregations"][name]["values"]["buckets"], strict=True)
        ]
        for name in query.histograms
    }
