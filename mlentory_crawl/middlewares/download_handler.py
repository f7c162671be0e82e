"""Downloads that end with the crawl."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

from mlentory_crawl.crawl.outcomes import Stopping
from mlentory_crawl.middlewares.connections import ConnectionPool

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

POLL_SECONDS = 0.5
GRACE_SECONDS = 1.5
"""The time after a signal in which running downloads may finish; Scrapy's own handler waits for DOWNLOAD_TIMEOUT."""


class DownloadHandler(HTTP11DownloadHandler):
    """Downloads as Scrapy does, but over limited connections, and gives up slow downloads when the crawl is to end.

    Raises:
        Stopping: the download was given up; a resumed run makes the request again.
    """

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        most = self._pool.maxPersistentPerHost
        self._pool = ConnectionPool(self._pool._reactor)  # type: ignore[no-untyped-call]
        self._pool.maxPersistentPerHost = most

    async def download_request(self, request: Request) -> Response:
        if not self._crawler.crawling:
            self._hurry()
            raise Stopping("the crawl is stopping")
        download = asyncio.ensure_future(super().download_request(request))
        ends_at: float | None = None
        while not download.done():
            await asyncio.wait({download}, timeout=POLL_SECONDS)
            if self._crawler.crawling or download.done():
                continue
            ends_at = ends_at or time.monotonic() + GRACE_SECONDS
            if time.monotonic() >= ends_at:
                download.cancel()
                raise Stopping("the crawl is stopping")
        return download.result()

    async def close(self) -> None:
        # Scrapy's own raises an error in the reactor if the last connection is closed at the moment when it gives up.
        closed = self._pool.closeCachedConnections()  # type: ignore[no-untyped-call]
        await asyncio.wait({closed.asFuture(asyncio.get_running_loop())}, timeout=self._disconnect_timeout)

    def _hurry(self) -> None:
        """Drop queued requests at once: they have not been sent to anybody."""
        assert self._crawler.engine is not None
        for slot in self._crawler.engine.downloader.slots.values():
            slot.delay = 0.0
