"""``mlentory coverage``: how many records have each field."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from fair4ml.describe.licensing import NOT_NAMED
from mlentory_crawl.catalog.queries.coverage import Coverage
from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.console import console, fail, print_json, table
from mlentory_crawl.face import Catalog

FALL = 0.05
"""Shares that fell by more than this since the run before are marked."""


class Command(ProjectCommand):
    """Shows for each platform and kind of record how many have each field, now and when the run before ended."""

    takes_words = False
    syntax = "[--platform P] [--kind K]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)
        parser.add_argument("--platform", metavar="P", help="only this platform")
        parser.add_argument("--kind", metavar="K", help="only this kind of record")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        with Catalog(self.settings) as catalog:
            found = catalog.coverage(opts.platform, opts.kind)
        if opts.json:
            print_json([asdict(each) for each in found])
        else:
            for each in found:
                _print(each)
        if not found:
            fail("no records")
        return int(not found)


def _print(of: Coverage) -> None:
    shown = table(
        "field", "records", "share", "before", "", right=("records", "share", "before"),
        title=f"{of.platform} {of.kind}: {of.records} records",
    )  # fmt: skip
    for name, field in of.fields.items():
        before, share = field.before, field.share
        mark = "fell" if before is not None and before - share > FALL else ""
        shown.add_row(name, str(field.records), f"{share:.1%}", "" if before is None else f"{before:.1%}", mark)
        if name == "license" and of.unnamed_licenses:
            shown.add_row(f"  {NOT_NAMED}", str(of.unnamed_licenses), f"{of.unnamed_licenses / of.records:.1%}", "", "")
    console().print(shown)
