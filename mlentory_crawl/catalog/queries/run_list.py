"""The runs of a catalog, in brief."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from mlentory_crawl.catalog.reader import CatalogReader


@dataclass(frozen=True, slots=True)
class RunInBrief:
    """A run.

    Attributes:
        name: its name.
        platform, mode: what it crawled, and how.
        started_at, finished_at: when it began and ended (UTC), as far as it has ended.
        verdict: what became of it.
        records: the numbers of records by outcome.
    """

    name: str
    platform: str
    mode: str
    started_at: str
    finished_at: str | None
    verdict: str | None
    records: dict[str, int]


@dataclass(frozen=True, slots=True)
class RunList:
    """A part of the runs, newest first.

    Attributes:
        total: the number of all runs.
        runs: the runs.
    """

    total: int
    runs: list[RunInBrief]


def run_list(reader: CatalogReader, limit: int, offset: int = 0) -> RunList:
    """Return runs, newest first.

    Args:
        reader: the catalog.
        limit: the maximum number of runs.
        offset: the number of newer runs to leave out.
    """
    ((total,),) = reader._execute("SELECT count(*) FROM run").fetchall()
    rows = reader._execute(
        "SELECT name, platform, mode, started_at, report FROM run ORDER BY id DESC LIMIT :limit OFFSET :offset",
        {"limit": limit, "offset": offset},
    )
    return RunList(total, [_brief(*row) for row in rows])


def runs_version(reader: CatalogReader) -> str:
    """Return a text that differs from one that was returned before if a run has begun or ended since."""
    (last, ended) = reader._execute("SELECT max(id), count(completed_at) FROM run").fetchone()
    return f"{last or 0}.{ended}"


def _brief(name: str, platform: str, mode: str, started_at: str, text: str) -> RunInBrief:
    report: dict[str, Any] = orjson.loads(text)
    told = report.get("finished_at"), report.get("verdict"), report.get("records", {})
    return RunInBrief(name, platform, mode, started_at, *told)
