"""The process that keeps one projection in step with the catalog while a crawl goes on.

`python -m mlentory_crawl.projections.worker NAME RUN` is how a crawl runs it: settings come as a line of JSON on the
standard input, progress goes out as lines of JSON. It goes on until the line ``finish``; when the input ends without
that line its parent is gone, and so is it.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import orjson

from mlentory_crawl.exceptions import CatalogError, StoreError
from mlentory_crawl.printable import log_printable
from mlentory_crawl.projections.catch_up import ProjectionProgress, StoreProjection
from mlentory_crawl.projections.garbage import collect_seldom
from mlentory_crawl.projections.process import die_with_parent
from mlentory_crawl.stores.factory import STORES, open_store

POLL_SECONDS = 0.1


class Projection(Protocol):
    """A store or files that are kept in step with the catalog."""

    progress: ProjectionProgress

    def open(self) -> None:
        """Prepare to go on where it stands."""

    def is_due(self) -> bool:
        """True where it should go on now, while further changes may come."""

    def step(self) -> bool:
        """Take the next batch; False when there is none."""

    def flush(self) -> ProjectionProgress:
        """Make durable what was taken."""

    def close(self) -> None:
        """Release everything."""


def projection(name: str, run: str, settings: dict[str, Any]) -> Projection:
    """A projection by its name.

    Args:
        name: its name.
        run: the run that goes on.
        settings: of the project.
    """
    data_dir = Path(settings["MLENTORY_DATA_DIR"])
    if name in STORES:
        return StoreProjection(name, open_store(name, settings), data_dir)
    from mlentory_crawl.projections.run_files import FilesProjection  # stores need nothing of it

    return FilesProjection(data_dir, run)


def _work(name: str, run: str, settings: dict[str, Any]) -> int:
    finish = threading.Event()

    def listen() -> None:
        for line in sys.stdin:
            if line.strip() == "finish":
                finish.set()
                return
        os._exit(1)  # the parent is gone: nothing that is not durable yet is lost to the catalog

    threading.Thread(target=listen, daemon=True).start()
    current: Projection | None = None
    try:
        current = projection(name, run, settings)
        current.open()
        while True:
            last_round = finish.is_set()
            worked = (last_round or current.is_due()) and current.step()
            _send(asdict(current.progress))
            if not worked and last_round:
                break
            if not worked:
                finish.wait(POLL_SECONDS)
        _send({**asdict(current.flush()), "finished": True})
    except (StoreError, CatalogError, sqlite3.Error, OSError) as error:
        _send({**(asdict(current.progress) if current else {}), "error": " ".join(str(error).split())})
        return 1
    finally:
        if current is not None:
            current.close()
    return 0


def _send(progress: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(progress) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    die_with_parent()
    collect_seldom()
    log_printable()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    sys.exit(_work(sys.argv[1], sys.argv[2], orjson.loads(sys.stdin.readline())))
