"""Look-ups of entities that records name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from mlentory_crawl.base_spiders.single_records import EntitySpider
from mlentory_crawl.catalog.lookups import ASKED_AGAIN_AFTER
from mlentory_crawl.crawl.outcomes import REQUESTED

if TYPE_CHECKING:
    from collections.abc import Hashable

    from scrapy import Request

BATCH = 100
"""The number of requests after which their answers are stored before further ones are sent."""
PER_RUN = 10_000
"""The number of entities of one look-up that a run requests without a limit; the next run continues."""

Target = TypeVar("Target", bound="Hashable")


class Enrichment(Generic[Target]):
    """Requests what a queue holds, until it holds nothing more or the run has requested enough.

    The queue is read again when it is exhausted, and only then: answers may have put more into it.

    Args:
        spider: the spider that sends the requests.
        name: the name of the look-up in the report.
        queue: returns what waits, the most wanted first; the catalog notes what was requested.
        request: makes the request for one; None if it cannot be requested.
        limit: the number to request in this run, over all of its attempts; `PER_RUN` in each if it is None.
        is_read_once: whether answers put nothing more into the queue, and the run owes what it could not fetch; else
            the queue still holds that.
    """

    def __init__(
        self,
        spider: EntitySpider,
        name: str,
        queue: Callable[[], Iterable[Target]],
        request: Callable[[Target], Request | None],
        limit: int | None = None,
        *,
        is_read_once: bool = False,
    ) -> None:
        self._spider = spider
        self._name = name
        self._queue = queue
        self._request = request
        self._limit = limit
        self._is_read_once = is_read_once
        self._requested: set[Target] = set()
        self._requests: Iterator[Request] | None = None
        self._has_ended = False

    def step(self) -> bool:
        run, engine = self._spider.run, self._spider.crawler.engine
        assert engine is not None
        if self._has_ended:
            return False
        run.commit()
        if run.broken:
            return False
        if self._requests is None and not self._is_read_once:
            # Failed look-ups are not entered in the catalog: another run requests them again, and counts them anew.
            run.report.lookups.get(self._name, Counter()).pop("failed", None)
        due = self._due()
        for request in due:
            engine.crawl(request)
        self._has_ended = not due
        if self._has_ended and self._spider.mode == "enrich":
            self._tell_if_nothing_was_due()
        return bool(due)

    def _due(self) -> list[Request]:
        """Return the next requests, after reading the queue if nothing is left of it."""
        room = max(0, min(BATCH, self._left()))
        due = list(islice(self._requests or (), room))
        if not due and room and not (self._is_read_once and self._requests is not None):
            self._requests = self._possible()
            due = list(islice(self._requests, room))
        return due

    def _left(self) -> int:
        if self._limit is None:
            return PER_RUN - len(self._requested)
        counts = self._spider.run.report.lookups.get(self._name, Counter())
        return self._limit - sum(counts[outcome] for outcome in REQUESTED)

    def _tell_if_nothing_was_due(self) -> None:
        report = self._spider.run.report
        note = (
            f"no {self._name} to fetch: the catalog lacks none but those that the platform did not have, or did not"
            f" disclose, in the last {ASKED_AGAIN_AFTER.days} days"
        )
        if not report.lookups.get(self._name) and note not in report.notes:
            report.notes.append(note)
            self._spider.logger.info(note)

    def _possible(self) -> Iterator[Request]:
        for target in self._queue():
            if target not in self._requested and (request := self._request(target)) is not None:
                self._requested.add(target)
                yield request
