"""Papers with Code."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Self
from urllib.parse import quote, unquote, urlencode, urlsplit

from pydantic import DirectoryPath, model_validator
from scrapy import Request
from scrapy.http import Response

from fair4ml.identifiers import arxiv
from fair4ml.platforms.paperswithcode.addresses import HOSTS
from fair4ml.platforms.paperswithcode.source import row_key
from mlentory_crawl.base_spiders.modes import ModeArguments, ModeSpider
from mlentory_crawl.base_spiders.paginators.page_number import PageSpider, Place, listed
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import RawTuple, Wanted
from mlentory_crawl.config import Variable
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.responses import json_of
from mlentory_crawl.spiders.paperswithcode.dump import AS_OF, DamagedArchive, Position, archive_files, pages

API_SLOT = "paperswithcode.api"
SITE = "https://paperswithcode.co"
FIRST_LATEST = 100
OVERLAP = timedelta(days=7)
"""How far before the watermark a delta reads: papers are entered days after they were published."""
KINDS = {"papers": "paper", "tasks": "task", "methods": "method", "datasets": "dataset", "evaluations": "evaluation"}
_LISTS = {kind: name for name, kind in KINDS.items()}


class PapersWithCodeArguments(ModeArguments):
    """How to crawl Papers with Code."""

    mode: Literal["latest", "census", "delta", "ids", "archive"] | None = None
    archive: DirectoryPath | None = None

    @model_validator(mode="after")
    def _an_archive_goes_with_its_mode(self) -> Self:
        if self.ids is not None and self.archive is not None:
            raise ValueError("ids are asked of the API, not of the archive")
        if (self.mode == "archive") != (self.archive is not None) and not (self.mode is None and self.archive):
            raise ValueError("mode=archive and archive=FOLDER go together")
        return self


class PapersWithCodeSpider(ModeSpider, PageSpider):
    """Papers, their code, tasks, methods, datasets and leaderboards of Papers with Code: the API, or the archive.

    Domain
        paperswithcode.co
    Spider arguments
        mode: census (everything that the API lists), delta (the papers published since the last census or delta, with
        their evaluations), latest (those published last), ids, or archive. Without it a delta, or in a catalog that has
        no watermark yet, the latest.
        limit: how many papers to fetch at the most; of the archive, how many records.
        ids: a file with one arXiv id, id or address of a paper a line, or a list with commas.
        archive: the folder with the files of the archive of 2025-07-28; nothing is asked of the network.
    API documentation
        https://github.com/huggingface/pwc-cli
    Caveats
        What the API answers is modeled after its command-line client.
        A delta sees papers by their date of publication, and no change of older ones; nothing tells of deletions.
    """

    name = "paperswithcode"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = PapersWithCodeArguments
    endpoint_setting = "PAPERSWITHCODE_ENDPOINT"
    variables = (
        Variable(
            "PAPERSWITHCODE_ENDPOINT", f"{SITE}/api/v1", "The API of Papers with Code; IRIs stay those of the site."
        ),
    )
    hosts = HOSTS
    # Nothing is known of a quota.
    slots: ClassVar[dict[str, dict[str, float]]] = {API_SLOT: {"concurrency": 1, "delay": 1.0}}
    arguments: PapersWithCodeArguments

    # ModeSpider
    first_mode = "latest"

    # PageSpider
    page_size = 100

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.arguments.archive is not None:
            self._mode = "archive"
        self._since: str | None = None

    def begin_at(self, watermark: str) -> None:
        self._since = f"{datetime.fromisoformat(watermark) - OVERLAP:%Y-%m-%d}"

    @property
    def is_whole(self) -> bool:
        return super().is_whole and self.mode in ("census", "delta")

    @property
    def resumable(self) -> bool:
        return super().resumable or self.mode == "archive"

    @property
    def asks(self) -> bool:
        return self.mode != "archive"

    def identity(self) -> dict[str, Any]:
        # Another archive in the same folder is another crawl.
        files = [] if self.arguments.archive is None else archive_files(self.arguments.archive)
        return {**super().identity(), "files": [(path.name, path.stat().st_size) for _, path in files]}

    async def start(self) -> AsyncIterator[Any]:
        if self.mode == "latest" and self.arguments.limit is None:
            self.logger.info(
                "Fetching the %d papers that were published last; everything: scrapy crawl paperswithcode"
                " -a mode=census",
                FIRST_LATEST,
            )
        async for each in self._archived() if self.mode == "archive" else super().start():
            yield each

    # Lists

    def lists(self) -> list[str]:
        return ["papers", "tasks", "methods", "datasets"] if self.mode == "census" else ["papers"]

    def lists_within(self, place: Place, payload: list[Any]) -> list[str]:
        of = "datasets" if self.mode == "census" else "papers"
        ids = [native_id(record) for _, record in payload]
        return [f"evaluations of {KINDS[of]} {id}" for id in ids if id] if place.name == of else []

    def page_request(self, place: Place) -> Request:
        path, _, of = place.name.partition(" of ")
        query: list[tuple[str, str]] = [("page", str(place.page)), ("page_size", str(self.page_size))]
        if of:
            kind, _, id = of.partition(" ")
            query.append((f"{kind}_id", id))
        elif path == "papers":
            direction = "asc" if self.mode == "census" else "desc"
            query += [("include_resources", "true"), ("order_by", "date_published"), ("order_dir", direction)]
            query += [("start_date", self._since)] if self._since else []
        else:
            query.append(("ordering", "created_at"))
        return self._api(f"{path}/?{urlencode(query)}")

    def _api(self, path: str, **meta: Any) -> Request:
        return Request(f"{self.endpoint}/{path}", meta={**meta, "download_slot": API_SLOT})

    def check(self, place: Place, answer: dict[str, Any]) -> None:
        applied = answer.get("applied_filters")
        if place.name == "papers" and self._since:
            told = applied.get("start_date") if isinstance(applied, dict) else None
            if not isinstance(told, str) or told[:10] != self._since:
                raise ValueError(f"the service does not confirm that these are the papers since {self._since}")

    def payload(self, response: Response) -> list[Any]:
        place: Place = response.meta["places"][0]
        payload = super().payload(response)
        left = self._papers - place.seen if self._papers and place.name == "papers" else None
        if left is not None and left <= len(payload):
            payload = payload[:left]
            response.meta["more"] = False
        kind = KINDS[place.name.partition(" ")[0]]
        return [(kind, record) for record in payload]

    def spoiled_row(self, response: Response, reason: str) -> Any:
        place: Place = response.meta["places"][0]
        return KINDS[place.name.partition(" ")[0]], super().spoiled_row(response, reason)

    @property
    def _papers(self) -> int | None:
        return self.arguments.limit or (FIRST_LATEST if self.mode == "latest" else None)

    def raw_records(self, payload: list[Any], page: int) -> Iterator[RawTuple]:
        for i, (kind, record) in enumerate(payload):
            native = native_id(record)
            url = f"{SITE}/api/v1/{_LISTS[kind]}/{quote(native) if native else ''}"
            key = native or (row_key(record) if kind == "evaluation" else None)
            yield kind, key or f"page-{page}-{i}", url, record

    # The archive

    async def _archived(self) -> AsyncIterator[RawRecord]:
        assert self.arguments.archive is not None
        cursor = self.run.cursor.start
        position = Position(*cursor["position"]) if cursor else Position()
        if cursor:
            self.listed = cursor["listed"]
            self.logger.info("Resuming run %s after %d records", self.run.name, self.listed)
        read = pages(archive_files(self.arguments.archive), position)
        try:
            while (found := await asyncio.to_thread(next, read, None)) is not None:
                records = found.records
                if self.arguments.limit is not None:
                    records = records[: self.arguments.limit - self.listed]
                    if not records:
                        break
                self.listed += len(records)
                number = self.run.pages.reserve()
                cursor = {"page": number + 1, "position": list(found.position), "listed": self.listed}
                page = Page(number, found.url, self.name, [(kind, key) for kind, key, _ in records], cursor)
                self.run.open_page(page)
                for kind, key, record in records:
                    yield RawRecord(self.name, kind, key, found.url, record, AS_OF, page)
                while len(self.run.pages):  # noqa: ASYNC110  a run tells nobody when a page is done
                    await asyncio.sleep(0.001)
        except DamagedArchive as error:
            self.fail(str(error))

    # Single things

    def named_requests(self) -> Iterable[Request]:
        named = self.names(self.arguments.named, _reference_of)
        return (self.thing_request(self._thing("paper", name), Wanted(name)) for _, name in named)

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        found = _of_page(url)
        if found is None:
            return None
        kind, slug = found
        reference = paper_reference(slug) if kind == "paper" else None
        return self.thing_request(self._thing(kind, reference or slug), Wanted(slug, seed=seed))

    def _thing(self, kind: str, reference: str) -> Request:
        """The request for one thing: by its id, or, as the API knows no slugs, by a search that has to show it."""
        if kind == "paper" and paper_reference(reference):
            return self._api(f"papers/{quote(reference, safe='.')}?include_resources=true", kind=kind)
        words = unquote(reference).replace("-", " ")
        query = {
            "paper": ("papers/search", {"q": words, "mode": "keyword"}),
            "task": ("tasks/", {"q": words}),
            "dataset": ("datasets/", {"search": words}),
        }
        path, asked = query[kind]
        asked |= {"page": "1", "page_size": str(self.page_size)}
        return self._api(f"{path}?{urlencode(asked)}", kind=kind, slug=unquote(reference))

    def thing(self, response: Response, wanted: Wanted) -> Any:
        kind, slug = response.meta["kind"], response.meta.get("slug")
        if slug is None:
            record = json_of(response)
            if not isinstance(record, dict):
                raise ValueError(f"an object is due, this is {type(record).__name__}")
            return kind, record
        _, found = listed(response)
        named = (each for each in found if isinstance(each, dict) and slug in map(each.get, _SLUG_FIELDS))
        return next(((kind, record) for record in named), None)


_SLUG_FIELDS = ("slug", "route_identifier")
_PAPER_ID = re.compile(r"\d{1,12}", re.ASCII)
_PAGES = {"paper": "paper", "task": "task", "tasks": "task", "benchmark": "dataset", "dataset": "dataset"}


def paper_reference(text: str) -> str | None:
    """What the API calls a paper: its id on arXiv without a version, or its number; none for anything else."""
    iri = arxiv(text)
    return iri.removeprefix("https://arxiv.org/abs/") if iri else text if _PAPER_ID.fullmatch(text) else None


def _reference_of(text: str) -> str | None:
    kind, slug = _of_page(text) or ("paper", text)
    return paper_reference(slug) if kind == "paper" else None


def native_id(record: Any) -> str | None:
    """The platform's id of what a record describes, if it has one."""
    id = record.get("id") if isinstance(record, dict) else None
    return str(id) if isinstance(id, str | int) and not isinstance(id, bool) and id != "" else None


def _of_page(url: str) -> tuple[str, str] | None:
    """What kind of thing one of the site's pages is about, and its slug or id; none where it is about none."""
    parts = urlsplit(url if "://" in url else f"https://{url}")
    if (parts.hostname or "").removeprefix("www.") not in HOSTS:
        return None
    kind, _, slug = parts.path.strip("/").partition("/")
    return (_PAGES[kind], slug) if kind in _PAGES and slug else None
