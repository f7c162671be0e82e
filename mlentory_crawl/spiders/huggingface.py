"""The Hugging Face Hub."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import orjson
from pydantic import NonNegativeInt, PositiveInt, model_validator
from scrapy import Request
from scrapy.http import Response

from fair4ml.identifiers import hugging_face_model, is_repo_id
from fair4ml.sources.huggingface_pages import HubPage, page_of
from mlentory_crawl.base_spiders.absences import Absences
from mlentory_crawl.base_spiders.cursor import CursorSpider
from mlentory_crawl.base_spiders.lookups import LookUps
from mlentory_crawl.base_spiders.platform import Arguments, Wanted, told_error
from mlentory_crawl.catalog.writer import CatalogWriter, Missing
from mlentory_crawl.environment import Variable
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.seeds import Seed

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

API_SLOT, FILE_SLOT = "huggingface.api", "huggingface.resolvers"
"""One for each of the Hub's quotas."""
HUB = "https://huggingface.co"
API = f"{HUB}/api/models"
CARD_CAP = 1_000_000
"""Bytes of a model card that are read."""
PAGE_SIZE = 1_000
FIRST_LATEST = 1_000
OVERLAP = timedelta(minutes=10)
"""How far before the watermark a delta reads: the Hub's clocks and indexes are not one."""

EXPAND = (
    "author baseModels cardData config createdAt disabled downloads downloadsAllTime evalResults gated gguf"
    " lastModified library_name likes"
    " model-index pipeline_tag private safetensors sha tags transformersInfo trendingScore"
).split()
"""The fields that every mode asks for, so that only what was asked for can be unsaid."""


class HuggingFaceArguments(Arguments):
    """How to crawl the Hub."""

    mode: Literal["latest", "census", "delta", "ids"] | None = None
    limit: PositiveInt | None = None
    ids: str | None = None
    author: str | None = None
    task: str | None = None
    library: str | None = None
    files: bool = False
    cards: Literal["none", "changed", "all"] | None = None
    ancestors: NonNegativeInt | None = None
    accept_deletions: bool = False

    @model_validator(mode="after")
    def _ids_go_with_their_mode(self) -> HuggingFaceArguments:
        if self.mode == "ids" and self.ids is None:
            raise ValueError("mode=ids needs ids=FILE_OR_LIST")
        if self.ids is not None and self.mode not in (None, "ids", "latest"):
            raise ValueError("ids=FILE_OR_LIST goes with mode=ids or mode=latest")
        if self.accept_deletions and self.mode != "census":
            raise ValueError("accept_deletions goes with mode=census")
        return self

    @property
    def filters(self) -> list[tuple[str, str]]:
        """What narrows the lists, as the API's parameters."""
        named = (("author", self.author), ("pipeline_tag", self.task), ("filter", self.library))
        return [(parameter, value) for parameter, value in named if value]

    @property
    def is_whole(self) -> bool:
        """Whether everything is asked for."""
        return self.limit is None and not self.filters and self.ids is None


class HuggingFaceSpider(CursorSpider):
    """Models of the Hugging Face Hub, by its list API: 1,000 models a request.

    Domain
        huggingface.co
    Spider arguments
        mode: census (every model, oldest first), delta (what was modified since the last census or delta), latest (the
        last modified ones) or ids. Without it a delta, or in a catalog that has no watermark yet, the latest.
        limit: how many models to fetch at the most.
        author, task, library: only models of that owner, pipeline tag, library.
        ids: a file with one model id a line, or a list with commas; URLs of models are understood. With mode=latest
        both are fetched.
        files: also fetch the list of each model's files.
        cards: also fetch the model cards: none, changed (where the revision is a new one) or all; else HF_CARDS.
        ancestors: fetch models that the crawled ones derive from, so many levels up; else HF_ANCESTORS.
        accept_deletions: let a census mark as deleted even more than 2 % of the models.
    API documentation
        https://huggingface.co/docs/hub/api
    Caveats
        Only createdAt can be walked in ascending order, and only that order stands still while models change.
        A model that is missing answers 401 to an anonymous client, 404 to one with a token.
        lastModified does not move with counters, and nothing tells of deletions: a delta sees neither.
    """

    name = "huggingface"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = HuggingFaceArguments
    endpoint_setting = "HF_ENDPOINT"
    variables = (
        Variable(
            "HF_ENDPOINT", "https://huggingface.co", "The Hugging Face Hub, or a mirror; IRIs stay those of the Hub."
        ),
        Variable("HF_TOKEN", None, "A read token of the Hub doubles the quota; it goes to HF_ENDPOINT only."),
        Variable("HF_CARDS", "none", "Which model cards are fetched along: none, changed or all."),
        Variable("HF_ANCESTORS", "0", "How many levels of models that the crawled ones derive from are fetched along."),
    )
    hosts = frozenset({"huggingface.co", "hf.co"})
    statuses_of_missing = frozenset({401, 404})
    arguments: HuggingFaceArguments

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.expand = [*EXPAND, "siblings"] if self.arguments.files else list(EXPAND)
        self.accepts_deletions = self.arguments.accept_deletions
        self._mode = self.arguments.mode or ("ids" if self.arguments.ids else "latest")
        self._since: str | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        given = spider.arguments
        spider.cards = given.cards or crawler.settings["HF_CARDS"]
        levels = crawler.settings.getint("HF_ANCESTORS") if given.ancestors is None else given.ancestors
        spider.stages = [Absences(spider, crawler, "model")]
        if levels:
            spider.stages.append(
                LookUps(spider, "ancestors", partial(spider._ancestors, levels), spider._ancestor_request)
            )
        return spider

    cards: str

    def plan(self, catalog: CatalogWriter) -> None:
        watermark = catalog.watermark(self.name)
        if self.arguments.mode is None and self._mode == "latest" and watermark and self.arguments.is_whole:
            self._mode = "delta"
        if self._mode == "delta":
            if watermark is None:
                raise MlentoryError("there is no watermark yet that a delta could begin at: crawl a census first")
            self._since = f"{datetime.fromisoformat(watermark) - OVERLAP:%Y-%m-%dT%H:%M:%S}"

    @property
    def mode(self) -> str:
        return self._mode

    @property
    def coverage(self) -> str:
        if self.mode == "ids":
            return "ids"
        return self.mode if self.mode in ("census", "delta") and self.arguments.is_whole else "limit"

    @property
    def watermark(self) -> str | None:
        return self.newest if self.mode != "ids" and self.arguments.is_whole else None

    @property
    def resumable(self) -> bool:
        return self.mode in ("census", "delta")

    @property
    def limit(self) -> int | None:
        if self.mode == "latest":
            return self.arguments.limit or FIRST_LATEST
        return self.arguments.limit

    async def start(self) -> AsyncIterator[Any]:
        for request in self._id_requests():
            yield request
        if self.mode == "ids":
            return
        if self.mode == "latest" and self.arguments.limit is None:
            self.logger.info(
                "Fetching the %d models that were modified last; every model: scrapy crawl huggingface -a mode=census",
                FIRST_LATEST,
            )
        async for request in super().start():
            yield request

    # Lists

    def _query(self) -> list[tuple[str, str]]:
        order = [("sort", "createdAt"), ("direction", "1")] if self.mode == "census" else [("sort", "lastModified")]
        size = min(PAGE_SIZE, self.limit or PAGE_SIZE)
        return [("limit", str(size)), *order, *self.arguments.filters, *(("expand[]", name) for name in self.expand)]

    def first_page_request(self) -> Request:
        return self._request(f"{self.endpoint}/api/models?{urlencode(self._query())}")

    def _list_request(self, filters: list[tuple[str, str]]) -> Request:
        query = [("limit", str(PAGE_SIZE)), *filters, *(("expand[]", name) for name in self.expand)]
        return self._request(f"{self.endpoint}/api/models?{urlencode(query)}")

    def next_page_request(self, following: str) -> Request:
        # The Hub names itself whatever the endpoint; a token goes to the endpoint only.
        return self._request(f"{self.endpoint}/api/models?{urlsplit(following).query}")

    def _request(self, url: str, *, slot: str = API_SLOT, **options: Any) -> Request:
        token = self.settings.get("HF_TOKEN")
        headers = {"Authorization": f"Bearer {token}"} if token else None
        meta = {**options.pop("meta", {}), "download_slot": slot}
        return Request(url, headers=headers, meta=meta, **options)

    def parse_page(self, response: Response, number: int, wanted: Wanted | None, is_first: bool) -> Iterator[Any]:
        if response.status == 400 and self._drop_refused(response):
            assert response.request is not None
            yield response.request.replace(url=self._without_refused(response.url))
        else:
            yield from super().parse_page(response, number, wanted, is_first)

    def newest_of(self, response: Response, payload: list[Any]) -> str | None:
        if self.mode == "census":
            return super().newest_of(response, payload)  # what is modified after this, the next delta finds
        return next(filter(None, map(_last_modified, payload)), self.run.catalog.watermark(self.name))

    def wanted(self, payload: list[Any]) -> list[Any]:
        if self._since is not None:
            seen = (n for n, record in enumerate(payload) if (_last_modified(record) or self._since) < self._since)
            payload = payload[: next(seen, None)]
        return super().wanted(payload)

    # What a census does not show

    def probe(self, record: Missing) -> Request:
        path = record.iri.removeprefix(f"{HUB}/")
        return self._request(f"{self.endpoint}/api/models/{path}", meta={"probe": True}, dont_filter=True)

    def is_gone(self, response: Response, record: Missing) -> bool | None:
        if response.status in (401, 404):
            told = f"{response.headers.get('X-Error-Message') or b''!r} {told_error(response)}"
            return True if "credentials" not in told.casefold() else None
        if response.status != 200:
            return None
        try:
            found = orjson.loads(response.body)
        except ValueError:
            return None
        # At its path there may be another model by now.
        return isinstance(found, dict) and found.get("_id") != record.key

    def raw_records(self, payload: list[Any], page: int) -> Iterator[tuple[str, str, str, Any]]:
        for i, record in enumerate(payload):
            known = record if isinstance(record, dict) else {}
            path = known.get("id") or known.get("modelId")
            key = known.get("_id") or path
            native = key if isinstance(key, str) and key else f"page-{page}-{i}"
            url = f"{API}/{quote(path, safe='/')}" if isinstance(path, str) and is_repo_id(path) else API
            yield "model", native, url, record
            if self.arguments.files:
                yield "files", native, url, record

    def _without_refused(self, url: str) -> str:
        address, _, query = url.partition("?")
        kept = [(name, value) for name, value in parse_qsl(query) if name != "expand[]" or value in self.expand]
        return f"{address}?{urlencode(kept)}"

    def _drop_refused(self, response: Response) -> bool:
        refused = refused_fields(told_error(response), self.expand)
        self.expand = [name for name in self.expand if name not in refused]
        self.run.report.refused_fields += refused
        if refused:
            self.logger.warning("The Hub refuses the fields %s: asking without them", ", ".join(refused))
        return bool(refused)

    # Ids

    @cached_property
    def _asked(self) -> list[str]:
        given = self.arguments.ids or ""
        path = Path(given)
        lines = path.read_text("utf-8").splitlines() if path.is_file() else given.split(",")
        asked = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
        pages = [(line, page_of(line)) for line in asked[: self.arguments.limit]]
        return [page.id if page and page.kind in ("model", "owner") else line for line, page in pages]

    def _id_requests(self) -> Iterator[Request]:
        requested = self.run.report.requested
        seen: set[str] = set()
        for name in self._asked:
            if name in seen:
                requested["duplicate"] += 1
            elif not is_repo_id(name):
                requested["invalid"] += 1
                self.logger.warning("%r is no model id", name)
            else:
                yield self.thing_request(self._model_request(name), Wanted(name))
            seen.add(name)

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        page = page_of(url)
        if page is None:
            return None
        wanted = Wanted(page.id, page.kind, seed=seed)
        if page.kind == "search":
            return self.page(self._list_request(page.filters), wanted)
        return self.thing_request(self._thing_request_of(page), wanted)

    def _thing_request_of(self, page: HubPage) -> Request:
        match page.kind:
            case "dataset":
                return self._dataset_request(page.id)
            case "collection":
                return self._request(f"{self.endpoint}/api/collections/{quote(page.id, safe='/')}")
            case _:  # an owner's page looks like that of a model without an owner
                return self._model_request(page.id)

    def _dataset_request(self, name: str) -> Request:
        return self._request(f"{self.endpoint}/api/datasets/{quote(name, safe='/')}")

    def _model_request(self, name: str) -> Request:
        query = urlencode([("expand[]", field) for field in self.expand])
        return self._request(f"{self.endpoint}/api/models/{quote(name, safe='/')}?{query}")

    def outcomes(self, thing: Any, wanted: Wanted) -> tuple[str, ...]:
        known = thing if isinstance(thing, dict) else {}
        # The Hub redirects from another spelling, too.
        path = known.get("id")
        name = wanted.name.removeprefix(f"{HUB}/")
        is_renamed = isinstance(path, str) and path.casefold() != name.casefold()
        return ("found", *(("renamed",) if is_renamed else ()), *(("gated",) if known.get("gated") else ()))

    def iri_of(self, thing: Any, wanted: Wanted) -> str | None:
        path = thing.get("id") if isinstance(thing, dict) else None
        return hugging_face_model(path) if isinstance(path, str) and is_repo_id(path) else None

    def parse_thing(self, response: Response, wanted: Wanted, number: int) -> Iterator[Any]:
        assert response.request is not None
        if response.status == 400 and self._drop_refused(response):
            yield response.request.replace(url=self._without_refused(response.url))
        elif wanted.kind == "owner" and response.status in self.statuses_of_missing:
            yield self.page(self._list_request([("author", wanted.name)]), wanted)
        else:
            yield from super().parse_thing(response, wanted, number)

    def thing_records(self, thing: Any, wanted: Wanted, number: int) -> Iterable[tuple[str, str, str, Any]]:
        match wanted.kind:
            case "collection":
                return ()
            case "dataset":
                return dataset_records([thing], number)
            case _:
                return super().thing_records(thing, wanted, number)

    def later_of_thing(self, thing: Any, wanted: Wanted) -> Iterable[tuple[str, str, Request]]:
        return () if wanted.kind in ("collection", "dataset") else super().later_of_thing(thing, wanted)

    def named_by(self, thing: Any, wanted: Wanted) -> Iterator[Request]:
        if wanted.kind != "collection":
            return
        items = thing.get("items") if isinstance(thing, dict) else None
        for item in items if isinstance(items, list) else []:
            kind, name = (item.get(field) for field in ("type", "id")) if isinstance(item, dict) else (None, None)
            if kind in ("model", "dataset") and isinstance(name, str) and is_repo_id(name):
                page = HubPage(kind, name)
                yield self.thing_request(self._thing_request_of(page), Wanted(name, kind, by="collections"))

    # Ancestors

    def _ancestors(self, levels: int, run: int) -> list[str]:
        return self.run.catalog.lookups.ancestors(run, levels, f"{HUB}/")

    def _ancestor_request(self, iri: str) -> Request | None:
        name = iri.removeprefix(f"{HUB}/")
        return self._model_request(name) if is_repo_id(name) else None

    # Cards

    def later_records(self, things: list[Any]) -> Iterator[tuple[str, str, Request]]:
        if self.cards == "none":
            return
        models = [each for each in things if isinstance(each, dict) and self._may_read_card(each)]
        known = self.run.catalog.sources(self.name, "card", [model["_id"] for model in models])
        for model in models:
            request = self._card_request(model)
            if self.cards == "all" or known.get(model["_id"]) != request.url:
                yield "card", model["_id"], request

    def _may_read_card(self, model: dict[str, Any]) -> bool:
        # The API tells what a gated model is; its files are for those who were let in.
        is_open = not model.get("gated") or bool(self.settings.get("HF_TOKEN"))
        has_address = all(isinstance(model.get(name), str) for name in ("_id", "id", "sha")) and is_repo_id(model["id"])
        return is_open and has_address and not model.get("disabled")

    def _card_request(self, model: dict[str, Any]) -> Request:
        # To where /resolve/ redirects: one request in place of two.
        path = f"/api/resolve-cache/models/{quote(model['id'], safe='/')}/{quote(model['sha'])}/README.md"
        known = {name: model[name] for name in ("_id", "id", "sha")}
        return self._request(f"{self.endpoint}{path}", slot=FILE_SLOT, cb_kwargs={"model": known})

    def later_record(self, response: Response, **known: Any) -> tuple[str, Any | None]:
        if response.status == 200:
            return "found", {**known["model"], "text": response.body[:CARD_CAP].decode("utf-8", "replace")}
        if response.headers.get("X-Error-Code") == b"EntryNotFound":
            return "absent", {**known["model"], "text": None}
        if response.status in (401, 403):
            return "blocked", None
        if response.status == 404:  # it was moved or deleted since the list named it
            return "missing", None
        raise ValueError(f"answered {response.status}: {told_error(response)}")


def dataset_records(payload: list[Any], page: int) -> Iterator[tuple[str, str, str, Any]]:
    """Kind, native id, API address and payload of each dataset in a page."""
    for i, record in enumerate(payload):
        known = record if isinstance(record, dict) else {}
        path = known.get("id")
        key = known.get("_id") or path
        native = key if isinstance(key, str) and key else f"page-{page}-{i}"
        url = f"{HUB}/api/datasets/{quote(path, safe='/')}" if isinstance(path, str) else f"{HUB}/api/datasets"
        yield "dataset", native, url, record


def _last_modified(record: Any) -> str | None:
    stated = record.get("lastModified") if isinstance(record, dict) else None
    return stated if isinstance(stated, str) else None


def refused_fields(message: str, asked: list[str]) -> list[str]:
    """Which of the fields asked for the Hub's answer 400 refuses: those that its list of legal values lacks.

    Source: the Hub enumerates the legal values in the message (huggingface_hub, ``ExpandModelProperty_T``).
    """
    lists = re.findall(r"(?:[`'\"]?[\w-]+[`'\"]?\s*[,|]\s*)+(?:or\s+)?[`'\"]?[\w-]+[`'\"]?", message)
    legal = set(re.findall(r"[\w-]+", max(lists, key=len))) if lists else set()
    return [name for name in asked if legal and name not in legal]
