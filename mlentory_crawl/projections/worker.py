"""Follows the catalog with one projection while a crawl goes on.

`python -m mlentory_crawl.projections.worker NAME RUN` is how a crawl runs it: settings come as a line of JSON on the
standard input, progress goes out as lines of JSON. It follows until the line ``finish``; when the input ends without
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
from mlentory_crawl.projections.catch_up import Progress, Projector
from mlentory_crawl.projections.garbage import collect_seldom
from mlentory_crawl.projections.process import die_with_parent
from mlentory_crawl.stores.factory import STORES, open_store

POLL_SECONDS = 0.1


class Follower(Protocol):
    """What is kept in step with the catalog."""

    progress: Progress

    def open(self) -> None:
        """Prepare to go on where it stands."""

    def is_due(self) -> bool:
        """Whether to go on now, while further changes may come."""

    def step(self) -> bool:
        """Take the next batch; False when there is none."""

    def flush(self) -> Progress:
        """Make durable what was taken."""

    def close(self) -> None:
        """Release everything."""


def follower(name: str, run: str, settings: dict[str, Any]) -> Follower:
    """What follows the catalog for a projection.

    Args:
        name: the projection's.
        run: the run that goes on.
        settings: of the project.
    """
    data_dir = Path(settings["MLENTORY_DATA_DIR"])
    if name in STORES:
        return Projector(name, open_store(name, settings), data_dir)
    from mlentory_crawl.projections.run_files import FilesOfRuns  # stores need nothing of it

    return FilesOfRuns(data_dir, run)


def _follow(name: str, run: str, settings: dict[str, Any]) -> int:
    finish = threading.Event()

    def listen() -> None:
        for line in sys.stdin:
            if line.strip() == "finish":
                finish.set()
                return
        os._exit(1)  # the parent is gone: nothing that is not durable yet is lost to the catalog

    threading.Thread(target=listen, daemon=True).start()
    follows: Follower | None = None
    try:
        follows = follower(name, run, settings)
        follows.open()
        while True:
            last_round = finish.is_set()
            worked = (last_round or follows.is_due()) and follows.step()
            _tell(asdict(follows.progress))
            if not worked and last_round:
                break
            if not worked:
                finish.wait(POLL_SECONDS)
        _tell({**asdict(follows.flush()), "finished": True})
    except (StoreError, CatalogError, sqlite3.Error, OSError) as error:
        _tell({**(asdict(follows.progress) if follows else {}), "error": " ".join(str(error).split())})
        return 1
    finally:
        if follows is not None:
            follows.close()
    return 0


def _tell(what: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    die_with_parent()
    collect_seldom()
    log_printable()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    sys.exit(_follow(sys.argv[1], sys.argv[2], orjson.loads(sys.stdin.readline())))
