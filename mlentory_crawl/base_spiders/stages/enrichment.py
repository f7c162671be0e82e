"""What records name, asked for by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

from mlentory_crawl.base_spiders.single_records import ThingSpider, Wanted

if TYPE_CHECKING:
    from scrapy import Request

BATCH = 100
"""How many things are asked for before the queue is looked at again."""


class LookUps:
    """Asks for things that records name and that nobody has described yet, until there are none left.

    Args:
        spider: whose requests they are.
        name: what the report calls them.
        kind: of what kind they are.
        queue: the IRIs of the next ones, given the run's row id; the catalog keeps what was asked for.
        request: how to ask for one, given kind and IRI; None where its IRI is none of the platform's.
    """

    def __init__(
        self,
        spider: ThingSpider,
        name: str,
        kind: str,
        queue: Callable[[int], Iterable[str]],
        request: Callable[[str, str], Request | None],
    ) -> None:
        self._spider = spider
        self._name = name
        self._kind = kind
        self._queue = queue
        self._request = request
        self._asked: set[str] = set()

    def step(self) -> bool:
        run, engine = self._spider.run, self._spider.crawler.engine
        assert engine is not None
        run.commit()
        if run.broken:
            return False
        # What could not be fetched is not entered in the catalog: another run asks for it again, and counts it anew.
        if not self._asked:
            run.report.lookups.get(self._name, Counter()).pop("failed", None)
        unasked = (iri for iri in self._queue(run.id) if iri not in self._asked)
        possible = ((iri, request) for iri in unasked if (request := self._request(self._kind, iri)) is not None)
        due = list(islice(possible, BATCH))
        self._asked.update(iri for iri, _ in due)
        for iri, request in due:
            engine.crawl(self._spider.thing_request(request, Wanted(iri, self._kind, by=self._name, iri=iri)))
        return bool(due)
