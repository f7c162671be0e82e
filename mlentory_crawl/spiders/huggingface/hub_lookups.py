"""Entities of the Hugging Face Hub requested by name: models and their cards, datasets, owners, collections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.spiderloader import get_spider_loader

from fair4ml.describe.hub_repositories import dataset_id
from fair4ml.identifiers import hugging_face_dataset, hugging_face_model, hugging_face_owner, is_repo_id
from fair4ml.platforms.huggingface.addresses import HubPage, page_of
from mlentory_crawl.base_spiders.listing import ListSpider
from mlentory_crawl.base_spiders.paginators import Cursor
from mlentory_crawl.base_spiders.paginators.link_header import LinkHeader
from mlentory_crawl.base_spiders.platform import Stage
from mlentory_crawl.base_spiders.single_records import LaterTuple, RawTuple, Wanted
from mlentory_crawl.base_spiders.stages.enrichment import Enrichment
from mlentory_crawl.base_spiders.walks import Place
from mlentory_crawl.crawl.outcomes import Asked
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.responses import error_message
from mlentory_crawl.spiders.huggingface import api
from mlentory_crawl.spiders.huggingface.api import DATASETS, HUB

API_SLOT, FILE_SLOT = "huggingface.api", "huggingface.resolvers"
"""The download slots, one for each of the Hub's quotas."""
MANY_UNKNOWN = 1_000
"""The number of wanted datasets above which walking over the list of all datasets takes fewer requests."""
PER_RUN = 10_000
"""The number of entities of one kind that a run requests one by one; the next run continues."""


class HubSpider(ListSpider):
    """Requests entities of the Hub by name.

    Attributes:
        expand: the fields to request of models and of datasets, by kind.
        cards: the model cards to fetch as well: ``none``, ``changed`` or ``all``.
    """

    expand: dict[str, list[str]]
    cards = "none"

    statuses_of_missing: ClassVar[frozenset[int]] = api.STATUSES_OF_MISSING

    def hub_request(self, path: str, *, slot: str = API_SLOT, **known: Any) -> Request:
        """Return a request to the API.

        Args:
            path: the address below the endpoint.
            slot: the download slot, whose quota it uses.
            known: the keyword arguments of the callback.
        """
        headers = api.authorization(self.settings)
        return Request(f"{self.endpoint}{path}", headers=headers, meta={"download_slot": slot}, cb_kwargs=known)

    def list_page(self, url: str) -> Request:
        """Return the request for a page of a list at the endpoint, whatever the host of its address."""
        # The Hub states its own address whatever the endpoint; a token must only go to the endpoint.
        address = urlsplit(url)
        kind = "datasets" if address.path.endswith("/datasets") else "models"
        return self.hub_request(f"/api/{kind}?{address.query}")

    def models(self, filters: list[tuple[str, str]]) -> Cursor:
        """Return the cursor of a list of models."""
        return LinkHeader(api.list_path("model", self.expand["model"], filters)).first()

    def without_refused(self, response: Response) -> Request | None:
        """Return the same request without the fields that the Hub refuses; None if this was not the error."""
        # The fields of this very request: others may be under way with fields that are already known to be refused.
        asked = api.fields_in(response.url)
        refused = api.refused_fields(error_message(response), asked) if response.status == 400 else []
        if not refused:
            return None
        kind = "dataset" if "/api/datasets" in response.url else "model"
        new = [name for name in self.expand[kind] if name in refused]
        if new:
            self.expand[kind] = [name for name in self.expand[kind] if name not in new]
            self.run.report.refused_fields += new
            self.logger.warning("The Hub refuses the fields %s; requesting without them", ", ".join(new))
        assert response.request is not None
        return response.request.replace(url=api.without_fields(response.url, refused))

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        page = page_of(url)
        if page is None:
            return None
        wanted = Wanted(page.id, page.kind, seed=seed)
        if page.kind == "search":
            return self.walk([self.models(page.filters)], wanted)
        return self.entity_request(self.named_request(page), wanted)

    def named_request(self, page: HubPage) -> Request:
        """Return the request for the entity that a page is about."""
        return self.hub_request(api.entity_path(page, self.expand["dataset" if page.kind == "dataset" else "model"]))

    # Responses

    def outcomes(self, entity: Any, wanted: Wanted) -> tuple[str, ...]:
        known = entity if isinstance(entity, dict) else {}
        # The Hub also redirects from other spellings.
        path = known.get("id")
        name = wanted.name.removeprefix(f"{HUB}/").removeprefix("datasets/")
        is_renamed = wanted.kind != "agent" and isinstance(path, str) and path.casefold() != name.casefold()
        return ("found", *(("renamed",) if is_renamed else ()), *(("gated",) if known.get("gated") else ()))

    def iri_of(self, entity: Any, wanted: Wanted) -> str | None:
        if wanted.kind == "agent":
            return hugging_face_owner(entity["name"])
        path = entity.get("id") if isinstance(entity, dict) else None
        if not isinstance(path, str) or not is_repo_id(path):
            return None
        return hugging_face_dataset(path) if wanted.kind == "dataset" else hugging_face_model(path)

    def entity(self, response: Response, wanted: Wanted) -> Any:
        entity = super().entity(response, wanted)
        return api.owner_in(response, entity) if wanted.kind == "agent" else entity

    def parse_page(self, response: Response, place: Place) -> Iterator[Any]:
        again = self.without_refused(response)
        if again is not None:
            yield again
        else:
            yield from super().parse_page(response, place)

    def parse_entity(self, response: Response, wanted: Wanted, number: int) -> Iterator[Any]:
        assert response.request is not None
        is_missing = response.status in self.statuses_of_missing
        again = self.without_refused(response)
        if again is not None:
            yield again
        elif wanted.kind == "owner" and is_missing:
            yield self.walk([self.models([("author", wanted.name)])], wanted)
        elif wanted.kind == "agent" and is_missing and "/api/organizations/" in response.url:
            yield response.request.replace(url=response.url.replace("/api/organizations/", "/api/users/"))
        else:
            yield from super().parse_entity(response, wanted, number)

    def entity_records(self, entity: Any, wanted: Wanted, number: int) -> Iterable[RawTuple]:
        match wanted.kind:
            case "collection":
                return ()
            case "agent":
                address = f"{HUB}/api/{entity['kind']}s/{entity['name']}/overview"
                return [("owner", str(entity.get("_id") or entity["name"]), address, entity)]
            case "dataset":
                return api.listed_records("dataset", [entity], number)
            case _:
                return super().entity_records(entity, wanted, number)

    def later_of_entity(self, entity: Any, wanted: Wanted) -> Iterable[LaterTuple]:
        match wanted.kind:
            case "collection" | "agent":
                return ()
            case "dataset":
                return self._croissants([entity])
            case _:
                return super().later_of_entity(entity, wanted)

    def named_by(self, entity: Any, wanted: Wanted) -> Iterator[Request]:
        for page in api.collected(entity) if wanted.kind == "collection" else ():
            yield self.entity_request(
                self.named_request(page), Wanted(page.id, page.kind, by=f"{page.kind}s of collections")
            )

    # Entities that records name

    def look_ups(self, *, ancestors: int, enrich: Iterable[str]) -> list[Stage]:
        """Return the stages that look up named entities when everything else is done.

        Args:
            ancestors: the number of levels of models from which the crawled ones derive.
            enrich: those of ``datasets``, ``owners`` and ``articles`` that are to be described.
        """
        stages: list[Stage] = []
        if ancestors:
            stages.append(Enrichment(self, "ancestors", "model", partial(self._ancestors, ancestors), self._ask))
        if "datasets" in enrich:
            named = partial(self._named, "Dataset", DATASETS)
            stages += [DatasetWalk(self), Enrichment(self, "datasets", "dataset", named, self._ask)]
        if "owners" in enrich:
            stages.append(Enrichment(self, "owners", "agent", partial(self._named, "Agent", f"{HUB}/"), self._ask))
        if "articles" in enrich:
            arxiv: Any = get_spider_loader(self.settings).load("arxiv")
            stages.append(arxiv.from_crawler(self.crawler))
        return stages

    def _ancestors(self, levels: int, run: int) -> list[str]:
        return self.run.catalog.lookups.ancestors(run, levels, f"{HUB}/")

    def _named(self, class_name: str, prefix: str, run: int) -> list[str]:
        return self.run.catalog.lookups.named(run, class_name, prefix, PER_RUN)

    def _ask(self, kind: str, iri: str) -> Request | None:
        name = iri.removeprefix(DATASETS if kind == "dataset" else f"{HUB}/")
        # Catalogs of earlier versions have labels among their datasets.
        is_name = dataset_id(name) == name if kind == "dataset" else is_repo_id(name)
        return self.named_request(HubPage(kind, name)) if is_name else None

    def records_on_page(
        self, items: list[Any], number: int, wanted: Wanted | None
    ) -> tuple[Iterable[RawTuple], Iterable[LaterTuple], Asked | None]:
        if wanted is None or wanted.kind != "datasets":
            return super().records_on_page(items, number, wanted)
        run = self.run
        named = set(run.catalog.lookups.named(run.id, "Dataset", DATASETS, -1))
        found = [
            each
            for each in items
            if isinstance(each, dict) and isinstance(id := each.get("id"), str) and hugging_face_dataset(id) in named
        ]
        return (
            api.listed_records("dataset", found, number),
            self._croissants(found),
            Asked(wanted.by, ("found",) * len(found)),
        )

    # Cards and Croissant

    def later_records(self, entities: list[Any]) -> Iterator[LaterTuple]:
        if self.cards == "none":
            return
        models = [each for each in entities if isinstance(each, dict) and self._may_read_card(each)]
        known = self.run.catalog.sources(self.name, "card", [model["_id"] for model in models])
        for model in models:
            request = self._card_request(model)
            if self.cards == "all" or known.get(model["_id"]) != self.public_address(request.url):
                yield "card", model["_id"], request

    def _may_read_card(self, model: dict[str, Any]) -> bool:
        # The API describes gated models; their files are only for those who have access.
        is_open = not model.get("gated") or bool(self.settings.get("HF_TOKEN"))
        has_address = all(isinstance(model.get(name), str) for name in ("_id", "id", "sha")) and is_repo_id(model["id"])
        return is_open and has_address and not model.get("disabled")

    def _card_request(self, model: dict[str, Any]) -> Request:
        # The address to which /resolve/ redirects: one request instead of two.
        path = f"/api/resolve-cache/models/{quote(model['id'], safe='/')}/{quote(model['sha'])}/README.md"
        known = {name: model[name] for name in ("_id", "id", "sha")}
        return self.hub_request(path, slot=FILE_SLOT, model=known)

    def _croissants(self, datasets: list[Any]) -> Iterator[LaterTuple]:
        for dataset in datasets:
            known = dataset if isinstance(dataset, dict) else {}
            path, key = known.get("id"), known.get("_id")
            if isinstance(path, str) and isinstance(key, str) and is_repo_id(path):
                yield "croissant", key, self._croissant_request({"_id": key, "id": path})

    def _croissant_request(self, dataset: dict[str, Any]) -> Request:
        return self.hub_request(f"/api/datasets/{quote(dataset['id'], safe='/')}/croissant", dataset=dataset)

    def later_request(self, **known: Any) -> Request:
        return self._croissant_request(known["dataset"]) if "dataset" in known else self._card_request(known["model"])

    def public_address(self, url: str) -> str:
        return f"{HUB}{url.removeprefix(self.endpoint)}" if url.startswith(f"{self.endpoint}/") else url

    def later_record(self, response: Response, **known: Any) -> tuple[str, Any | None]:
        return api.croissant_in(response, **known) if "dataset" in known else api.card_in(response, **known)


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
        if run.broken or len(run.catalog.lookups.named(run.id, "Dataset", DATASETS, MANY_UNKNOWN + 1)) <= MANY_UNKNOWN:
            return False
        datasets = LinkHeader(api.list_path("dataset", self._spider.expand["dataset"]))
        engine.crawl(self._spider.walk([datasets.first()], Wanted("the list of datasets", "datasets", by="datasets")))
        return True
