"""Writes the files of a run when it ends."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Self

from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.child import spawn
from mlentory_crawl.run import Run
from mlentory_crawl.run_files import expected

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class TurtlePipeline:
    """Writes ``rdf/``, ``normalized/`` and ``quarantine/`` of the run from the catalog."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(Run.of(crawler))

    async def close_spider(self) -> None:
        self.run.commit()
        try:
            told = await self._write()
        except Exception as error:  # noqa: BLE001  a failed closing must not keep other pipelines from theirs
            told = {"backend": "files", "written": 0, "backlog": 1, "error": f"{type(error).__name__}: {error}"}
            logger.error("Projection turtle: %s", told["error"])
        self.run.report.projections["turtle"] = told

    async def _write(self) -> dict[str, Any]:
        reader = CatalogReader(self.run.data_dir)
        files = expected(reader, self.run.name)
        reader.close()
        # Each file takes as long as the next: side by side they use both cores while the other stores finish.
        names = [name for name, _, _ in files]
        await asyncio.gather(*(self._spawn(name) for name in names))
        written = [path for _, _, path in files if (self.run.data_dir / path).exists()]
        return {"backend": "files", "written": len(written), "backlog": len(files) - len(written), "files": written}

    async def _spawn(self, name: str) -> None:
        process = await spawn("mlentory_crawl.run_files", str(self.run.data_dir), self.run.name, name)
        await process.communicate()
        if process.returncode:
            raise RuntimeError(f"{name} of run {self.run.name} could not be written: code {process.returncode}")
