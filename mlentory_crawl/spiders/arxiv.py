"""Articles on arXiv."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import urlencode

from pydantic import Field, PositiveInt, model_validator
from scrapy import Request
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from fair4ml.identifiers import arxiv
from fair4ml.platforms.arxiv import API_SLOT, ARTICLES, BATCH, LOOK_UPS, QUEUES
from fair4ml.platforms.arxiv.addresses import HOSTS
from fair4ml.platforms.arxiv.source import entries, is_error
from fair4ml.read.json_text import spoiled
from mlentory_crawl.base_spiders.modes import ModeArguments
from mlentory_crawl.base_spiders.platform import Arguments, PlatformSpider
from mlentory_crawl.catalog.commits import Lookup
from mlentory_crawl.config.variables import Variable
from mlentory_crawl.crawl.outcomes import Asked, Stopping
from mlentory_crawl.crawl.seed_list import Seed, names_in
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.responses import error_message, fetched_at, shown

if TYPE_CHECKING:
    from twisted.python.failure import Failure

API = "https://export.arxiv.org/api/query"


class ArxivArguments(ModeArguments):
    """Arguments that select the articles to fetch."""

    mode: Literal["catalog", "ids", "enrich"] | None = Field(
        default=None,
        description="catalog: the articles that the catalog's records name, as without it where no ids are given; ids:"
        " those named; enrich: as catalog, for programs that look up what several platforms lack",
    )
    limit: PositiveInt | None = Field(default=None, description="how many articles to ask for at most")
    ids: str | None = Field(
        default=None,
        description="a file with one arXiv id a line, or ids with commas between; addresses of articles are understood",
    )
    refresh: bool = Field(default=False, description="also ask for articles that the catalog has already")
    enrich: Literal["articles"] | None = Field(default=None, description="what to look up, with mode=enrich")

    @model_validator(mode="after")
    def _look_ups_go_with_their_mode(self) -> ArxivArguments:
        if self.enrich is not None and self.mode != "enrich":
            raise ValueError("enrich=articles goes with mode=enrich")
        if self.refresh and self.mode == "enrich":
            raise ValueError("mode=enrich requests what the catalog lacks; refresh goes with mode=catalog and mode=ids")
        return self


class ArxivSpider(PlatformSpider):
    """Articles on arXiv that the catalog names, from arXiv's API: 200 articles per request.

    Domain
        arxiv.org
    API documentation
        https://info.arxiv.org/help/api/user-manual.html, https://info.arxiv.org/help/api/tou.html
    Caveats
        One request every three seconds over one connection. A 429 ends the crawl; the next crawl continues.
        The API omits unknown ids, or returns an error for a whole batch, which is then divided.
        Articles in the catalog are fetched again only with refresh; without it, new versions are not noticed.
    """

    name = "arxiv"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = ArxivArguments
    endpoint_setting = "ARXIV_ENDPOINT"
    variables = (
        Variable(
            "ARXIV_ENDPOINT",
            "https://export.arxiv.org",
            "Address of arXiv's API or a copy of it; IRIs are always those of arXiv.",
        ),
    )
    hosts = HOSTS
    # https://info.arxiv.org/help/api/tou.html: one request every three seconds, one connection.
    slots: ClassVar[dict[str, dict[str, float]]] = {API_SLOT: {"concurrency": 1, "delay": 3.0, "jitter": 0}}
    arguments: ArxivArguments

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._waiting: deque[list[str]] = deque()
        self._by: str | None = None
        self._put_off: set[str] = set()
        self._has_read = False

    @property
    def mode(self) -> str:
        return "ids" if self.arguments.ids is not None else self.arguments.mode or "catalog"

    @property
    def coverage(self) -> str:
        return "ids" if self.arguments.limit is None else "limit"

    @property
    def resumable(self) -> bool:
        return self.mode == "enrich"

    async def start(self) -> AsyncIterator[Any]:
        if self.mode == "enrich":
            self._begin_look_ups()
        self._fill(self._given() if self.mode == "ids" else self._named())
        if self.mode != "ids" and not self._waiting:
            note = (
                "nothing to fetch: all articles that the catalog names are described or were requested recently;"
                " to fetch others, use -a ids=FILE_OR_LIST"
            )
            self.run.report.notes.append(note)
            self.logger.info(note)
        for request in self._next():
            yield request

    def _begin_look_ups(self) -> None:
        """Count the articles as look-ups; those that an earlier attempt did not get are requested and counted anew."""
        (self._by,) = LOOK_UPS
        for outcome in ("failed", "blocked"):
            self.run.report.lookups.get(self._by, Counter()).pop(outcome, None)

    def _fill(self, ids: Iterable[str]) -> None:
        wanted = islice(ids, self._left())
        # One batch after the other: arXiv allows one connection, and the first refusal ends the crawl.
        while batch := list(islice(wanted, BATCH)):
            self._waiting.append(batch)
        self.logger.info("Articles to fetch: %d", sum(map(len, self._waiting)))

    def _left(self) -> int | None:
        limit = self.arguments.limit
        counts = self.run.report.lookups.get(self._by or "", Counter())
        return None if limit is None else max(0, limit - counts.total())

    def step(self) -> bool:
        """Request the articles that records name, as a stage of another spider."""
        run, engine = self.run, self.crawler.engine
        assert engine is not None
        if self._by is not None:
            return False
        self._begin_look_ups()
        run.commit()
        if run.broken:
            return False
        self._fill(self._named())
        request = next(self._next(), None)
        if request is not None:
            engine.crawl(request)
        return request is not None

    # Selection of articles

    def _named(self) -> Iterator[str]:
        """Return the ids of the articles that records name and none describes, or of those to be refreshed."""
        catalog = self.run.catalog
        if self.arguments.refresh:
            return iter(catalog.keys(self.name, "article"))
        iris = catalog.lookups.named(self.run.id, QUEUES["articles"], -1)
        return (iri.removeprefix(ARTICLES) for iri in iris if arxiv(iri) == iri)

    def _given(self) -> Iterator[str]:
        found = [id for _, id in self.names(names_in(self.arguments.ids or ""), _id)]
        known = set() if self.arguments.refresh else self._known(found)
        if known:
            self.run.report.requested["known"] += len(known)
            self.logger.info(
                "%d articles are already in the catalog; to fetch them again, use -a refresh=true", len(known)
            )
        return (id for id in found if id not in known)

    def _known(self, ids: Sequence[str]) -> set[str]:
        keys = [("article", id) for id in ids]
        known = self.run.catalog.lookup(self.run.id, self.name, keys)
        return {id for (_, id), record in known.items() if not record.deleted}

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        # Articles have pages on other sites, and DOIs.
        return super().handles_request(request) or _id(request.url) is not None

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        id = _id(url)
        return None if id is None else self._request([id], seed)

    # Batches

    def _next(self) -> Iterator[Request]:
        if self._waiting:
            yield self._request(self._waiting.popleft())

    def _request(self, batch: list[str], seed: Seed | None = None) -> Request:
        query = urlencode({"id_list": ",".join(batch), "max_results": len(batch)}, safe=",/")
        return Request(
            f"{self.endpoint}/api/query?{query}",
            callback=self.parse_batch,
            errback=self.batch_failed,
            cb_kwargs={"batch": batch, "number": self.run.pages.reserve(), "seed": seed},
            # After a refusal, arXiv wants to be left alone, not asked again once a quota renews.
            meta={"download_slot": API_SLOT, "archive": True, "dont_wait_for_quota": True},
            dont_filter=True,
        )

    def parse_batch(self, response: Response, batch: list[str], number: int, seed: Seed | None) -> Iterator[Any]:
        """Send on the articles of a batch, and request the next one."""
        assert response.request is not None
        if response.status in (403, 429):
            left = sum(map(len, self._waiting))
            self._waiting.clear()
            self._end(response.request, "blocked")
            self.fail(
                f"{shown(response.url)} returned HTTP {response.status}: wait at least ten minutes, then run the same"
                f" command again; {left} more articles were not requested"
            )
            return
        articles: list[dict[str, Any]] = []
        unread: str | None = None
        if response.status == 200:
            try:
                articles = entries(response.body)
            except ValueError as error:
                if (retry := self._another_try(response, batch)) is not None:
                    yield retry
                    return
                unread = str(error)
        self._has_read |= bool(articles)
        refused = response.status in (400, 404) or any(map(is_error, articles))
        if (refused or unread) and len(batch) > 1:
            middle = len(batch) // 2
            self._waiting.extendleft([batch[middle:], batch[:middle]])
            self._end(response.request)
        elif unread is not None and self._waiting and seed is None and batch[0] not in self._put_off:
            # Once other articles could be read, this article is spoiled; the service itself works.
            self._put_off.add(batch[0])
            self._waiting.append(batch)
            self._end(response.request)
        elif unread is not None and self._has_read:
            articles = [spoiled(unread, id=f"{ARTICLES}{batch[0]}")]
            yield from self._records(response, articles, batch, number, seed)
        elif unread is not None:
            self.fail(f"{shown(response.url)}: {unread}")
            self._end(response.request, "failed")
        elif refused:
            self.logger.warning("%s: arXiv has no such article", batch[0])
            self._end(response.request, "missing", at=fetched_at(response))
        elif response.status != 200:
            self.fail(f"{shown(response.url)} returned HTTP {response.status}: {error_message(response)}")
            self._end(response.request, "failed")
        else:
            yield from self._records(response, articles, batch, number, seed)
        yield from self._next()

    def _records(
        self, response: Response, articles: Iterable[dict[str, Any]], batch: list[str], number: int, seed: Seed | None
    ) -> Iterator[RawRecord]:
        found: dict[str, dict[str, Any]] = {}
        for entry in articles:
            id = _id(entry.get("id", ""))
            if id in batch:
                found[id] = entry
            else:
                self.logger.warning("arXiv returned %r, which was not requested", entry.get("id"))
        missing = [id for id in batch if id not in found]
        if missing:
            self.logger.warning("arXiv has no article %s", ", ".join(missing))
        self.listed += len(found)
        time = fetched_at(response)
        keys = [("article", id) for id in found]
        page = Page(number, response.url, self.name, keys, None)
        self.run.open_page(
            page,
            *(self._asked(id, "found", seed, time) for id in found),
            *(self._asked(id, "missing", seed, time) for id in missing),
        )
        metadata = None if seed is None else seed.metadata
        for id, entry in found.items():
            url = f"{API}?{urlencode({'id_list': id}, safe='/')}"
            yield RawRecord(self.name, "article", id, url, entry, time, page, seed=metadata)

    def _asked(self, id: str, outcome: str, seed: Seed | None, at: str | None = None) -> Asked:
        iri = f"{ARTICLES}{id}"
        lookup = None if at is None else Lookup(iri, iri if outcome == "found" else None, at)
        return Asked(self._by, (outcome,), lookup, seed)

    def _end(self, request: Request, outcome: str | None = None, at: str | None = None) -> None:
        """End a batch without records."""
        batch, number, seed = (request.cb_kwargs[name] for name in ("batch", "number", "seed"))
        page = Page(number, request.url, self.name, [], None)
        self.run.open_page(page, *(self._asked(id, outcome, seed, at) for id in batch if outcome is not None))

    def _another_try(self, response: Response, batch: list[str]) -> Request | None:
        """Return a request to try again, or None if dividing the batch is more useful than repeating it."""
        assert response.request is not None
        if 1 < len(batch) < BATCH:
            return None
        return get_retry_request(response.request, spider=self, reason="invalid response")

    def batch_failed(self, failure: Failure) -> Iterator[Request]:
        """Count a batch that could not be fetched after all retries, and request the next one."""
        self.page_failed(failure)
        if not isinstance(failure.value, Stopping):
            self._end(failure.request, "failed")  # type: ignore[attr-defined]
            yield from self._next()


def _id(text: str) -> str | None:
    """Return the id of the article that a text names, without a version; None if it names none."""
    iri = arxiv(text)
    return None if iri is None else iri.removeprefix(ARTICLES)
