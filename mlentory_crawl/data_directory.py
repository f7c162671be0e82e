"""The data directory, and the lock that one run at a time holds on it."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from mlentory_crawl.exceptions import DataDirectoryLocked

LOCK_WAIT = 10.0
"""How many seconds a second run waits for the first one."""


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
        lock = FileLock(data_dir / "lock", timeout=wait)
        lock.acquire()
    except Timeout:
        raise DataDirectoryLocked(f"{data_dir} is in use by {_describe(holder)}") from None
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "command": " ".join(sys.orig_argv[1:])}))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _describe(holder: Path) -> str:
    try:
        told = json.loads(holder.read_text())
        return f"process {told['pid']} ({told['command']})"
    except (OSError, ValueError, KeyError):
        return "another process"
