"""Texts of a member of LinkedIn, from an export of their own data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import islice
from typing import Any, ClassVar, Self

from pydantic import Field, FilePath, field_validator, model_validator
from scrapy import Request

from fair4ml.platforms.linkedin.addresses import HOSTS, is_own, name_in, page_address
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.text_spider import TextArguments, TextSpider, missing_library
from mlentory_crawl.base_spiders.workers import WorkerDied
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.crawl.outcomes import Refusal
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.data_directory import now
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.spiders.linkedin.own_export import TABLES, OwnExport, UnusableExport, read_article

PAGE_SIZE = 100
LOGIN_WALL = "LinkedIn asks for a login: import your own export with mlentory crawl linkedin -a export=FILE.zip"
TEXTS = ("ShareCommentary", "Message")
"""The columns with what the member wrote."""
Record = tuple[str, str, str, dict[str, Any]]
"""Kind, native id, address and payload."""


class LinkedInArguments(TextArguments):
    """Arguments that name an export."""

    export: FilePath | None = Field(
        default=None, description="the ZIP file that LinkedIn gives members who ask for a copy of their data"
    )
    ids: str | None = Field(
        default=None, description="addresses; each ends as blocked, since LinkedIn asks for a login"
    )

    @field_validator("limit")
    @classmethod
    def _is_whole(cls, limit: int | None) -> int | None:
        if limit is not None:
            raise ValueError("an export is imported as a whole")
        return limit

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.export is not None and self.ids is not None:
            raise ValueError("ids are addresses; an export names none")
        return self


class LinkedInSpider(TextSpider):
    """Posts, articles and comments of a member of LinkedIn, from the export of their own data; nothing is requested.

    Domain
        linkedin.com
    API documentation
        https://www.linkedin.com/help/linkedin/answer/a1339364
    Caveats
        LinkedIn's terms do not allow its pages to be crawled, and the pages ask for a login.
        The export has what its member wrote, not what others did, and no counts.
    """

    name = "linkedin"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = LinkedInArguments
    arguments: LinkedInArguments
    endpoint_setting = "CRAWLER_CONTACT"
    hosts = HOSTS
    resumable = False

    # NamedSpider
    needs = "the export of your own data: -a export=FILE.zip"

    @property
    def asks(self) -> bool:
        return False

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        return is_own(request.url)

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        return None

    def refusal_of(self, text: str) -> Refusal:
        return Refusal("blocked", LOGIN_WALL, "login_wall") if is_own(text) else super().refusal_of(text)

    def plan(self, catalog: CatalogWriter) -> None:
        if self.arguments.export is None:
            super().plan(catalog)

    async def start(self) -> AsyncIterator[Any]:
        async for each in super().start() if self.arguments.export is None else self._imported():
            yield each

    # The export

    async def _imported(self) -> AsyncIterator[RawRecord]:
        assert self.arguments.export is not None
        try:
            export = await asyncio.to_thread(OwnExport, self.arguments.export)
        except UnusableExport as error:
            self.fail(str(error))
            return
        try:
            for records in (self._rows(export), self._articles(export)):
                async for each in self._sent(records):
                    yield each
        finally:
            export.close()
        for line in export.left_out:
            self.note(line)
        if not self.listed:
            self.fail(
                f"{self.arguments.export.name} has no posts, articles or comments; ask LinkedIn for all your data"
            )

    async def _rows(self, export: OwnExport) -> AsyncIterator[list[Record]]:
        for table in TABLES:
            rows = export.rows(table)
            try:
                while page := await asyncio.to_thread(list, islice(rows, PAGE_SIZE)):
                    yield [self._row(table.kind, table.column, row, export.author) for row in page]
            except UnusableExport as error:
                self.fail(str(error))

    def _row(self, kind: str, column: str, row: dict[str, Any], author: str | None) -> Record:
        address = page_address(row.get(column) or "")
        key = f"row-{self.listed}" if address is None else name_in(address)
        if kind == "comment" and address is not None:
            key = f"{address} {row.get('Date', '')}".strip()
        self.listed += 1
        told = {**row, "author": author}
        if self.arguments.content != "full":
            told |= {name: self.kept({"text": row[name]}).get("description") for name in TEXTS if name in row}
        return kind, key, address or self.endpoint, told

    async def _articles(self, export: OwnExport) -> AsyncIterator[list[Record]]:
        drafts, pages = 0, export.articles()
        try:
            while (page := await asyncio.to_thread(next, pages, None)) is not None:
                name, content = page
                if missing := missing_library(self.name):
                    self.fail(missing)
                    return
                try:
                    told = await self.workers.call(read_article, content)
                except WorkerDied as error:
                    self.fail(f"{name}: {error}")
                    continue
                if "url" not in told:
                    drafts += 1
                    continue
                self.listed += 1
                authors = [{"name": export.author}] if export.author else []
                yield [("article", told["url"], told["url"], self.kept({**told, "authors": authors}))]
        except UnusableExport as error:
            self.fail(str(error))
        if drafts:
            self.note(f"left out {drafts} articles that were not published")

    async def _sent(self, pages: AsyncIterator[list[Record]]) -> AsyncIterator[RawRecord]:
        async for records in pages:
            number = self.run.pages.reserve()
            keys = [(kind, key) for kind, key, _, _ in records]
            page = Page(number, records[0][2], self.name, keys)
            self.run.open_page(page)
            for kind, key, url, told in records:
                yield RawRecord(self.name, kind, key, url, told, now(), page)
            await self.run.pages.ended()
