"""``mlentory crawl`` with honest exit codes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from scrapy.utils.python import without_none_values

from mlentory_crawl.base_spiders.platform import SCRAPYD_ARGUMENTS, PlatformSpider
from mlentory_crawl.console import fail
from mlentory_crawl.crawl.current_run import opened_run
from mlentory_crawl.crawl.report import EXIT_CODES
from mlentory_crawl.data_directory import restrict
from mlentory_crawl.exceptions import MlentoryError, WrongUsage
from mlentory_crawl.exporters.base import Format
from mlentory_crawl.exporters.formats import FORMATS
from mlentory_crawl.printable import log_printable
from mlentory_crawl.projections.registry import kept_current
from mlentory_crawl.stores.factory import check_store_settings

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler, CrawlerProcessBase
    from scrapy.settings import BaseSettings

NOISY_LOGGERS = (
    "scrapy.addons",
    "scrapy.crawler",
    "scrapy.extensions.feedexport",
    "scrapy.middleware",
    "scrapy.utils.log",
)


class Command:
    """Runs a spider in one of Scrapy's crawler processes.

    Exit codes: 0 complete, 1 failed or suspect, 2 wrong usage, 3 stopped and can be resumed.

    Args:
        settings: the project's settings, with those of the command line.
        process: the process that runs crawlers.
        create_crawler: makes a crawler for a spider.
    """

    def __init__(
        self,
        settings: BaseSettings,
        process: CrawlerProcessBase,
        create_crawler: Callable[[type[Spider]], Crawler],
    ) -> None:
        self._settings = settings
        self._process = process
        self._create_crawler = create_crawler

    def run(self, args: list[str], given: dict[str, str]) -> int:
        """Crawl, print what prevented it from starting, and return the exit code.

        Args:
            args: the name of the spider and nothing else.
            given: the arguments of the spider.

        Raises:
            WrongUsage: the arguments or the settings are invalid.
        """
        if len(args) != 1:
            raise WrongUsage("name one spider: mlentory list shows them")
        log_printable()
        if self._settings["LOG_LEVEL"] != "DEBUG":
            _quieten()
        spider_class = self._spider_class(args[0], given)
        self._check_feeds()
        self._check_settings(spider_class)
        crawler = self._create_crawler(spider_class)
        crawl = self._process.crawl(crawler, **given)
        self._process.start()
        return _exit_code(crawler, _failure(crawl))

    def _spider_class(self, name: str, given: dict[str, str]) -> type[Spider]:
        try:
            spider_class = self._process.spider_loader.load(name)
        except KeyError as error:
            raise WrongUsage(f"there is no spider {name!r}: mlentory list shows them") from error
        if issubclass(spider_class, PlatformSpider):
            _check_arguments(spider_class, given)
        return spider_class

    def _check_feeds(self) -> None:
        writable = without_none_values(self._settings.getwithbase("FEED_EXPORTERS"))
        for uri, options in self._settings.getdict("FEEDS").items():
            if options["format"] not in writable:
                raise WrongUsage(
                    f"{uri}: no feed can be written as {options['format']!r}, only as {', '.join(writable)}"
                )
            _check_feed(str(uri), options)

    def _check_settings(self, spider_class: type[Spider]) -> None:
        check_store_settings(self._settings)
        kept_current(self._settings)
        restrict(self._settings["MLENTORY_DATA_ACCESS"])
        if issubclass(spider_class, PlatformSpider):
            spider_class.check_settings(self._settings)


def _quieten() -> None:
    # The enabled components are the same at each run, and their results are in the report.
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns at each start that no Referer is sent, which is intended.
    logging.getLogger("scrapy.downloadermiddlewares.redirect").setLevel(logging.ERROR)


def _exit_code(crawler: Crawler, failure: BaseException | None) -> int:
    run = opened_run(crawler)
    if failure is not None:
        fail(str(failure) if isinstance(failure, MlentoryError) else f"{type(failure).__name__}: {failure}")
    if failure is not None or run is None:
        return 2 if isinstance(failure, WrongUsage) else 1
    if run.report.verdict is None:  # interrupted before the spider had begun
        return EXIT_CODES["stopped"]
    feed_failed = any(name.startswith("feedexport/failed_count") for name in crawler.stats.get_stats())
    return run.report.exit_code or int(feed_failed)


def _failure(crawl: Awaitable[None]) -> BaseException | None:
    """Return the exception that prevented a crawl; retrieving it keeps asyncio from printing it as a traceback."""
    return crawl.exception() if isinstance(crawl, asyncio.Task) and crawl.done() and not crawl.cancelled() else None


def _check_feed(uri: str, options: Mapping[str, Any]) -> None:
    wanted = FORMATS.get(f".{options['format']}", Format)
    if missing := wanted.missing():
        raise WrongUsage(missing)
    if not (options.get("overwrite") or wanted.appends):
        path = Path(urlsplit(uri).path if uri.startswith("file:") else uri)
        if path.is_file() and path.stat().st_size:
            raise WrongUsage(f"{path} is there, and nothing can be appended to it: -O overwrites it")


def _check_arguments(spider_class: type[PlatformSpider], given: dict[str, str]) -> None:
    own = {name: value for name, value in given.items() if name not in SCRAPYD_ARGUMENTS}
    try:
        spider_class.Arguments.model_validate(own)
    except ValidationError as error:
        told = "; ".join(
            f"-a {'.'.join(map(str, e['loc']))}={e['input']!r}: {_told(e['msg'])}" if e["loc"] else _told(e["msg"])
            for e in error.errors()
        )
        raise WrongUsage(f"{spider_class.name}: {told}") from error


def _told(message: str) -> str:
    """Return a message of pydantic without the prefix that it gives to those of our own validators."""
    return message.removeprefix("Value error, ")
