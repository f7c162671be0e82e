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
    syntax = "[--platform P] [--kind K] [--drift]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)
        parser.add_argument("--platform", metavar="P", help="only this platform")
        parser.add_argument("--kind", metavar="K", help="only this kind of record")
        parser.add_argument(
            "--drift", action="store_true", help="only fields whose share has changed since the run before"
        )

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        with Catalog(self.settings) as catalog:
            found = catalog.coverage(opts.platform, opts.kind)
        if not found:
            fail("no records")
        if opts.json:
            print_json([asdict(each.drift() if opts.drift else each) for each in found])
            return int(not found)
        for each in found:
            if not opts.drift:
                _print(each)
            elif each.drift().fields:
                _print(each.drift())
            elif any(field.before is not None for field in each.fields.values()):
                console().print(f"{_title(each)}, no share has changed since the run before")
            else:
                console().print(f"{_title(each)}, and none before the last run")
        return int(not found)


def _print(of: Coverage) -> None:
    shown = table("field", "records", "share", "before", "", right=("records", "share", "before"), title=_title(of))
    for name, field in of.fields.items():
        mark = "fell" if field.change < -FALL else ""
        shown.add_row(name, f"{field.records:,}", _share(field.share), _share(field.before), mark)
        if name == "license" and of.unnamed_licenses:
            unnamed = of.unnamed_licenses
            shown.add_row(f"license ({NOT_NAMED})", f"{unnamed:,}", _share(unnamed / of.records), "", "")
    console().print(shown, "")


def _title(of: Coverage) -> str:
    return f"{of.platform} {of.kind}: {of.records:,} record{'' if of.records == 1 else 's'}"


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
