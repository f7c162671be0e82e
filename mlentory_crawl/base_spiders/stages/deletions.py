"""Deletions: records that a complete census did not find are requested by name, and deleted if they are gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mlentory_crawl.base_spiders.platform import PlatformSpider
from mlentory_crawl.catalog.commits import Missing
from mlentory_crawl.responses import shown

if TYPE_CHECKING:
    from scrapy.http import Response

MOST_MISSING = 0.02
"""The share of live records that a census may lack; if more are missing, the census itself is doubtful."""


class Deletions:
    """Decides which records are gone when the walk over a platform's lists is over.

    This is the walk of the run: a spider that only makes requests for another one has not walked over its lists.

    A record is gone if two consecutive censuses did not find it and its platform denies that it exists.

    Args:
        spider: the spider of the census; its `PlatformSpider.probe` and `PlatformSpider.is_gone` ask and judge.
        kinds: the kinds of the records; the share of missing records is taken over all of them.
    """

    def __init__(self, spider: PlatformSpider, *kinds: str) -> None:
        self._spider = spider
        self._kinds = kinds
        self._pending: Iterator[Missing] | None = None
        self._open = 0
        self._missed: set[int] = set()
        self._gone: list[Missing] = []
        self._settled = False

    def step(self) -> bool:
        spider, run = self._spider, self._spider.run
        if self._settled or run.report.coverage != "census" or spider.failures or len(run.pages) or run.broken:
            return False
        if self._pending is None:
            run.commit()
            if run.broken:  # to the catalog, records that could not be stored look missing
                return False
            self._pending = iter(self._twice_missed())
        # One at a time: they are few, and do not share their quota.
        if not self._open and (record := next(self._pending, None)) is not None:
            self._open += 1
            run.report.probes += 1
            request = spider.probe(record)
            assert spider.crawler.engine is not None
            spider.crawler.engine.crawl(
                request.replace(
                    callback=self._answered,
                    errback=self._failed,
                    cb_kwargs={"record": record},
                    meta={**request.meta, "archive": True},
                    dont_filter=True,
                )
            )
        if self._open:
            return True
        self._settled = True
        run.settle(self._missed, self._gone)
        return False

    def _twice_missed(self) -> list[Missing]:
        spider, run = self._spider, self._spider.run
        found = [run.catalog.census.missing(run.id, spider.name, kind) for kind in self._kinds]
        missing, live = [record for records, _ in found for record in records], sum(count for _, count in found)
        if len(missing) > MOST_MISSING * live and not spider.accepts_deletions:
            run.report.suspicions.append(
                f"{len(missing)} of {live} {'/'.join(self._kinds)} records are missing, more than {MOST_MISSING:.0%}:"
                " nothing was marked as deleted; if they were deleted, repeat the census with -a accept_deletions=true"
            )
            return []
        self._missed = {record.id for record in missing}
        return [record for record in missing if record.again]

    def _answered(self, response: Response, record: Missing) -> None:
        self._open -= 1
        verdict = self._spider.is_gone(response, record)
        if verdict:
            self._gone.append(record)
        elif verdict is None:
            self._spider.fail(
                f"{shown(response.url)} returned HTTP {response.status}: {self._spider.refusal(response)}"
            )
        else:  # it exists, although the list lacks it
            self._missed.discard(record.id)

    def _failed(self, failure: Any) -> None:
        self._open -= 1
        self._spider.page_failed(failure)
