"""``mlentory coverage``: how many records have each field, and how fields and values change over runs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby

from fair4ml.describe.licensing import NOT_NAMED
from mlentory_crawl.catalog.queries.coverage import Coverage
from mlentory_crawl.catalog.queries.drift import Drift, drift
from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.commands.drift_sheet import print_drift
from mlentory_crawl.console import console, fail, print_json, table
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.face import Catalog

FALL = 0.05
"""Shares that fell by more than this since the run before are marked."""


class Command(ProjectCommand):
    """Shows for each platform and kind of record how many have each field, now and when the run before ended."""

    takes_words = False
    syntax = "[--platform P] [--kind K] [--drift [--since DAY]]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)
        parser.add_argument("--platform", metavar="P", help="only this platform")
        parser.add_argument("--kind", metavar="K", help="only this kind of record")
        parser.add_argument(
            "--drift",
            action="store_true",
            help="only fields whose share has changed since the run before, and how the shares of values have",
        )
        parser.add_argument(
            "--since", metavar="DAY", help="compare values with the last run that had ended before this day"
        )

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if opts.since and not opts.drift:
            raise WrongUsage("--since belongs to --drift")
        since = _day(opts.since)
        with Catalog(self.settings) as catalog:
            found = catalog.coverage(opts.platform, opts.kind)
            drifts = catalog.ask(drift, opts.platform, opts.kind, since) if opts.drift else []
        if not found:
            fail("no records")
        elif opts.drift:
            _tell_drift(found, drifts, since, as_json=opts.json)
        elif opts.json:
            print_json([asdict(each) for each in found])
        else:
            for each in found:
                _print(each)
        return int(not found)


def _tell_drift(found: Sequence[Coverage], drifts: Sequence[Drift], since: datetime | None, *, as_json: bool) -> None:
    by_kind = {key: list(some) for key, some in groupby(drifts, lambda each: (each.platform, each.kind))}
    values = [by_kind.get((each.platform, each.kind), []) for each in found]
    if as_json:
        print_json(
            [
                {**asdict(each.drift()), "distributions": [asdict(one) for one in some]}
                for each, some in zip(found, values, strict=True)
            ]
        )
        return
    for each, some in zip(found, values, strict=True):
        _print_changed(each)
        if some:
            print_drift(_title(each), some, since)
        else:
            console().print(f"{_title(each)}, and no values of its fields have been counted")


def _day(given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        return datetime.fromisoformat(given)
    except ValueError as error:
        raise WrongUsage(f"--since {given!r}: expected a day such as 2026-11-20") from error


def _print_changed(of: Coverage) -> None:
    if of.drift().fields:
        _print(of.drift())
    elif any(field.before is not None for field in of.fields.values()):
        console().print(f"{_title(of)}, no share has changed since the run before")
    else:
        console().print(f"{_title(of)}, and none before the last run")


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
