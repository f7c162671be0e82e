"""Archives answers before spiders parse them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

import orjson

from mlentory_crawl.archive.bodies import digest_of
from mlentory_crawl.archive.store import REVALIDATE, Archive, headers_of, place_of
from mlentory_crawl.catalog.commits import Answer
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.middlewares.aside import aside
from mlentory_crawl.middlewares.conditional import VALIDATORS
from mlentory_crawl.responses import fetched_at

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


UNSAID = frozenset({408, 429, *range(500, 600)})
"""Statuses of answers without information about the target: the request is made again."""


class ArchiveMiddleware:
    """Keeps each answer whose request has ``meta["archive"]``; the same body is kept once."""

    def __init__(self, run: Run, platform: str) -> None:
        self.run = run
        self.archive = Archive(run.data_dir / "raw", platform, run.name)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        assert crawler.spider is not None
        return cls(run_of(crawler), crawler.spider.name)

    async def process_response(self, request: Request, response: Response) -> Response:
        if not request.meta.get("archive") or response.status in UNSAID:
            return response
        place = place_of(request)
        redactor = self.run.redactor
        body = response.body if not redactor else await asyncio.to_thread(redactor.without, place, response.body)
        if body is None or redactor.has(place):
            return response
        digest = await aside(len(body), digest_of, body)
        file = self.run.catalog.answers.file_of(digest)
        if file is None or not self.archive.holds(file):
            file = await aside(len(body), self.archive.store, body, digest)
        self.archive.enter(place, response, fetched_at(response), digest, file)
        self.run.archived(Answer(place, digest, file, *_confirmable(request, response)))
        return response


def _confirmable(request: Request, response: Response) -> tuple[str, str] | tuple[None, None]:
    """Return the address and the headers of an answer that its service may confirm later."""
    headers = headers_of(response)
    if not request.meta.get(REVALIDATE) or response.status != 200 or not headers.keys() & VALIDATORS.keys():
        return None, None
    return request.url, orjson.dumps(headers).decode()
