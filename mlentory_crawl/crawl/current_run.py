"""The run that a crawler carries out; every component gets it from here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

from mlentory_crawl.crawl.run import Run

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from mlentory_crawl.crawl.plan import CrawlingSpider

_runs: WeakKeyDictionary[Crawler, Run] = WeakKeyDictionary()


def run_of(crawler: Crawler) -> Run:
    """Return the crawler's run, opened at the first call, when its spider already exists.

    Raises:
        DataDirectoryLocked: another run holds the data directory.
        CatalogError: the catalog cannot be opened.
    """
    if crawler not in _runs:
        spider = cast("CrawlingSpider", crawler.spider)
        _runs[crawler] = Run(Path(crawler.settings["MLENTORY_DATA_DIR"]), spider.crawl_plan)
    return _runs[crawler]


def opened_run(crawler: Crawler) -> Run | None:
    """Return the crawler's run if there is one."""
    return _runs.get(crawler)
