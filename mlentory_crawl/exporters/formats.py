"""The file formats of records, the same for feeds and for exports of the catalog."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

import orjson
import zstandard

from fair4ml.identifiers import run_iri
from fair4ml.write import rdf
from mlentory_crawl.exporters.base import Format
from mlentory_crawl.exporters.cells import cell
from mlentory_crawl.exporters.parquet import Parquet
from mlentory_crawl.exporters.rows import columns, row

REMEMBERED_STUBS = 200_000


class JsonLines(Format):
    """One JSON object per line."""

    def write(self, record: dict[str, Any]) -> None:
        self.file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))


class Json(Format):
    """One JSON array, with an object per line."""

    appends = False

    def start(self) -> None:
        self.file.write(b"[")
        self._separator = b"\n"

    def write(self, record: dict[str, Any]) -> None:
        self.file.write(self._separator + orjson.dumps(record))
        self._separator = b",\n"

    def finish(self) -> None:
        self.file.write(b"\n]\n")


class ZstdJsonLines(Format):
    """JSON lines, compressed with Zstandard."""

    def start(self) -> None:
        self._compressed = zstandard.ZstdCompressor(level=3).stream_writer(self.file, closefd=False)

    def write(self, record: dict[str, Any]) -> None:
        self._compressed.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))

    def finish(self) -> None:
        self._compressed.flush(zstandard.FLUSH_FRAME)


class Csv(Format):
    """The search document of each record as one row; the values of a cell are separated by semicolons."""

    shows_names = True

    def start(self) -> None:
        self._text = io.TextIOWrapper(self.file, encoding="utf-8", newline="", write_through=True)
        self._rows = csv.DictWriter(self._text, columns(counters=self.counters), extrasaction="ignore")
        if not (self.file.seekable() and self.file.tell()):  # a feed may be appended to an earlier one
            self._rows.writeheader()

    def write(self, record: dict[str, Any]) -> None:
        self._rows.writerow({name: cell(value) for name, value in row(record).items()})

    def finish(self) -> None:
        self._text.detach()


class _Rdf(Format):
    def __init__(self, file: IO[bytes], *, counters: bool = True) -> None:
        super().__init__(file, counters=counters)
        self._stated: set[str] = set()

    def _statements(self, record: dict[str, Any]) -> tuple[dict[str, Any], list[rdf.Resource]]:
        """The record without stubs that were already written, and further statements about it."""
        stubs = [stub for stub in record["stubs"] if stub["iri"] not in self._stated]
        if len(self._stated) > REMEMBERED_STUBS:  # writing a stub twice is harmless, unlimited growth is not
            self._stated.clear()
        self._stated.update(stub["iri"] for stub in stubs)
        iri = record["root"]["iri"]
        extra = rdf.counters(iri, record.get("counters", {}))
        extra += [
            rdf.provenance(
                iri,
                source["key"],
                run=run_iri(source["run"]),
                source=source["source"],
                license=source.get("license"),
                generated_at=datetime.fromisoformat(source["fetched_at"]),
            )
            for source in record.get("sources", [])
        ]
        return {**record, "stubs": stubs}, extra


class Turtle(_Rdf):
    """RDF 1.1 Turtle."""

    def start(self) -> None:
        self.file.write(rdf.turtle_header().encode())

    def write(self, record: dict[str, Any]) -> None:
        self.file.write(rdf.turtle(*self._statements(record)).encode())


class NTriples(_Rdf):
    """RDF 1.1 N-Triples."""

    def write(self, record: dict[str, Any]) -> None:
        self.file.write(rdf.ntriples(*self._statements(record)).encode())


class JsonLd(_Rdf):
    """JSON-LD 1.1: one document with the project's context and a node object per line."""

    appends = False

    def start(self) -> None:
        self.file.write(b'{"@context":' + orjson.dumps(rdf.jsonld_context()) + b',"@graph":[')
        self._separator = b"\n"

    def write(self, record: dict[str, Any]) -> None:
        for node in self._nodes(record):
            self.file.write(self._separator + node)
            self._separator = b",\n"

    def _nodes(self, record: dict[str, Any]) -> Iterator[bytes]:
        return map(orjson.dumps, rdf.jsonld_nodes(*self._statements(record)))

    def finish(self) -> None:
        self.file.write(b"\n]}\n")


FORMATS: dict[str, type[Format]] = {
    ".jsonl": JsonLines,
    ".jsonlines": JsonLines,
    ".jl": JsonLines,
    ".json": Json,
    ".jsonl.zst": ZstdJsonLines,
    ".csv": Csv,
    ".ttl": Turtle,
    ".nt": NTriples,
    ".jsonld": JsonLd,
    ".parquet": Parquet,
}
"""The formats by the ending of a file's name."""
