"""``scrapy crawl``."""

from __future__ import annotations

import argparse

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError

from mlentory_crawl.commands import crawl
from mlentory_crawl.commands.groups import SUMMARIES
from mlentory_crawl.exceptions import SettingError, WrongUsage


class Command(ScrapyCrawl):
    """Runs the command in `mlentory_crawl.commands.crawl`."""

    def short_desc(self) -> str:
        return SUMMARIES["crawl"]

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.crawler_process is not None
        assert self.settings is not None
        command = crawl.Command(self.settings, self.crawler_process, self._create_crawler)
        try:
            self.exitcode = command.run(args, opts.spargs)
        except (SettingError, WrongUsage) as error:
            raise UsageError(str(error), print_help=False) from error
