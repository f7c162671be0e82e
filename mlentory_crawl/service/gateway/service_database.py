"""The service's own database: the catalog has one writer, which is not the service."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from mlentory_crawl.exceptions import MlentoryError

FILE = "service.sqlite"
WAIT, SERVICE_WAIT = 10.0, 0.05
"""The number of seconds that commands, and answers of the service, wait for another process that writes."""


def state_dir(settings: Mapping[str, Any]) -> Path:
    """Return the directory of what the service itself writes: it need not be allowed to write the data directory."""
    return Path(settings.get("SERVE_STATE_DIR") or settings["MLENTORY_DATA_DIR"])


def file_at(path: Path) -> tuple[int, int] | None:
    """Return which file is at a path; None if there is none. Another one may take its place, as from a backup."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def opened(folder: Path, schema: str, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the database, with one part of its tables.

    Args:
        folder: the directory of what the service writes.
        schema: makes the tables if they do not exist.
        create: make the database, and the directory, if they do not exist.

    Raises:
        MlentoryError: it cannot be used.
    """
    path = folder / FILE
    try:
        if create:
            folder.mkdir(parents=True, exist_ok=True)
            # Before anything is in it; the hashes in it are nobody's business.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o660))
        with closing(connect(path, WAIT)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(schema)
            yield database
    except (OSError, sqlite3.Error) as error:
        raise unusable(path, error) from error


def connect(path: Path, wait: float) -> sqlite3.Connection:
    """Open a connection to a database that exists.

    Args:
        path: its file.
        wait: the number of seconds to wait for another process that writes.
    """
    address = f"{path.absolute().as_uri()}?mode=rw"
    # The event loop may be in another thread than the one that made it, never in two at a time.
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=wait, check_same_thread=False)


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Write all that is written meanwhile, or nothing of it."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def unusable(path: Path, error: Exception) -> MlentoryError:
    """Return the failure that says that the database cannot be used."""
    return MlentoryError(f"the service's own database {path} cannot be used: {error}")
