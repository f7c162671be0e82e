"""``mlentory status``: what is in the catalog, and how far each projection is."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.console import console, print_json, styled, table
from mlentory_crawl.face import Catalog, Status


class Command(ProjectCommand):
    """Tells what is in the catalog, each projection's position and backlog, and the last runs."""

    takes_words = False

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        with Catalog(self.settings) as catalog:
            status = catalog.status()
        if opts.json:
            print_json(asdict(status))
        else:
            _print(status)
        return 0


def _print(status: Status) -> None:
    from mlentory_crawl.spiders import platforms  # loads Scrapy, which JSON output does not need

    out, catalog = console(), status.catalog
    out.print(
        styled(
            ("Catalog", "bold"),
            f" {catalog.entities:,} entities described, {catalog.stubs:,} only named,"
            f" {catalog.edges:,} edges; sequence {catalog.sequence:,}",
        )
    )
    censuses = {spider.name: spider.census_kinds for spider in platforms()}
    kinds = table("platform", "kind", "live", "deleted", "last census", "watermark", right=("live", "deleted"))
    for platform, by_kind in catalog.records.items():
        for kind, counts in by_kind.items():
            has_census = kind in censuses.get(platform.partition("/")[0], ())
            kinds.add_row(
                platform, kind, f"{counts['live']:,}", f"{counts['deleted']:,}",
                catalog.last_census.get(platform, "never") if has_census else "-",
                catalog.watermarks.get(platform, "-"),
            )  # fmt: skip
    out.print(kinds, "")
    stores = table("projection", "backend", "position", "backlog", "holds", right=("position", "backlog"))
    for name, at in status.projections.items():
        holds = ", ".join(f"{at[unit]:,} {unit}" for unit in ("documents", "nodes", "edges", "files") if unit in at)
        stores.add_row(name, at["backend"], f"{at['position']:,}", f"{at['backlog']:,}", at.get("error") or holds)
    out.print(stores, "")
    numbers = ("fetched", "new", "changed", "quarantined", "failed", "seconds", "per second")
    runs = table("run", "mode", "verdict", *numbers, right=numbers)
    for run in status.runs:
        ended = [f"{run['records'][name]:,}" for name in ("fetched", "new", "changed", "quarantined", "failed")]
        runs.add_row(
            run["run_id"], f"{run['platform']} {run['mode']}", run["verdict"] or "unfinished", *ended,
            f"{run['seconds']:,.1f}", f"{run['models_per_second'] or 0:,.0f}",
        )  # fmt: skip
    out.print(runs)
