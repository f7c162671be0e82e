"""``scrapy replay``: archived answers mapped again, without the network."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from scrapy.exceptions import UsageError

from mlentory_crawl.catalog.database import FILE_NAME
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.console import ProjectCommand, add_json_option, console, fail, print_json, table
from mlentory_crawl.data_directory import locked
from mlentory_crawl.spiders import spider_of

# Answers say what was left of a quota then: nobody waits for that now.
SETTINGS = ("-s", "QUOTA_ENABLED=0", "-s", "RETRY_ENABLED=0", "-L", "ERROR")


class Command(ProjectCommand):
    """Maps the archived answers of runs into a data directory without a catalog; exit 1 if answers are lacking."""

    writes = True

    def syntax(self) -> str:
        return "RUN...|--all --from DATA_DIR"

    def short_desc(self) -> str:
        return "Map archived answers again, into an empty data directory, without the network"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_json_option(parser)
        parser.add_argument("--all", action="store_true", help="all runs, in their order")
        parser.add_argument("--from", dest="source", metavar="DATA_DIR", help="the data directory that has the archive")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if not opts.source or bool(args) == opts.all:
            raise UsageError("name runs or --all, and the data directory with --from", print_help=False)
        if (self.data_dir / FILE_NAME).exists():
            raise UsageError(f"{self.data_dir} has a catalog already: set MLENTORY_DATA_DIR to an empty directory",
                             print_help=False)  # fmt: skip
        source = Path(opts.source)
        reader = CatalogReader(source)
        runs = reader.execute(
            "SELECT name, platform, mode, identity, report, completed_at IS NOT NULL FROM run ORDER BY id"
        ).fetchall()
        forgotten = reader.execute("SELECT iri FROM forgotten").fetchall()
        reader.close()
        unknown = set(args) - {name for name, *_ in runs}
        if unknown:
            raise UsageError(f"no such run: {', '.join(sorted(unknown))}", print_help=False)
        if forgotten:
            self._mark([iri for (iri,) in forgotten])
        told = [
            _replay(source, self.data_dir, *run, erased=bool(forgotten)) for run in runs if opts.all or run[0] in args
        ]
        if opts.json:
            print_json(told)
        else:
            shown = table("run", "mode", "fetched", "as before", right=("fetched",))
            for run in told:
                shown.add_row(run["run"], run["mode"], str(run["fetched"]), "yes" if run["as_before"] else "no")
            console().print(shown)
        for run in told:
            for problem in run["problems"]:
                fail(f"{run['run']}: {problem}")
        return int(not all(run["as_before"] for run in told))

    def _mark(self, iris: list[str]) -> None:
        with locked(self.data_dir):
            catalog = CatalogWriter(self.data_dir)
            catalog.mark(iris, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
            catalog.close()


def _replay(
    source: Path,
    data_dir: Path,
    name: str,
    platform: str,
    mode: str,
    identity: str,
    report: str,
    complete: int,
    *,
    erased: bool,
) -> dict[str, Any]:
    before, settings = orjson.loads(report), orjson.loads(identity)
    arguments = {**before["arguments"], "mode": mode}
    command = [sys.executable, "-m", "scrapy", "crawl", platform, *SETTINGS]
    command += [word for key, value in arguments.items() for word in ("-a", f"{key}={value}")]
    for key, value in (("FROM", source.absolute()), ("RUN", name), ("REFUSED", ",".join(before["refused_fields"]))):
        command += ["-s", f"REPLAY_{key}={value}"]
    environment = {
        **os.environ, "MLENTORY_DATA_DIR": str(data_dir), spider_of(platform).endpoint_setting: settings["endpoint"],
        "NEO4J_URI": "", "ELASTICSEARCH_URL": "",
    }  # fmt: skip
    done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, check=False)
    reports = sorted((data_dir / "runs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    now: dict[str, Any] = orjson.loads(reports[-1].read_bytes()) if reports else {}
    fetched = now.get("records", {}).get("fetched", 0)
    # What was interrupted then ends where its answers end.
    as_before = fetched == before["records"]["fetched"] or not complete
    if erased and not as_before:  # fewer than then, and nothing else is lacking
        as_before = fetched < before["records"]["fetched"] and now.get("verdict") in ("complete", before["verdict"])
    problems = [] if as_before else now.get("problems") or [done.stderr.strip()]
    return {"run": name, "mode": mode, "fetched": fetched, "as_before": as_before, "problems": problems}
