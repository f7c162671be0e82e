"""Says how far a crawl is: a line at the bottom of a terminal, plain lines of the log elsewhere."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from rich.progress import Progress as Bar, SpinnerColumn, TextColumn, TimeElapsedColumn
from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

from mlentory_crawl.console import SHOWN_AFTER, counted
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.extensions.terminal import Terminal, suppress_gone
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
        self.is_shown = False
        self.loop = create_looping_call(self.tell)
        self.begun = time.monotonic()
        self.before = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("LOG_ENABLED"):
            raise NotConfigured("logging is off.")
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        self.before = run_of(self.crawler).report.records["fetched"]
        if (terminal := self.crawler.get_extension(Terminal)) is not None:
            columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
            self.bar = Bar(*columns, console=terminal.console, transient=True)
            self.task = self.bar.add_task("", total=None)
        self.loop.start(LINE_SECONDS if self.bar is None else BAR_SECONDS, now=False)

    def tell(self) -> None:
        records = run_of(self.crawler).report.records
        seconds = time.monotonic() - self.begun
        rate = (records["fetched"] - self.before) / max(seconds, 1e-9)
        if self.bar is not None:
            self.bar.update(self.task, description=self._line(records["fetched"], rate))
            if seconds >= SHOWN_AFTER and not self.is_shown:
                self.is_shown = True
                with suppress_gone():
                    self.bar.start()
            return
        words = f"{rate:,.0f}/s, {', '.join(f'{records[name]:,} {name}' for name in SHOWN)}"
        for slot, seconds in self._waits().items():
            words += f", {slot} waits {seconds:.0f} s"
        logger.info("%s records, %s", f"{records['fetched']:,}", words)

    def _line(self, fetched: int, rate: float) -> str:
        spider = self.crawler.spider
        assert spider is not None
        pages = self.crawler.stats.get_value("response_received_count", 0)
        told = f"{spider.name}: {counted(pages, 'page')}, {counted(fetched, 'record')}"
        if not self.crawler.crawling:
            return f"{told}, stopping"
        waits = {slot: seconds for slot, seconds in self._waits().items() if seconds >= 1}
        if not waits:
            return f"{told}, {rate:,.0f} a second"
        # That it is the platform's quota goes without saying.
        slots = ", ".join(slot for slot in waits if not slot.startswith(spider.name))
        return f"{told}, waiting{slots and f' for {slots}'} until {_clock(max(waits.values()))}"

    def _waits(self) -> dict[str, float]:
        """The seconds that requests still wait, by the slot of their quota."""
        quota = self.crawler.get_downloader_middleware(QuotaMiddleware)
        return {slot: max(0.0, until - time.monotonic()) for slot, until in quota.waiting.items()} if quota else {}

    def spider_closed(self) -> None:
        self.loop.stop()
        if self.bar is not None:
            with suppress_gone():
                self.bar.stop()


def _clock(seconds: float) -> str:
    """The time on the clock in so many seconds."""
    return f"{datetime.now().astimezone() + timedelta(seconds=seconds):%H:%M:%S}"
