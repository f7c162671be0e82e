"""``scrapy crawl`` with honest exit codes."""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError
from scrapy.utils.python import without_none_values

from mlentory_crawl.base_spiders.platform import SCRAPYD_ARGUMENTS, PlatformSpider
from mlentory_crawl.console import fail
from mlentory_crawl.crawl.current_run import opened_run
from mlentory_crawl.crawl.report import EXIT_CODES
from mlentory_crawl.data_directory import restrict
from mlentory_crawl.exceptions import MlentoryError, SettingError, WrongUsage
from mlentory_crawl.exporters.base import Format
from mlentory_crawl.exporters.formats import FORMATS
from mlentory_crawl.printable import log_printable
from mlentory_crawl.projections.registry import kept_current
from mlentory_crawl.stores.factory import check_store_settings

NOISY_LOGGERS = (
    "scrapy.addons",
    "scrapy.crawler",
    "scrapy.extensions.feedexport",
    "scrapy.middleware",
    "scrapy.utils.log",
)


class Command(ScrapyCrawl):
    """Exit codes: 0 complete, 1 failed or suspect, 2 wrong usage, 3 stopped and can be resumed."""

    def short_desc(self) -> str:
        return "Run a spider; exit 0 complete, 1 failed or suspect, 2 wrong usage, 3 stopped"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one spider: scrapy list shows them")
        assert self.crawler_process is not None
        assert self.settings is not None
        log_printable()
        if self.settings["LOG_LEVEL"] != "DEBUG":
            # What is switched on is the same at each run; what it comes to is in the report.
            for name in NOISY_LOGGERS:
                logging.getLogger(name).setLevel(logging.WARNING)
            # It warns at each start that no Referer is sent, which is meant.
            logging.getLogger("scrapy.downloadermiddlewares.redirect").setLevel(logging.ERROR)
        try:
            spider_class = self.crawler_process.spider_loader.load(args[0])
        except KeyError as error:
            raise UsageError(f"there is no spider {args[0]!r}: scrapy list shows them", print_help=False) from error
        if issubclass(spider_class, PlatformSpider):
            _check_arguments(spider_class, opts.spargs)
        writable = without_none_values(self.settings.getwithbase("FEED_EXPORTERS"))
        for uri, options in self.settings.getdict("FEEDS").items():
            if options["format"] not in writable:
                raise UsageError(
                    f"{uri}: no feed can be written as {options['format']!r}, only as {', '.join(writable)}",
                    print_help=False,
                )
            _check_feed(str(uri), options)
        try:
            check_store_settings(self.settings)
            kept_current(self.settings)
            restrict(self.settings["MLENTORY_DATA_ACCESS"])
            if issubclass(spider_class, PlatformSpider):
                spider_class.check_settings(self.settings)
        except SettingError as error:
            raise UsageError(str(error), print_help=False) from error
        crawler = self._create_crawler(spider_class)
        crawl = self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        failure = _failure(crawl)
        run = opened_run(crawler)
        if failure is not None:
            fail(str(failure) if isinstance(failure, MlentoryError) else f"{type(failure).__name__}: {failure}")
        if failure is not None or run is None:
            self.exitcode = 2 if isinstance(failure, WrongUsage) else 1
            return
        if run.report.verdict is None:  # interrupted before the spider had begun
            self.exitcode = EXIT_CODES["stopped"]
            return
        feed_failed = any(name.startswith("feedexport/failed_count") for name in crawler.stats.get_stats())
        self.exitcode = run.report.exit_code or int(feed_failed)


def _failure(crawl: Awaitable[None]) -> BaseException | None:
    """Why a crawl did not begin; asking for it keeps asyncio from printing it as a traceback."""
    return crawl.exception() if isinstance(crawl, asyncio.Task) and crawl.done() and not crawl.cancelled() else None


def _check_feed(uri: str, options: Mapping[str, Any]) -> None:
    wanted = FORMATS.get(f".{options['format']}", Format)
    if missing := wanted.missing():
        raise UsageError(missing, print_help=False)
    if not (options.get("overwrite") or wanted.appends):
        path = Path(urlsplit(uri).path if uri.startswith("file:") else uri)
        if path.is_file() and path.stat().st_size:
            raise UsageError(f"{path} is there, and nothing can be appended to it: -O overwrites it", print_help=False)


def _check_arguments(spider_class: type[PlatformSpider], given: dict[str, str]) -> None:
    own = {name: value for name, value in given.items() if name not in SCRAPYD_ARGUMENTS}
    try:
        spider_class.Arguments.model_validate(own)
    except ValidationError as error:
        told = "; ".join(
            f"-a {'.'.join(map(str, e['loc']))}={e['input']!r}: {_told(e['msg'])}" if e["loc"] else _told(e["msg"])
            for e in error.errors()
        )
        raise UsageError(f"{spider_class.name}: {told}", print_help=False) from error


def _told(message: str) -> str:
    """A message of pydantic's, without its name for what our own validators tell."""
    return message.removeprefix("Value error, ")
