"""Says how far a crawl is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress as Bar, SpinnerColumn, TextColumn, TimeElapsedColumn
from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.middlewares.quota import QuotaMiddleware

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

LINE_SECONDS = 15.0
BAR_SECONDS = 0.5
SHOWN = ("new", "changed", "quarantined")


class Progress:
    """Reports the records stored so far and their rate."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.bar: Bar | None = None
        if sys.stderr.isatty():
            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
            )
            self.bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self.loop = create_looping_call(self.tell)
        self.begun = time.monotonic()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("LOG_ENABLED"):
            raise NotConfigured("logging is off.")
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        if self.bar is not None:
            self.bar.start()
            self.task = self.bar.add_task(self.crawler.spider.name, total=getattr(self.crawler.spider, "limit", None))  # type: ignore[union-attr]
        self.loop.start(LINE_SECONDS if self.bar is None else BAR_SECONDS, now=False)

    def tell(self) -> None:
        records = run_of(self.crawler).report.records
        rate = records["fetched"] / max(time.monotonic() - self.begun, 1e-9)
        words = f"{rate:,.0f}/s, {', '.join(f'{records[name]:,} {name}' for name in SHOWN)}"
        quota = self.crawler.get_downloader_middleware(QuotaMiddleware)
        for slot, until in quota.waiting.items() if quota else ():
            words += f", {slot} waits {max(0.0, until - time.monotonic()):.0f} s"
        if self.bar is None:
            logger.info("%s records, %s", f"{records['fetched']:,}", words)
        else:
            self.bar.update(self.task, completed=records["fetched"], description=words)

    def spider_closed(self) -> None:
        self.loop.stop()
        if self.bar is not None:
            self.bar.stop()
