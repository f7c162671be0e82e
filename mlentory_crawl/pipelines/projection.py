"""The base of the pipelines that keep a projection in step with the catalog."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Self

from scrapy.exceptions import NotConfigured

from mlentory_crawl.config.values import exported
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.projections.registry import kept_current
from mlentory_crawl.projections.worker_process import WorkerProcess

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class ProjectionPipeline:
    """Writes the changes that the catalog has committed, in a separate process; items pass through.

    A slow or dead store neither slows nor stops the crawl: the changes that it missed are its backlog.

    Attributes:
        name: the projection's name, in reports and commands.
    """

    name: ClassVar[str]

    def __init__(self, run: Run, crawler: Crawler) -> None:
        self.run = run
        self.crawler = crawler
        self.worker = WorkerProcess(self.name, crawler.settings.getfloat("PROJECTION_TIMEOUT"))
        run.report.expected.append(self.name)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if cls.name not in kept_current(crawler.settings):
            raise NotConfigured
        return cls(run_of(crawler), crawler)

    async def open_spider(self) -> None:
        await self.worker.start(self.run.name, exported(self.crawler.settings))

    async def close_spider(self) -> None:
        self.run.commit()
        backlog = None
        with self._errors_kept():
            await self.worker.finish(self._is_stopped)
        with self._errors_kept():
            backlog = self.backlog()
        progress = self.worker.progress
        if error := progress.get("error"):
            logger.error("Projection %s: %s", self.name, error)
        report = self.run.report
        report.projections[self.name] = {
            "backend": progress.get("backend"),
            "written": progress.get("written", 0),
            "failed": progress.get("failed", 0),
            "backlog": backlog,
            "position": progress.get("position", 0),
            **progress.get("counts", {}),
            **({"errors": progress["errors"]} if progress.get("errors") else {}),
            **({"error": error} if error else {}),
        }
        report.peak_rss_mb += progress.get("rss_mb", 0.0)
        report.processor_seconds[self.name] += progress.get("processor_seconds", 0.0)

    @contextlib.contextmanager
    def _errors_kept(self) -> Iterator[None]:
        try:
            yield
        except Exception as failure:  # noqa: BLE001  a failure must not prevent other pipelines from closing
            self.worker.progress["error"] = f"{type(failure).__name__}: {failure}"

    def _is_stopped(self) -> bool:
        return not self.crawler.crawling

    def backlog(self) -> int:
        """Return the number of changes in the catalog that the store does not have yet."""
        behind: int = self.run.catalog.sequence - self.worker.progress.get("position", 0)
        return behind + int(self.worker.progress.get("failed", 0))
