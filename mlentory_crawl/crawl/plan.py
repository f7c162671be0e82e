"""The plan of a run: what it is, decided before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import orjson

if TYPE_CHECKING:
    from mlentory_crawl.catalog.writer import CatalogWriter


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
        asks: whether it asks a service at all: what it reads from files, a replay reads there again.
        job: scrapyd's id of the job, if it was scrapyd that started it.
        instance: the installation of the platform, as the catalog names it; empty for its public or only one.
    """

    platform: str
    mode: str
    coverage: str
    arguments: dict[str, Any]
    identity: dict[str, Any]
    resumable: bool = False
    ordered: bool = True
    asks: bool = True
    job: str | None = None
    instance: str = ""

    def key(self) -> bytes:
        """The identity as the catalog keeps it."""
        return orjson.dumps(self.identity, option=orjson.OPT_SORT_KEYS)


class CrawlingSpider(Protocol):
    """The side of a spider that its run sees.

    Attributes:
        name: the platform's key, or that of the dispatcher.
        failures: why pages could not be had, one line each.
        listed: how many things the platform's list has shown so far, whatever kinds of records each gives.
        watermark: the platform's time up to which the catalog is complete once this run is; None leaves it as it is.
    """

    name: str
    failures: list[str]
    listed: int

    @property
    def watermark(self) -> str | None: ...

    def crawl_plan(self, catalog: CatalogWriter) -> CrawlPlan:
        """The plan, given what the catalog has."""
