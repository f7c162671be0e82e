"""``scrapy compare``: models or runs side by side."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from rich.text import Text
from scrapy.exceptions import UsageError

from mlentory_crawl.catalog.queries.comparison import Row, Value, compared
from mlentory_crawl.catalog.queries.find import Found, find
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.commands.show import MAX_TEXT
from mlentory_crawl.console import ProjectCommand, add_json_option, console, print_json, table


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
        shown = [find(reader, name) for name in args]
        rows = compared(reader, [thing.state for thing in shown])
        if opts.json:
            about = [
                {name: thing.root.get(name) for name in ("iri", "name", "class")} | {"described": bool(thing.records)}
                for thing in shown
            ]
            print_json({"things": about, "rows": [asdict(row) for row in rows]})
        else:
            _print(shown, rows)
        return 0


def _print(things: list[Found], rows: list[Row]) -> None:
    headings = [str(thing.root.get("name") or thing.root["iri"]) for thing in things]
    for heading in [name for name, thing in zip(headings, things, strict=True) if not thing.records]:
        console().print(Text(f"{heading} is named only: no record describes it."))
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
