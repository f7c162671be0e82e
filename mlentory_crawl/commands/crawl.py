"""``mlentory crawl`` with honest exit codes."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.python import without_none_values

from mlentory_crawl.base_spiders.arguments import problems
from mlentory_crawl.base_spiders.platform import SCRAPYD_ARGUMENTS, PlatformSpider
from mlentory_crawl.commands.crawl_help import print_spider, print_spiders
from mlentory_crawl.console import console, fail, is_terminal
from mlentory_crawl.crawl.current_run import opened_run
from mlentory_crawl.crawl.report import EXIT_CODES
from mlentory_crawl.data_directory import restrict
from mlentory_crawl.exceptions import MlentoryError, WrongUsage
from mlentory_crawl.exporters.base import Format
from mlentory_crawl.exporters.formats import FORMATS
from mlentory_crawl.printable import log_printable
from mlentory_crawl.projections.registry import kept_current
from mlentory_crawl.rendering.renderer import check_renderer
from mlentory_crawl.spiders import platforms
from mlentory_crawl.stores.factory import check_store_settings
from mlentory_crawl.suggestions import did_you_mean

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
    """

    def __init__(self, settings: BaseSettings) -> None:
        self._settings = settings

    def checked(self, args: list[str], given: dict[str, str]) -> type[Spider]:
        """Return the class of the spider that the command line names, ready to crawl with the given arguments.

        Args:
            args: the name of the spider and nothing else.
            given: the arguments of the spider.

        Raises:
            WrongUsage: the arguments or the settings are invalid.
        """
        log_printable()
        if unknown := [arg for arg in args if arg.startswith("-")]:
            raise WrongUsage(f"there is no option {' '.join(unknown)}: mlentory crawl -h lists them")
        if len(args) != 1:
            raise WrongUsage("expected one spider: mlentory crawl -h names them")
        spider_class = _spider_class(self._settings, args[0])
        if issubclass(spider_class, PlatformSpider):
            _check_arguments(spider_class, given)
        self._check_feeds()
        self._check_settings(spider_class)
        if self._settings["LOG_LEVEL"] != "DEBUG" and is_terminal(sys.stderr):
            # Logged before there is a crawler; a person knows what has been started. Levels are set anew in between.
            logging.getLogger("scrapy.utils.log").addFilter(lambda record: record.levelno > logging.INFO)
        return spider_class

    def run(self, process: CrawlerProcessBase, crawler: Crawler, given: dict[str, str]) -> int:
        """Crawl, print what prevented it from starting, and return the exit code.

        Args:
            process: the process that runs the crawler.
            crawler: the crawler of the spider.
            given: the arguments of the spider.
        """
        if self._settings["LOG_LEVEL"] != "DEBUG":
            _quieten()
        crawl = process.crawl(crawler, **given)
        process.start()
        return _exit_code(crawler, _failure(crawl))

    def _check_feeds(self) -> None:
        writable = without_none_values(self._settings.getwithbase("FEED_EXPORTERS"))
        for uri, options in self._settings.getdict("FEEDS").items():
            if options["format"] not in writable:
                raise WrongUsage(f"{uri}: there is no feed format {options['format']}; there are {', '.join(writable)}")
            _check_feed(str(uri), options)

    def _check_settings(self, spider_class: type[Spider]) -> None:
        check_store_settings(self._settings)
        kept_current(self._settings)
        check_renderer(self._settings)
        restrict(self._settings["MLENTORY_DATA_ACCESS"])
        if issubclass(spider_class, PlatformSpider):
            spider_class.check_settings(self._settings)


def print_help(settings: BaseSettings, args: list[str]) -> None:
    """Print the spiders, or the data sheet and the arguments of the one that is named.

    Raises:
        WrongUsage: there is no such spider.
    """
    spider_class = _spider_class(settings, args[0]) if args else None
    if spider_class is not None and issubclass(spider_class, PlatformSpider):
        print_spider(console(), spider_class)
    else:
        print_spiders(console(), platforms())


def _spider_class(settings: BaseSettings, name: str) -> type[Spider]:
    loader = get_spider_loader(settings)
    try:
        return loader.load(name)
    except KeyError as error:
        hint = did_you_mean(name, loader.list(), "mlentory crawl -h names them")
        raise WrongUsage(f"there is no spider {name}; {hint}") from error


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
            raise WrongUsage(f"{path} exists, and its format cannot be appended to: -O overwrites it")


def _check_arguments(spider_class: type[PlatformSpider], given: dict[str, str]) -> None:
    own = {name: value for name, value in given.items() if name not in SCRAPYD_ARGUMENTS}
    try:
        spider_class.Arguments.model_validate(own)
    except ValidationError as error:
        raise WrongUsage(f"{spider_class.name}: {problems(spider_class.Arguments, own, error)}") from error
