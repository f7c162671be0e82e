"""Counts of the catalog, and its last runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from mlentory_crawl.catalog.reader import CatalogReader


@dataclass(frozen=True, slots=True)
class CatalogStatus:
    """The contents of the catalog.

    A further instance of a platform stands beside it as ``platform/instance``.

    Attributes:
        sequence: the highest sequence number given out.
        entities: how many entities records describe.
        edges: how many statements lead from one entity to another.
        stubs: how many are only named.
        records: by platform and kind, how many are ``live`` and how many ``deleted``.
        watermarks: by platform, up to where its last delta has read.
        last_census: by platform, when the last complete census ended (UTC).
    """

    sequence: int
    entities: int
    edges: int
    stubs: int
    records: dict[str, dict[str, dict[str, int]]]
    watermarks: dict[str, str]
    last_census: dict[str, str]


_SOURCE = "CASE instance WHEN '' THEN platform ELSE platform || '/' || instance END"


def catalog_status(reader: CatalogReader) -> CatalogStatus:
    """Count what is in the catalog."""
    records: dict[str, dict[str, dict[str, int]]] = {}
    for platform, kind, live, deleted in reader._execute(
        f"SELECT {_SOURCE}, kind, count(*) - count(deleted_at), count(deleted_at) FROM record"
        " WHERE run <> 0 GROUP BY 1, 2 ORDER BY 1, 2"
    ):
        records.setdefault(platform, {})[kind] = {"live": live, "deleted": deleted}
    (entities, stubs), (edges,) = (
        reader._execute("SELECT coalesce(sum(described), 0), coalesce(sum(NOT described), 0) FROM entity").fetchone(),
        reader._execute("SELECT count(*) FROM edge").fetchone(),
    )
    return CatalogStatus(
        sequence=reader.last_sequence(),
        entities=entities,
        edges=edges,
        stubs=stubs,
        records=records,
        watermarks=dict(reader._execute(f"SELECT {_SOURCE}, value FROM watermark ORDER BY 1").fetchall()),
        last_census=dict(reader._execute(f"SELECT {_SOURCE}, completed_at FROM census ORDER BY 1").fetchall()),
    )


def last_runs(reader: CatalogReader, most: int) -> list[dict[str, Any]]:
    """The reports of the last runs, newest first.

    Args:
        reader: the catalog.
        most: how many to give.
    """
    rows = reader._execute("SELECT report FROM run ORDER BY id DESC LIMIT ?", (most,))
    return [orjson.loads(report) for (report,) in rows]
