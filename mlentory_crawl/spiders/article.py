"""Articles on the web: the platform of every address that no other platform knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, PositiveInt

from fair4ml.platforms.article.addresses import HOSTS
from fair4ml.read.web_addresses import canonical
from fair4ml.read.web_page import PageState
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import Wanted
from mlentory_crawl.base_spiders.text_spider import TextArguments, TextSpider
from mlentory_crawl.crawl.outcomes import Asked, Refusal, Stopping
from mlentory_crawl.crawl.seed_list import Seed, problem_of
from mlentory_crawl.crawl.web import MANY_HOSTS
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.rendering.renderer import render
from mlentory_crawl.responses import fetched_at

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


class ArticleArguments(TextArguments):
    """Arguments that name the pages to fetch."""

    limit: PositiveInt | None = Field(default=None, description="how many pages to ask for at most")
    ids: str | None = Field(default=None, description="a file with one address a line, or addresses with commas")


class ArticleSpider(TextSpider):
    """Articles on the web by their addresses: text, title, dates, authors and language, as each page states them.

    Domain
        any
    API documentation
        none: pages are for people
    Caveats
        robots.txt, noindex and noai are obeyed, and a host gets one request at a time.
        Pages that ask for a login, a payment or a proof of being human are named as such, and not kept.
    """

    name = "article"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = ArticleArguments
    arguments: ArticleArguments
    endpoint_setting = "CRAWLER_CONTACT"
    hosts = HOSTS
    is_fallback = True
    custom_settings = {"CONCURRENT_REQUESTS": MANY_HOSTS}  # noqa: RUF012  Scrapy declares it as an instance's

    # NamedSpider
    needs = "addresses: -a ids=https://... or -a ids=FILE"
    limits_targets = True

    # Targets

    def named_request(self, text: str, seed: Seed) -> Request | None:
        return None if problem_of(text) else self.seed_request(canonical(text), seed)

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        if self.missing:
            return None
        return self.entity_request(self.page_request(url), Wanted(url, "article", seed=seed))

    def refusal_of(self, text: str) -> Refusal:
        problem = problem_of(text)
        return Refusal("invalid", problem) if problem else Refusal("failed", self.missing or "")

    # Pages

    async def parse_entity(  # type: ignore[override]  # the text is read beside the crawl
        self, response: Response, wanted: Wanted, number: int
    ) -> AsyncIterator[Any]:
        """Send on the article of a page, or say why there is none."""
        try:
            read = await self._read(response)
        except Stopping:
            return
        if read["state"] != PageState.ARTICLE:
            for each in self.no_text(response, wanted, number, read["state"], read["reason"]):
                yield each
            return
        # The page's address for its text: other addresses that lead to it give the same record.
        key = canonical(read.pop("canonical_url", None) or read["url"])
        told = self.kept({name: value for name, value in read.items() if name != "state"} | {"url": key})
        page = Page(number, response.url, self.name, [("article", key)])
        self.run.open_page(page, Asked(None, ("found",), seed=wanted.seed))
        seed = None if wanted.seed is None else wanted.seed.metadata
        yield RawRecord(
            self.name, "article", key, response.url, told, fetched_at(response), page, seed=seed, robots_allowed=True
        )

    async def _read(self, response: Response) -> dict[str, Any]:
        if not 200 <= response.status < 300:
            state, reason = await self.state_of(response)
            return {"state": state, "reason": reason}
        read = await self.read_page(response)
        if read["state"] == PageState.NEEDS_JAVASCRIPT and (whole := await render(self.crawler, response)) is not None:
            read = await self.read_page(whole)
        return read
