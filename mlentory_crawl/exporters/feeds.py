"""Feed exporters: every valid record of a run, in the formats of `formats`."""

from __future__ import annotations

import logging
from typing import IO, Any, ClassVar

from itemadapter import ItemAdapter
from scrapy.exporters import BaseItemExporter

from mlentory_crawl.exporters.base import Format
from mlentory_crawl.exporters.formats import Csv, JsonLd, JsonLines, NTriples, Turtle, ZstdJsonLines
from mlentory_crawl.exporters.parquet import Parquet

logger = logging.getLogger(__name__)


class RecordExporter(BaseItemExporter):
    """Writes mapped records; an item that cannot be written is logged, and the next one goes on."""

    Format: ClassVar[type[Format]]

    def __init__(self, file: IO[bytes], **options: Any) -> None:
        super().__init__(dont_fail=True, **options)
        self._format = self.Format(file)

    def start_exporting(self) -> None:
        self._format.start()

    def export_item(self, item: Any) -> None:
        try:
            self._format.write(_record(item))
        except Exception:
            logger.exception("A %s could not be exported", type(item).__name__)

    def finish_exporting(self) -> None:
        self._format.finish()


def _record(item: Any) -> dict[str, Any]:
    adapter = ItemAdapter(item)
    return {
        "key": f"{adapter['platform']}/{adapter['kind']}/{adapter['key']}",
        "run": adapter["run"],
        **item.document(),
        "counters": adapter["counters"],
        "provenance": adapter["provenance"],
    }


class JsonLinesExporter(RecordExporter):
    """JSON lines."""

    Format = JsonLines


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
