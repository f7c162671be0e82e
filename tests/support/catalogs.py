"""A catalog for tests: documents written by hand, stored as a crawl stores them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fair4ml.document import Document, EntityDict
from mlentory_crawl.catalog.codec import encode
from mlentory_crawl.catalog.commits import Commit, Entry, Rejected
from mlentory_crawl.catalog.database import connect
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.data_directory import CATALOG

HUB = "https://huggingface.co/"
DAY = "2024-01-{:02}T00:00:00Z"
"""When the crawl of a day of January fetched."""


def model(name: str, *, part: str | None = None, **facts: Any) -> Document:
    """A model as a record describes it.

    Args:
        name: its id on the Hub.
        part: the name of a dataset that is a part of it.
        facts: ``base`` and ``owner``, which are named; anything else is a property.
    """
    root: EntityDict = {"iri": HUB + name, "class": "MLModel", "name": name, "url": HUB + name}
    stubs, parts = [], []
    if base := facts.pop("base", None):
        root["wasDerivedFrom"] = [HUB + base]
        stubs.append({"iri": HUB + base, "class": "MLModel", "name": base})
    if owner := facts.pop("owner", None):
        root["sharedBy"] = [HUB + owner]
        stubs.append({"iri": HUB + owner, "class": "Agent", "name": owner})
    # As in the records of all platforms: what has no stub has no edge.
    stubs += [{"iri": iri, "class": "License", "name": iri.rpartition("/")[2]} for iri in facts.get("license", ())]
    if part:
        iri = f"{HUB}{name}#dataset-0000000000000001"
        root["trainedOn"] = [iri]
        parts.append({"iri": iri, "class": "Dataset", "name": part})
    return {"root": {**root, **facts}, "parts": parts, "stubs": stubs}


class Book:
    """A catalog that is written a run a day.

    Args:
        data_dir: where it is kept.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.writer = CatalogWriter(data_dir)
        self.days = 0
        self.run = 0

    def begin(self) -> int:
        """Open the run of the next day."""
        self.days += 1
        name = f"202401{self.days:02}T000000Z_00000000"
        self.run = self.writer.runs.open(
            name, "huggingface", "census", b'{"spider":"huggingface"}', DAY.format(self.days)
        )
        return self.run

    def entry(
        self,
        key: str,
        document: Document,
        counters: Mapping[str, int] | None = None,
        platform: str = "huggingface",
        kind: str = "model",
    ) -> Entry:
        """What a crawl makes of a record now."""
        text, digest = encode(document)
        known = self.writer.lookup(self.run, platform, [(kind, key)]).get((kind, key))
        unchanged = known is not None and known.hash == digest and not known.deleted
        return Entry(
            platform=platform,
            kind=kind,
            key=key,
            iri=document["root"]["iri"],
            hash=digest,
            modified=document["root"].get("dateModified"),
            known=known,
            document=None if unchanged else document,
            text=b"" if unchanged else text,
            provenance={"source": f"https://example.org/{key}", "fetched_at": DAY.format(self.days)},
            counters=dict(counters or {}),
        )

    def crawl(self, documents: Mapping[str, Document], counters: Mapping[str, Mapping[str, int]] | None = None) -> None:
        """Store these records, by native id, as the run of the next day."""
        self.begin()
        counted = counters or {}
        entries = [self.entry(key, document, counted.get(key)) for key, document in documents.items()]
        self.writer.commit(self.run, Commit(entries=entries))

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database says, read by a connection of its own."""
        connection = connect(self.data_dir)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def alter(self, sql: str, *values: Any) -> None:
        """Do something to the database that no crawl does."""
        connection = sqlite3.connect(self.data_dir / CATALOG)
        connection.execute(sql, values)
        connection.commit()
        connection.close()

    def close(self) -> None:
        """Release the catalog."""
        self.writer.close()


def recounted(connection: Any) -> tuple[list[tuple[str, int]], list[tuple[Any, ...]]]:
    """The rows of the tables of totals, counted anew from what they are totals of."""
    totals = connection.execute(
        """SELECT 'described', coalesce(sum(described), 0) FROM entity
           UNION ALL SELECT 'edges', (SELECT count(*) FROM edge)
           UNION ALL SELECT 'named', coalesce(sum(NOT described), 0) FROM entity"""
    )
    records = connection.execute(
        """SELECT platform, kind, instance, count(*) - count(deleted_at), count(deleted_at) FROM record
           WHERE run <> 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
    )
    return totals.fetchall(), records.fetchall()


def rejected(key: str, reason: str = "is missing") -> Rejected:
    """A record for the quarantine."""
    return Rejected(
        platform="huggingface",
        kind="model",
        key=key,
        url=f"https://huggingface.co/api/models/{key}",
        field="id",
        reason=reason,
        fetched_at=DAY.format(1),
        payload=b'{"odd":true}',
    )
