"""``scrapy status``: what is in the catalog, and how far each projection is."""

from __future__ import annotations

import argparse
from typing import Any

import orjson

from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.console import ProjectCommand, add_json_option, console, print_json, styled, table
from mlentory_crawl.projections.registry import positions
from mlentory_crawl.spiders import platforms

RUNS_SHOWN = 10


class Command(ProjectCommand):
    """Tells what is in the catalog, each projection's position and backlog, and the last runs."""

    takes_words = False

    def short_desc(self) -> str:
        return "Show what is in the catalog, the projections' positions, and the last runs"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_json_option(parser)

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        assert self.settings is not None
        reader = CatalogReader(self.data_dir)
        told = {
            "catalog": catalog_status(reader),
            "projections": positions(reader, self.settings),
            "runs": [orjson.loads(text) for (text,) in reader.execute(
                "SELECT report FROM run ORDER BY id DESC LIMIT ?", (RUNS_SHOWN,)
            )],
        }  # fmt: skip
        reader.close()
        if opts.json:
            print_json(told)
        else:
            _print(told)
        return 0


def catalog_status(reader: CatalogReader) -> dict[str, Any]:
    """The counts of the catalog."""
    records: dict[str, dict[str, dict[str, int]]] = {}
    for platform, kind, live, deleted in reader.execute(
        "SELECT platform, kind, count(*) - count(deleted_at), count(deleted_at) FROM record"
        " WHERE run <> 0 GROUP BY 1, 2 ORDER BY 1, 2"
    ):
        records.setdefault(platform, {})[kind] = {"live": live, "deleted": deleted}
    (entities, stubs), (edges,) = (
        reader.execute("SELECT coalesce(sum(described), 0), coalesce(sum(NOT described), 0) FROM entity").fetchone(),
        reader.execute("SELECT count(*) FROM edge").fetchone(),
    )
    return {
        "sequence": reader.last_sequence(),
        "entities": entities,
        "edges": edges,
        "stubs": stubs,
        "records": records,
        "watermarks": dict(reader.execute("SELECT platform, value FROM watermark ORDER BY 1").fetchall()),
        "last_census": dict(reader.execute("SELECT platform, completed_at FROM census ORDER BY 1").fetchall()),
    }


def _print(told: dict[str, Any]) -> None:
    out = console()
    catalog = told["catalog"]
    out.print(
        styled(
            ("Catalog", "bold"),
            f" {catalog['entities']:,} entities described, {catalog['stubs']:,} only named,"
            f" {catalog['edges']:,} edges; sequence {catalog['sequence']:,}",
        )
    )
    censuses = {spider.name: spider.census_kinds for spider in platforms()}
    kinds = table("platform", "kind", "live", "deleted", "last census", "watermark", right=("live", "deleted"))
    for platform, by_kind in catalog["records"].items():
        for kind, counts in by_kind.items():
            has_census = kind in censuses.get(platform, ())
            kinds.add_row(
                platform, kind, f"{counts['live']:,}", f"{counts['deleted']:,}",
                catalog["last_census"].get(platform, "never") if has_census else "-",
                catalog["watermarks"].get(platform, "-"),
            )  # fmt: skip
    out.print(kinds, "")
    stores = table("projection", "backend", "position", "backlog", "holds", right=("position", "backlog"))
    for name, at in told["projections"].items():
        holds = ", ".join(f"{at[unit]:,} {unit}" for unit in ("documents", "nodes", "edges", "files") if unit in at)
        stores.add_row(name, at["backend"], f"{at['position']:,}", f"{at['backlog']:,}", at.get("error") or holds)
    out.print(stores, "")
    numbers = ("fetched", "new", "changed", "quarantined", "failed", "seconds", "per second")
    runs = table("run", "mode", "verdict", *numbers, right=numbers)
    for run in told["runs"]:
        counts = [f"{run['records'][name]:,}" for name in ("fetched", "new", "changed", "quarantined", "failed")]
        runs.add_row(
            run["run_id"], f"{run['platform']} {run['mode']}", run["verdict"] or "unfinished", *counts,
            f"{run['seconds']:,.1f}", f"{run['models_per_second'] or 0:,.0f}",
        )  # fmt: skip
    out.print(runs)
