"""``mlentory erase``: removes entities for good, except for a mark that later crawls obey."""

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
from mlentory_crawl.console import OnProgress, console, fail, print_json, progress_shown, table
from mlentory_crawl.data_directory import locked
from mlentory_crawl.erasure.erase import erase
from mlentory_crawl.exceptions import CatalogError, MlentoryError, StoreError, WrongUsage
from mlentory_crawl.printable import one_line
from mlentory_crawl.projections.registry import names, sync
from mlentory_crawl.stores.factory import check_store_settings

KEEP_WHAT_IS_DELETED = ("tantivy", "oxigraph")
"""Embedded stores whose files keep what was deleted until it is merged or compacted: they are filled anew."""

BY_NAME = "a person or an entity that has only a name is erased with the records that name it, by the IRIs of these"
"""Responses identify entities only by an IRI or an id; any text could be a name."""

PART = re.compile(r".+#.*-[0-9a-f]{16}", re.DOTALL)


class Command(ProjectCommand):
    """Erases entities; exit 1 when a projection still has them, which the next sync or crawl then removes."""

    writes = True
    syntax = "IRI... [--mark] [--yes]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)
        parser.add_argument("--mark", action="store_true", help="also mark entities that the catalog does not know yet")
        parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        check_store_settings(self.settings)
        if not args:
            raise WrongUsage("name the entities to erase by their IRIs")
        if wrong := [iri for iri in args if not re.match(IRI_PATTERN, iri)]:
            raise WrongUsage(f"not an IRI: {', '.join(wrong)}; {BY_NAME}")
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
            raise WrongUsage(f"{', '.join(parts)}: parts of an entity cannot be erased without it; {BY_NAME}")
        unknown = [iri for iri in iris if not catalog.knows(iri)]
        if unknown and not opts.mark:
            raise WrongUsage(f"the catalog does not know {', '.join(unknown)}; --mark keeps it out in advance")
        if not opts.yes and sys.stdin.isatty() and not _confirmed(catalog.names_of(iris)):
            fail("nothing was erased")
            return 0
        with progress_shown(after=0) as show:  # nothing can bring back what it removes
            counts, problems = erase(self.data_dir, catalog, iris, show)
            results = {name: self._sync(name, show) for name in names(self.settings)}
            show("catalog file", 0, None)
            try:
                catalog.compact()
            except CatalogError as error:
                problems.append(str(error))
        _tell(iris, counts, results, problems, as_json=opts.json)
        for problem in problems:
            fail(f"{problem}: run the same command again")
        behind = {name: told for name, told in results.items() if told.get("backlog") or told.get("error")}
        for name, told in behind.items():
            why = told.get("error") or told.get("errors") or "it is behind"
            fail(f"{name} still has it: {why}; mlentory sync {name} removes it")
        return int(bool(behind or problems))

    def _parts(self, iris: list[str]) -> list[str]:
        """Return the IRIs of parts, about which there are no records of their own."""
        reader = CatalogReader(self.data_dir)
        try:
            return [iri for iri in iris if PART.fullmatch(iri) and not reader.has_record(iri)]
        finally:
            reader.close()

    def _sync(self, name: str, show: OnProgress) -> dict[str, Any]:
        show(name, 0, None)
        try:
            told = self._synced(name, show, rebuild=False)
            # Only now: readers no longer find it, however long this takes.
            return self._synced(name, show, rebuild=True) if told["backend"] in KEEP_WHAT_IS_DELETED else told
        except (StoreError, MlentoryError, sqlite3.Error, OSError) as error:
            return {"error": str(error)}

    def _synced(self, name: str, show: OnProgress, *, rebuild: bool) -> dict[str, Any]:
        return sync(name, self.settings, rebuild=rebuild, on_batch=lambda at: show(name, at.written, None))


def _confirmed(iris: Collection[str]) -> bool:
    print("\n".join(map(one_line, sorted(iris))), file=sys.stderr)
    print("What is erased cannot be brought back. Erase it? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def _tell(
    iris: list[str], counts: Counter[str], results: dict[str, dict[str, Any]], problems: list[str], *, as_json: bool
) -> None:
    removed = {place: count for place, count in sorted(counts.items()) if count}
    if as_json:
        print_json({"erased": iris, "removed": removed, "projections": results, "problems": problems})
        return
    shown = table("removed or rewritten", "count", right=("count",))
    for place, count in removed.items():
        shown.add_row(place, f"{count:,}")
    console().print(shown if removed else "Nothing of it was there; it is marked, and later crawls leave it out.")
