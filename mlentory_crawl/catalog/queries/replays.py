"""Runs whose archived responses can be replayed, and runs that replayed them."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from mlentory_crawl.catalog.reader import CatalogReader


class ReplayableRun(NamedTuple):
    """A run that can be replayed.

    Attributes:
        identity: the values by which two commands are the same crawl.
        report: the report as it was last stored.
        is_complete: whether it reached the end of its pages.
    """

    name: str
    platform: str
    mode: str
    identity: dict[str, Any]
    report: dict[str, Any]
    is_complete: bool


def replayable_runs(reader: CatalogReader) -> list[ReplayableRun]:
    """Return all runs, in their order."""
    rows = reader._execute(
        "SELECT name, platform, mode, identity, report, completed_at IS NOT NULL FROM run ORDER BY id"
    )
    return [
        ReplayableRun(name, platform, mode, orjson.loads(identity), orjson.loads(report), bool(is_complete))
        for name, platform, mode, identity, report, is_complete in rows
    ]


def marked_iris(reader: CatalogReader) -> list[str]:
    """Return the IRIs of erased entities, which must not be kept whoever states them."""
    return [iri for (iri,) in reader._execute("SELECT iri FROM erased ORDER BY iri")]


def report_of_replay(reader: CatalogReader, name: str) -> dict[str, Any] | None:
    """Return the report of the last run that replayed another one; None if there was none."""
    row = reader._execute(
        "SELECT report FROM run WHERE identity ->> 'replay' = :name ORDER BY id DESC LIMIT 1", {"name": name}
    ).fetchone()
    return None if row is None else orjson.loads(row[0])
