"""Checks records against the models of their platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from fair4ml.describe.digest import digest
from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.platforms import source_model
from fair4ml.read.json_text import SPOILED
from fair4ml.read.secrets import masked_values
from fair4ml.write.documents import KINDS
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.crawl.outcomes import Erased, Quarantined
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.items import RawRecord, UnchangedRecord, ValidRecord

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

WRITTEN = KINDS | {"comment"}
"""The kinds of records about what people write."""


class ValidationPipeline:
    """Validates each `RawRecord` into a `ValidRecord`: invalid values are left out and counted.

    A record that has not changed since the last time, counters apart, becomes an `UnchangedRecord`, unless a feed
    needs every record mapped.

    Raises:
        Erased: the record is about an erased entity.
        Duplicate: the record's catalog key already occurred in this run.
        Quarantined: the record as a whole is invalid.
    """

    def __init__(self, run: Run, *, maps_all: bool) -> None:
        self.run = run
        self.pages = run.pages
        self.maps_all = maps_all

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(run_of(crawler), maps_all=bool(crawler.settings.getdict("FEEDS")))

    def process_item(self, item: Any) -> Any:
        if not isinstance(item, RawRecord):
            return item
        if self.run.withholds(item):
            raise Erased
        self.pages.claim(item)
        if item.kind in WRITTEN:
            # The archive alone keeps a key that somebody has left in a text.
            item.payload, item.url, item.seed = map(masked_values, (item.payload, item.url, item.seed))
        payload = item.payload
        if isinstance(payload, dict) and (reason := payload.get(SPOILED)):
            raise Quarantined("", str(reason)[:500])
        model = source_model(item.platform, item.kind)
        hashed, counters = digest(model, payload) or (None, {})
        if hashed is not None and not self.maps_all:
            known = self.pages.known(item)
            if known and known.digest == hashed and not known.deleted:
                return UnchangedRecord(item, counters)
        try:
            source, issues = parse(model, payload)
        except InvalidRecord as error:
            raise Quarantined(error.field, error.reason) from error
        return ValidRecord(item, source, issues, hashed)
