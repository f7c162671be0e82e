"""Puts load on the service while a census fills its catalog: failed requests, memory, and what the census loses.

`python -m benchmarks.service_load` asks every route of the API and the pages with 8 clients for a minute, beside a
census; `--rate 20 --seconds 1800` asks 20 times a second for half an hour, and prints the memory every 30 seconds;
`--turns 2` compares a census alone with one beside requests, in turn.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import cycle
from pathlib import Path
from random import Random
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median, quantiles

from rich.console import Console

from benchmarks.service import MODELS
from benchmarks.service_catalog import census, made, most_used, sync
from benchmarks.service_process import Service, ask, connected, serving
from benchmarks.service_requests import Asked, requests_of, sampled
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.sample_hub import SampleHub

SAMPLE_SECONDS = 30
FAILED = 500
"""The first status of answers that count as failed."""


@dataclass
class Tally:
    """The outcome of requests.

    Attributes:
        statuses: the number of answers by status.
        failures: the failed requests by path and reason.
        seconds: how long each took.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def told(self) -> str:
        """Return the figures in a line."""
        statuses = ", ".join(f"{count:,} x {status}" for status, count in sorted(self.statuses.items()))
        p95 = quantiles(self.seconds, n=20)[-1]
        return f"{statuses}; median {1000 * median(self.seconds):.0f} ms, p95 {1000 * p95:.0f} ms"


class Clients:
    """Clients that ask a service until they are stopped, each on a connection that it keeps.

    Args:
        service: the service.
        requests: what they ask.
        number: the number of clients.
        rate: the number of requests in a second, of all clients together; None for as many as possible.
    """

    def __init__(self, service: Service, requests: list[Asked], number: int, rate: float | None) -> None:
        self.tally = Tally()
        self._service = service
        self._requests = requests
        self._pause = number / rate if rate else 0.0
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(seed,), daemon=True) for seed in range(number)]

    @contextmanager
    def asking(self) -> Iterator[Tally]:
        """Ask while what is inside happens."""
        for thread in self._threads:
            thread.start()
        try:
            yield self.tally
        finally:
            self._end.set()
            for thread in self._threads:
                thread.join()

    def _ask(self, seed: int) -> None:
        rare = Random(seed)
        requests = cycle(rare.sample(self._requests, len(self._requests)))
        due = time.monotonic() + rare.random() * self._pause
        while not self._end.is_set():
            with connected(self._service.host) as client:
                for asked in requests:
                    if self._end.wait(max(0.0, due - time.monotonic())):
                        return
                    due = max(due + self._pause, time.monotonic() - 1)
                    began = time.perf_counter()
                    try:
                        status, body = ask(client, asked)
                    except (OSError, HTTPException) as error:
                        self.tally.failures[f"{asked.path}: {error!r}"] += 1
                        break
                    self.tally.seconds.append(time.perf_counter() - began)
                    self.tally.statuses[status] += 1
                    if status >= FAILED:
                        self.tally.failures[f"{status} {asked.path} {body[:120]!r}"] += 1


def mixed(service: Service, models: int, each: int = 20) -> list[Asked]:
    """Return requests for every route, as many for each."""
    rare = Random(1)
    with connected(service.host) as client:
        sample = sampled(
            lambda path: ask(client, Asked(path, headers={"Accept-Encoding": "identity"}))[1], most_used(models), rare
        )
    return [asked for some in requests_of(sample, each, rare).values() for asked in some]


@contextmanager
def _watched(service: Service, out: Console) -> Iterator[None]:
    """Print the memory of the service and of its processes from time to time."""
    end, began = threading.Event(), time.monotonic()

    def watch() -> None:
        while not end.wait(SAMPLE_SECONDS):
            of_children = " ".join(f"{each:.0f}" for each in service.children_mb())
            out.print(
                f"{time.monotonic() - began:6.0f} s: {service.resident_mb():.0f} MB,"
                f" {service.memory_mb():.0f} MB without files; processes: {of_children or 'none'}"
            )

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


def load(data_dir: Path, models: int, clients: int, rate: float | None, seconds: float, censuses: int) -> None:
    """Ask for some time beside censuses of a hub with other models, and print what became of it."""
    out = Console(width=150)
    with serving(data_dir) as service:
        requests = mixed(service, models)
        asking = Clients(service, requests, clients, rate)
        with _watched(service, out), asking.asking() as tally:
            ends = time.monotonic() + seconds
            for seed in range(2, 2 + censuses):
                took = _census(data_dir, models, seed)
                out.print(f"a census: {took[0]:.0f} s, {took[1]:.0f} s of processor time")
            time.sleep(max(0.0, ends - time.monotonic()))
        out.print(f"{len(requests):,} different requests, {tally.told()}")
        for failure, count in tally.failures.most_common(20):
            out.print(f"failed {count} times: {failure}", markup=False)
        out.print(f"failed: {tally.failures.total()}; the same process: {service.is_running()}")


def turns(data_dir: Path, models: int, clients: int, rate: float, times: int) -> None:
    """Compare a census alone with one beside requests, in turn."""
    out = Console(width=150)
    for number in range(2 * times):
        is_loaded = number % 2 == 1
        with serving(data_dir, nice=10) as service:
            asking = Clients(service, mixed(service, models), clients, rate)
            if is_loaded:
                with asking.asking() as tally:
                    took = _census(data_dir, models, 2 + number)
                asked = f"{tally.statuses.total() / took[0]:.1f} requests a second, {tally.failures.total()} failed"
            else:
                took, asked = _census(data_dir, models, 2 + number), "alone"
            load = os.getloadavg()[0]
            out.print(f"census: {took[0]:.1f} s, {took[1]:.1f} s of processor time, {asked}; load {load:.1f}")


def _census(data_dir: Path, models: int, seed: int) -> tuple[float, float]:
    """Crawl a hub with other models; return the seconds and the processor time that it took."""
    before, began = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    with SampleHub(models=models, seed=seed) as hub:
        census(hub.url, data_dir)
    after = getrusage(RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, used


def main() -> None:
    """Put load on the service as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service_load", description=__doc__)
    parser.add_argument("--models", type=int, default=MODELS, help=f"how many made-up models (default: {MODELS})")
    parser.add_argument("--clients", type=int, default=8, help="clients at the same time (default: 8)")
    parser.add_argument("--rate", type=float, help="requests a second of all clients; default: as many as possible")
    parser.add_argument("--seconds", type=float, default=60, help="for how long at least (default: 60)")
    parser.add_argument("--censuses", type=int, default=1, help="how many, one after the other (default: 1)")
    parser.add_argument("--turns", type=int, help="compare censuses with and without requests, so many times")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="use the catalogs that are here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlentory-bench-") as temporary:
        kept = made((given.keep or Path(temporary)) / str(given.models), given.models)
        # Censuses change it.
        data_dir = Path(shutil.copytree(kept, Path(temporary) / "served", ignore=shutil.ignore_patterns("raw")))
        assert (data_dir / CATALOG).exists()
        sync(data_dir, "sparql")
        if given.turns:
            turns(data_dir, given.models, given.clients, given.rate or 20.0, given.turns)
        else:
            load(data_dir, given.models, given.clients, given.rate, given.seconds, given.censuses)


if __name__ == "__main__":
    main()
