"""Measures the chain against the sample hub in its own process, with everything on.

`python -m benchmarks [MODELS ...]` (default: 20000 200000) prints a table and writes ``benchmarks/results.json``.
`python -m benchmarks --servers MODELS` does the same with the Neo4j and the Elasticsearch that the environment names,
and writes ``benchmarks/results-servers.json``; both have to be empty, so one size can be measured.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from rich.console import Console
from rich.table import Table

from mlentory_crawl.config.environment import ENV_FILE
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.spiders import variables

FOLDER = Path(__file__).parent
SERVERS = ("NEO4J_", "ELASTICSEARCH_")
SIZES = (20_000, 200_000)
CENSUS = ("mode=census",)
CHANGED_OF = 100
"""The number of models of which one changes before the delta."""
CARDS = 200
"""The number of models whose cards are fetched, with one request each."""
RUNS = {
    "first": "first",
    "unchanged": "unchanged",
    "delta": f"delta, {1 / CHANGED_OF:.0%} changed",
    "cards": f"cards=changed, {CARDS} models",
}
"""The measured runs, each with its label in the table."""


def environment(endpoint: str, data_dir: Path, *, servers: bool = False) -> dict[str, str]:
    """The environment of a run that ignores the user's settings, except those of servers if they are wanted."""
    settings = {v.name for v in variables() if not (servers and v.name.startswith(SERVERS))}
    others = {name: value for name, value in os.environ.items() if name not in settings}
    return {**others, ENV_FILE: os.devnull, "MLENTORY_DATA_DIR": str(data_dir), "HF_ENDPOINT": endpoint}


def crawl(endpoint: str, data_dir: Path, given: Sequence[str] = CENSUS, *, servers: bool) -> dict[str, Any]:
    """Run a crawl as a user does, and return its report.

    Args:
        endpoint: the address of the hub.
        data_dir: the data directory.
        given: the spider's arguments.
        servers: use the servers that the environment names.
    """
    arguments = [word for each in given for word in ("-a", each)]
    command = [sys.executable, "-m", "scrapy", "crawl", "huggingface", *arguments, "-L", "ERROR"]
    subprocess.run(command, env=environment(endpoint, data_dir, servers=servers), check=True)
    newest = max((data_dir / "runs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    report: dict[str, Any] = orjson.loads(newest.read_bytes())
    return report


def bare(endpoint: str, data_dir: Path) -> dict[str, Any]:
    """Do the same work without Scrapy."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bare", endpoint, str(data_dir)],
        env=environment(endpoint, data_dir), check=True, capture_output=True,
    )  # fmt: skip
    measured: dict[str, Any] = orjson.loads(done.stdout)
    return measured


def measure(models: int, *, servers: bool) -> dict[str, Any]:
    """Measure one size: a first census, an unchanged second one, a delta, some model cards, and the bare loop."""
    with tempfile.TemporaryDirectory(prefix="mlentory-bench-") as folder, SampleHub(models=models) as hub:
        chain = Path(folder, "chain")
        first = crawl(hub.url, chain, servers=servers)
        loop = bare(hub.url, Path(folder, "bare"))
        second = crawl(hub.url, chain, servers=servers)
        hub.set(touch=_some(chain))
        delta = crawl(hub.url, chain, ("mode=delta",), servers=servers)
        cards = crawl(hub.url, chain, ("mode=latest", f"limit={CARDS}", "cards=changed"), servers=servers)
    return {
        "models": models,
        **{run: _figures(told) for run, told in zip(RUNS, (first, second, delta, cards), strict=True)},
        "bare_seconds": round(loop["seconds"], 1),
        "ratio_to_bare": round(first["seconds"] / loop["seconds"], 2),
        "microseconds_by_stage": {name: round(1e6 * s / models, 1) for name, s in loop["stages"].items()},
    }


def _some(data_dir: Path) -> list[str]:
    """The names of some models of a catalog."""
    with closing(sqlite3.connect(data_dir / CATALOG)) as catalog:
        rows = catalog.execute("SELECT iri FROM record WHERE kind = 'model' AND id % ? = 0", (CHANGED_OF,)).fetchall()
    return [urlsplit(iri).path.strip("/") for (iri,) in rows]


def _figures(report: dict[str, Any]) -> dict[str, Any]:
    return {
        "seconds": round(report["seconds"], 1),
        "records_per_second": round(report["models_per_second"]),
        "peak_rss_mb": round(report["peak_rss_mb"]),
        "processor_seconds": report["processor_seconds"],
        "requests": sum(report["requests"]["by_slot"].values()),
        "records": report["records"],
        "projections": {name: told["backend"] for name, told in report["projections"].items()},
    }


def show(results: list[dict[str, Any]]) -> None:
    """Print the figures as tables."""
    out = Console(width=120)
    table = Table(
        "models", "run", "seconds", "records/s", "requests", "peak RSS MB", "processor seconds", "to bare loop"
    )
    for result in results:
        for run, called in RUNS.items():
            told = result[run]
            ratio = f"{result['ratio_to_bare']:.2f}" if run == "first" else ""
            cells = (told["seconds"], told["records_per_second"], told["requests"], told["peak_rss_mb"])
            used = ", ".join(f"{name} {seconds:.1f}" for name, seconds in told["processor_seconds"].items())
            table.add_row(f"{result['models']:,}", called, *(f"{cell:,}" for cell in cells), used, ratio)
    out.print(table)
    stages = Table("stage (bare loop)", *(f"µs a model, {result['models']:,}" for result in results))
    for stage in results[0]["microseconds_by_stage"]:
        stages.add_row(stage, *(str(result["microseconds_by_stage"][stage]) for result in results))
    out.print(stages)


def require_empty() -> None:
    """End the program unless both servers are named and empty, so that a measurement cannot harm anything."""
    from elasticsearch import Elasticsearch
    from neo4j import GraphDatabase

    named = os.environ
    if not (named.get("NEO4J_URI") and named.get("ELASTICSEARCH_URL")):
        sys.exit("NEO4J_URI and ELASTICSEARCH_URL have to name servers")
    login = (named.get("NEO4J_USERNAME", ""), named.get("NEO4J_PASSWORD", ""))
    with GraphDatabase.driver(named["NEO4J_URI"], auth=login if login[1] else None) as driver:
        database = named.get("NEO4J_DATABASE") or None
        (nodes,) = driver.execute_query("MATCH (n) RETURN count(n)", database_=database).records[0]
    user = (named.get("ELASTICSEARCH_USERNAME", "elastic"), named.get("ELASTICSEARCH_PASSWORD", ""))
    with Elasticsearch(named["ELASTICSEARCH_URL"], basic_auth=user if user[1] else None) as client:
        prefix = named.get("ELASTICSEARCH_INDEX_PREFIX") or "mlentory"
        indices = client.indices.get(index=f"{prefix}-*")
    if nodes or indices:
        sys.exit(f"the servers have to be empty: {nodes} nodes, {len(indices)} indices {prefix}-*")


def main() -> None:
    """Measure the sizes that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("sizes", metavar="MODELS", type=int, nargs="*", help="how many made-up models there are")
    parser.add_argument("--servers", action="store_true", help="with the Neo4j and the Elasticsearch that are named")
    given = parser.parse_args()
    sizes = given.sizes or SIZES
    if given.servers:
        if len(sizes) != 1:
            parser.error("--servers takes one size")
        require_empty()
    results = [measure(size, servers=given.servers) for size in sizes]
    packages = ("scrapy", "pydantic", "orjson", "tantivy", "zstandard")
    told = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
        "command": " ".join(["python -m benchmarks", *(["--servers"] if given.servers else []), *map(str, sizes)]),
        "results": results,
    }
    path = FOLDER / ("results-servers.json" if given.servers else "results.json")
    path.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n")
    show(results)


if __name__ == "__main__":
    main()
