"""``mlentory compare``: models or runs side by side."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console

from mlentory_crawl.catalog.queries.comparison import Comparison, Row, Value
from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.console import console, number, print_json, shorten, table
from mlentory_crawl.console.tables import Facts, PlainTable
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.face import Catalog
from mlentory_crawl.printable import one_line

_COMMIT = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{28}\b")
"""The id of a commit, whose beginning is enough to tell two apart."""


class Command(ProjectCommand):
    """Shows licenses, data, parameters and metrics of entities side by side, whatever platform they are from."""

    syntax = "ID|IRI|CATALOG_KEY|NAME ... [--json]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) < 2:
            raise WrongUsage("name two entities or more")
        with Catalog(self.settings) as catalog:
            compared = catalog.compare(*args)
        if opts.json:
            print_json(asdict(compared))
        else:
            _print(console(), compared)
        return 0


def _print(out: Console, compared: Comparison) -> None:
    headings = [one_line(str(entity["name"] or entity["iri"])) for entity in compared.things]
    for heading in [name for name, entity in zip(headings, compared.things, strict=True) if not entity["described"]]:
        out.print(f"{heading} is named only: no record describes it.")
    numbers = [str(place) for place in range(1, len(headings) + 1)]
    sections = []
    for section in dict.fromkeys(row.section for row in compared.rows):
        rows = [row for row in compared.rows if row.section == section]
        named, numbered = (_table(section, columns, rows) for columns in (headings, numbers))
        # Long names are given once, where there is room for the values beside each other.
        sections.append(numbered if not named.fits(out.width) and numbered.fits(out.width) else named)
    if any(shown.headings[1:] == numbers for shown in sections):
        legend = Facts()
        for place, heading in zip(numbers, headings, strict=True):
            legend.add(place, heading)
        out.print(legend)
        out.print("")
    for shown in sections:
        out.print(shown)
        out.print("")


def _table(section: str, columns: Sequence[str], rows: Sequence[Row]) -> PlainTable:
    shown = table(section, *columns, right=tuple(columns) if section == "metrics" else ())
    for row in rows:
        cells = zip(row.values, row.stated, strict=True)
        shown.add_row(row.name, *(_COMMIT.sub(r"\1", _cell(section, values, stated)) for values, stated in cells))
    return shown


def _cell(section: str, values: Sequence[Value], stated: Sequence[str | None]) -> str:
    # A parameter is what somebody chose, and no measurement.
    told = map(str, values) if section == "parameters" else map(number, values, stated)
    return shorten(", ".join(told))
