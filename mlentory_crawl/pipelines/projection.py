"""What projections share: a process that follows the catalog, and a closing that waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Self

import orjson
from scrapy.exceptions import NotConfigured

from mlentory_crawl.config import exported
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.projections.process import lines, spawn
from mlentory_crawl.projections.registry import kept_current

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
PATIENCE_WHEN_STOPPED = 5.0
"""Seconds that a store has to catch up in after a signal: who sends one may kill after ten."""


class ProjectionPipeline:
    """Keeps one store in step with the catalog while the crawl goes on.

    The store is written by a process of its own, which reads what the catalog has committed: a slow or dead store
    neither slows nor stops the crawl, and what it missed is its backlog. Items do not come this way.

    Attributes:
        name: the projection's name, in reports and commands.
    """

    name: ClassVar[str]

    def __init__(self, run: Run, crawler: Crawler) -> None:
        self.run = run
        self.crawler = crawler
        self.settings = exported(crawler.settings)
        self.patience: float = crawler.settings.getfloat("PROJECTION_TIMEOUT")
        self.told: dict[str, Any] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._listener: asyncio.Task[None] | None = None
        self._heard_at = 0.0
        self._misheard: str | None = None
        run.report.expected.append(self.name)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if cls.name not in kept_current(crawler.settings):
            raise NotConfigured
        return cls(run_of(crawler), crawler)

    async def open_spider(self) -> None:
        self._process = await spawn("mlentory_crawl.projections.worker", self.name, self.run.name)
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(self.settings) + b"\n")
        self._listener = asyncio.create_task(self._listen(self._process))

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in lines(process.stdout):
            self._heard_at = time.monotonic()
            # All is read, understood or not: a pipe that nobody reads keeps a process from its end.
            try:
                self.told = dict(orjson.loads(line))
            except (ValueError, TypeError) as error:
                self._misheard = f"its process said {line[:100]!r}: {type(error).__name__}: {error}"

    async def close_spider(self) -> None:
        self.run.commit()
        backlog = None
        with self._errors_told():
            await self._finish()
        with self._errors_told():
            backlog = self.backlog()
        error = self.told.get("error")
        if error:
            logger.error("Projection %s: %s", self.name, error)
        self.run.report.projections[self.name] = {
            "backend": self.told.get("backend"),
            "written": self.told.get("written", 0),
            "failed": self.told.get("failed", 0),
            "backlog": backlog,
            "position": self.told.get("position", 0),
            **self.told.get("counts", {}),
            **({"errors": self.told["errors"]} if self.told.get("errors") else {}),
            **({"error": error} if error else {}),
        }
        self.run.report.peak_rss_mb += self.told.get("rss_mb", 0.0)
        self.run.report.processor_seconds[self.name] += self.told.get("processor_seconds", 0.0)

    @contextlib.contextmanager
    def _errors_told(self) -> Iterator[None]:
        try:
            yield
        except Exception as failure:  # noqa: BLE001  a failed closing must not keep other pipelines from theirs
            self.told = {**self.told, "error": f"{type(failure).__name__}: {failure}"}

    def backlog(self) -> int:
        """How much of the catalog the store does not have yet."""
        behind: int = self.run.catalog.sequence - self.told.get("position", 0)
        return behind + int(self.told.get("failed", 0))

    async def _finish(self) -> None:
        process, listener = self._process, self._listener
        if process is None or listener is None or process.stdin is None:
            return
        with contextlib.suppress(ConnectionError):  # it has ended already: its last words say why
            process.stdin.write(b"finish\n")
            await process.stdin.drain()
        self._heard_at = time.monotonic()
        ended = asyncio.gather(listener, process.wait())
        try:
            await self._wait_for(ended)
            if ended.done() and (code := ended.result()[1]) and "error" not in self.told:
                self.told["error"] = f"its process ended with code {code}"
            if self._misheard:
                self.told.setdefault("error", self._misheard)
        finally:
            if process.returncode is None:
                process.kill()
                await asyncio.wait({ended}, timeout=POLL_SECONDS)

    async def _wait_for(self, ended: asyncio.Future[Any]) -> None:
        """Wait for the process's last words and its end, but not beyond all patience."""
        stopped_at: float | None = None
        while not ended.done():
            await asyncio.wait({ended}, timeout=min(self.patience, POLL_SECONDS))
            now = time.monotonic()
            if not self.crawler.crawling and stopped_at is None:
                stopped_at = now
            if stopped_at is not None and now - stopped_at > PATIENCE_WHEN_STOPPED:
                return
            if now - self._heard_at > self.patience and not ended.done():
                self.told["error"] = f"no progress for {self.patience:.0f} s: given up, scrapy sync {self.name} goes on"
                return
