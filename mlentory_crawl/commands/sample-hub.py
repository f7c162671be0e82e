"""``scrapy sample-hub``: a command is called like its file, hence the hyphen."""  # noqa: N999

from __future__ import annotations

import argparse

from mlentory_crawl.console import ProjectCommand


class Command(ProjectCommand):
    """Serves a stand-in of the Hub on this machine until it is stopped."""

    takes_words = False

    def short_desc(self) -> str:
        return "Serve a stand-in of the Hugging Face Hub with made-up models on this machine"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        from mlentory_crawl.sample_hub.options import add_arguments  # every command imports this module

        super().add_options(parser)
        add_arguments(parser)

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        from mlentory_crawl.sample_hub.__main__ import run

        return run(opts)
