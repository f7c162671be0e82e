"""Counts of the catalog, and its last runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from mlentory_crawl.catalog.reader import CatalogReader


@dataclass(frozen=True, slots=True)
class CatalogStatus:
    """The contents of the catalog.

    Further instances of a platform are listed as ``platform/instance``.

    Attributes:
        sequence: the highest sequence number given out.
        entities: the number of entities that records describe.
        edges: the number of statements that lead from one entity to another.
        stubs: the number of entities that are only named.
        records: the numbers of ``live`` and of ``deleted`` records, by platform and kind.
        watermarks: the point up to which the lists were last read, by platform.
        last_census: the time at which the last complete census ended (UTC), by platform.
    """

    sequence: int
    entities: int
    edges: int
    stubs: int
    records: dict[str, dict[str, dict[str, int]]]
    watermarks: dict[str, str]
    last_census: dict[str, str]


SOURCE = "CASE instance WHEN '' THEN platform ELSE platform || '/' || instance END"
"""SQL: the name of a platform, or of one of its further instances."""


def catalog_status(reader: CatalogReader) -> CatalogStatus:
    """Count the contents of the catalog."""
    records: dict[str, dict[str, dict[str, int]]] = {}
    for platform, kind, live, deleted in reader._execute(
        f"SELECT {SOURCE}, kind, live, deleted FROM record_total WHERE live + deleted > 0 ORDER BY 1, 2"
    ):
        records.setdefault(platform, {})[kind] = {"live": live, "deleted": deleted}
    totals = dict(reader._execute("SELECT name, count FROM total").fetchall())
    return CatalogStatus(
        sequence=reader.last_sequence(),
        entities=totals["described"],
        edges=totals["edges"],
        stubs=totals["named"],
        records=records,
        watermarks=dict(reader._execute(f"SELECT {SOURCE}, value FROM watermark ORDER BY 1").fetchall()),
        last_census=dict(reader._execute(f"SELECT {SOURCE}, completed_at FROM census ORDER BY 1").fetchall()),
    )


def last_runs(reader: CatalogReader, most: int) -> list[dict[str, Any]]:
    """Return the reports of the last runs, newest first.

    Args:
        reader: the catalog.
        most: the maximum number of reports.
    """
    rows = reader._execute("SELECT report FROM run ORDER BY id DESC LIMIT ?", (most,))
    return [orjson.loads(report) for (report,) in rows]
