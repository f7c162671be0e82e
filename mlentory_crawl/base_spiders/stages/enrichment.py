"""Look-ups of entities that records name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

from mlentory_crawl.base_spiders.single_records import EntitySpider, Wanted

if TYPE_CHECKING:
    from scrapy import Request

BATCH = 100
"""The number of entities to request before the queue is read again."""


class Enrichment:
    """Requests entities that records name and no record describes yet, until there are none left.

    Args:
        spider: the spider that sends the requests.
        name: the name of the look-ups in the report.
        kind: the kind of the entities.
        queue: returns the IRIs of the next entities, given the run's row id; the catalog notes the requested ones.
        request: makes the request for one, given kind and IRI; None if the IRI is not the platform's.
    """

    def __init__(
        self,
        spider: EntitySpider,
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
        # Failed look-ups are not entered in the catalog: another run requests them again, and counts them anew.
        if not self._asked:
            run.report.lookups.get(self._name, Counter()).pop("failed", None)
        unasked = (iri for iri in self._queue(run.id) if iri not in self._asked)
        possible = ((iri, request) for iri in unasked if (request := self._request(self._kind, iri)) is not None)
        due = list(islice(possible, BATCH))
        self._asked.update(iri for iri, _ in due)
        for iri, request in due:
            engine.crawl(self._spider.entity_request(request, Wanted(iri, self._kind, by=self._name, iri=iri)))
        return bool(due)
