"""``mlentory doctor``: whether this installation is well."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.config.environment import read_environment
from mlentory_crawl.config.variables import PROJECT_URL
from mlentory_crawl.console import console, print_json, styled
from mlentory_crawl.health.finding import Finding
from mlentory_crawl.health.installation import check_data_directory, check_settings, check_versions
from mlentory_crawl.health.services import check_quotas, check_stores, read_status
from mlentory_crawl.spiders import variables

HELP = f"{PROJECT_URL}/blob/main/docs/troubleshooting.md"
STYLES = {"ok": ("ok", "green"), "note": ("note", "yellow"), "problem": ("PROBLEM", "bold red")}


class Command(ProjectCommand):
    """Checks settings, stores, quota, versions, disk and clock; exit 1 where something will prevent a crawl."""

    takes_words = False
    syntax = "[--offline] [--json]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)
        parser.add_argument("--offline", action="store_true", help="do not ask the platforms for quota and time")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        settings = {**read_environment(variables()), **self.settings}
        found: list[Finding] = []
        for finding in self._check(settings, offline=opts.offline):
            found.append(finding)
            if not opts.json:
                _print(console(), finding)
        problems = [finding for finding in found if finding.state == "problem"]
        if opts.json:
            print_json([asdict(finding) for finding in found])
        else:
            _print_help(console(), [finding for finding in found if finding.state != "ok"])
        return int(bool(problems))

    def _check(self, settings: dict[str, Any], *, offline: bool) -> Iterator[Finding]:
        yield from check_versions()
        yield from check_settings(variables(), settings)
        yield from check_data_directory(self.data_dir)
        crawled: set[str] = set()
        status = read_status(settings)
        if isinstance(status, Finding):
            yield status
        else:
            yield from check_stores(status)
            crawled = {platform.partition("/")[0] for platform in status.catalog.records}
        if not offline:
            yield from check_quotas(settings, crawled)


def _print(out: Console, finding: Finding) -> None:
    row = Table.grid(padding=(0, 2))
    row.add_column(width=7)
    row.add_column(width=14)
    row.add_column(overflow="fold")
    row.add_row(styled(STYLES[finding.state]), finding.check, finding.message)
    out.print(row)


def _print_help(out: Console, found: list[Finding]) -> None:
    if not found:
        out.print("\nAll is well.")
        return
    out.print()
    for check in dict.fromkeys(finding.check for finding in found):
        out.print(f"{HELP}#{check}", style="dim", soft_wrap=True)
