"""Look-ups of entities that records name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from mlentory_crawl.base_spiders.single_records import EntitySpider
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

    The queue is read again only when it is exhausted: answers may have put more into it.

    Args:
        spider: the spider that sends the requests.
        name: the name of the look-up in the report.
        queue: returns what waits, the most wanted first; the catalog notes what was requested.
        request: makes the request for one; None if it cannot be requested.
        limit: the number to request in this run, over all of its attempts; `PER_RUN` in each if it is None.
        is_owed: whether the run owes what it could not fetch; else the queue holds it again.
    """

    def __init__(
        self,
        spider: EntitySpider,
        name: str,
        queue: Callable[[], Iterable[Target]],
        request: Callable[[Target], Request | None],
        limit: int | None = None,
        *,
        is_owed: bool = False,
    ) -> None:
        self._spider = spider
        self._name = name
        self._queue = queue
        self._request = request
        self._limit = limit
        self._is_owed = is_owed
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
        if self._requests is None and not self._is_owed:
            # Failed look-ups are not entered in the catalog: another run requests them again, and counts them anew.
            run.report.lookups.get(self._name, Counter()).pop("failed", None)
        due = self._due()
        for request in due:
            engine.crawl(request)
        self._has_ended = not due
        return bool(due)

    def _due(self) -> list[Request]:
        """Return the next requests, after reading the queue if nothing is left of it."""
        room = max(0, min(BATCH, self._left()))
        due = list(islice(self._requests or (), room))
        if not due and room:
            self._requests = self._possible()
            due = list(islice(self._requests, room))
        return due

    def _left(self) -> int:
        if self._limit is None:
            return PER_RUN - len(self._requested)
        counts = self._spider.run.report.lookups.get(self._name, Counter())
        return self._limit - sum(counts[outcome] for outcome in REQUESTED)

    def _possible(self) -> Iterator[Request]:
        for target in self._queue():
            if target not in self._requested and (request := self._request(target)) is not None:
                self._requested.add(target)
                yield request
