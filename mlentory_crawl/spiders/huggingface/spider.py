"""The Hugging Face Hub."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from scrapy import Request
from scrapy.http import Response

from fair4ml.identifiers import is_repo_id
from fair4ml.platforms.huggingface import CENSUS_KINDS, LOOK_UPS
from fair4ml.platforms.huggingface.addresses import HOSTS, HubPage, page_of
from mlentory_crawl.base_spiders.modes import ModeSpider
from mlentory_crawl.base_spiders.paginators import Cursor
from mlentory_crawl.base_spiders.paginators.link_header import LinkHeader
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import RawTuple, Wanted
from mlentory_crawl.base_spiders.stages.deletions import Deletions
from mlentory_crawl.catalog.commits import Missing
from mlentory_crawl.config.variables import Variable
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.responses import error_message, json_of, time_of
from mlentory_crawl.spiders.huggingface.api import (
    DATASET_EXPAND,
    HUB,
    PAGE_SIZE,
    authorization,
    list_path,
    listed_records,
)
from mlentory_crawl.spiders.huggingface.arguments import WORDS, HuggingFaceArguments
from mlentory_crawl.spiders.huggingface.hub_lookups import HubSpider
from mlentory_crawl.spiders.huggingface.hub_stages import stages

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

FIRST_LATEST = 1_000
OVERLAP = timedelta(minutes=10)
"""The time before the watermark from which a delta reads, because the Hub's clocks and indexes differ."""

EXPAND = (
    "author baseModels cardData config createdAt disabled downloads downloadsAllTime evalResults gated gguf"
    " lastModified library_name likes"
    " model-index pipeline_tag private safetensors sha tags transformersInfo trendingScore"
).split()
"""The fields that every mode requests: a field that was not requested must not look removed."""


class HuggingFaceSpider(ModeSpider, HubSpider):
    """Models of the Hugging Face Hub, from its list API: 1,000 models per request.

    Domain
        huggingface.co
    API documentation
        https://huggingface.co/docs/hub/api
    Caveats
        Only lists by createdAt can be read in ascending order, and only their order is stable while models change.
        For a missing model, the API returns 401 without a token and 404 with one.
        A delta sees neither deletions nor changed counters: lastModified does not change with counters.
    """

    name = "huggingface"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = HuggingFaceArguments
    endpoint_setting = "HF_ENDPOINT"
    variables = (
        Variable(
            "HF_ENDPOINT",
            "https://huggingface.co",
            "Address of the Hugging Face Hub or a mirror; IRIs are always those of the Hub.",
        ),
        Variable(
            "HF_TOKEN",
            None,
            "Read token of the Hub, which doubles the quota; it is sent to HF_ENDPOINT only.",
            secret=True,
        ),
        Variable("HF_CARDS", "none", "Model cards to fetch with the models: none, changed or all."),
        Variable("HF_ANCESTORS", "0", "Number of levels of parent models to fetch with the models."),
        Variable(
            "HF_ENRICH",
            "none",
            "Comma-separated look-ups of what records name: ancestors, cards, datasets, owners, articles; or none.",
        ),
    )
    hosts = HOSTS
    census_kinds = CENSUS_KINDS
    arguments: HuggingFaceArguments

    # ModeSpider
    first_mode = "latest"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.expand = {
            "model": [*EXPAND, *(["siblings"] if self.arguments.files else [])],
            "dataset": list(DATASET_EXPAND),
        }
        self.accepts_deletions = self.arguments.accept_deletions
        self._since: datetime | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        given, settings = spider.arguments, crawler.settings
        names, levels = given.look_ups(settings), given.levels(settings.getint("HF_ANCESTORS"))
        of_all = "ancestors" in names
        if spider.mode == "enrich":
            if not names:
                raise WrongUsage(
                    f"{cls.name}: mode=enrich has nothing to request: give enrich=... ({WORDS}), or set HF_ENRICH,"
                    " HF_CARDS or HF_ANCESTORS"
                )
            spider.looked_up = {kind for name in names for kind in LOOK_UPS[name]}
            spider.stages = stages(spider, names, levels, given.limit, of_all=of_all)
        else:
            spider.cards = given.cards or settings.get("HF_CARDS") or "none"
            names |= {"ancestors"} if levels else set()
            spider.stages = [
                Deletions(spider, *cls.census_kinds),
                *stages(spider, names, levels, None, of_all=of_all),
            ]
        return spider

    @classmethod
    def quota_request(cls, settings: BaseSettings) -> Request | None:
        address = f"{settings[cls.endpoint_setting].rstrip('/')}{list_path('model', [], size=1)}"
        return Request(address, headers=authorization(settings))

    def begin_at(self, watermark: str) -> None:
        begins_at = time_of(watermark)
        assert begins_at is not None
        self._since = begins_at - OVERLAP

    @property
    def limit(self) -> int | None:
        return super().limit or (FIRST_LATEST if self.mode == "latest" else None)

    async def start(self) -> AsyncIterator[Any]:
        if self.mode == "latest" and self.arguments.limit is None:
            self.logger.info(
                "Fetching the %d most recently modified models; for all models, run: mlentory crawl huggingface"
                " -a mode=census",
                FIRST_LATEST,
            )
        async for each in super().start():
            yield each

    # Lists

    @cached_property
    def paginator(self) -> LinkHeader:
        order = [("sort", "createdAt"), ("direction", "1")] if self.mode == "census" else [("sort", "lastModified")]
        size = min(PAGE_SIZE, self.limit or PAGE_SIZE)
        models = list_path("model", self.expand["model"], [*order, *self.arguments.filters], size)
        return LinkHeader(f"{self.endpoint}{models}", self.list_page)

    def newest_of(self, response: Response, items: list[Any]) -> str | None:
        if self.mode == "census":
            return super().newest_of(response, items)  # the next delta finds later modifications
        stated = [stated for record in items if (stated := _last_modified(record)) is not None]
        usable = next((text for text in stated if time_of(text) is not None), self.begins_at)
        if stated and usable != stated[0]:
            self.note(f"lastModified {stated[0][:50]!r} is not valid as a watermark; using {usable or 'no watermark'}")
        return usable

    def take(self, items: list[Any], cursor: Cursor) -> list[Any]:
        if self._since is not None:
            times = (time_of(_last_modified(record)) for record in items)
            seen = (n for n, time in enumerate(times) if time is not None and time < self._since)
            items = items[: next(seen, None)]
        return super().take(items, cursor)

    # Records that a census did not find

    def probe(self, record: Missing) -> Request:
        path = record.iri.removeprefix(f"{HUB}/")
        return self.hub_request(f"/api/models/{path}")

    def is_gone(self, response: Response, record: Missing) -> bool | None:
        if response.status in (401, 404):
            message = f"{response.headers.get('X-Error-Message') or b''!r} {error_message(response)}"
            return True if "credentials" not in message.casefold() else None
        if response.status != 200:
            return None
        try:
            found = json_of(response)
        except ValueError:
            return None
        # Another model may have its path by now.
        return isinstance(found, dict) and found.get("_id") != record.key

    def raw_records(self, payload: list[Any], page: int) -> Iterator[RawTuple]:
        for kind, native, url, record in listed_records("model", payload, page):
            yield kind, native, url, record
            if self.arguments.files:
                yield "files", native, url, record

    # Ids

    def named_requests(self) -> Iterator[Request]:
        for _, name in self.names(self.arguments.named, _repo_id):
            request = self.named_request(HubPage("model", name))
            if self.run.redactor.has(request.url):
                self.run.report.requested["erased"] += 1
            else:
                yield self.entity_request(request, Wanted(name))


def _repo_id(text: str) -> str | None:
    page = page_of(text)
    name = page.id if page and page.kind in ("model", "owner") else text
    return name if is_repo_id(name) else None


def _last_modified(record: Any) -> str | None:
    stated = record.get("lastModified") if isinstance(record, dict) else None
    return stated if isinstance(stated, str) else None
