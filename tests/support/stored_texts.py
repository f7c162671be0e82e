"""Texts that the catalog keeps beside the descriptions."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from mlentory_crawl.catalog.codec import unpack
from mlentory_crawl.data_directory import CATALOG


def stored_texts(data_dir: Path) -> dict[str, str | None]:
    """The text of each live record's entity, by its IRI; None where the record has none."""
    with closing(sqlite3.connect(f"file:{data_dir / CATALOG}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT iri, document FROM record WHERE deleted_at IS NULL").fetchall()
    return {iri: unpack(document).get("text") for iri, document in rows}
