"""Measures the chain against the sample hub in its own process, with everything on.

`python -m benchmarks [MODELS ...]` (default: 20000 200000) prints a table and writes ``benchmarks/results.json``.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from mlentory_crawl.environment import ENV_FILE, VARIABLES
from mlentory_crawl.sample_hub import SampleHub

RESULTS = Path(__file__).parent / "results.json"
SIZES = (20_000, 200_000)


def environment(endpoint: str, data_dir: Path) -> dict[str, str]:
    """The variables of a run that has nothing to do with the user's settings."""
    bare = {name: value for name, value in os.environ.items() if name not in {v.name for v in VARIABLES}}
    return {**bare, ENV_FILE: os.devnull, "MLENTORY_DATA_DIR": str(data_dir), "HF_ENDPOINT": endpoint}


def crawl(endpoint: str, data_dir: Path) -> dict[str, Any]:
    """Run a census as a user does, and return its report."""
    command = [sys.executable, "-m", "scrapy", "crawl", "huggingface", "-a", "mode=census", "-L", "ERROR"]
    subprocess.run(command, env=environment(endpoint, data_dir), check=True)
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


def measure(models: int) -> dict[str, Any]:
    """One size: a first census, an unchanged second one, and the bare loop."""
    with tempfile.TemporaryDirectory(prefix="mlentory-bench-") as folder, SampleHub(models=models) as hub:
        first = crawl(hub.url, Path(folder, "chain"))
        second = crawl(hub.url, Path(folder, "chain"))
        loop = bare(hub.url, Path(folder, "bare"))
    return {
        "models": models,
        "first": _figures(first),
        "unchanged": _figures(second),
        "bare_seconds": round(loop["seconds"], 1),
        "ratio_to_bare": round(first["seconds"] / loop["seconds"], 2),
        "microseconds_by_stage": {name: round(1e6 * s / models, 1) for name, s in loop["stages"].items()},
    }


def _figures(report: dict[str, Any]) -> dict[str, Any]:
    return {
        "seconds": round(report["seconds"], 1),
        "models_per_second": round(report["models_per_second"]),
        "peak_rss_mb": round(report["peak_rss_mb"]),
        "requests": sum(report["requests"]["by_slot"].values()),
        "records": report["records"],
    }


def show(results: list[dict[str, Any]]) -> None:
    """Print the figures as tables."""
    out = Console(width=120)
    table = Table("models", "run", "seconds", "models/s", "requests", "peak RSS MB", "time against bare loop")
    for result in results:
        for run in ("first", "unchanged"):
            told = result[run]
            ratio = f"{result['ratio_to_bare']:.2f}" if run == "first" else ""
            cells = (told["seconds"], told["models_per_second"], told["requests"], told["peak_rss_mb"])
            table.add_row(f"{result['models']:,}", run, *(f"{cell:,}" for cell in cells), ratio)
    out.print(table)
    stages = Table("stage (bare loop)", *(f"µs a model, {result['models']:,}" for result in results))
    for stage in results[0]["microseconds_by_stage"]:
        stages.add_row(stage, *(str(result["microseconds_by_stage"][stage]) for result in results))
    out.print(stages)


def main() -> None:
    """Measure the sizes that the command line names."""
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    results = [measure(size) for size in sizes]
    packages = ("scrapy", "pydantic", "orjson", "tantivy", "zstandard")
    told = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
        "command": f"python -m benchmarks {' '.join(map(str, sizes))}",
        "results": results,
    }
    RESULTS.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n")
    show(results)


if __name__ == "__main__":
    main()
