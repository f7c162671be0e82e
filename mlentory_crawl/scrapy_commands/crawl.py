"""``scrapy crawl``."""

from __future__ import annotations

import argparse
import sys

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError

from mlentory_crawl.commands import crawl
from mlentory_crawl.commands.groups import SUMMARIES
from mlentory_crawl.exceptions import SettingError, WrongUsage
from mlentory_crawl.printable import one_line


class Command(ScrapyCrawl):
    """Runs the command in `mlentory_crawl.commands.crawl`."""

    # Made by the command itself, once it has checked the arguments: a process begins with lines in the log.
    requires_crawler_process = False

    def short_desc(self) -> str:
        return SUMMARIES["crawl"]

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        # Wrong usage is one line, without the usage before it, and -h waits for the name of the spider.
        parser.prog = "mlentory crawl"
        parser.usage = argparse.SUPPRESS
        parser.description = None
        parser.formatter_class = argparse.HelpFormatter
        parser.add_argument("-h", "--help", action="store_true", help="show the spiders, or the arguments of a spider")
        parser.allow_abbrev = False
        self._options = parser

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        if opts.help:
            try:
                crawl.print_help(self.settings, args)
            except WrongUsage as error:
                raise UsageError(one_line(str(error)), print_help=False) from error
            self._options.print_help()
            sys.exit()
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        command = crawl.Command(self.settings)
        try:
            spider_class = command.checked(args, opts.spargs)
            self.crawler_process = AsyncCrawlerProcess(self.settings)
            self.exitcode = command.run(self.crawler_process, self._create_crawler(spider_class), opts.spargs)
        except (SettingError, WrongUsage) as error:
            raise UsageError(one_line(str(error)), print_help=False) from error
