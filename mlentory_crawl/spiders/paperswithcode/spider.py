"""Papers with Code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, Literal, Self
from urllib.parse import urlencode

from pydantic import DirectoryPath, Field, PositiveInt, model_validator
from scrapy import Request
from scrapy.http import Response

from fair4ml.platforms.paperswithcode import CENSUS_KINDS
from fair4ml.platforms.paperswithcode.addresses import HOSTS, page_of, reference_of
from mlentory_crawl.base_spiders.modes import ModeArguments, ModeSpider
from mlentory_crawl.base_spiders.paginators import Cursor, ListPage
from mlentory_crawl.base_spiders.paginators.page_number import PageNumber
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import RawTuple, Wanted
from mlentory_crawl.config.variables import Variable
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.spiders.paperswithcode import api
from mlentory_crawl.spiders.paperswithcode.dump import AS_OF, DamagedArchive, Position, archive_files, pages

API_SLOT = "paperswithcode.api"
FIRST_LATEST = 100
OVERLAP = timedelta(days=7)
"""The time before the watermark from which a delta reads, because papers are entered days after publication."""


class PapersWithCodeArguments(ModeArguments):
    """Arguments of a crawl of Papers with Code."""

    mode: Literal["latest", "census", "delta", "ids", "archive"] | None = Field(
        default=None,
        description="census: everything that the API lists; delta: the papers published since the last census or delta,"
        " with their evaluations; latest: those published last; ids: those named; archive: the files of a folder."
        " Without it a delta, or in a catalog that has no watermark yet the latest",
    )
    limit: PositiveInt | None = Field(
        default=None, description="how many papers to fetch at most; of the archive, how many records"
    )
    ids: str | None = Field(
        default=None,
        description="a file with one arXiv id, id or address of a paper a line, or a list with commas",
    )
    archive: DirectoryPath | None = Field(
        default=None,
        description="the folder with the files of the archive of 2025-07-28; nothing is asked of the network",
    )

    @model_validator(mode="after")
    def _an_archive_goes_with_its_mode(self) -> Self:
        if self.ids is not None and self.archive is not None:
            raise ValueError("ids are asked of the API, not of the archive")
        if (self.mode == "archive") != (self.archive is not None) and not (self.mode is None and self.archive):
            raise ValueError("mode=archive and archive=FOLDER go together")
        return self


class PapersWithCodeSpider(ModeSpider):
    """Papers, code, tasks, methods, datasets and leaderboards of Papers with Code, from the API or the archive.

    Domain
        paperswithcode.co
    API documentation
        https://github.com/huggingface/pwc-cli
    Caveats
        The shape of the API's responses is taken from its command-line client.
        A delta sees papers by their date of publication; it does not see changes of older papers, nor deletions.
    """

    name = "paperswithcode"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = PapersWithCodeArguments
    endpoint_setting = "PAPERSWITHCODE_ENDPOINT"
    variables = (
        Variable(
            "PAPERSWITHCODE_ENDPOINT",
            f"{api.SITE}/api/v1",
            "Address of the API of Papers with Code; IRIs are always those of the site.",
        ),
    )
    hosts = HOSTS
    census_kinds = CENSUS_KINDS
    # No quota is known.
    slots: ClassVar[dict[str, dict[str, float]]] = {API_SLOT: {"concurrency": 1, "delay": 1.0}}
    arguments: PapersWithCodeArguments

    # ModeSpider
    first_mode = "latest"

    # ListSpider
    page_size = 100
    is_divisible = True
    limit = None  # that of the arguments is one of each list, which the paginator keeps

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
                "Fetching the %d most recently published papers; for everything, run: mlentory crawl paperswithcode"
                " -a mode=census",
                FIRST_LATEST,
            )
        async for each in self._archived() if self.mode == "archive" else super().start():
            yield each

    # Lists

    @cached_property
    def paginator(self) -> PageNumber:
        limit = self.arguments.limit or (FIRST_LATEST if self.mode == "latest" else None)
        return PageNumber(self._list_page, self.page_size, self._check, {"papers": limit} if limit else {})

    def first_pages(self) -> list[Cursor]:
        names = ["papers", "tasks", "methods", "datasets"] if self.mode == "census" else ["papers"]
        return [self.paginator.first(name) for name in names]

    def leads_to(self, items: list[Any], cursor: Cursor) -> Iterable[Cursor]:
        of = "datasets" if self.mode == "census" else "papers"
        ids = [api.native_id(record) for _, record in items if cursor["list"] == of]
        return [self.paginator.first(f"evaluations of {api.KINDS[of]} {id}") for id in ids if id]

    def _list_page(self, name: str, page: int) -> Request:
        path, _, of = name.partition(" of ")
        query: list[tuple[str, str]] = [("page", str(page)), ("page_size", str(self.page_size))]
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

    def _api(self, path: str) -> Request:
        return Request(f"{self.endpoint}/{path}", meta={"download_slot": API_SLOT})

    def _check(self, cursor: Cursor, answer: dict[str, Any]) -> None:
        applied = answer.get("applied_filters")
        if cursor["list"] == "papers" and self._since:
            since = applied.get("start_date") if isinstance(applied, dict) else None
            if not isinstance(since, str) or since[:10] != self._since:
                raise ValueError(f"expected the start_date {self._since} in applied_filters, got {str(since)[:50]}")

    def read_page(self, response: Response, cursor: Cursor) -> ListPage:
        page, kind = super().read_page(response, cursor), api.kind_listed(cursor["list"])
        return replace(page, items=[(kind, record) for record in page.items])

    def spoiled_item(self, reason: str, cursor: Cursor) -> Any:
        return api.kind_listed(cursor["list"]), super().spoiled_item(reason, cursor)

    def raw_records(self, payload: list[Any], page: int) -> Iterator[RawTuple]:
        return api.records(payload, page)

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
                await self.run.pages.ended()
        except DamagedArchive as error:
            self.fail(str(error))

    # Targets

    def named_requests(self) -> Iterable[Request]:
        named = self.names(self.arguments.named, reference_of)
        return (self._thing(Wanted(name, "paper")) for _, name in named)

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        found = page_of(url)
        if found is None:
            return None
        kind, slug = found
        return self._thing(Wanted(slug, kind, seed=seed))

    def _thing(self, wanted: Wanted) -> Request:
        return self.entity_request(self._api(api.entity_path(wanted.kind, wanted.name, self.page_size)), wanted)

    def entity(self, response: Response, wanted: Wanted) -> Any:
        record = api.entity_in(response, wanted.kind, wanted.name)
        return None if record is None else (wanted.kind, record)
