"""Functions that processes beside the crawl are given: good ones, and such that end them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def squared(number: int) -> int:
    return number * number


def busy(seconds: float) -> int:
    """Compute for some processor time, and return the process."""
    ends = time.process_time() + seconds
    while time.process_time() < ends:
        pass
    return os.getpid()


def endless() -> None:
    while True:
        pass


def greedy() -> int:
    """Take memory, and do not mind when there is no more."""
    taken: list[bytes] = []
    while True:
        try:
            taken.append(bytes(50_000_000))
        except MemoryError:
            os.kill(os.getpid(), signal.SIGSEGV)


def honestly_greedy() -> int:
    return len(bytes(10**12))


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_once(mark: str) -> str:
    """End the process the first time; a mark is then there."""
    if not Path(mark).exists():
        Path(mark).touch()
        killed()
    return "done"


def asleep(mark: str) -> None:
    Path(mark).write_text(str(os.getpid()))
    time.sleep(600)


def failing() -> None:
    raise RecursionError("nested too deeply")
