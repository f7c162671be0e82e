"""The plan of a run: what it is, decided before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class CrawlPlan:
    """What a run is going to do.

    Attributes:
        platform: the platform's key, or that of the dispatcher.
        mode: how it crawls, for the report.
        coverage: what it has covered once it is complete: ``census``, ``delta``, ``limit`` or ``ids``.
        arguments: those of the spider, as the report shows them.
        identity: what makes two commands the same crawl.
        resumable: whether an interrupted run goes on from its cursor.
        ordered: whether its pages have an order, in which they are stored.
        job: scrapyd's id of the job, if it was scrapyd that started it.
    """

    platform: str
    mode: str
    coverage: str
    arguments: dict[str, Any]
    identity: dict[str, Any]
    resumable: bool = False
    ordered: bool = True
    job: str | None = None

    def key(self) -> bytes:
        """The identity as the catalog keeps it."""
        return orjson.dumps(self.identity, option=orjson.OPT_SORT_KEYS)
