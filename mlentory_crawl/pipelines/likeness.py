"""Links texts that read nearly the same."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

from fair4ml.describe.likenesses import relate
from fair4ml.entities import Article
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.extras import install_command
from mlentory_crawl.items import MappedRecord

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class LikenessPipeline:
    """Adds to each article and post the texts that the catalog has and that read nearly the same.

    It stands between the mapping and the catalog, so that the links are a part of the record.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._is_possible: bool | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(run_of(crawler))

    def process_item(self, item: Any) -> Any:
        if not isinstance(item, MappedRecord) or not isinstance(item.root, Article):
            return item
        if self._is_possible is None:
            self._is_possible = self.run.catalog.likeness.is_possible()
            if not self._is_possible:
                logger.warning("Texts are not compared with each other: %s", install_command("documents"))
        if self._is_possible:
            found = self.run.catalog.likeness.alike(f"{item.platform}/{item.kind}/{item.key}", item.document())
            parts, stubs = relate(item.root, found)
            item.parts += parts
            item.stubs += [stub for stub in stubs if stub not in item.stubs]
        return item
