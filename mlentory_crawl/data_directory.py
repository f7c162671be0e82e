"""The data directory: who may read it, the lock that one run at a time holds on it, and files that are whole."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import get_ident
from typing import BinaryIO

from filelock import FileLock, Timeout

from mlentory_crawl.exceptions import CatalogError, DataDirectoryLocked, SettingError

LOCK = "lock"
LOCK_WAIT = 10.0
"""How many seconds a second run waits for the first one."""

WITHHELD = {"owner": 0o077, "group": 0o027, "all": 0}
"""The permissions that files do not get, by who may read them."""


def restrict(access: str) -> None:
    """Withhold what this process and its children make from whom it is not for; never less than the system withholds.

    Args:
        access: who may read it, one of `WITHHELD`.

    Raises:
        SettingError: it is something else.
    """
    if access not in WITHHELD:
        raise SettingError(f"MLENTORY_DATA_ACCESS is {access!r}: one of {', '.join(WITHHELD)} is due")
    os.umask(os.umask(WITHHELD["owner"]) | WITHHELD[access])


@contextlib.contextmanager
def locked(data_dir: Path, wait: float = LOCK_WAIT) -> Iterator[None]:
    """Hold the data directory for writing; the operating system frees it when the process ends, however it ends.

    Args:
        data_dir: the directory; made if it does not exist.
        wait: how many seconds to wait for another holder.

    Raises:
        DataDirectoryLocked: somebody else still holds it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    holder = data_dir / "lock.json"
    try:
        lock = FileLock(data_dir / LOCK, timeout=wait)
        lock.acquire()
    except Timeout:
        raise DataDirectoryLocked(f"{data_dir} is in use by {_describe(holder)}") from None
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "command": " ".join(sys.orig_argv[1:])}))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextlib.contextmanager
def whole(target: Path) -> Iterator[BinaryIO]:
    """A file that gets its name once all is written.

    Args:
        target: the file; its folder is made if it does not exist.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    # Equal answers may come at the same time.
    part = target.with_name(f"{target.name}.{get_ident()}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.rename(target)
    except OSError:  # where there is no room, what is half written only takes more
        part.unlink(missing_ok=True)
        raise


def now() -> str:
    """The time (UTC, ISO 8601, whole seconds)."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


class Held:
    """Files that whoever works with them has open: they must stay those that they were.

    Whoever deletes the lock lets a second writer in, and what goes into a deleted catalog is gone.

    Args:
        paths: the files; one that is not there is left out.
    """

    def __init__(self, *paths: Path) -> None:
        self._found = {path: found for path in paths if (found := _inode(path)) is not None}

    def check(self) -> None:
        """Look whether they are the same.

        Raises:
            CatalogError: one is not.
        """
        for path, found in self._found.items():
            if _inode(path) != found:
                raise CatalogError(f"{path} was deleted or replaced while it was in use: nothing more is written")


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _describe(holder: Path) -> str:
    try:
        told = json.loads(holder.read_text())
        return f"process {told['pid']} ({told['command']})"
    except (OSError, ValueError, KeyError):
        return "another process"
