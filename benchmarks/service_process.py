"""The service as a process of its own, with its memory and processor time, and clients on connections that are kept."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.__main__ import environment
from benchmarks.service_requests import Asked

TICKS = os.sysconf("SC_CLK_TCK")
UNLIMITED = "1000000"
START_SECONDS = 120
KEPT_SECONDS = 3.0
"""The service closes connections that were not used for 5 seconds."""


class Service:
    """A service that runs.

    Args:
        process: its process.
        url: its address.
        started_in: the seconds from the start of the process to its first answer.
    """

    def __init__(self, process: subprocess.Popen[str], url: str, started_in: float) -> None:
        self.pid = process.pid
        self.host = urlsplit(url).netloc
        self.started_in = started_in
        self._process = process

    def is_running(self) -> bool:
        """Return whether the process is the one that was started, and has not ended."""
        return self._process.poll() is None

    def processor_seconds(self) -> float:
        """Return the processor time of the process and of the processes that it has started."""
        return sum(_processor(pid) for pid in [self.pid, *children(self.pid)])

    def memory_mb(self) -> float:
        """Return the resident memory of the process without that of files that it has mapped, in MB."""
        return _status(self.pid, "RssAnon")

    def resident_mb(self) -> float:
        """Return all resident memory of the process, in MB."""
        return _status(self.pid, "VmRSS")

    def children_mb(self) -> list[float]:
        """Return the resident memory of the processes that it has started, in MB."""
        return [_status(pid, "VmRSS") for pid in children(self.pid)]


@contextmanager
def serving(data_dir: Path, *, nice: int = 0) -> Iterator[Service]:
    """Start the service over a data directory, as its operator does, without limits of requests.

    Args:
        data_dir: the data directory.
        nice: how much it steps back behind other processes.
    """
    variables = {**environment("http://127.0.0.1:9", data_dir), "SERVE_RATE": UNLIMITED}
    began = time.perf_counter()
    command = ["nice", "-n", str(nice), sys.executable, "-m", "mlentory_crawl", "serve", "--port", "0"]
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().rpartition(" ")[2].strip()
            if not url:
                sys.exit("the service has not started")
            with connected(urlsplit(url).netloc) as client:
                while ask(client, Asked("/healthz"))[0] != 200:
                    time.sleep(0.01)
            yield Service(process, url, time.perf_counter() - began)
        finally:
            process.terminate()


class Connection(HTTPConnection):
    """A connection that is kept from request to request, and opened anew where the service may have closed it."""

    used_at = 0.0

    def refresh(self) -> None:
        """Close the connection if it was not used for nearly as long as the service keeps it."""
        if time.monotonic() - self.used_at > KEPT_SECONDS:
            self.close()


@contextmanager
def connected(host: str) -> Iterator[Connection]:
    """Lend a connection that is kept from request to request."""
    connection = Connection(host, timeout=START_SECONDS)
    try:
        yield connection
    finally:
        connection.close()


def ask(connection: Connection, asked: Asked) -> tuple[int, bytes]:
    """Send a request, and return status and body of the answer.

    Raises:
        OSError, http.client.HTTPException: there was none.
    """
    headers = {"Accept-Encoding": "gzip", **asked.headers}
    connection.refresh()
    connection.request(asked.method, asked.path, asked.body, headers)
    with connection.getresponse() as answer:
        status, body = answer.status, answer.read()
    connection.used_at = time.monotonic()
    return status, body


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    found = list(map(int, text.split()))
    return [*found, *(each for child in found for each in children(child))]


def own_processor_seconds() -> float:
    """Return the processor time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _status(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024
