"""A catalog with triples, and a service over it in a process of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from mlentory_crawl.config.environment import ENV_FILE
from mlentory_crawl.projections.registry import sync
from support.crawling import ROOT


def fill(data_dir: Path, *, rebuild: bool = False) -> None:
    """Bring the triples up to date."""
    done = sync("sparql", {"MLENTORY_DATA_DIR": str(data_dir)}, rebuild=rebuild, on_batch=lambda _: None)
    assert done["backlog"] == 0


@contextlib.contextmanager
def served(data_dir: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address and the process of a service over a data directory."""
    environment = {**os.environ, ENV_FILE: os.devnull, "MLENTORY_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "mlentory_crawl", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            yield told.split()[-1], process
        finally:
            process.kill()


@contextlib.contextmanager
def listener() -> Iterator[tuple[int, list[str]]]:
    """A port, and the connections that were made to it."""
    connections: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, (host, _) = server.accept()
                    connections.append(host)
                    connection.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield server.getsockname()[1], connections
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)
