"""``scrapy coverage``: how many records have each field."""

from __future__ import annotations

import argparse
from typing import Any

import orjson

from fair4ml.describe.licensing import NOT_NAMED
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.console import ProjectCommand, add_json_option, console, fail, print_json, table

FALL = 0.05
"""A share that fell by more than this since the run before is marked."""


class Command(ProjectCommand):
    """Shows for each platform and kind of record how many have each field, now and when the run before ended."""

    takes_words = False

    def syntax(self) -> str:
        return "[--platform P] [--kind K]"

    def short_desc(self) -> str:
        return "Show how many records have each field, against the last run"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_json_option(parser)
        parser.add_argument("--platform", metavar="P", help="only this platform")
        parser.add_argument("--kind", metavar="K", help="only this kind of record")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        reader = CatalogReader(self.data_dir)
        now, before = reader.field_counts(), _before(reader)
        unnamed = reader.unnamed_licenses()
        told = [
            {
                "platform": platform,
                "kind": kind,
                "records": fields["iri"],
                "unnamed_licenses": unnamed.get((platform, kind), 0),
                "fields": {
                    name: {
                        "records": count,
                        "share": count / fields["iri"],
                        "before": _share(before, platform, kind, name),
                    }
                    for name, count in sorted(fields.items(), key=lambda item: (-item[1], item[0]))
                    if name not in ("iri", "class")
                },
            }
            for platform, kinds in now.items()
            for kind, fields in kinds.items()
            if opts.platform in (None, platform) and opts.kind in (None, kind)
        ]
        if opts.json:
            print_json(told)
        for each in () if opts.json else told:
            _print(each)
        if not told:
            fail("no records")
        return int(not told)


def _before(reader: CatalogReader) -> dict[str, Any]:
    """What the run before the last one has told."""
    rows = reader.execute("SELECT report FROM run WHERE completed_at IS NOT NULL ORDER BY id DESC LIMIT 2").fetchall()
    return orjson.loads(rows[1][0]).get("fields", {}) if len(rows) > 1 else {}


def _share(told: dict[str, Any], platform: str, kind: str, name: str) -> float | None:
    fields = told.get(platform, {}).get(kind)
    return fields.get(name, 0) / fields["iri"] if fields else None


def _print(told: dict[str, Any]) -> None:
    shown = table(
        "field", "records", "share", "before", "", right=("records", "share", "before"),
        title=f"{told['platform']} {told['kind']}: {told['records']} records",
    )  # fmt: skip
    for name, field in told["fields"].items():
        before, share = field["before"], field["share"]
        mark = "fell" if before is not None and before - share > FALL else ""
        shown.add_row(name, str(field["records"]), f"{share:.1%}", "" if before is None else f"{before:.1%}", mark)
        if name == "license" and (count := told["unnamed_licenses"]):
            shown.add_row(f"  {NOT_NAMED}", str(count), f"{count / told['records']:.1%}", "", "")
    console().print(shown)
