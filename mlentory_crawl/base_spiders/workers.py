"""Processes that compute beside the crawl, so that its own goes on."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from scrapy import signals

from mlentory_crawl.projections.process import die_with_parent

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

T = TypeVar("T")
MEMORY = 2 * 1024**3
"""The most memory, in bytes, that a process may address: input is not trusted."""
SECONDS = 20.0
"""The most processor time that one call may take; a process that needs more is ended."""
AHEAD = 1
"""The number of calls that wait in the pool, so that no process waits for the crawl."""


class WorkerDied(Exception):
    """A call has no result: it ended its process twice, with too much time or memory, or its function failed."""


class Workers:
    """Calls functions in a pool of processes, which end with the crawl.

    Args:
        processes: their number; by default all processors but one, and at most three.
        seconds: the most processor time of a call.
        memory: the most bytes that a process may address.
    """

    def __init__(self, processes: int | None = None, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._processes = processes or max(1, min(3, (os.cpu_count() or 1) - 1))
        self._seconds, self._memory = seconds, memory
        self._pool: Executor | None = None
        # The other calls wait outside: a process that ends takes only those with it that are in the pool.
        self._inside = asyncio.Semaphore(self._processes + AHEAD)
        self._alone = asyncio.Lock()

    async def call(self, function: Callable[..., T], *given: Any) -> T:
        """Return the result of a function; function and arguments are importable and can be pickled.

        Raises:
            WorkerDied: its process has ended, also one that it had for itself, or it has raised an error.
            ImportError: a library is missing.
        """
        try:
            async with self._inside:
                if self._pool is None:
                    self._pool = _pool(self._processes, self._memory)
                pool = self._pool
                try:
                    return await self._result(pool, function, given)
                except BrokenProcessPool:
                    if self._pool is pool:
                        self._pool = None
            # Whoever was in the pool has lost its call; whose fault that was shows when each is alone.
            async with self._alone:
                pool = _pool(1, self._memory)
                try:
                    return await self._result(pool, function, given)
                finally:
                    pool.shutdown(wait=False)
        except BrokenProcessPool as error:
            raise WorkerDied("took too much time or memory") from error
        except ImportError:
            raise
        except Exception as error:
            logger.debug("%s failed", function.__name__, exc_info=True)
            raise WorkerDied(f"cannot be read ({type(error).__name__})") from error

    def _result(self, pool: Executor, function: Callable[..., T], given: tuple[Any, ...]) -> asyncio.Future[T]:
        return asyncio.wrap_future(pool.submit(_timed, self._seconds, function, given))

    def close(self) -> None:
        """End the processes, which have nothing to do any more."""
        if self._pool is not None:
            # What they share with the crawl is theirs until they have ended.
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _pool(processes: int, memory: int) -> ProcessPoolExecutor:
    # Not forked: the crawl has threads and a reactor.
    context, given = get_context("spawn"), (memory, os.getpid())
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=given)


def _begin(memory: int, crawl: int) -> None:
    die_with_parent()
    if os.getppid() != crawl:
        # It has died while this process began: nobody would end it any more.
        os._exit(0)
    # Ctrl-C on a terminal reaches them, too; the crawl decides when they end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _timed(seconds: float, function: Callable[..., T], given: tuple[Any, ...]) -> T:
    """Call a function; the process is ended by the kernel where it takes too long, whatever it is doing."""
    # Not by the clock: other processes may have the processor in the meantime.
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return function(*given)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


_workers: WeakKeyDictionary[Crawler, Workers] = WeakKeyDictionary()


def workers_of(crawler: Crawler) -> Workers:
    """Return the processes that a crawl shares, whichever of its spiders asks; they end with it."""
    if crawler not in _workers:
        _workers[crawler] = workers = Workers()
        crawler.signals.connect(workers.close, signals.engine_stopped)
    return _workers[crawler]
