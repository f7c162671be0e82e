"""Scrapy's own statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import Spider, signals
from scrapy.extensions import corestats

from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.crawl.run import Run

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class CoreStats(corestats.CoreStats):
    """Scrapy's statistics of a crawl, in which the scraped items are those that the run counted."""

    run: Run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = super().from_crawler(crawler)
        extension.run = run_of(crawler)
        # Whoever hears of each item costs a task of the event loop for each: 7 % of a census.
        crawler.signals.disconnect(extension.item_scraped, signals.item_scraped)
        return extension

    def spider_closed(self, spider: Spider, reason: str) -> None:
        super().spider_closed(spider, reason)
        records = self.run.report.records
        self.stats.set_value("item_scraped_count", sum(records[end] for end in ("new", "changed", "unchanged")))
