"""Requests that a page makes while a browser renders it: the crawl makes them in its place, as it makes its own."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from mlentory_crawl.config.values import plain_host
from mlentory_crawl.crawl.web import WEB

KINDS = frozenset({"script", "xhr", "fetch"})
"""The kinds of requests that text can come of, as Chromium's protocol calls them."""
METHODS = frozenset({"GET", "HEAD"})
MOST_REQUESTS = 60
"""The number of requests of one page."""
MOST_BYTES = 20 * 1024 * 1024
"""The size of all answers to one page."""
MOST_KEPT = 32 * 1024 * 1024
"""The size of the scripts that are kept for other pages of the crawl."""
SENT = ("accept", "origin")
"""The headers of the page's request that are sent; it has no others that are needed to read."""
_ANSWERED = ("content-type", "access-control-allow-origin", "access-control-allow-credentials")


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request of a page."""

    status: int
    headers: dict[str, str]
    body: bytes


class Scripts:
    """Scripts that pages of a crawl share: those of one site load the same ones."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Answer] = OrderedDict()
        self._size = 0

    def get(self, url: str) -> Answer | None:
        """Return a script, if it is there."""
        if url in self._kept:
            self._kept.move_to_end(url)
        return self._kept.get(url)

    def keep(self, url: str, answer: Answer) -> None:
        """Keep a script, in place of those that were not asked for the longest."""
        if answer.status != 200 or url in self._kept:
            return
        self._kept[url] = answer
        self._size += len(answer.body)
        while self._size > MOST_KEPT:
            self._size -= len(self._kept.popitem(last=False)[1].body)


class PageRequests:
    """The requests of one page, until it is closed.

    Args:
        url: the page's address.
        download: makes a request as the crawl makes its own.
        allowed: the hosts in private networks that the crawl may reach.
        scripts: the scripts that are there already.
    """

    def __init__(
        self, url: str, download: Callable[[Request], Awaitable[Response]], allowed: frozenset[str], scripts: Scripts
    ) -> None:
        self._download = download
        # A page of the web must not read what is inside.
        self._refused = frozenset() if _host(url) in allowed else allowed
        self._scripts = scripts
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[Answer | None]] = set()
        self._requests = 0
        self._bytes = 0
        self._under_way = 0
        self._changed_at = time.monotonic()
        self.closed = asyncio.Event()

    async def quiet(self, seconds: float) -> None:
        """Wait until no request has been under way for so long from now on, or the page is closed."""
        began_at = time.monotonic()
        while not self.closed.is_set():
            since = time.monotonic() if self._under_way else max(began_at, self._changed_at)
            pause = since + seconds - time.monotonic()
            if pause <= 0:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self.closed.wait()

    async def answer(self, kind: str, method: str, url: str, headers: dict[str, str]) -> Answer | None:
        """Return the answer to a request; None if it is refused, or has none before the page is closed.

        Args:
            kind: the kind of the request in Chromium's protocol.
            method: its HTTP method.
            url: its address.
            headers: its headers, their names in lower case.
        """
        url = urldefrag(url)[0]
        if kind not in KINDS or method not in METHODS or self.closed.is_set() or _host(url) in self._refused:
            return None
        is_script = kind == "script" and method == "GET"
        if is_script and (kept := self._scripts.get(url)) is not None:
            return kept
        self._requests += 1
        if self._requests > MOST_REQUESTS or self._bytes > MOST_BYTES:
            self.closed.set()
            return None
        self._under_way += 1
        # Never cancelled: a request that is under way has the turn of its host.
        task = asyncio.ensure_future(self._fetched(method, url, headers))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        closed = asyncio.ensure_future(self.closed.wait())
        await asyncio.wait({task, closed}, return_when=asyncio.FIRST_COMPLETED)
        closed.cancel()
        self._under_way -= 1
        self._changed_at = time.monotonic()
        answer = task.result() if task.done() else None
        if is_script and answer is not None:
            self._scripts.keep(url, answer)
        return answer

    async def _fetched(self, method: str, url: str, headers: dict[str, str]) -> Answer | None:
        sent = {name: headers[name] for name in SENT if name in headers}
        # One at a time to a host, as the crawl itself: those that wait need not be made once the page is closed.
        async with self._turns[_host(url)]:
            if self.closed.is_set():
                return None
            try:
                request = Request(
                    url, NO_CALLBACK, method, headers=sent, meta={WEB: True, "max_retry_times": 0}, dont_filter=True
                )
                response = await self._download(request)
            except Exception:  # noqa: BLE001  whatever it is, the page goes without
                return None
        self._bytes += len(response.body)
        kept = {name: response.headers.get(name) for name in _ANSWERED}
        return Answer(
            response.status, {name: value.decode("latin-1") for name, value in kept.items() if value}, response.body
        )


def _host(url: str) -> str:
    try:
        return plain_host(urlsplit(url).hostname or "")
    except ValueError:
        return ""
