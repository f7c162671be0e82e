"""Measures a crawl of made-up web pages, and of the same pages again, in which nothing has changed.

`python -m benchmarks.web [PAGES]` (default: 20000) needs the extra `documents`. Pages come from 16 hosts of the
loopback, without pauses, into the catalog alone. The processor time is that of the crawl with its workers, and memory
that of each of them, at each quarter of the way. The last line is the processor time of trafilatura alone
(`bare_extraction` with metadata) for the same pages.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks import web_server
from benchmarks.__main__ import environment

QUARTERS = 4
ALONE, LOADING = 500, 20
"""The number of pages that trafilatura reads alone, and of those with which it loads what it needs."""


def crawl(seeds: Path, data_dir: Path, answered: Any, pages: int) -> dict[str, Any]:
    """Crawl a list of pages as a user does; the figures of the run.

    Args:
        seeds: the list.
        data_dir: the data directory.
        answered: the number of answers of the servers so far.
        pages: the number of pages.
    """
    settings = {"PROJECTIONS": "none", "PAGE_DELAY": "0", "PAGES_PER_HOST": str(pages + 1)}
    hosts = {"ALLOWED_PRIVATE_HOSTS": ",".join(f"127.0.1.{number}" for number in range(1, web_server.HOSTS + 1))}
    command = [sys.executable, "-m", "scrapy", "crawl", "dispatcher", "-a", f"seeds={seeds}", "-L", "ERROR"]
    before, begun, first = _processor_seconds(), time.monotonic(), answered.value
    memory: list[list[int]] = []
    with subprocess.Popen(command, env={**environment("", data_dir), **settings, **hosts}) as process:
        while process.poll() is None:
            time.sleep(0.05)
            if answered.value - first > (len(memory) + 1) * pages * 0.99 / QUARTERS:
                memory.append([_resident(each) for each in (process.pid, *_children(process.pid))])
    if process.returncode:
        sys.exit(process.returncode)
    newest = max((data_dir / "runs").glob("*Z_????????.json"), key=lambda path: path.stat().st_mtime_ns)
    report = orjson.loads(newest.read_bytes())
    return {
        "seconds": time.monotonic() - begun,
        "processor_seconds": _processor_seconds() - before,
        "memory": memory,
        "records": report["records"],
        "requests": report["requests"]["by_status"],
    }


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children")
    return [int(each) for each in found.read_text().split()] if found.exists() else []


def _resident(process: int) -> int:
    """The resident memory of a process, in MB."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20
    except OSError:
        return 0


def alone() -> float:
    """The processor time in seconds that trafilatura takes for a page."""
    from trafilatura import bare_extraction

    used = 0.0
    for number in range(-LOADING, ALONE):
        url, body = f"http://blog.example/posts/{number}", web_server.page(number % ALONE)
        begun = time.process_time()
        bare_extraction(body, url=url, with_metadata=True, include_comments=False)
        used += time.process_time() - begun if number >= 0 else 0.0
    return used / ALONE


def show(pages: int, runs: dict[str, dict[str, Any]], reference: float) -> None:
    """Print the figures."""
    table = Table("pages", "run", "seconds", "pages/s", "ms of processor time", "requests", "MB at each quarter")
    for name, told in runs.items():
        memory = "; ".join(" + ".join(map(str, each)) for each in told["memory"])
        requests = ", ".join(f"{status}: {count:,}" for status, count in told["requests"].items())
        used = f"{1_000 * told['processor_seconds'] / pages:.1f}"
        table.add_row(
            f"{pages:,}", name, f"{told['seconds']:.1f}", f"{pages / told['seconds']:.0f}", used, requests, memory
        )
    Console(width=160).print(table)
    share = reference * pages / runs["first"]["processor_seconds"]
    print(
        f"trafilatura alone: {1_000 * reference:.1f} ms of processor time a page, {share:.2f} of that of the first run"
    )


def main() -> None:
    """Measure the number of pages that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    parser.add_argument("pages", metavar="PAGES", type=int, nargs="?", default=20_000, help="how many (default: 20000)")
    pages = parser.parse_args().pages
    with tempfile.TemporaryDirectory(prefix="mlentory-bench-") as folder, web_server.served() as (addresses, answered):
        seeds, data_dir = Path(folder, "seeds.txt"), Path(folder, "data")
        seeds.write_text("".join(f"{url}\n" for url in web_server.urls(addresses, pages)))
        runs = {name: crawl(seeds, data_dir, answered, pages) for name in ("first", "unchanged")}
    show(pages, runs, alone())


if __name__ == "__main__":
    main()
