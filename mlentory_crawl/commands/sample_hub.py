"""``mlentory sample-hub``: a stand-in of the Hub on this machine."""

from __future__ import annotations

import argparse

from mlentory_crawl.commands.base import ProjectCommand


class Command(ProjectCommand):
    """Serves a stand-in of the Hub on this machine until it is stopped."""

    takes_words = False

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        from mlentory_crawl.sample_hub.options import add_arguments  # not at the top: every command imports this module

        add_arguments(parser)

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        from mlentory_crawl.sample_hub.__main__ import run

        return run(opts)
