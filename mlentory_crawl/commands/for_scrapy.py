"""The adapter through which Scrapy runs a command of the project."""

from __future__ import annotations

import argparse
from typing import ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from mlentory_crawl.commands.base import ProjectCommand
from mlentory_crawl.commands.groups import SUMMARIES
from mlentory_crawl.exceptions import WrongUsage


class ScrapyShell(ScrapyCommand):
    """Adapts a command of the project to Scrapy.

    Attributes:
        command: the class of the command.
    """

    command: ClassVar[type[ProjectCommand]]

    requires_project = True
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012  (declared so by Scrapy)

    def syntax(self) -> str:
        return self.command.syntax

    def short_desc(self) -> str:
        return SUMMARIES[type(self).__module__.rpartition(".")[2]]

    def long_desc(self) -> str:
        return self.command.description or self.command.__doc__ or ""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.allow_abbrev = False  # a beginning of an option may mean another one in a later version
        self.command.add_options(parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        try:
            self.exitcode = self.command(self.settings).run(args, opts)  # unknown options are arguments to Scrapy
        except WrongUsage as error:
            raise UsageError(str(error), print_help=False) from error
