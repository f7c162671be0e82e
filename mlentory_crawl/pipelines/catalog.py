"""Stores records in the catalog."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

import orjson
from scrapy import signals
from scrapy.exceptions import DropItem

from fair4ml.document import Document
from fair4ml.document_changes import carry_over
from fair4ml.entities import FieldIssue
from fair4ml.platforms import dependencies, source_model
from mlentory_crawl.catalog.codec import encode
from mlentory_crawl.catalog.commits import Entry, Known, Rejected
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.crawl.outcomes import Duplicate, Erased, Quarantined
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.items import MappedRecord, RawRecord, UnchangedRecord

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class CatalogPipeline:
    """Passes each `MappedRecord` to the run, which stores whole pages; records with the same hash are unchanged.

    Records that ended earlier, in whichever component, go to the quarantine or are counted.
    """

    def __init__(self, run: Run, crawler: Crawler) -> None:
        self.run = run
        self.crawler = crawler
        self._stopping: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pipeline = cls(run_of(crawler), crawler)
        crawler.signals.connect(pipeline.item_dropped, signals.item_dropped)
        crawler.signals.connect(pipeline.item_error, signals.item_error)
        return pipeline

    def process_item(self, item: Any) -> Any:
        if isinstance(item, MappedRecord):
            self._store(item)
        elif isinstance(item, UnchangedRecord):
            self._store_unchanged(item.raw, item.counters)
        else:
            return item
        if self.run.broken and self._stopping is None:
            # Not awaited here, because it waits for this very item.
            closing = self.crawler.engine.close_spider_async(reason="catalog_failed")
            self._stopping = asyncio.get_running_loop().create_task(closing)
        return item

    def _store_unchanged(self, item: RawRecord, counters: dict[str, int]) -> None:
        known = self.run.pages.known(item)
        assert known is not None
        issues = [FieldIssue(*issue) for issue in known.issues]
        self.run.pages.store(item, Entry.unchanged(item.platform, item.kind, item.key, known, counters), issues)

    def _store(self, item: MappedRecord) -> None:
        known = self.run.pages.known(item)
        document, counters = item.document(), item.counters
        if known is not None and self.run.report.refused_fields:
            document, counters = self._with_refused(item, known, document)
        text, digest = encode(document)
        unchanged = known is not None and known.hash == digest and not known.deleted
        entry = Entry(
            platform=item.platform,
            kind=item.kind,
            key=item.key,
            iri=item.root.iri,
            hash=digest,
            modified=document["root"].get("dateModified"),
            known=known,
            document=None if unchanged else document,
            text=b"" if unchanged else text,
            provenance=item.provenance,
            counters=counters,
            digest=item.digest,
            issues=[(issue.field, issue.reason) for issue in item.issues],
            instance=item.page.instance,
        )
        self.run.pages.store(item, entry, item.issues)

    def _with_refused(self, item: MappedRecord, known: Known, document: Document) -> tuple[Document, dict[str, int]]:
        """Return the document and the counters; refused fields keep their last values."""
        refused = self.run.report.refused_fields
        before, provenance = self.run.catalog.stored(known.id)
        exceptions = provenance.get("exceptions", {})
        names = source_model(item.platform, item.kind).counters
        hidden = {names.get(field) for field in refused}
        observed = {name: count for name, count in orjson.loads(known.observed).items() if name in hidden}
        if exceptions:
            item.provenance["exceptions"] = {**exceptions, **item.provenance.get("exceptions", {})}
        return carry_over(document, before, dependencies(item.platform, item.kind), refused), {
            **observed,
            **item.counters,
        }

    def item_dropped(self, item: Any, exception: DropItem) -> None:
        # Scrapy passes the item as the spider yielded it.
        if not isinstance(item, RawRecord):
            return
        if isinstance(exception, Duplicate):
            self.run.pages.drop_duplicate(item.page, item.kind)
        elif isinstance(exception, Erased):
            self.run.pages.withhold(item.page, item.kind)
        elif isinstance(exception, Quarantined):
            self.run.pages.reject(
                item.page,
                Rejected(
                    platform=item.platform,
                    kind=item.kind,
                    key=item.key,
                    url=item.url,
                    field=exception.field,
                    reason=exception.reason,
                    fetched_at=item.fetched_at,
                    payload=_json(self.run.redactor.kept(item.payload)),
                ),
            )
        else:
            self.run.pages.fail(item.page, item.kind, item.key)

    def item_error(self, item: Any) -> None:
        if isinstance(item, RawRecord):
            self.run.pages.fail(item.page, item.kind, item.key)

    async def close_spider(self) -> None:
        self.run.commit()


def _json(payload: Any) -> bytes:
    try:
        return orjson.dumps(payload)
    except orjson.JSONEncodeError:  # lone surrogates, which JSON allows and UTF-8 does not
        return str(payload).encode("utf-8", "backslashreplace")
