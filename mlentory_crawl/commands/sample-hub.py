"""``scrapy sample-hub``. A command is called like its file, hence the hyphen; all else is in `mlentory_crawl.sample_hub`."""

from __future__ import annotations

import argparse

from scrapy.commands import ScrapyCommand

from mlentory_crawl.sample_hub.__main__ import add_arguments, run


class Command(ScrapyCommand):
    """Serves a stand-in of the Hub on this machine until it is stopped."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Serve a stand-in of the Hugging Face Hub with made-up models"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_arguments(parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run(opts)
