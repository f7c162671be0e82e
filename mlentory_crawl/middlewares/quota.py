"""Keeps requests within the quotas that services announce."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self

from scrapy.exceptions import NotConfigured

from mlentory_crawl.crawl.outcomes import QuotaGone, Stopping
from mlentory_crawl.crawl.web import WEB
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.responses import header, retry_after

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Headers, Response

logger = logging.getLogger(__name__)

RETRIES = 2
"""The retries of a request that exceeded a quota, as a multiple of ``RETRY_TIMES``; they are counted apart."""
LONGEST_WAIT = 900.0
LONGEST_WINDOW = 3_600.0
"""The longest window in seconds that is believed: that of GitHub, whose documented quota has the longest one."""
UNANNOUNCED_WAITS = 5
"""The wait after a first 429 without announcement, as a multiple of the first back-off; doubled for each other."""
LONGEST_BACKOFF = 60.0
"""The longest back-off in seconds, and the wait before the one retry if a service announces over `LONGEST_WINDOW`."""

_LIMIT = re.compile(r'"[^"]*"\s*;\s*r\s*=\s*([0-9]{1,15})\s*;\s*t\s*=\s*([0-9]{1,15})\b')
_POLICY = re.compile(r"\bq\s*=\s*([0-9]{1,15})\b")
_WINDOW = re.compile(r"\bw\s*=\s*([0-9]{1,15})\b")
_NUMBER = re.compile(r"[0-9]{1,15}")


@dataclass(slots=True)
class Slot:
    """The known state of one quota.

    Attributes:
        left: the number of remaining requests that the service announced for this window; None before the first answer.
        quota: requests per window.
        window: the length of a window in seconds; None if the service does not announce it.
        resets_at: when the next window begins, on the monotonic clock.
        blocked_until: no request before this moment, on the same clock.
        beyond: the last announced wait in seconds, if it is longer than a window can be.
        tried: a request was made in spite of that announcement.
    """

    left: int | None = None
    quota: int = 0
    window: int | None = None
    resets_at: float = 0.0
    blocked_until: float = 0.0
    beyond: float | None = None
    tried: bool = False

    def pause(self, now: float, share: float) -> float:
        """Return the seconds that the next request has to wait.

        Raises:
            QuotaGone: the wait would be too long.
        """
        if self.left is not None and now >= self.resets_at:
            self.left = None
        spent = self.left is not None and self.left <= self._spared(share)
        if spent and self.beyond is not None and self.tried:
            raise QuotaGone(
                f"the service announced that its quota resets in {self.beyond:,.0f} s, which is too long to wait;"
                " run the same command again later"
            )
        return max(self.blocked_until - now, self.resets_at - now if spent else 0.0, 0.0)

    def _spared(self, share: float) -> int:
        return int(self.quota * (1 - share) + 1e-9)

    def allowed(self, share: float) -> dict[str, float] | None:
        """Return the requests that may be sent in so many seconds; None if the service does not announce both.

        Args:
            share: the share of the quota that may be used.
        """
        usable = self.quota - self._spared(share)
        return {"requests": usable, "seconds": self.window} if self.window and usable else None

    def learn(self, headers: Headers, now: float) -> None:
        """Update the state from the headers of an answer; `_announced` has the sources."""
        announced = _announced(headers)
        if announced is None:
            return
        left, seconds, quota, window = announced
        # Announced seconds are whole ones, rounded down, so one more is added.
        self.tried = self.beyond is not None and (self.tried or now >= self.resets_at)
        self.beyond = seconds if seconds > LONGEST_WINDOW else None
        resets_at = now + (LONGEST_BACKOFF if self.beyond is not None else seconds) + 1
        same_window = self.left is not None and resets_at < self.resets_at + 2
        # Answers may overtake each other; within a window the number of remaining requests only decreases.
        self.left = min(self.left, left) if same_window and self.left is not None else left
        self.resets_at = resets_at
        if quota is not None:
            self.quota = quota
        if window is not None:
            self.window = window


class QuotaMiddleware:
    """Delays requests before a slot's quota is exhausted, after a 429, and before a retry.

    A request's slot is its ``meta["download_slot"]``; spiders name one for each quota of their platform. A request with
    ``meta["dont_wait_for_quota"]`` is not tried again after a refusal. Pages of the web have a pace of their own.
    """

    def __init__(self, crawler: Crawler, share: float, backoff: float, retries: int) -> None:
        self.crawler = crawler
        self.share = share
        self.backoff = backoff
        self.retries = retries
        self.slots: defaultdict[str, Slot] = defaultdict(Slot)
        self.waited = 0.0
        """The total number of seconds that requests have waited."""
        self.waiting: dict[str, float] = {}
        """The time until which requests of a slot wait, on the monotonic clock."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("QUOTA_ENABLED"):
            raise NotConfigured
        share = crawler.settings.getfloat("QUOTA_SHARE")
        if not 0 < share <= 1:
            raise MlentoryError(f"QUOTA_SHARE: expected a number above 0 and at most 1, got {share}")
        retries = RETRIES * crawler.settings.getint("RETRY_TIMES")
        return cls(crawler, share, crawler.settings.getfloat("RETRY_BACKOFF"), retries)

    def allowed(self) -> dict[str, dict[str, float]]:
        """Return the requests that may be sent in so many seconds, by slot: as announced, or one in each delay."""
        delays = {
            name: {"requests": 1, "seconds": delay}
            for name, limits in self.crawler.settings.getdict("DOWNLOAD_SLOTS").items()
            if name in self.slots and (delay := limits.get("delay"))
        }
        announced = {
            name: found for name, slot in self.slots.items() if (found := slot.allowed(self.share)) is not None
        }
        return {**delays, **announced}

    async def process_request(self, request: Request) -> None:
        if request.meta.get(WEB):
            return
        name = request.meta.get("download_slot", "default")
        slot = self.slots[name]
        retries = request.meta.get("retry_times", 0)
        if retries:
            longest = min(self.backoff * 2 ** (retries - 1), LONGEST_BACKOFF)
            await self._wait(name, random.uniform(longest / 2, longest))  # noqa: S311  spreads clients, hides nothing
        while pause := slot.pause(time.monotonic(), self.share):
            if name not in self.waiting:
                logger.info("Waiting %.0f s for the quota of %s", pause, name)
            await self._wait(name, pause)
        if slot.left is not None:
            slot.left -= 1

    async def _wait(self, name: str, seconds: float) -> None:
        began = time.monotonic()
        self.waiting[name] = max(self.waiting.get(name, 0.0), began + seconds)
        try:
            while (left := began + seconds - time.monotonic()) > 0:
                if not self.crawler.crawling:
                    raise Stopping("the crawl is stopping")
                await asyncio.sleep(min(left, 0.5))
        finally:
            self.waited += time.monotonic() - began
            if self.waiting.get(name, 0.0) <= time.monotonic():
                self.waiting.pop(name, None)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if request.meta.get(WEB):
            return response
        now = time.monotonic()
        slot = self.slots[request.meta.get("download_slot", "default")]
        slot.learn(response.headers, now)
        is_forbidden = response.status == 403 and _is_refusal(response)
        if is_forbidden:
            # One status for one state: later components must not take it for an entity without public access.
            response = response.replace(status=429)
        retries = request.meta.get("quota_retries", 0)
        wait = retry_after(response.headers)
        is_beyond = wait is not None and wait > LONGEST_WINDOW
        is_last = retries >= self.retries or (is_beyond and retries) or request.meta.get("dont_wait_for_quota")
        if response.status != 429 or is_last:
            return response
        if wait is None:
            # A refusal while requests are left does not come from this quota.
            announced = None if slot.left is None or (is_forbidden and slot.left) else slot.resets_at - now
            wait = announced or self._unannounced(retries, is_forbidden)
        slot.blocked_until = max(slot.blocked_until, now + min(wait, LONGEST_BACKOFF if is_beyond else LONGEST_WAIT))
        self.crawler.stats.inc_value("retry/count")
        return request.replace(meta={**request.meta, "quota_retries": retries + 1}, dont_filter=True)

    def _unannounced(self, retries: int, is_forbidden: bool) -> float:
        # GitHub asks clients to wait at least one minute.
        return LONGEST_BACKOFF if is_forbidden else min(UNANNOUNCED_WAITS * self.backoff * 2**retries, LONGEST_BACKOFF)


def _announced(headers: Headers) -> tuple[int, int, int | None, int | None] | None:
    """Remaining requests, seconds until the next window, requests per window, and its seconds; None if not announced.

    Sources: draft-ietf-httpapi-ratelimit-headers-09, and for ``X-RateLimit-*`` the form documented at
    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api.
    """
    limit = _LIMIT.search(header(headers, "RateLimit"))
    if limit is not None:
        stated = (each.search(header(headers, "RateLimit-Policy")) for each in (_POLICY, _WINDOW))
        quota, window = (None if each is None else int(each[1]) for each in stated)
        return int(limit[1]), int(limit[2]), quota, window
    most, left, reset = (header(headers, f"X-RateLimit-{name}") for name in ("Limit", "Remaining", "Reset"))
    if not all(map(_NUMBER.fullmatch, (most, left, reset))):
        return None
    # The time refers to the server's clock.
    return int(left), max(0, int(reset) - int(_clock(headers))), int(most), None


def _is_refusal(response: Response) -> bool:
    """Check whether a 403 means an exceeded quota, as at GitHub; see `_announced`."""
    headers = response.headers
    is_spent = header(headers, "X-RateLimit-Remaining") == "0"
    return is_spent or "Retry-After" in headers or b"rate limit" in response.body.lower()


def _clock(headers: Headers) -> float:
    try:
        return parsedate_to_datetime(header(headers, "Date")).timestamp()
    except (ValueError, OverflowError):
        return time.time()
