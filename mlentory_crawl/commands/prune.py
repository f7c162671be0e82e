"""``mlentory prune``: deletes what the settings no longer ask to keep."""

from __future__ import annotations

import argparse
from datetime import datetime

from mlentory_crawl.archive.prune import Pruned, prune
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.console import console, print_json
from mlentory_crawl.data_directory import in_utc, locked
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
            raise WrongUsage(f"--keep-runs {keep}: 0 or more are due")
        before = _moment(opts.versions_before)
        CatalogReader(self.data_dir).close()  # fails without a catalog, when there is nothing to lock
        with locked(self.data_dir):
            catalog = CatalogWriter(self.data_dir)
            try:
                answers = Pruned()
                for platform in catalog.answers.platforms():
                    answers += prune(self.data_dir / "raw", catalog, platform, keep, dry_run=opts.dry_run)
                versions, size = (0, 0) if before is None else catalog.prune_versions(before, dry_run=opts.dry_run)
            finally:
                catalog.close()
        told = {
            "dry_run": opts.dry_run,
            "raw": {"runs": answers.runs, "files": answers.files, "bytes": answers.bytes},
            "versions": {"count": versions, "bytes": size},
        }
        if opts.json:
            print_json(told)
        else:
            did = "would be deleted" if opts.dry_run else "deleted"
            out = console()
            out.print(
                f"Raw answers {did}: {answers.files:,} files ({answers.bytes / 1e6:,.1f} MB) of {answers.runs:,} runs"
            )
            out.print(f"Superseded versions {did}: {versions:,} ({size / 1e6:,.1f} MB of the catalog's pages)")
        return 0


def _moment(day: str | None) -> str | None:
    if day is None:
        return None
    try:
        return in_utc(datetime.fromisoformat(day))
    except ValueError as error:
        raise WrongUsage(f"--versions-before {day!r}: a date such as 2026-11-20 is due") from error
