"""The worker of a projection as seen by the crawl that starts it, hears its progress and waits for its end."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

import orjson

from mlentory_crawl.projections.process import lines, spawn

WORKER = "mlentory_crawl.projections.worker"
POLL_SECONDS = 0.5
PATIENCE_WHEN_STOPPED = 5.0
"""Seconds that a store has to catch up in after a signal: who sends one may kill after ten."""


class WorkerProcess:
    """The process of one projection.

    Args:
        name: the projection's name.
        patience: seconds that it may make no progress at the end.

    Attributes:
        progress: the last progress that it reported (`ProjectionProgress`); has an ``error`` where something failed.
    """

    def __init__(self, name: str, patience: float) -> None:
        self._name = name
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None
        self._listener: asyncio.Task[None] | None = None
        self._heard_at = 0.0
        self._unreadable: str | None = None
        self.progress: dict[str, Any] = {}

    async def start(self, run: str, settings: dict[str, Any]) -> None:
        """Begin to keep the projection in step.

        Args:
            run: the run that goes on.
            settings: of the project.
        """
        self._process = await spawn(WORKER, self._name, run)
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(settings) + b"\n")
        self._listener = asyncio.create_task(self._listen(self._process))

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in lines(process.stdout):
            self._heard_at = time.monotonic()
            # All is read, understood or not: a pipe that nobody reads keeps a process from its end.
            try:
                self.progress = dict(orjson.loads(line))
            except (ValueError, TypeError) as error:
                self._unreadable = f"unexpected output of its process, {line[:100]!r}: {type(error).__name__}: {error}"

    async def finish(self, is_stopped: Callable[[], bool]) -> None:
        """Have it take the rest of the catalog, and wait for its end, but not beyond all patience.

        Args:
            is_stopped: whether the crawl ends because of a signal.
        """
        process, listener = self._process, self._listener
        if process is None or listener is None or process.stdin is None:
            return
        with contextlib.suppress(ConnectionError):  # it has ended already: its last words say why
            process.stdin.write(b"finish\n")
            await process.stdin.drain()
        self._heard_at = time.monotonic()
        ended = asyncio.gather(listener, process.wait())
        try:
            await self._wait_for(ended, is_stopped)
            if ended.done() and (code := ended.result()[1]) and "error" not in self.progress:
                self.progress["error"] = f"its process exited with code {code}"
            if self._unreadable:
                self.progress.setdefault("error", self._unreadable)
        finally:
            if process.returncode is None:
                process.kill()
                await asyncio.wait({ended}, timeout=POLL_SECONDS)

    async def _wait_for(self, ended: asyncio.Future[Any], is_stopped: Callable[[], bool]) -> None:
        stopped_at: float | None = None
        while not ended.done():
            await asyncio.wait({ended}, timeout=min(self._patience, POLL_SECONDS))
            now = time.monotonic()
            if is_stopped() and stopped_at is None:
                stopped_at = now
            if stopped_at is not None and now - stopped_at > PATIENCE_WHEN_STOPPED:
                return
            if now - self._heard_at > self._patience and not ended.done():
                self.progress["error"] = (
                    f"stopped after {self._patience:.0f} s without progress;"
                    f" to catch up, run: mlentory sync {self._name}"
                )
                return
