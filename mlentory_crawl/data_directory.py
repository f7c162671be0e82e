"""The data directory: its permissions, the lock that one run at a time holds, and files that are written atomically."""

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

CATALOG = "catalog.sqlite"
DUMPS = "dumps"
"""The folder of the exports that the service offers."""
LOCK = "lock"
HOLDER = "lock.json"
LOCK_WAIT = 10.0
"""The number of seconds that a second run waits for the first one."""

WITHHELD = {"owner": 0o077, "group": 0o027, "all": 0}
"""The permissions withheld from new files, by who may read them."""


def restrict(access: str) -> None:
    """Restrict who may read the files of this process and its children; never looser than the system's own umask.

    Args:
        access: who may read them, one of `WITHHELD`.

    Raises:
        SettingError: the access is something else.
    """
    if access not in WITHHELD:
        raise SettingError(f"MLENTORY_DATA_ACCESS: expected one of {', '.join(WITHHELD)}, got {access!r}")
    os.umask(os.umask(WITHHELD["owner"]) | WITHHELD[access])


@contextlib.contextmanager
def locked(data_dir: Path, wait: float = LOCK_WAIT) -> Iterator[None]:
    """Hold the data directory for writing; the operating system frees it when the process ends, however it ends.

    Args:
        data_dir: the directory; created if it does not exist.
        wait: the number of seconds to wait for another holder.

    Raises:
        DataDirectoryLocked: another process still holds it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    holder = data_dir / HOLDER
    try:
        lock = FileLock(data_dir / LOCK, timeout=wait)
        lock.acquire()
    except Timeout:
        raise DataDirectoryLocked(
            f"{data_dir} is in use by {_describe(holder)}; wait until it ends, or set another MLENTORY_DATA_DIR"
        ) from None
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "command": " ".join(sys.orig_argv[1:])}))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def holder_of(data_dir: Path) -> str | None:
    """Return the process that holds a data directory, without taking the lock; None if there is none."""
    holder = data_dir / HOLDER
    try:
        os.kill(json.loads(holder.read_bytes())["pid"], 0)
    except PermissionError:  # another user's
        return _describe(holder)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return _describe(holder)


@contextlib.contextmanager
def whole(target: Path) -> Iterator[BinaryIO]:
    """Open a file that gets its name only when it is completely written.

    Args:
        target: the file; its folder is created if it does not exist.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    # Equal answers may arrive at the same time.
    part = target.with_name(f"{target.name}.{get_ident()}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.rename(target)
    except OSError:  # on a full disk, a half-written file only takes up space
        part.unlink(missing_ok=True)
        raise


def in_utc(moment: datetime) -> str:
    """Write a moment as times are written everywhere (UTC, ISO 8601, whole seconds); one without a zone is in UTC."""
    return f"{moment if moment.tzinfo is None else moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def now() -> str:
    """Return the current time (UTC, ISO 8601, whole seconds)."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


class Held:
    """Files that are in use and must not be deleted or replaced meanwhile.

    Deleting the lock would let a second writer in, and whatever is written to a deleted catalog is lost.

    Args:
        paths: the files; missing ones are ignored.
    """

    def __init__(self, *paths: Path) -> None:
        self._found = {path: found for path in paths if (found := _inode(path)) is not None}

    def check(self) -> None:
        """Check that the files are still the same.

        Raises:
            CatalogError: a file was deleted or replaced.
        """
        for path, found in self._found.items():
            if _inode(path) != found:
                raise CatalogError(
                    f"{path} was deleted or replaced while it was in use; nothing more was written to it"
                )


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _describe(holder: Path) -> str:
    try:
        owner = json.loads(holder.read_text())
        return f"process {owner['pid']} ({owner['command']})"
    except (OSError, ValueError, KeyError):
        return "another process"
