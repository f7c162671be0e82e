"""Stages that look up what the catalog's records name: ancestors, model cards, datasets, owners, articles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any, NamedTuple

from scrapy import Request
from scrapy.spiderloader import get_spider_loader

from fair4ml.describe.queues import Lacking, Named
from fair4ml.platforms.huggingface import LOOK_UPS, QUEUES
from fair4ml.platforms.huggingface.repository import is_disabled, is_gated
from mlentory_crawl.base_spiders.paginators.link_header import LinkHeader
from mlentory_crawl.base_spiders.platform import Stage
from mlentory_crawl.base_spiders.single_records import Wanted
from mlentory_crawl.base_spiders.stages.enrichment import BATCH, PER_RUN, Enrichment
from mlentory_crawl.catalog.lookups import Pair
from mlentory_crawl.spiders.huggingface import api
from mlentory_crawl.spiders.huggingface.hub_lookups import HubSpider

MANY_UNKNOWN = 1_000
"""The number of wanted datasets above which walking over the list of all datasets takes fewer requests."""
KINDS = {"ancestors": "model", "datasets": "dataset", "owners": "agent"}
"""The kinds of targets (`Wanted`) of the look-ups by IRI."""


def stages(spider: HubSpider, names: Collection[str], levels: int, limit: int | None, *, of_all: bool) -> list[Stage]:
    """Return the stages that look up named entities when everything else is done.

    Args:
        spider: the spider that sends the requests.
        names: those of `LOOK_UPS` that are wanted.
        levels: the number of levels of ancestors; 0 for all.
        limit: the number of entities to request by each look-up; None for as many as a run usually does.
        of_all: look up the ancestors of all models of the catalog, not only of those of this run.
    """
    found: list[Stage] = []
    for name in (each for each in LOOK_UPS if each in names):
        if name == "cards":
            request: Callable[[Any], Request | None] = partial(_card_request, spider)
            found.append(Enrichment(spider, name, partial(_cards, spider), request, limit, is_read_once=True))
        elif name == "articles":
            arxiv: Any = get_spider_loader(spider.settings).load("arxiv")
            found.append(arxiv.from_crawler(spider.crawler, **({} if limit is None else {"limit": str(limit)})))
        else:
            if name == "datasets" and limit is None:
                found.append(DatasetWalk(spider))
            read = partial(_read, spider, name, levels, max(limit or 0, PER_RUN), of_all=of_all)
            request = partial(spider.look_up, name, KINDS[name])
            found.append(Enrichment(spider, name, partial(_unknown, spider, read), request, limit))
    return found


def _read(spider: HubSpider, name: str, levels: int, most: int, *, of_all: bool) -> list[str]:
    """Return the IRIs in the queue of a look-up."""
    queue, lookups = QUEUES[name], spider.run.catalog.lookups
    assert isinstance(queue, Named)
    if name == "ancestors" and (levels or not of_all):
        return lookups.ancestors(spider.run.id, levels, queue.prefix, most, of_all=of_all)
    return lookups.named(spider.run.id, queue, most)


def _unknown(spider: HubSpider, read: Callable[[], list[str]]) -> Iterator[str]:
    """Return IRIs in their order, without those that have been found under other names by the time of their turn."""
    iris = read()
    for start in range(0, len(iris), BATCH):
        some = iris[start : start + BATCH]
        unknown = spider.run.catalog.lookups.still_unknown(spider.run.id, some)
        yield from (iri for iri in some if iri in unknown)


class _Model(NamedTuple):
    """A model whose card is wanted."""

    key: str
    id: str
    sha: str


def _cards(spider: HubSpider) -> Iterator[_Model]:
    """Return the models whose present revision the catalog has no card of."""
    queue, run = QUEUES["cards"], spider.run
    assert isinstance(queue, Lacking)
    owed = {each["key"] for each in run.cursor.debts if isinstance(each, dict) and each["kind"] == queue.other}
    for pairs in run.catalog.lookups.pairs(spider.name, queue.kind, queue.other):
        listed = [(pair, _as_listed(pair)) for pair in pairs if pair.key not in owed]
        due = [
            model
            for pair, model in listed
            if spider.may_read_card(model) and pair.source != f"{api.HUB}{api.card_path(model['id'], model['sha'])}"
        ]
        recent = run.catalog.lookups.requested_lately(run.id, map(spider.card_iri, due))
        for model in due:
            if spider.card_iri(model) not in recent:
                yield _Model(model["_id"], model["id"], model["sha"])


def _as_listed(pair: Pair) -> dict[str, Any]:
    """Return what the Hub's list says of a model, as far as its card is concerned."""
    conditions = pair.root.get("conditionsOfAccess")
    return {
        "_id": pair.key,
        "id": pair.root.get("name"),
        "sha": pair.root.get("version"),
        "gated": is_gated(conditions),
        "disabled": is_disabled(conditions),
    }


def _card_request(spider: HubSpider, model: _Model) -> Request | None:
    request = spider.card_request({"_id": model.key, "id": model.id, "sha": model.sha})
    later = ("card", model.key, request)
    return None if spider.is_erased(later) else spider.lone_later(request, "card", model.key)


class DatasetWalk:
    """Walks over the list of all datasets if many of them are to be looked up.

    Args:
        spider: the spider that sends the requests.
    """

    def __init__(self, spider: HubSpider) -> None:
        self._spider = spider
        self._is_done = False

    def step(self) -> bool:
        run, engine = self._spider.run, self._spider.crawler.engine
        assert engine is not None
        if self._is_done:
            return False
        self._is_done = True
        run.commit()
        queue = QUEUES["datasets"]
        assert isinstance(queue, Named)
        if run.broken or len(run.catalog.lookups.named(run.id, queue, MANY_UNKNOWN + 1)) <= MANY_UNKNOWN:
            return False
        datasets = LinkHeader(api.list_path("dataset", self._spider.expand["dataset"]))
        engine.crawl(self._spider.walk([datasets.first()], Wanted("the list of datasets", "datasets", by="datasets")))
        return True
