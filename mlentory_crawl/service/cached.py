"""Answers that take long, kept for as long as they are true, or nearly."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

KEPT = 64
"""The number of answers that are kept, those that were asked for last."""
AGE = 20.0
"""The number of seconds for which an answer is given although the catalog has changed, if it took long."""
LONG = 0.1
"""The number of seconds from which an answer took long."""

Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    version: str | None = None
    answer: Any = None
    made_at: float = 0.0
    took: float = 0.0


class Cache:
    """Keeps answers by the version of the catalog that they are true for.

    Behind a crawl the version changes many times a second: an answer that took long is then given for some seconds
    more, with the version that it is true for. Others are made anew.

    Args:
        clock: tells the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()

    def get(self, key: Hashable, version: str, make: Callable[[], Answer]) -> tuple[Answer, str]:
        """Return an answer, and the version that it is true for.

        Args:
            key: what it is the answer to.
            version: the present version.
            make: makes it.
        """
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > KEPT:
                self._entries.popitem(last=False)
        # Several who ask for the same at the same time wait for one answer.
        with entry.lock:
            if entry.version != version and not self._is_good_enough(entry, version):
                began = self._clock()
                entry.answer = make()
                entry.version, entry.made_at = version, self._clock()
                entry.took = entry.made_at - began
            return cast("Answer", entry.answer), cast("str", entry.version)

    def _is_good_enough(self, entry: _Entry, version: str) -> bool:
        of_same_catalog = entry.version is not None and _catalog(entry.version) == _catalog(version)
        return of_same_catalog and entry.took >= LONG and self._clock() - entry.made_at < AGE


def _catalog(version: str) -> str:
    return version.partition("-")[0]
