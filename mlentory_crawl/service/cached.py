"""Answers that take long, kept for as long as they are true, or nearly."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from mlentory_crawl.exceptions import MlentoryError

KEPT = 64
"""The number of answers that are kept, those that were asked for last."""
AGE = 20.0
"""The number of seconds for which an answer is given although the catalog has changed, if it took long."""
OLDEST = 60.0
"""The number of seconds for which it is given further on, while another one is made: no answer is older."""
LONG = 0.1
"""The number of seconds from which an answer took long."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Made:
    version: str
    answer: Any
    made_at: float
    took: float


@dataclass(slots=True)
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: _Made | None = None
    is_waiting: bool = False
    """The state of waiting to be made anew in the background."""


class Cache:
    """Keeps answers by the version of the catalog that they are true for.

    Behind a crawl the version changes many times a second: an answer that took long is then given for some seconds
    more, with the version that it is true for, and is made anew in the background. Others are made anew at once.

    Args:
        clock: tells the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        # One thread: what is made in the background takes one processor at most.
        self._background = ThreadPoolExecutor(1, "answers")

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
            made = entry.made
            if made is None or not self._is_good_enough(made, version, OLDEST):
                made = None
            elif not self._is_good_enough(made, version, AGE) and not entry.is_waiting:
                entry.is_waiting = True
                self._background.submit(self._renew, entry, version, make)
        if made is None:
            # Several who ask for the same at the same time wait for one answer.
            with entry.lock:
                made = entry.made
                if made is None or not self._is_good_enough(made, version, AGE):
                    made = self._make(entry, version, make)
        return cast("Answer", made.answer), made.version

    def close(self, *, wait: bool = False) -> None:
        """Make nothing more in the background.

        Args:
            wait: return when what is being made is made.
        """
        self._background.shutdown(wait=wait, cancel_futures=not wait)

    def _renew(self, entry: _Entry, version: str, make: Callable[[], Any]) -> None:
        try:
            # Where it fails, the next one who asks is told why.
            with entry.lock, contextlib.suppress(MlentoryError):
                self._make(entry, version, make)
        finally:
            entry.is_waiting = False

    def _make(self, entry: _Entry, version: str, make: Callable[[], Any]) -> _Made:
        began = self._clock()
        answer = make()
        ended = self._clock()
        entry.made = made = _Made(version, answer, ended, ended - began)
        return made

    def _is_good_enough(self, made: _Made, version: str, age: float) -> bool:
        if made.version == version:
            return True
        is_of_same_catalog = _catalog(made.version) == _catalog(version)
        return is_of_same_catalog and made.took >= LONG and self._clock() - made.made_at < age


def _catalog(version: str) -> str:
    return version.partition("-")[0]
