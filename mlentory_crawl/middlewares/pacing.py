"""Sends requests for pages to each host as slowly as it asks for."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest

from mlentory_crawl.crawl.outcomes import HostFull, HostLeft, Stopping
from mlentory_crawl.crawl.web import WEB
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.middlewares.robots import CRAWL_DELAY, ROBOTS_TXT
from mlentory_crawl.responses import failure_message, retry_after

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

LONGEST_PACE = 60.0
"""The longest time in seconds between two requests to a host; one that asks for more is left for the next run."""
LONGEST_WAIT = 900.0
"""The most seconds that all announced waits of a host (``Retry-After``) may take together."""
UNANNOUNCED_WAIT = 5.0
"""The wait in seconds after a first 429 without announcement; doubled for each other."""
MOST_REFUSALS = 3
"""The number of times that a request is made again after a host has asked to wait."""
MOST_FAILURES = 10
"""The number of requests in a row without a usable answer after which a host is left for the next run."""
REFUSALS = "refusals"
"""The key of ``Request.meta`` for the number of times that the host has answered a request by asking to wait."""


@dataclass(slots=True)
class Host:
    """The known state of a host.

    Attributes:
        name: the host's name.
        delay: the seconds between the end of a request and the next one.
        turn: held by the request that is under way.
        under_way: this request.
        ended_at: when the last request ended, on the monotonic clock.
        blocked_until: no request before this moment, on the same clock.
        pages: the number of requested pages.
        failures: the number of requests in a row without a usable answer.
        waited: the seconds of all announced waits.
        left: says why it is left for the next run; None if it is not.
    """

    name: str
    delay: float
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    under_way: Request | None = None
    ended_at: float = float("-inf")
    blocked_until: float = float("-inf")
    pages: int = 0
    failures: int = 0
    waited: float = 0.0
    left: HostLeft | None = None

    def pause(self, now: float) -> float:
        """Return the seconds that the next request has to wait; 0 or less if it need not."""
        pace = min(self.delay * 2.0**self.failures, max(self.delay, LONGEST_PACE))
        return max(self.ended_at + pace, self.blocked_until) - now

    def leave(self, reason: str, error: type[HostLeft] = HostLeft) -> HostLeft:
        """Leave the host for the next run, and return the error that says so."""
        if self.left is None:
            self.left = error(f"{self.name} {reason}; it is left for the next run")
            logger.info("%s", self.left)
        return type(self.left)(*self.left.args)


def pace(settings: Mapping[str, Any]) -> tuple[float, int]:
    """Return the seconds between two requests to a host, and the maximum number of requests in a run.

    Raises:
        SettingError: a setting is no such number.
    """
    delay, most = str(settings["PAGE_DELAY"]), str(settings["PAGES_PER_HOST"])
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]+)?", delay) or float(delay) > LONGEST_PACE:
        raise SettingError(f"PAGE_DELAY: expected a number of seconds from 0 to {LONGEST_PACE:.0f}, got {delay!r}")
    if not most.isdecimal() or int(most) < 1:
        raise SettingError(f"PAGES_PER_HOST: expected a whole number from 1, got {most!r}")
    return float(delay), int(most)


class PacingMiddleware:
    """Sends one request for a page to a host at a time, with a pause after it, and a limited number in a crawl.

    Raises:
        HostLeft: nothing more is requested from the host in this run.
    """

    def __init__(self, crawler: Crawler, delay: float, most: int) -> None:
        self._crawler = crawler
        self._delay = delay
        self._most = most
        self.hosts: dict[str, Host] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, *pace(crawler.settings))

    async def process_request(self, request: Request) -> None:
        if not request.meta.get(WEB):
            return
        name = request.meta["download_slot"]
        if name not in self.hosts:
            self.hosts[name] = Host(name, self._delay)
        host = self.hosts[name]
        await host.turn.acquire()
        try:
            self._check(host, request)
            while (pause := host.pause(time.monotonic())) > 0:
                await self._wait(pause)
        except BaseException:
            host.turn.release()
            raise
        host.under_way = request

    def _check(self, host: Host, request: Request) -> None:
        """Count a page.

        Raises:
            HostLeft: it is not to be requested.
        """
        delay = request.meta.get(CRAWL_DELAY) or 0.0
        host.delay = max(host.delay, delay)
        if host.delay > LONGEST_PACE:
            raise host.leave(f"asks in its robots.txt for {delay:,.0f} s between requests")
        if host.left is not None:
            raise type(host.left)(*host.left.args)
        if not any(request.meta.get(name) for name in (ROBOTS_TXT, REFUSALS, "retry_times")):
            if host.pages >= self._most:
                reason = f"has been asked for {host.pages:,} pages, as many as PAGES_PER_HOST allows in a run"
                raise host.leave(reason, HostFull)
            host.pages += 1

    async def _wait(self, seconds: float) -> None:
        if not self._crawler.crawling:
            raise Stopping("the crawl is stopping")
        await asyncio.sleep(min(seconds, 0.5))

    def process_response(self, request: Request, response: Response) -> Request | Response:
        host = self._ended(request)
        if host is None:
            return response
        wait = retry_after(response.headers)
        if response.status == 429 or (response.status == 503 and wait is not None):
            return self._refused(host, request, response.status, wait)
        if response.status < 500:
            host.failures = 0
        else:
            self._failed(host, f"answers {response.status}")
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        host = self._ended(request)
        # A page that is too large is no fault of its host.
        if host is not None and not isinstance(exception, IgnoreRequest | DownloadCancelledError):
            self._failed(host, failure_message(exception))

    def _ended(self, request: Request) -> Host | None:
        """Let the next request to a host go on; return the host if the request was under way."""
        host = self.hosts.get(request.meta.get("download_slot", ""))
        if host is None or host.under_way is not request:
            return None
        host.under_way = None
        host.ended_at = time.monotonic()
        host.turn.release()
        return host

    def _failed(self, host: Host, reason: str) -> None:
        host.failures += 1
        if host.failures >= MOST_FAILURES:
            host.leave(f"gave no usable answer to {host.failures} requests in a row, to the last one: {reason}")

    def _refused(self, host: Host, request: Request, status: int, wait: float | None) -> Request:
        """Return the request again, to be made after a wait.

        Raises:
            HostLeft: the wait would be too long.
        """
        refusals = request.meta.get(REFUSALS, 0)
        if wait is None:
            wait = min(UNANNOUNCED_WAIT * 2**refusals, LONGEST_PACE)
        host.waited += wait
        if host.waited > LONGEST_WAIT:
            raise host.leave(f"answers {status} and asks to wait for {wait:,.0f} s")
        if refusals >= MOST_REFUSALS:
            raise host.leave(f"answers {status} also after {refusals} waits")
        if status == 429:
            host.delay = min(2 * host.delay, LONGEST_PACE)
        host.blocked_until = time.monotonic() + wait
        self._crawler.stats.inc_value("retry/count")
        return request.replace(meta={**request.meta, REFUSALS: refusals + 1}, dont_filter=True)
