"""A catalog in a process of its own making, with short ways to store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fair4ml.document import Document
from mlentory_crawl.catalog.codec import encode
from mlentory_crawl.catalog.commits import Commit, Entry, Known
from mlentory_crawl.catalog.writer import CatalogWriter

MIT, BSD = "https://spdx.org/licenses/MIT", "https://spdx.org/licenses/BSD-2-Clause"


def document(name: str, license: str = MIT) -> Document:
    """What a record states about a model."""
    return {
        "root": {"iri": f"https://huggingface.co/{name}", "class": "MLModel", "name": name, "license": [license]},
        "parts": [],
        "stubs": [{"iri": license, "class": "License", "name": license.rsplit("/", 1)[1]}],
    }


class SmallCatalog:
    """A catalog that is being written.

    Args:
        data_dir: where it is.
        run: the name of its first run.
    """

    def __init__(self, data_dir: Path, run: str = "first") -> None:
        self.data_dir = data_dir
        self.writer = CatalogWriter(data_dir)
        self.begin(run)

    def begin(self, run: str) -> None:
        self.run = self.writer.runs.open(run, "huggingface", "census", b"{}", "2026-01-01T00:00:00Z")

    def store(self, key: str, stated: Document) -> None:
        self.store_all({key: stated})

    def store_all(self, stated: Mapping[str, Document]) -> None:
        known = self.writer.lookup(self.run, "huggingface", [("model", key) for key in stated])
        entries = [self._entry(key, each, known.get(("model", key))) for key, each in stated.items()]
        self.writer.commit(self.run, Commit(entries=entries))

    def _entry(self, key: str, stated: Document, known: Known | None) -> Entry:
        text, digest = encode(stated)
        return Entry(
            platform="huggingface",
            kind="model",
            key=key,
            iri=stated["root"]["iri"],
            hash=digest,
            modified=stated["root"].get("dateModified"),
            known=known,
            document=stated,
            text=text,
            provenance={"source": "https://huggingface.co/api", "fetched_at": "2026-01-01T00:00:00Z"},
            counters={},
        )
