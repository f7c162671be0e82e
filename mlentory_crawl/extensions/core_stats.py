"""Scrapy's own statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import Spider, signals
from scrapy.extensions import corestats

from mlentory_crawl.run import Run

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class CoreStats(corestats.CoreStats):
    """Scrapy's statistics of a crawl, in which the scraped items are those that the run counted."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler.stats)
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        # Whoever hears of each item costs a task of the event loop for each: 7 % of a census.
        for receiver, signal in (
            (extension.spider_opened, signals.spider_opened),
            (extension.spider_closed, signals.spider_closed),
            (extension.item_dropped, signals.item_dropped),
            (extension.response_received, signals.response_received),
        ):
            crawler.signals.connect(receiver, signal)
        return extension

    def spider_closed(self, spider: Spider, reason: str) -> None:
        super().spider_closed(spider, reason)
        records = Run.of(self._crawler).report.records
        self.stats.set_value("item_scraped_count", sum(records[end] for end in ("new", "changed", "unchanged")))
