"""``mlentory compare``: models or runs side by side."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from rich.text import Text

from mlentory_crawl.catalog.queries.comparison import Comparison, Value
from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.console import console, print_json, shorten, table
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.face import Catalog


class Command(ProjectCommand):
    """Shows licenses, data, parameters and metrics of things side by side, whatever platform they are from."""

    syntax = "ID|IRI|CATALOG_KEY|NAME ... [--json]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) < 2:
            raise WrongUsage("name two things or more")
        with Catalog(self.settings) as catalog:
            compared = catalog.compare(*args)
        if opts.json:
            print_json(asdict(compared))
        else:
            _print(compared)
        return 0


def _print(compared: Comparison) -> None:
    headings = [str(entity["name"] or entity["iri"]) for entity in compared.things]
    for heading in [name for name, entity in zip(headings, compared.things, strict=True) if not entity["described"]]:
        console().print(Text(f"{heading} is named only: no record describes it."))
    for section in dict.fromkeys(row.section for row in compared.rows):
        right = tuple(headings) if section == "metrics" else ()
        shown = table(section, *headings, right=right)
        for row in compared.rows:
            if row.section == section:
                shown.add_row(row.name, *(_cell(values) for values in row.values))
        console().print(shown)
        console().print()


def _cell(values: list[Value]) -> str:
    return shorten(", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values))
