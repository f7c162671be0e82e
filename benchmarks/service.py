"""Measures the service over catalogs of made-up models: every route of its API and its pages.

`python -m benchmarks.service [MODELS ...]` (default: 20000) starts the service, asks it over HTTP on one connection
that is kept, prints a table, and writes ``benchmarks/results-service.json``. Where a route has a counterpart in Python,
the same requests are asked there in turn.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.__main__ import FOLDER
from benchmarks.service_catalog import made, most_used
from benchmarks.service_process import Service, ask, connected, serving
from benchmarks.service_requests import API, CACHED, Asked, requests_of, sampled
from mlentory_crawl.catalog.queries.changed import changed
from mlentory_crawl.catalog.queries.similar import similar
from mlentory_crawl.config.variables import VARIABLES
from mlentory_crawl.service.api.named import iri_of
from mlentory_crawl.service.parameters import DEPTH, MOST_READ, Search
from mlentory_crawl.service.source import Source

MODELS = 20_000
EACH = 40
"""The number of requests for a route."""
SEED = 1
SEARCH = f"{API}/entities 6 facets"
FASTER = 1.5
"""The time that a search with facets may take over HTTP, as a multiple of the time in Python."""
LARGER = 3.0
"""The time that a route may take with the largest catalog, as a multiple of the time with the smallest."""


def measure(data_dir: Path, models: int, each: int) -> dict[str, Any]:
    """Measure one catalog.

    Args:
        data_dir: its data directory.
        models: the number of models that it was made with.
        each: the number of requests for a route.
    """
    settings = {variable.name: variable.default for variable in VARIABLES} | {"MLENTORY_DATA_DIR": str(data_dir)}
    source = Source(settings)
    with serving(data_dir) as service, connected(service.host) as client:
        rare = Random(SEED)
        at_start = service.resident_mb()
        sample = sampled(lambda path: _body(client, path), most_used(models), rare)
        routes = {}
        for label, asked in requests_of(sample, each, rare).items():
            routes[label] = _route(service, asked, _counterpart(source, label))
            Console(stderr=True, width=150).print(f"{models:,} {label}: {routes[label]}", markup=False)
        told = {
            "models": models,
            "sequence": sample.sequence,
            "start_seconds": round(service.started_in, 2),
            "rss_mb_at_start": round(at_start),
            "rss_mb": round(service.resident_mb()),
            "rss_mb_without_files": round(service.memory_mb()),
            "routes": routes,
        }
    source.close()
    return told


def _body(client: Any, path: str) -> bytes:
    status, body = ask(client, Asked(path, headers={"Accept-Encoding": "identity"}))
    if path.startswith("/api/") and status != 200:
        sys.exit(f"{path}: {status} {body.decode()}")
    return body


def _route(service: Service, requests: list[Asked], counterpart: Callable[[Asked], object] | None) -> dict[str, Any]:
    """Ask for everything over HTTP and, where there is a counterpart, in Python, in turn."""
    over_http: list[float] = []
    in_python: list[float] = []
    statuses: dict[str, int] = {}
    sizes: list[int] = []
    before = service.processor_seconds()
    with connected(service.host) as client:
        for number, asked in enumerate(requests):
            # Whoever is first finds the pages of the files not yet in memory.
            if counterpart is not None and number % 2:
                in_python.append(_timed(counterpart, asked))
            began = time.perf_counter()
            status, body = ask(client, asked)
            over_http.append(time.perf_counter() - began)
            if counterpart is not None and not number % 2:
                in_python.append(_timed(counterpart, asked))
            statuses[str(status)] = statuses.get(str(status), 0) + 1
            sizes.append(len(body))
    told = {
        "median_ms": _ms(median(over_http)),
        "p95_ms": _ms(_p95(over_http)),
        "first_ms": _ms(over_http[0]),
        "processor_ms": _ms((service.processor_seconds() - before) / len(requests)),
        "kb": round(sum(sizes) / len(sizes) / 1000, 1),
        "statuses": statuses,
    }
    if in_python:
        told |= {
            "python_median_ms": _ms(median(in_python)),
            "to_python": round(median(over_http) / median(in_python), 2),
        }
    return told


def _timed(call: Callable[[Asked], object], asked: Asked) -> float:
    began = time.perf_counter()
    call(asked)
    return time.perf_counter() - began


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 2)


def _counterpart(source: Source, label: str) -> Callable[[Asked], object] | None:
    """Return the call in Python that gives what a route answers; None where there is none."""
    template = label.partition(" ")[0]

    def model(asked: Asked) -> str:
        return "/".join(unquote(urlsplit(asked.path).path).removeprefix(API).split("/")[2:4])

    def given(asked: Asked) -> dict[str, list[str]]:
        return parse_qs(urlsplit(asked.path).query)

    def lineage(asked: Asked) -> object:
        up, offset = given(asked).get("direction") != ["down"], int(given(asked).get("offset", ["0"])[0])
        found = source.catalog.lineage(model(asked), up=up, depth=DEPTH, limit=100, offset=offset, most=MOST_READ)
        return found.to_dict()

    calls: dict[str, Callable[[Asked], object]] = {
        f"{API}/entities": lambda asked: source.search(_query(given(asked))),
        f"{API}/models/{{owner}}/{{name}}": lambda asked: source.catalog.model(model(asked)).to_dict(),
        f"{API}/models/{{owner}}/{{name}}/lineage": lineage,
        f"{API}/models/{{owner}}/{{name}}/similar": lambda asked: source.catalog.ask(
            similar, iri_of(source.catalog, model(asked)), 20
        ),
        f"{API}/compare": lambda asked: source.catalog.compare(*given(asked)["name"]),
        f"{API}/changes": lambda asked: source.catalog.ask(changed, int(given(asked)["after"][0]), 100),
        "/readyz": lambda _: source.check(),
    }
    return calls.get(template)


def _query(given: dict[str, list[str]]) -> Any:
    single = {name: values[0] for name, values in given.items() if name != "facets"}
    return Search.model_validate({**single, "facets": given.get("facets", [])}).query()


def show(results: list[dict[str, Any]]) -> None:
    """Print the figures as a table, and what is beyond the bounds."""
    out = Console(width=150)
    for told in results:
        out.print(
            f"{told['models']:,} models: answers {told['start_seconds']} s after the start,"
            f" {told['rss_mb_at_start']} MB then, {told['rss_mb']} MB in the end,"
            f" {told['rss_mb_without_files']} MB of them without mapped files"
        )
    smallest, largest = results[0], results[-1]
    columns = ["median ms", "p95 ms", "first ms", "processor ms", "kB", "to Python", "statuses"]
    table = Table("route", *(f"{name}" for _ in results for name in columns), *(["growth"] if len(results) > 1 else []))
    for label in sorted(smallest["routes"]):
        cells: list[str] = []
        for told in results:
            figures = told["routes"][label]
            cells += [f"{figures[name]:,}" for name in ("median_ms", "p95_ms", "first_ms", "processor_ms", "kb")]
            cells += [str(figures.get("to_python", "")), " ".join(figures["statuses"])]
        if len(results) > 1:
            cells.append(f"{_growth(smallest, largest, label):.1f}")
        table.add_row(f"{label}{' *' if label.partition(' ')[0] in CACHED else ''}", *cells)
    out.print(table)
    out.print("* counted once for a version of the catalog, and kept; the first request counts")
    ratio = results[0]["routes"][SEARCH]["to_python"]
    out.print(f"{SEARCH}: {ratio} times the call in Python (aim: {FASTER} at most)")
    for label in sorted(smallest["routes"]) if len(results) > 1 else ():
        if (growth := _growth(smallest, largest, label)) > LARGER:
            out.print(f"{label}: {growth:.1f} times as long with {largest['models']:,} models (aim: {LARGER} at most)")


def _growth(smallest: dict[str, Any], largest: dict[str, Any], label: str) -> float:
    before, after = (told["routes"][label]["median_ms"] for told in (smallest, largest))
    return float(after / before)


def main() -> None:
    """Measure the catalogs that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service", description=__doc__)
    parser.add_argument("sizes", metavar="MODELS", type=int, nargs="*", help="how many made-up models there are")
    parser.add_argument("--each", type=int, default=EACH, help=f"requests for each route (default: {EACH})")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep catalogs here, and use those that are there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlentory-bench-") as temporary:
        folder = given.keep or Path(temporary)
        results = [measure(made(folder / str(size), size), size, given.each) for size in given.sizes or (MODELS,)]
    told = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "load": os.getloadavg(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("fastapi", "uvicorn", "tantivy", "orjson")},
        "results": results,
    }
    (FOLDER / "results-service.json").write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n")
    show(results)


if __name__ == "__main__":
    main()
