"""``mlentory demo``: the whole chain on the sample hub, then a look at the result."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from mlentory_crawl.catalog.queries.find import most_telling
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.commands.base import ProjectCommand
from mlentory_crawl.config import ENV_FILE
from mlentory_crawl.console import console
from mlentory_crawl.spiders import variables


class Command(ProjectCommand):
    """Crawls made-up models from a local server into a temporary data directory, and shows what came of it."""

    takes_words = False
    takes_files = True

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--models", type=int, default=2_000, metavar="N", help="how many models (default: 2000)")
        parser.add_argument("--keep", metavar="DIR", help="keep the data directory here; it must be empty")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        from mlentory_crawl.sample_hub import SampleHub  # only needed here, but every command imports this module

        if opts.keep and Path(opts.keep).exists() and any(Path(opts.keep).iterdir()):
            console().print(f"{opts.keep} is not empty", style="red")
            return 2
        with tempfile.TemporaryDirectory(prefix="mlentory-demo-") as temporary, SampleHub(models=opts.models) as hub:
            return _demonstrate(hub.url, Path(opts.keep or temporary))


def _demonstrate(endpoint: str, data_dir: Path) -> int:
    # The demo uses neither the user's settings nor a real store.
    bare = {name: value for name, value in os.environ.items() if name not in {v.name for v in variables()}}
    environment = {**bare, ENV_FILE: os.devnull, "MLENTORY_DATA_DIR": str(data_dir), "HF_ENDPOINT": endpoint}

    def scrapy(*words: str) -> int:
        console().print(f"\n$ scrapy {' '.join(words)}", style="bold green")
        return subprocess.run([sys.executable, "-m", "scrapy", *words], env=environment, check=False).returncode

    def step(what: str) -> None:
        console().print()
        console().rule(what, align="left", style="dim")

    step("1. A census: every model of the hub, 1,000 a request")
    code = scrapy("crawl", "huggingface", "-a", "mode=census")
    if code:
        return code
    step("2. What is in the catalog now")
    scrapy("status")
    step("3. Search it")
    scrapy("search", "bert", "--task", "fill-mask", "--facets", "--limit", "5")
    step("4. One model: its facts, what it derives from, how good it is, who says so")
    scrapy("show", _interesting(data_dir))
    step("5. The same again: nothing has changed, nothing is written")
    scrapy("crawl", "huggingface", "-a", "mode=census")
    step("6. Everything as RDF")
    scrapy("export", str(data_dir / "catalog.ttl"))
    return code


def _interesting(data_dir: Path) -> str:
    """Return the model with the most lineage and evaluations."""
    reader = CatalogReader(data_dir)
    found = most_telling(reader)
    reader.close()
    return found or ""
