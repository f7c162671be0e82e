"""Checks records against what their platform sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from fair4ml.platforms import source_model
from fair4ml.sources import InvalidRecord, parse
from mlentory_crawl.dropped import Quarantined
from mlentory_crawl.items import RawRecord
from mlentory_crawl.run import Run

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class ValidationPipeline:
    """Gives each `RawRecord` its `source`: values that cannot be used are left out and counted.

    Raises:
        Duplicate: the record's catalog key already ended in this run.
        Quarantined: the record as a whole cannot be used.
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(Run.of(crawler))

    def process_item(self, item: Any) -> Any:
        if not isinstance(item, RawRecord):
            return item
        self.run.claim(item)
        try:
            item.source, item.issues = parse(source_model(item.platform, item.kind), item.payload)
        except InvalidRecord as error:
            raise Quarantined(error.field, error.reason) from error
        return item
