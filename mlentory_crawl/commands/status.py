"""``mlentory status``: what is in the catalog and how far each projection is, or what one run did."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from fair4ml.platforms import census_kinds, platforms
from mlentory_crawl.catalog.queries.run_details import Quarantine
from mlentory_crawl.catalog.queries.status import CatalogStatus
from mlentory_crawl.catalog.queries.waiting import DAY, Waiting
from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.console import console, duration, print_json, styled, table
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.face import QUARANTINED, Catalog, Status

WIDE = 120
"""The number of columns from which tables have room for everything."""

MAX_ISSUES = 20
"""The number of fields and reasons of left-out values that are shown."""

_FETCHED = ("fetched", "new", "changed", "unchanged", "duplicate", "quarantined", "failed")
_ASKED = ("asked", "found", "missing", "blocked", "invalid", "duplicate", "failed")
"""Sums, and the counts that they are made of."""


class Command(ProjectCommand):
    """Shows the contents of the catalog, each projection's position and backlog, and the last runs; or one run."""

    syntax = "[RUN|JOB|last [--quarantine [--limit N] [--offset N]]]"
    description = (
        "Shows the contents of the catalog, each projection's position and backlog, and the last runs. With the id of a"
        " run, a beginning of it that no other run has, the id of the job that ran it, or last: what that run did."
        " Times are in UTC."
    )

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)
        parser.add_argument("--quarantine", action="store_true", help="list the records that the run could not use")
        parser.add_argument("--limit", type=int, metavar="N", help=f"so many of them (default: {QUARANTINED})")
        parser.add_argument("--offset", type=int, metavar="N", help="leave out the first N")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) > 1:
            raise WrongUsage(f"name one run, not {' '.join(args)}")
        if opts.quarantine and not args:
            raise WrongUsage("name the run: mlentory status RUN --quarantine")
        if not opts.quarantine and (opts.limit is not None or opts.offset is not None):
            raise WrongUsage("--limit and --offset are for --quarantine")
        limit = QUARANTINED if opts.limit is None else opts.limit
        offset = opts.offset or 0
        if limit < 1 or offset < 0:
            raise WrongUsage("--limit is 1 or more, --offset 0 or more")
        found: Status | Quarantine | dict[str, Any]
        with Catalog(self.settings) as catalog:
            if opts.quarantine:
                found = catalog.quarantine(args[0], limit, offset)
            else:
                found = catalog.run(args[0]) if args else catalog.status()
        if opts.json:
            print_json(found if isinstance(found, dict) else asdict(found))
        elif isinstance(found, Quarantine):
            _print_quarantine(found)
        elif isinstance(found, Status):
            _print(found)
        else:
            _print_run(found)
        return 0


# Everything


def _print(status: Status) -> None:
    out, catalog = console(), status.catalog
    is_wide = out.width >= WIDE
    out.print(
        styled(
            ("Catalog", "bold"),
            f" {catalog.entities:,} entities described, {catalog.stubs:,} only named,"
            f" {catalog.edges:,} edges; sequence {catalog.sequence:,}",
        )
    )
    _print_records(catalog, is_wide=is_wide)
    _print_waiting(status.waiting)
    stores = table("projection", "backend", "position", "backlog", "holds", right=("position", "backlog"))
    for name, at in status.projections.items():
        holds = ", ".join(f"{at[unit]:,} {unit}" for unit in ("documents", "nodes", "edges", "files") if unit in at)
        stores.add_row(name, at["backend"], f"{at['position']:,}", f"{at['backlog']:,}", at.get("error") or holds)
    out.print(stores, "")
    if status.runs:
        _print_runs(status.runs, is_wide=is_wide)


def _print_records(catalog: CatalogStatus, *, is_wide: bool) -> None:
    further = ("lists read up to",) if is_wide else ()
    kinds = table("platform", "kind", "live", "deleted", "last census", *further, right=("live", "deleted"))
    for source, by_kind in catalog.records.items():
        platform = source.partition("/")[0]
        listed = census_kinds(platform) if platform in platforms() else ()
        census = _time(catalog.last_census.get(source)) or "never"
        for place, (kind, counts) in enumerate(by_kind.items()):
            cells = [source, kind, f"{counts['live']:,}", f"{counts['deleted']:,}", census if kind in listed else "-"]
            if is_wide:
                # Once, as it is one of all kinds.
                cells.append(_time(catalog.watermarks.get(source)) if place == 0 else "")
            kinds.add_row(*cells)
    console().print(kinds, "")


def _print_waiting(waiting: Mapping[str, Mapping[str, Waiting]]) -> None:
    rows = [(platform, name, each) for platform, found in waiting.items() for name, each in found.items() if each.count]
    is_any_known = any(each.days is not None for _, _, each in rows)
    further = ("takes at most",) if is_any_known else ()
    shown = table("to look up", "platform", "waiting", *further, right=("waiting",))
    for platform, name, each in rows:
        shown.add_row(name, platform, f"{each.count:,}", *([_days(each.days)] if is_any_known else []))
    if rows:
        console().print(shown, "")


def _days(days: float | None) -> str:
    if days is None:
        return "rate unknown"
    return f"{days:,.1f} days" if days >= 2 else duration(days * DAY)


def _print_runs(runs: Iterable[Mapping[str, Any]], *, is_wide: bool) -> None:
    counted = ("fetched", "new", "changed", "quarantined", "failed") if is_wide else ("fetched", "stored")
    further = ("took", "per second") if is_wide else ()
    shown = table("run", "crawl", "verdict", *counted, *further, right=(*counted, *further))
    for run in runs:
        records = {**run["records"], "stored": run["records"]["new"] + run["records"]["changed"]}
        cells = [run["run_id"], _crawl(run), _verdict(run), *(f"{records[name]:,}" for name in counted)]
        if is_wide:
            cells += [duration(run["seconds"]), f"{run['models_per_second'] or 0:,.0f}"]
        shown.add_row(*cells)
    console().print(shown)


# One run


def _print_run(report: Mapping[str, Any]) -> None:
    out = console()
    out.print(styled((report["run_id"], "bold"), f"  {_crawl(report)}, {_verdict(report)}"))
    if report["arguments"]:
        # Not beside the figures, as it may be a list of any length.
        out.print(
            f"Arguments: {', '.join(f'{name}={_argument(value)}' for name, value in report['arguments'].items())}"
        )
    for problem in report["problems"]:
        out.print(styled(("Problem: ", "bold"), problem))
    for note in report["notes"]:
        out.print(styled("Note: ", note))
    facts = table("", "")
    facts.show_header = False
    for name, value in _facts(report):
        facts.add_row(name, value)
    out.print("", facts)
    if report["projections"]:
        counts = ("written", "failed", "backlog")
        errors = ("error",) if any(told.get("error") for told in report["projections"].values()) else ()
        stores = table("projection", "backend", *counts, *errors, right=counts)
        for name, told in report["projections"].items():
            figures = [f"{told[count]:,}" if told.get(count) is not None else "-" for count in counts]
            stores.add_row(name, told.get("backend") or "-", *figures, *(told.get(error) or "" for error in errors))
        out.print("", stores)
    _print_issues(report["field_issues"])


def _facts(report: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield the labels and the texts of what a run did."""
    yield "coverage", report["coverage"]
    yield "begun", _time(report["started_at"], seconds=True)
    ended = _time(report["finished_at"], seconds=True) or "not yet, or interrupted"
    yield "ended", f"{ended} (took {duration(report['seconds'])})"
    yield "records", _counts(report["records"], _FETCHED, ("deleted", "erased"))
    if report["records"]["quarantined"]:
        yield "quarantine", f"mlentory status {report['run_id']} --quarantine"
    if any(report["requested"].values()):
        yield "by name", _counts(report["requested"], _ASKED, ("renamed", "gated", "erased", "known"))
    for name, counts in report["lookups"].items():
        yield name, _counts(counts, _ASKED, ("renamed", "gated"))
    if report["refused_fields"]:
        yield "refused fields", ", ".join(report["refused_fields"])
    requests = report["requests"]
    if requests:
        statuses = ", ".join(f"{count:,} returned {status}" for status, count in sorted(requests["by_status"].items()))
        waits = f", waited {duration(requests['waits'])}" if requests["waits"] else ""
        yield "requests", f"{statuses or 'none'}; {requests['retried']:,} retried{waits}"
    if "settings" in report:
        yield "settings", _settings(report) or "defaults"
    yield "program", f"mlentory_crawl {report['software_version']}"


def _print_issues(issues: Mapping[str, int]) -> None:
    if not issues:
        return
    shown = table("value left out of", "reason", "records", right=("records",))
    for issue, count in list(issues.items())[:MAX_ISSUES]:
        field, _, reason = issue.partition(": ")
        shown.add_row(field, reason, f"{count:,}")
    console().print("", shown)
    if len(issues) > MAX_ISSUES:
        console().print(f"and {len(issues) - MAX_ISSUES:,} more fields and reasons: --json has all")


def _print_quarantine(quarantine: Quarantine) -> None:
    out, records = console(), quarantine.records
    shown = table("record", "field", "reason")
    for record in records:
        shown.add_row(record.key, record.field or "-", record.reason)
    if records:
        out.print(shown, "")
    first, last = quarantine.offset + 1, quarantine.offset + len(records)
    which = f"records {first:,} to {last:,} of {quarantine.total:,}" if records else f"{quarantine.total:,} records"
    out.print(f"Quarantine of {quarantine.run}: {which}")


# Texts


def _crawl(report: Mapping[str, Any]) -> str:
    return f"{report['platform']} {report['mode']}"


def _verdict(report: Mapping[str, Any]) -> str:
    return report["verdict"] or "unfinished"


def _time(moment: str | None, *, seconds: bool = False) -> str:
    """Return a time without what a reader knows; anything that is no time as it is, and nothing for nothing."""
    if moment is None or len(moment) < len("2026-11-28T20:17:13Z") or moment[10] != "T":
        return moment or ""
    return moment[:10] + " " + moment[11 : 19 if seconds else 16]


def _counts(counts: Mapping[str, int], summed: Iterable[str], apart: Iterable[str]) -> str:
    """Return a sum with what it is made of, and counts apart from it, as far as they are not zero."""
    total, *others = summed
    shown = [[f"{counts[name]:,} {name}" for name in names if counts.get(name)] for names in (others, apart)]
    parts, further = map(", ".join, shown)
    return f"{counts[total]:,} {total}" + (f": {parts}" if parts else "") + (f"; {further}" if further else "")


def _settings(report: Mapping[str, Any]) -> str:
    """Return the settings that were not the defaults, on one line."""
    values = report["settings"]
    return ", ".join(f"{name}={values[name]}" for name in report["settings_changed"])


def _argument(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
