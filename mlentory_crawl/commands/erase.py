"""``mlentory erase``: leaves nothing of things but a mark that later crawls obey."""

from __future__ import annotations

import argparse
import os
import re
import sqlite3
import sys
from collections import Counter
from collections.abc import Collection
from typing import Any

from fair4ml.identifiers import IRI_PATTERN
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.console import console, fail, print_json, table
from mlentory_crawl.data_directory import locked
from mlentory_crawl.erasure.erase import erase
from mlentory_crawl.exceptions import CatalogError, MlentoryError, StoreError, WrongUsage
from mlentory_crawl.printable import one_line
from mlentory_crawl.projections.registry import names, sync
from mlentory_crawl.stores.factory import check_store_settings, open_store

BY_NAME = "who or what is told by name only is forgotten with the records that name it, by their IRIs"
"""Responses identify entities only by an IRI or an id; any text could be a name."""

PART = re.compile(r".+#.*-[0-9a-f]{16}", re.DOTALL)


class Command(ProjectCommand):
    """Forgets things; exit 1 when a projection still shows them, which the next sync or crawl then ends."""

    writes = True
    syntax = "IRI... [--mark] [--yes]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)
        parser.add_argument("--mark", action="store_true", help="also things that the catalog does not know yet")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        check_store_settings(self.settings)
        if not args:
            raise WrongUsage("name the things by their IRIs")
        if wrong := [iri for iri in args if not re.match(IRI_PATTERN, iri)]:
            raise WrongUsage(f"no IRI: {', '.join(wrong)}; {BY_NAME}")
        if not opts.mark:
            CatalogReader(self.data_dir).close()  # fails without a catalog, when there is nothing to lock
        with locked(self.data_dir):
            # The copy that replaces a database goes beside it: the system's temporary directory may be too small.
            os.environ["SQLITE_TMPDIR"] = str(self.data_dir)
            catalog = CatalogWriter(self.data_dir)
            try:
                return self._erase(catalog, args, opts)
            finally:
                catalog.close()

    def _erase(self, catalog: CatalogWriter, iris: list[str], opts: argparse.Namespace) -> int:
        if parts := self._parts(iris):
            raise WrongUsage(f"{', '.join(parts)}: a part has no mark of its own; {BY_NAME}")
        unknown = [iri for iri in iris if not catalog.knows(iri)]
        if unknown and not opts.mark:
            raise WrongUsage(f"the catalog does not know {', '.join(unknown)}; --mark marks it in advance")
        if not opts.yes and sys.stdin.isatty() and not _confirmed(catalog.names_of(iris)):
            return 0
        counts, problems = erase(self.data_dir, catalog, iris)
        results = {name: self._sync(name) for name in names(self.settings)}
        try:
            catalog.compact()
        except CatalogError as error:
            problems.append(str(error))
        _tell(iris, counts, results, problems, as_json=opts.json)
        for problem in problems:
            fail(f"{problem}: the same command goes on")
        behind = {name: told for name, told in results.items() if told.get("backlog") or told.get("error")}
        for name, told in behind.items():
            fail(f"{name} still has it: {told.get('error') or told.get('errors') or 'it is behind'}")
        return int(bool(behind or problems))

    def _parts(self, iris: list[str]) -> list[str]:
        """Return the IRIs of parts, about which there are no records of their own."""
        reader = CatalogReader(self.data_dir)
        try:
            return [iri for iri in iris if PART.fullmatch(iri) and not reader.has_record(iri)]
        finally:
            reader.close()

    def _sync(self, name: str) -> dict[str, Any]:
        try:
            # The embedded index keeps deleted documents in its files until it merges them.
            rebuild = name == "search" and open_store(name, self.settings).backend == "tantivy"
            return sync(name, self.settings, rebuild=rebuild, on_batch=lambda _: None)
        except (StoreError, MlentoryError, sqlite3.Error, OSError) as error:
            return {"error": str(error)}


def _confirmed(iris: Collection[str]) -> bool:
    print("\n".join(map(one_line, sorted(iris))), file=sys.stderr)
    print("Nothing can bring back what is forgotten. Forget it? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def _tell(
    iris: list[str], counts: Counter[str], results: dict[str, dict[str, Any]], problems: list[str], *, as_json: bool
) -> None:
    removed = {place: count for place, count in sorted(counts.items()) if count}
    if as_json:
        print_json({"forgotten": iris, "removed": removed, "projections": results, "problems": problems})
        return
    shown = table("removed or rewritten", "count", right=("count",))
    for place, count in removed.items():
        shown.add_row(place, f"{count:,}")
    console().print(shown if removed else "There was nothing of it; it is marked.")
