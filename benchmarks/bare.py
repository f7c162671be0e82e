"""The same work as a census without Scrapy, in a plain loop, timed by stage.

`python -m benchmarks.bare ENDPOINT DATA_DIR` prints one JSON object.
"""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from urllib.parse import urlencode

import orjson
from scrapy.http import Response

from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.platforms import describe, source_model
from mlentory_crawl.archive.bodies import digest_of
from mlentory_crawl.archive.store import Archive
from mlentory_crawl.base_spiders.paginators.link_header import next_link
from mlentory_crawl.catalog.codec import encode
from mlentory_crawl.catalog.commits import Commit, Entry
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.items import MappedRecord, Page
from mlentory_crawl.projections.garbage import collect_seldom
from mlentory_crawl.spiders.huggingface.api import API
from mlentory_crawl.spiders.huggingface.spider import EXPAND

RUN = "bare"


class Stages:
    """Adds up the time that stages take."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        began = time.perf_counter()
        yield
        self.seconds[name] += time.perf_counter() - began


def get(url: str) -> Response:
    """Fetch an address, as Scrapy's response."""
    with urllib.request.urlopen(url, timeout=120) as answer:
        headers: Message = answer.headers
        return Response(url, headers=dict(headers.items()), body=answer.read())


def census(endpoint: str, data_dir: Path) -> dict[str, object]:
    """Crawl the whole list and store it as the project does; return counts and seconds by stage."""
    stages = Stages()
    began = time.perf_counter()
    writer = CatalogWriter(data_dir)
    run = writer.runs.open(RUN, "huggingface", "census", b"{}", "2026-01-01T00:00:00Z")
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "mlentory_crawl.projections.worker", name, RUN],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        for name in ("search", "turtle")
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(orjson.dumps({"MLENTORY_DATA_DIR": str(data_dir)}) + b"\n")
        worker.stdin.flush()
    archive = Archive(data_dir / "raw", "huggingface", RUN)
    query = [("limit", "1000"), ("sort", "createdAt"), ("direction", "1"), *(("expand[]", name) for name in EXPAND)]
    url: str | None = f"{endpoint}/api/models?{urlencode(query)}"
    models = number = 0
    while url:
        with stages.timed("download"):
            response = get(url)
        with stages.timed("archive"):
            digest = digest_of(response.body)
            archive.enter(str(number), response, "2026-01-01T00:00:00Z", digest, archive.store(response.body, digest))
        with stages.timed("decode"):
            payload = orjson.loads(response.body)
        page = Page(number, url, "huggingface", [("model", record["_id"]) for record in payload])
        models += len(payload)
        _store(writer, run, page, payload, stages)
        url, number = next_link(response), number + 1
    with stages.timed("projections"):
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write(b"finish\n")
            worker.stdin.close()
        for worker in workers:
            worker.wait()
    writer.close()
    seconds = time.perf_counter() - began
    return {"models": models, "seconds": seconds, "stages": dict(stages.seconds)}


def _store(writer: CatalogWriter, run: int, page: Page, payload: list[dict[str, object]], stages: Stages) -> None:
    model = source_model("huggingface", "model")
    with stages.timed("look-up"):
        known = writer.lookup(run, "huggingface", page.keys)
    with stages.timed("validation"):
        sources = []
        for record in payload:
            try:
                sources.append((record, *parse(model, record)))
            except InvalidRecord:
                continue
    with stages.timed("mapping"):
        now = datetime.now(UTC)
        mapped = []
        for record, source, issues in sources:
            description = describe(source)
            mapped.append(MappedRecord(
                platform="huggingface", kind="model", key=str(record["_id"]), run=RUN, root=description.root,
                parts=description.parts, stubs=description.stubs, counters=description.counters, page=page,
                provenance={"source": f"{API}/{record['id']}", "fetched_at": f"{now:%Y-%m-%dT%H:%M:%SZ}"},
                issues=[*issues, *description.issues],
            ))  # fmt: skip
    with stages.timed("hash"):
        entries = []
        for item in mapped:
            document = item.document()
            text, digest = encode(document)
            entries.append(Entry(
                platform=item.platform, kind=item.kind, key=item.key, iri=item.root.iri, hash=digest, modified=None,
                known=known.get((item.kind, item.key)), document=document, text=text, provenance=item.provenance,
                counters=item.counters,
            ))  # fmt: skip
    with stages.timed("catalog"):
        writer.commit(run, Commit(entries=entries))


if __name__ == "__main__":
    collect_seldom()
    sys.stdout.buffer.write(orjson.dumps(census(sys.argv[1], Path(sys.argv[2]))) + b"\n")
