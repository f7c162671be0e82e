"""Feed exporters: every valid record of a run, in the formats of `formats`."""

from __future__ import annotations

import logging
from typing import IO, TYPE_CHECKING, Any, ClassVar, Self

from itemadapter import ItemAdapter
from scrapy.exporters import BaseItemExporter

from fair4ml.document import public
from mlentory_crawl.exporters.base import Format
from mlentory_crawl.exporters.formats import Csv, Json, JsonLd, JsonLines, NTriples, Turtle, ZstdJsonLines
from mlentory_crawl.exporters.parquet import Parquet

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

LOST_ITEMS = "feedexport/lost_items"
"""The statistic of items that are missing in a feed."""

logger = logging.getLogger(__name__)


class RecordExporter(BaseItemExporter):
    """Writes mapped records; an item that cannot be written is logged and counted, and the next one goes on.

    Args:
        file: where to write.
        stats: where ``feedexport/lost_items`` is counted.
        options: of Scrapy's exporters.
    """

    Format: ClassVar[type[Format]]

    def __init__(self, file: IO[bytes], stats: StatsCollector, **options: Any) -> None:
        super().__init__(dont_fail=True, **options)
        self._format = self.Format(file)
        self._stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler, file: IO[bytes], **options: Any) -> Self:
        return cls(file, crawler.stats, **options)

    def start_exporting(self) -> None:
        self._format.start()

    def export_item(self, item: Any) -> None:
        try:
            self._format.write(_record(item))
        except Exception:
            self._stats.inc_value(LOST_ITEMS)
            logger.exception("A %s could not be exported", type(item).__name__)

    def finish_exporting(self) -> None:
        self._format.finish()


def _record(item: Any) -> dict[str, Any]:
    adapter = ItemAdapter(item)
    return {
        "key": f"{adapter['platform']}/{adapter['kind']}/{adapter['key']}",
        "run": adapter["run"],
        "platforms": [adapter["platform"]],
        **public(item.document()),
        "counters": adapter["counters"],
        "provenance": adapter["provenance"],
    }


class JsonLinesExporter(RecordExporter):
    """JSON lines."""

    Format = JsonLines


class JsonExporter(RecordExporter):
    """A JSON array."""

    Format = Json


class ZstdJsonLinesExporter(RecordExporter):
    """JSON lines, compressed with Zstandard."""

    Format = ZstdJsonLines


class CsvExporter(RecordExporter):
    """Comma-separated values."""

    Format = Csv


class TurtleExporter(RecordExporter):
    """Turtle."""

    Format = Turtle


class NTriplesExporter(RecordExporter):
    """N-Triples."""

    Format = NTriples


class JsonLdExporter(RecordExporter):
    """JSON-LD."""

    Format = JsonLd


class ParquetExporter(RecordExporter):
    """Parquet."""

    Format = Parquet
