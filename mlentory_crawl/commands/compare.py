"""``scrapy compare``: models or runs side by side."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from scrapy.exceptions import UsageError

from mlentory_crawl.catalog.comparison import Row, Value, compared, named
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.commands.show import MAX_TEXT, Shown, find
from mlentory_crawl.console import ProjectCommand, add_json_option, console, fail, print_json, table


class Command(ProjectCommand):
    """Shows licenses, data, parameters and metrics of things side by side, whatever platform they are from."""

    def syntax(self) -> str:
        return "ID|IRI|CATALOG_KEY|NAME ... [--json]"

    def short_desc(self) -> str:
        return "Show models or runs side by side: parameters, metrics, data, license"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_json_option(parser)

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) < 2:
            raise UsageError("name two things or more", print_help=False)
        reader = CatalogReader(self.data_dir)
        things = [_found(reader, name) for name in args]
        if None in things:
            return 1
        shown = [thing for thing in things if thing is not None]
        rows = compared(reader, [thing.state for thing in shown])
        if opts.json:
            about = [{name: thing.root.get(name) for name in ("iri", "name", "class")} for thing in shown]
            print_json({"things": about, "rows": [asdict(row) for row in rows]})
        else:
            _print(shown, rows)
        return 0


def _found(reader: CatalogReader, name: str) -> Shown | None:
    shown = find(reader, name, None)
    if shown is not None:
        return shown
    iris = named(reader, name)
    if len(iris) == 1:
        return find(reader, iris[0], None)
    if iris:
        fail(f"{name} is the name of several things: {', '.join(iris)}")
    else:
        fail(f"the catalog does not describe {name}")
    return None


def _print(things: list[Shown], rows: list[Row]) -> None:
    headings = [str(thing.root.get("name") or thing.root["iri"]) for thing in things]
    for section in dict.fromkeys(row.section for row in rows):
        right = tuple(headings) if section == "metrics" else ()
        shown = table(section, *headings, right=right)
        for row in rows:
            if row.section == section:
                shown.add_row(row.name, *(_cell(values) for values in row.values))
        console().print(shown)
        console().print()


def _cell(values: list[Value]) -> str:
    told = ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)
    return told if len(told) <= MAX_TEXT else told[:MAX_TEXT] + " ..."
