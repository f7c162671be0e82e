"""``mlentory replay``: archived answers mapped again, without the network."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

from mlentory_crawl.catalog.queries.replays import ReplayableRun, marked_iris, replayable_runs, report_of_replay
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.console import console, fail, print_json, progress_shown, table
from mlentory_crawl.crawl.report import EXIT_CODES
from mlentory_crawl.data_directory import CATALOG, locked, now, whole
from mlentory_crawl.exceptions import CatalogError, MlentoryError, WrongUsage
from mlentory_crawl.projections.process import die_with_parent
from mlentory_crawl.spiders import spider_of

PLAN = "replay.json"
"""The file in the target data directory that states what is being replayed, until the replay is complete."""

# Archived responses announce the quota of their time, for which a replay must not wait.
SETTINGS = ("-s", "QUOTA_ENABLED=0", "-s", "RETRY_ENABLED=0", "-L", "ERROR")
# Servers have the catalog that is replayed. An empty environment variable would leave what .env says.
NO_SERVERS = ("-s", "NEO4J_URI=", "-s", "ELASTICSEARCH_URL=", "-s", "MONGODB_URI=", "-s", "PROJECTIONS=")


class Command(ProjectCommand):
    """Maps the archived answers of runs into a data directory without a catalog; exit 1 if answers are lacking."""

    writes = True
    syntax = "RUN...|--all --from DATA_DIR"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)
        parser.add_argument("--all", action="store_true", help="all runs, in their order")
        parser.add_argument("--from", dest="source", metavar="DATA_DIR", help="the data directory that has the archive")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if not opts.source or bool(args) == opts.all:
            raise WrongUsage("expected runs or --all, and with --from the data directory that has their answers")
        source = Path(opts.source)
        reader = CatalogReader(source)
        catalog = reader.id
        runs, marked = replayable_runs(reader), marked_iris(reader)
        reader.close()
        unknown = set(args) - {run.name for run in runs}
        if unknown:
            raise WrongUsage(
                f"there is no run {', '.join(sorted(unknown))} in {source}; mlentory status names the last ones"
            )
        runs = [run for run in runs if opts.all or run.name in args]
        plan = self.data_dir / PLAN
        self._begin(plan, {"catalog": catalog, "runs": [run.name for run in runs]})
        if marked:
            self._mark(marked)
        told = []
        with progress_shown() as show:
            for done, each in enumerate(runs):
                show("runs replayed", done, len(runs))
                told.append(_replay(source, self.data_dir, each, erased=bool(marked)))
        plan.unlink()
        if opts.json:
            print_json(told)
        else:
            shown = table("run", "mode", "fetched", "as before", right=("fetched",))
            for run in told:
                shown.add_row(run["run"], run["mode"], f"{run['fetched']:,}", "yes" if run["as_before"] else "no")
            console().print(shown)
        for run in told:
            for problem in run["problems"]:
                fail(f"{run['run']}: {problem}")
        return int(not all(run["as_before"] for run in told))

    def _begin(self, plan: Path, wanted: dict[str, Any]) -> None:
        """Note what is being replayed, or check that the same replay is being continued."""
        if not (self.data_dir / CATALOG).exists():
            with whole(plan) as file:
                file.write(orjson.dumps(wanted))
        elif not plan.exists() or orjson.loads(plan.read_bytes()) != wanted:
            raise WrongUsage(f"{self.data_dir} has a catalog already: set MLENTORY_DATA_DIR to an empty directory")

    def _mark(self, iris: list[str]) -> None:
        with locked(self.data_dir):
            catalog = CatalogWriter(self.data_dir)
            catalog.mark(iris, now())
            catalog.close()


def _replay(source: Path, data_dir: Path, run: ReplayableRun, *, erased: bool) -> dict[str, Any]:
    name, platform, before = run.name, run.platform, run.report
    arguments = before["arguments"]
    if "mode" in spider_of(platform).Arguments.model_fields:
        arguments = {**arguments, "mode": run.mode}
    # A seed list asks several platforms.
    endpoints = run.identity.get("endpoints") or {platform: run.identity["endpoint"]}
    command = [sys.executable, "-P", "-m", "mlentory_crawl", "crawl", platform, *SETTINGS, *NO_SERVERS]
    command += [word for key, value in arguments.items() for word in ("-a", f"{key}={value}")]
    for key, value in (("FROM", source.absolute()), ("RUN", name), ("REFUSED", ",".join(before["refused_fields"]))):
        command += ["-s", f"REPLAY_{key}={value}"]
    environment = {
        **os.environ, "MLENTORY_DATA_DIR": str(data_dir),
        **{spider_of(name).endpoint_setting: address for name, address in endpoints.items()},
    }  # fmt: skip
    now, said = _outcome(data_dir, name), ""
    if now.get("verdict") in (None, "stopped"):
        done = subprocess.run(
            command, env=environment, stderr=subprocess.PIPE, text=True, check=False, preexec_fn=die_with_parent
        )
        if done.returncode < 0 or done.returncode == EXIT_CODES["stopped"]:
            raise MlentoryError(f"the replay of {name} was interrupted; run the same command again to resume it")
        now, said = _outcome(data_dir, name), done.stderr.strip()
    fetched = now.get("records", {}).get("fetched", 0)
    # The replay of an interrupted run ends with its archived responses.
    as_before = fetched == before["records"]["fetched"] or not run.is_complete
    if erased and not as_before:  # erased records are missing, and nothing else may be
        as_before = fetched < before["records"]["fetched"] and now.get("verdict") in ("complete", before["verdict"])
    problems = [] if as_before else now.get("problems") or [said]
    return {"run": name, "mode": run.mode, "fetched": fetched, "as_before": as_before, "problems": problems}


def _outcome(data_dir: Path, name: str) -> dict[str, Any]:
    """Return the report, possibly unfinished, of the last run that replayed another one; empty if there is none."""
    try:
        reader = CatalogReader(data_dir)
    except CatalogError:
        return {}
    report = report_of_replay(reader, name)
    reader.close()
    return report or {}
