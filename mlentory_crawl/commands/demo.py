"""``mlentory demo``: three questions to a made-up hub, answered by the commands that a user would type."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from mlentory_crawl.catalog.queries.status import last_runs
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.commands.base import ProjectCommand
from mlentory_crawl.config.environment import ENV_FILE, names_in_environment
from mlentory_crawl.console import console, fail
from mlentory_crawl.exceptions import WrongUsage

# Modules of the sample hub are imported where they are needed: Scrapy imports this module for every command.

CENSUS = "crawl huggingface -a mode=census"
ON_REAL_DATA = "crawl huggingface"


class Command(ProjectCommand):
    """Crawls a made-up hub on this machine into a temporary data directory, and asks three questions about it."""

    takes_words = False
    takes_files = True

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--models", type=int, default=2_000, metavar="N", help="models beside those of the story (default: 2000)"
        )
        parser.add_argument("--keep", metavar="DIR", help="keep the data directory here; it must be empty")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        from mlentory_crawl.sample_hub import SampleHub

        if opts.keep and Path(opts.keep).exists() and any(Path(opts.keep).iterdir()):
            raise WrongUsage(f"--keep {opts.keep}: it is not empty")
        try:
            hub = SampleHub(models=opts.models, demo=True)
        except ValueError as error:
            raise WrongUsage(f"--models {opts.models}: {error}") from error
        with tempfile.TemporaryDirectory(prefix="mlentory-demo-") as temporary, hub:
            try:
                return _demonstrate(hub.url, Path(opts.keep or temporary), is_kept=bool(opts.keep))
            except KeyboardInterrupt:
                console().print()
                fail("the demo was stopped")
                return 1


def acts() -> dict[str, list[tuple[str, str]]]:
    """Return the parts of the story, each with its questions and the commands that answer them."""
    from mlentory_crawl.sample_hub.story import HELPDESK, MERGE, QUANTIZED, RIVAL, SUPPORT

    return {
        "What is there?": [
            ("Which models does the hub have? A census asks for 1,000 at a time.", CENSUS),
            ("What is in the catalog now, and is everything up to date?", "status"),
            (
                "Which models for customer support say that they are under Apache-2.0?",
                "search support --license Apache-2.0 --sort downloads --limit 5",
            ),
        ],
        "What does it derive from, and is that allowed?": [
            ("The first one is a quantized model. What is it made from?", f"lineage {QUANTIZED}"),
            ("Do the licenses on the way go together?", f"lineage {QUANTIZED} --licenses"),
            ("What is known of the model with the conflict, and who says so?", f"show {SUPPORT} --why"),
        ],
        "Who is best, and what cannot be ranked?": [
            ("Who answers best, among those measured in the same way?", f"leaderboard --dataset {HELPDESK}"),
            ("How does the best compare with the best of another family?", f"compare {MERGE} {RIVAL}"),
        ],
    }


def _demonstrate(endpoint: str, data_dir: Path, *, is_kept: bool) -> int:
    out, environment = console(), _environment(endpoint, data_dir)
    out.print("Everything below comes from a made-up hub on this machine: no model, owner or")
    out.print("number is real.")
    for number, (title, steps) in enumerate(acts().items(), 1):
        out.print(f"\n\nAct {number}: {title}", style="bold underline")
        for question, command in steps:
            out.print(f"\n{question}", style="bold")
            out.print(f"$ mlentory {command}", style="green")
            if code := _run(command, environment):
                return code
    if code := _run(CENSUS, environment, is_quiet=True):
        return code
    out.print(f"\n\nThe same census again: {_outcome(data_dir)}")
    if is_kept:
        _tell_what_to_try(data_dir)
    else:
        out.print(f"To keep what was made, and ask more: {_mlentory()} demo --keep DIR")
    out.print(f"Go on with real models: {_mlentory()} {ON_REAL_DATA}")
    return 0


def _mlentory() -> str:
    """Return what to type for this program: its name, or where it is if the shell does not find it."""
    if shutil.which("mlentory"):
        return "mlentory"
    script = Path(sys.executable).with_name("mlentory")
    return str(script.relative_to(Path.cwd()) if script.is_relative_to(Path.cwd()) else script)


def _run(command: str, environment: Mapping[str, str], *, is_quiet: bool = False) -> int:
    """Run a command, and return its exit code; a quiet one only prints something where it fails."""
    words = [sys.executable, "-m", "mlentory_crawl", *command.split()]
    out, errors = (subprocess.PIPE, subprocess.STDOUT) if is_quiet else (None, None)
    with subprocess.Popen(words, env=environment, stdout=out, stderr=errors, text=True, errors="replace") as process:
        try:
            told, _ = process.communicate()
        except KeyboardInterrupt:
            process.wait()  # it has got the signal as well, and ends in order
            raise
    if process.returncode:
        for line in (told or "").splitlines():
            fail(line)
        fail(f"the demo ends here: mlentory {command} has failed")
    return process.returncode


def _environment(endpoint: str, data_dir: Path) -> Mapping[str, str]:
    """Return the environment of the commands, without the user's settings, stores and proxies."""
    from mlentory_crawl.spiders import variables  # loads Scrapy

    names = names_in_environment(variables())
    others = {name: value for name, value in os.environ.items() if name not in names}
    settings = {ENV_FILE: os.devnull, "MLENTORY_DATA_DIR": str(data_dir), "HF_ENDPOINT": endpoint}
    return {**others, **settings, "no_proxy": "127.0.0.1"}


def _outcome(data_dir: Path) -> str:
    """Return a line about the last run."""
    with closing(CatalogReader(data_dir)) as reader:
        run = last_runs(reader, 1)[0]
    records, requests = run["records"], sum(run["requests"]["by_status"].values())
    told = [f"{records[end]:,} {end}" for end in ("new", "changed", "unchanged") if records[end]]
    return f"{', '.join(told)}, with {requests} request{'s' * (requests != 1)} in {run['seconds']:.1f} s."


def _tell_what_to_try(data_dir: Path) -> None:
    from mlentory_crawl.sample_hub.story import BASE, MERGE, QUANTIZED

    out = console()
    out.print(f"\nThe data is kept in {data_dir}. Try, for example:")
    for command in (
        f"export MLENTORY_DATA_DIR={shlex.quote(str(data_dir))}",
        f"mlentory lineage {BASE} --down",
        f"mlentory compare {QUANTIZED} {MERGE}",
        f"mlentory show {QUANTIZED} --format ttl",
    ):
        out.print(f"$ {command}", style="green")
