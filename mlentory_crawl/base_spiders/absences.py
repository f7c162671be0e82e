"""What a complete census has not shown: asked for by name, and buried if it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.exceptions import DontCloseSpider

from mlentory_crawl.base_spiders.platform import PlatformSpider
from mlentory_crawl.catalog.writer import Missing

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

MOST_MISSING = 0.02
"""A census that lacks more than this share of the live records says more about the census than about them."""


class Absences:
    """Settles which records are gone when the walk over a platform's list is over.

    A record that two censuses in a row have not shown, and that its platform denies when asked for it by name, is gone.

    Args:
        spider: whose census it is; `PlatformSpider.probe` and `PlatformSpider.is_gone` ask and judge.
        kind: of what kind the records are.
    """

    def __init__(self, spider: PlatformSpider, crawler: Crawler, kind: str) -> None:
        self._spider = spider
        self._crawler = crawler
        self._kind = kind
        self._pending: Iterator[Missing] | None = None
        self._open = 0
        self._missed: set[int] = set()
        self._gone: list[int] = []
        self._settled = False
        crawler.signals.connect(self._idle, signals.spider_idle)

    def _idle(self) -> None:
        spider, run = self._spider, self._spider.run
        if self._settled:  # those of another kind still ask
            return
        if spider.coverage != "census" or spider.failures or run.unfinished or run.broken:
            return
        if self._pending is None:
            self._pending = iter(self._twice_missed())
        # One at a time: they are few, and share their quota with nobody.
        if not self._open and (record := next(self._pending, None)) is not None:
            self._open += 1
            run.report.probes += 1
            request = spider.probe(record)
            # After the last page: in the archive a probe has its place, too.
            request.meta["archive"] = run.next_page + run.report.probes
            assert self._crawler.engine is not None
            self._crawler.engine.crawl(
                request.replace(callback=self._answered, errback=self._failed, cb_kwargs={"record": record})
            )
        if self._open:
            raise DontCloseSpider
        run.settle(self._missed, self._gone)
        self._settled = True

    def _twice_missed(self) -> list[Missing]:
        spider, run = self._spider, self._spider.run
        run.commit()
        missing, live = run.catalog.missing(run.id, spider.name, self._kind)
        if len(missing) > MOST_MISSING * live and not spider.accepts_deletions:
            run.report.suspect(
                f"{len(missing)} of {live} {self._kind} records are missing, more than {MOST_MISSING:.0%}:"
                " nothing was marked as deleted; if it is true, repeat the census with -a accept_deletions=true"
            )
            return []
        self._missed = {record.id for record in missing}
        return [record for record in missing if record.again]

    def _answered(self, response: Response, record: Missing) -> None:
        self._open -= 1
        verdict = self._spider.is_gone(response, record)
        if verdict:
            self._gone.append(record.id)
        elif verdict is not None:  # it is there, whatever the list says
            self._missed.discard(record.id)

    def _failed(self, failure: Any) -> None:
        self._open -= 1
        self._spider.page_failed(failure)
