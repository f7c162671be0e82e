"""Asks a host's robots.txt before its first page, and keeps to it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self
from urllib.parse import SplitResult, urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from fair4ml.read.web_addresses import DEFAULT_PORTS
from mlentory_crawl.crawl.outcomes import RefusedAddress, RobotsRefused, RobotsUnknown, Stopping
from mlentory_crawl.crawl.web import WEB, limit, no_page
from mlentory_crawl.middlewares.aside import aside
from mlentory_crawl.middlewares.private_addresses import refuse_odd
from mlentory_crawl.middlewares.robots_txt import Rules, product

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

ROBOTS_TXT = "robots_txt"
"""The key of ``Request.meta`` that marks the request for a robots.txt."""
CRAWL_DELAY = "crawl_delay"
"""The key of ``Request.meta`` for the seconds between two requests that a page's robots.txt asks for."""
MOST_REDIRECTS = 5
MOST_RETRIES = 1
MOST_KEPT = 64 * 1024 * 1024
"""The size in characters of all rules that are kept; the oldest are then asked for again."""


Found = Rules | IgnoreRequest
"""The result of a request for a robots.txt: the host's rules, or the error that requests for its pages end with."""


class RobotsMiddleware:
    """Refuses requests for pages that robots.txt forbids, redirected ones too.

    A robots.txt is requested once for each scheme, host and port, before its first page, and the pages wait for it. It
    holds to the end of the crawl.

    Raises:
        RefusedAddress: it is not the address of a page.
        RobotsRefused: the page is forbidden.
        RobotsUnknown: the robots.txt of its host could not be read.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._token = product(crawler.settings["USER_AGENT"])
        self._found: dict[str, Found | asyncio.Task[Found]] = {}
        self._kept = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if not request.meta.get(WEB):
            return
        limit(request)
        parts = urlsplit(request.url)
        host = refuse_odd(parts)
        # A redirected request comes with that of the host which sent it here.
        request.meta["download_slot"] = host
        assert self._crawler.engine is not None
        # Scrapy takes the next request for a host of which the fewest are under way: one that waits is, too.
        self._crawler.engine.downloader._get_slot(request)[1].active.add(request)
        if not request.meta.get(ROBOTS_TXT):
            await self._check(request, _origin(parts, host), host)

    async def _check(self, request: Request, origin: str, host: str) -> None:
        found = self._found.get(origin)
        if found is None:
            found = self._found[origin] = asyncio.ensure_future(self._ask(origin, host))
        if isinstance(found, asyncio.Task):
            found = await asyncio.shield(found)
        if isinstance(found, IgnoreRequest):
            raise type(found)(*found.args)
        if not await aside(len(found.text), found.allows, request.url):
            path = urlsplit(request.url).path or "/"
            raise RobotsRefused(f"the robots.txt of {host} forbids {path} to {self._token}")
        request.meta[CRAWL_DELAY] = found.delay

    async def _ask(self, origin: str, host: str) -> Found:
        found = self._found[origin] = await self._answer(origin, host)
        self._kept += _size(found)
        while self._kept > MOST_KEPT:
            self._kept -= _size(self._found.pop(next(iter(self._found))))
        return found

    async def _answer(self, origin: str, host: str) -> Found:
        assert self._crawler.engine is not None
        meta = {WEB: True, ROBOTS_TXT: True, "redirect_ttl": MOST_REDIRECTS, "max_retry_times": MOST_RETRIES}
        try:
            response = await self._crawler.engine.download_async(
                Request(f"{origin}/robots.txt", callback=NO_CALLBACK, meta=meta)
            )
            if 200 <= response.status < 300:
                return await aside(len(response.body), Rules.of, response.body, self._token)
        except (RefusedAddress, Stopping) as error:
            return error
        except Exception as error:  # noqa: BLE001  whatever it is, the rules are unknown
            return _unknown(host, no_page(error).reason)
        if 400 <= response.status < 500 and response.status != 429:
            return Rules()
        return _unknown(host, f"it answers {response.status}")

    def process_response(self, request: Request, response: Response) -> Response:
        self._ended(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        self._ended(request)

    def _ended(self, request: Request) -> None:
        assert self._crawler.engine is not None
        slot = self._crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        if slot is not None and request.meta.get(WEB):
            slot.active.discard(request)


def _origin(parts: SplitResult, host: str) -> str:
    is_default = parts.port in (None, DEFAULT_PORTS.get(parts.scheme))
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{'' if is_default else f':{parts.port}'}"


def _size(found: Found | asyncio.Task[Found]) -> int:
    return len(found.text) if isinstance(found, Rules) else 0


def _unknown(host: str, reason: str) -> RobotsUnknown:
    error = RobotsUnknown(
        f"the robots.txt of {host} cannot be read ({reason}); nothing else is requested from it in this run"
    )
    logger.info("%s", error)
    return error
