"""Maps records to FAIR4ML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from fair4ml.describe.source_record import InvalidRecord
from fair4ml.platforms import describe
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.crawl.outcomes import Erased, Quarantined
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.items import MappedRecord, ValidRecord

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class MappingPipeline:
    """Maps each `ValidRecord` to a `MappedRecord`.

    Raises:
        Erased: the record is about an erased entity.
        Quarantined: the record cannot be expressed in FAIR4ML.
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(run_of(crawler))

    def process_item(self, item: Any) -> Any:
        if not isinstance(item, ValidRecord):
            return item
        raw = item.raw
        try:
            description = describe(item.source)
        except InvalidRecord as error:
            raise Quarantined(error.field, error.reason) from error
        erased = self.run.redactor.marks.iris
        if description.root.iri in erased:
            raise Erased
        provenance: dict[str, Any] = {"source": raw.url, "fetched_at": raw.fetched_at}
        if raw.seed:
            provenance["seed"] = raw.seed
        if raw.robots_allowed is not None:
            provenance["robots_allowed"] = raw.robots_allowed
        if description.exceptions:
            provenance["exceptions"] = description.exceptions
        if description.license:
            provenance["license"] = description.license
        return MappedRecord(
            platform=raw.platform,
            kind=raw.kind,
            key=raw.key,
            run=self.run.name,
            root=description.root,
            parts=description.parts,
            stubs=description.stubs,
            provenance=provenance,
            counters=description.counters,
            page=raw.page,
            issues=[*item.issues, *description.issues],
            digest=item.digest,
            text=description.text,
            files=description.files,
            erased=erased,
        )
