"""The plan of a run: what it is, decided before it begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from mlentory_crawl.crawl.run_settings import RunSettings

if TYPE_CHECKING:
    from mlentory_crawl.catalog.writer import CatalogWriter


@dataclass(frozen=True, slots=True)
class CrawlPlan:
    """The plan of a run.

    Attributes:
        platform: the platform's key, or that of the dispatcher.
        mode: the mode of the crawl, for the report.
        coverage: the coverage of the complete run: ``census``, ``delta``, ``limit`` or ``ids``.
        arguments: the arguments of the spider, as the report shows them.
        identity: the values by which two commands are the same crawl.
        resumable: whether an interrupted run continues from its cursor.
        ordered: whether its pages have an order, in which they are stored.
        asks: whether it sends requests to a service; a spider that reads files reads them again in a replay.
        job: scrapyd's id of the job, if scrapyd started it.
        instance: the installation of the platform, as the catalog names it; empty for its public or only one.
        settings: the settings that it depends on, as the report shows them.
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
    settings: RunSettings = field(default_factory=RunSettings)

    def key(self) -> bytes:
        """Return the identity as the catalog keeps it."""
        return orjson.dumps(self.identity, option=orjson.OPT_SORT_KEYS)


class CrawlingSpider(Protocol):
    """The interface of a spider that its run uses.

    Attributes:
        name: the platform's key, or that of the dispatcher.
        failures: the reasons why pages could not be fetched, one line each.
        listed: the number of entities in the platform's list so far, however many kinds of records each gives.
        watermark: the platform's time up to which the complete run completes the catalog; None leaves it unchanged.
    """

    name: str
    failures: list[str]
    listed: int

    @property
    def watermark(self) -> str | None: ...

    def crawl_plan(self, catalog: CatalogWriter) -> CrawlPlan:
        """Return the plan, given the contents of the catalog."""
