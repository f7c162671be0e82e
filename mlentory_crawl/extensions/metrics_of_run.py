"""Writes the metrics of a run when it has ended, and its report is written."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from mlentory_crawl.crawl.current_run import opened_run
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.exporters.metrics_file import write_metrics

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class MetricsOfRun:
    """Writes the file that the setting ``METRICS_FILE`` names."""

    def __init__(self, crawler: Crawler, path: Path) -> None:
        self._crawler = crawler
        self._path = path

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        path = crawler.settings.get("METRICS_FILE")
        if not path:
            raise NotConfigured
        extension = cls(crawler, Path(path))
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_closed(self) -> None:
        """Write the file; the verdict is settled, so a failure is only logged."""
        run = opened_run(self._crawler)
        if run is None:
            return
        source = f"{run.plan.platform}/{run.plan.instance}" if run.plan.instance else run.plan.platform
        try:
            # The report itself: after a failure of the catalog, the stored one is an earlier one.
            write_metrics(self._path, run.data_dir, {source: run.report.told()})
        except (MlentoryError, OSError) as error:
            logger.error("The metrics of the run could not be written to %s: %s", self._path, error)
