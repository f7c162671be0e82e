"""``mlentory prune``: deletes what the settings no longer ask to keep."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import datetime
from typing import Any

from mlentory_crawl.archive.prune import Pruned, prune
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.console import console, print_json, progress_shown
from mlentory_crawl.data_directory import in_utc, locked, now
from mlentory_crawl.exceptions import WrongUsage


class Command(ProjectCommand):
    """Deletes raw answers of old runs and, if asked to, what records stated long ago."""

    takes_words = False
    writes = True
    syntax = "[--keep-runs N] [--versions-before DATE] [--dry-run]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)
        parser.add_argument(
            "--keep-runs", type=int, metavar="N", help="how many runs keep their raw answers (else RAW_KEEP_RUNS)"
        )
        parser.add_argument(
            "--versions-before", metavar="DATE", help="delete versions that others replaced before this day (ISO 8601)"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        keep = int(self.settings["RAW_KEEP_RUNS"]) if opts.keep_runs is None else opts.keep_runs
        if keep < 0:
            raise WrongUsage(f"--keep-runs {keep}: expected 0 or more")
        before = _moment(opts.versions_before)
        CatalogReader(self.data_dir).close()  # fails without a catalog, when there is nothing to lock
        with locked(self.data_dir):
            catalog = CatalogWriter(self.data_dir)
            try:
                told = {"dry_run": opts.dry_run, **self._prune(catalog, keep, before, dry_run=opts.dry_run)}
                if opts.keep_runs is None and before is None:
                    told["possible"] = self._prune(catalog, 0, _moment(_today()), dry_run=True)
            finally:
                catalog.close()
        if opts.json:
            print_json(told)
        else:
            _print(told)
        return 0

    def _prune(self, catalog: CatalogWriter, keep: int, before: str | None, *, dry_run: bool) -> dict[str, Any]:
        answers = Pruned()
        platforms = catalog.answers.platforms()
        with progress_shown() as show:
            for done, platform in enumerate(platforms):
                show(f"raw answers of {platform}", done, len(platforms))
                answers += prune(self.data_dir / "raw", catalog, platform, keep, dry_run=dry_run)
            show("superseded versions", 0, None)
            versions, size = (0, 0) if before is None else catalog.prune_versions(before, dry_run=dry_run)
        return {"raw": asdict(answers), "versions": {"count": versions, "bytes": size}}


def _print(told: dict[str, Any]) -> None:
    out = console()
    did = "would be deleted" if told["dry_run"] else "deleted"
    out.print(f"Raw answers {did}: {_answers(told['raw'])}")
    out.print(f"Superseded versions {did}: {_versions(told['versions'])}")
    possible = told.get("possible", {})
    if possible and possible["raw"]["files"]:
        out.print(f"mlentory prune --keep-runs 0 frees {_answers(possible['raw'])}")
    if possible and possible["versions"]["count"]:
        out.print(f"mlentory prune --versions-before {_today()} frees {_versions(possible['versions'])}")


def _answers(raw: dict[str, int]) -> str:
    return f"{raw['files']:,} files ({raw['bytes'] / 1e6:,.1f} MB) of {raw['runs']:,} runs"


def _versions(versions: dict[str, int]) -> str:
    return f"{versions['count']:,} ({versions['bytes'] / 1e6:,.1f} MB of the catalog's pages)"


def _today() -> str:
    return now()[: len("2026-11-20")]


def _moment(day: str | None) -> str | None:
    if day is None:
        return None
    try:
        return in_utc(datetime.fromisoformat(day))
    except ValueError as error:
        raise WrongUsage(f"--versions-before {day!r}: expected a date such as 2026-11-20") from error
