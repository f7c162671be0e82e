"""The changes that a census sends to the stores, prepared beforehand."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.__main__ import crawl
from mlentory_crawl.catalog.feed import Feed
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.changes import Change
from mlentory_crawl.sample_hub import SampleHub


def prepared(models: int, batch_size: int) -> list[list[Change]]:
    """The changes of a census, in the batches that a projection makes."""
    with tempfile.TemporaryDirectory(prefix="mlentory-bench-") as folder, SampleHub(models=models) as hub:
        crawl(hub.url, Path(folder), servers=False)
        reader = CatalogReader(Path(folder))
        batches: list[list[Change]] = []
        at = 0
        while True:
            changes, at, _ = Feed(reader).changes(at, batch_size)
            if not changes:
                return batches
            batches.append(changes)
