"""``mlentory sync``: brings projections up to date from the catalog."""

from __future__ import annotations

import argparse
from typing import Any

from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.console import console, fail, print_json, progress_shown, table
from mlentory_crawl.data_directory import locked
from mlentory_crawl.exceptions import StoreError, WrongUsage
from mlentory_crawl.projections.registry import names, possible, sync
from mlentory_crawl.stores.factory import check_store_settings

UNKNOWN = ("backend", "position", "backlog")
"""Facts about a store that cannot be asked."""


class Command(ProjectCommand):
    """Brings projections up to date from the catalog; exit 1 when one stays behind."""

    writes = True
    syntax = "[projection ...] [--rebuild]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)
        parser.add_argument(
            "--rebuild", action="store_true", help="empty them first, also when they belong to another catalog"
        )

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        check_store_settings(self.settings)
        known = possible(self.settings)
        unknown = [name for name in args if name not in known]
        if unknown:
            raise WrongUsage(f"there is no projection {', '.join(unknown)}; there are {', '.join(known)}")
        CatalogReader(self.data_dir).close()  # fails without a catalog, when there is nothing to lock
        results: dict[str, dict[str, Any]] = {}
        with locked(self.data_dir):
            for name in args or names(self.settings):
                try:
                    results[name] = self._sync(name, rebuild=opts.rebuild)
                except StoreError as error:
                    fail(f"{name}: {error}")
                    results[name] = {**dict.fromkeys(UNKNOWN), "written": 0, "failed": 0, "error": str(error)}
        if opts.json:
            print_json(results)
        else:
            shown = table(
                "projection", "backend", "written", "failed", "backlog", right=("written", "failed", "backlog")
            )
            for name, told in results.items():
                counts = ("" if told[k] is None else f"{told[k]:,}" for k in ("written", "failed", "backlog"))
                shown.add_row(name, told["backend"] or "", *counts)
            console().print(shown)
        for told in results.values():
            for key, reason in told.get("errors", {}).items():
                fail(f"refused {key}: {reason}")
        return int(any(told["backlog"] or told.get("error") for told in results.values()))

    def _sync(self, name: str, *, rebuild: bool) -> dict[str, Any]:
        with progress_shown() as show:
            show(name, 0, None)
            return sync(name, self.settings, rebuild=rebuild, on_batch=lambda at: show(name, at.written, None))
