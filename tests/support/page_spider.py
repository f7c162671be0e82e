"""A spider that requests pages and tells what comes of each; run as a file, with the settings of the project."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from mlentory_crawl.base_spiders.platform import Arguments, PlatformSpider
from mlentory_crawl.crawl.outcomes import Stopping
from mlentory_crawl.crawl.web import WEB, no_page
from mlentory_crawl.rendering.renderer import render


class PageArguments(Arguments):
    """The files with the requests and for the answers, one JSON object a line."""

    pages: str
    told: str


class PageSpider(PlatformSpider):
    """Requests what a file has: ``url``, further ``meta``, and whether to ``render`` it."""

    name = "pages"
    Arguments: ClassVar[type[Arguments]] = PageArguments
    arguments: PageArguments
    endpoint_setting = "CRAWLER_CONTACT"
    is_walk = False
    mode = "ids"
    coverage = "ids"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked = [json.loads(line) for line in Path(self.arguments.pages).read_text().splitlines()]

    async def start(self) -> AsyncIterator[Any]:
        for asked in self.asked:
            url, meta = asked["url"], {WEB: True, **asked.get("meta", {})}
            try:
                yield Request(
                    url,
                    self.rendered if asked.get("render") else self.page,
                    errback=self.no_page,
                    cb_kwargs={"asked": url},
                    meta=meta,
                    dont_filter=True,
                )
            except ValueError as error:
                self._tell(url=url, **asdict(no_page(error)))

    def page(self, response: Response, asked: str) -> None:
        self._tell(url=asked, state="page", status=response.status, at=response.url, size=len(response.body))

    async def rendered(self, response: Response, asked: str) -> None:
        try:
            page = await render(self.crawler, response)
        except Stopping:
            return
        if page is None:
            self._tell(url=asked, state="not_rendered")
        else:
            headers = dict(page.headers.to_unicode_dict())
            self._tell(url=asked, state="rendered", at=page.url, html=page.body.decode(), headers=headers)

    def no_page(self, failure: Failure) -> None:
        assert failure.value is not None
        asked = failure.request.cb_kwargs["asked"]  # type: ignore[attr-defined]
        self._tell(url=asked, **asdict(no_page(failure.value)))

    def _tell(self, **told: Any) -> None:
        with Path(self.arguments.told).open("a") as file:
            file.write(json.dumps(told) + "\n")
