"""Entities of the Hugging Face Hub requested by name: models and their cards, datasets, owners, collections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from scrapy import Request
from scrapy.http import Response

from fair4ml.describe.hub_repositories import dataset_id
from fair4ml.identifiers import hugging_face_dataset, hugging_face_model, hugging_face_owner, is_repo_id, part_iri
from fair4ml.platforms.huggingface import API_SLOT, FILE_SLOT
from fair4ml.platforms.huggingface.addresses import HubPage, page_of
from mlentory_crawl.base_spiders.listing import ListSpider
from mlentory_crawl.base_spiders.paginators import Cursor
from mlentory_crawl.base_spiders.paginators.link_header import LinkHeader
from mlentory_crawl.base_spiders.single_records import LaterTuple, RawTuple, Wanted
from mlentory_crawl.base_spiders.walks import Place
from mlentory_crawl.catalog.commits import Lookup
from mlentory_crawl.crawl.outcomes import Asked
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.responses import error_message, fetched_at
from mlentory_crawl.spiders.huggingface import api
from mlentory_crawl.spiders.huggingface.api import DATASETS, HUB


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

    def look_up(self, name: str, kind: str, iri: str) -> Request | None:
        """Return the request for an entity that records name; None if the Hub cannot have it.

        Args:
            name: the name of the look-up.
            kind: the kind of the entity.
            iri: its IRI.
        """
        id = iri.removeprefix(DATASETS if kind == "dataset" else f"{HUB}/")
        # Catalogs of earlier versions have labels among their datasets.
        if not (dataset_id(id) == id if kind == "dataset" else is_repo_id(id)):
            return None
        return self.entity_request(self.named_request(HubPage(kind, id)), Wanted(iri, kind, by=name, iri=iri))

    def records_on_page(
        self, items: list[Any], number: int, wanted: Wanted | None
    ) -> tuple[Iterable[RawTuple], Iterable[LaterTuple], Asked | None]:
        if wanted is None or wanted.kind != "datasets":
            return super().records_on_page(items, number, wanted)
        iris = {
            hugging_face_dataset(id): each
            for each in items
            if isinstance(each, dict) and isinstance(id := each.get("id"), str) and is_repo_id(id)
        }
        unknown = self.run.catalog.lookups.still_unknown(self.run.id, iris)
        found = [each for iri, each in iris.items() if iri in unknown]
        return (
            api.listed_records("dataset", found, number),
            self._croissants(found),
            Asked(wanted.by, ("found",) * len(found)),
        )

    # Cards and Croissant

    def later_records(self, entities: list[Any]) -> Iterator[LaterTuple]:
        if self.cards == "none":
            return
        models = [each for each in entities if isinstance(each, dict) and self.may_read_card(each)]
        known = self.run.catalog.sources(self.name, "card", [model["_id"] for model in models])
        for model in models:
            request = self.card_request(model)
            if self.cards == "all" or known.get(model["_id"]) != self.public_address(request.url):
                yield "card", model["_id"], request

    def may_read_card(self, model: dict[str, Any]) -> bool:
        """Check whether the card of a model can be read, given what the list says of it."""
        # The API describes gated models; their files are only for those who have access.
        is_open = not model.get("gated") or bool(self.settings.get("HF_TOKEN"))
        has_address = all(isinstance(model.get(name), str) for name in ("_id", "id", "sha")) and is_repo_id(model["id"])
        return is_open and has_address and not model.get("disabled")

    def card_request(self, model: dict[str, Any]) -> Request:
        """Return the request for the card of a model at its revision."""
        known = {name: model[name] for name in ("_id", "id", "sha")}
        return self.hub_request(api.card_path(model["id"], model["sha"]), slot=FILE_SLOT, model=known)

    def card_iri(self, model: dict[str, Any]) -> str:
        """Return the IRI by which the catalog notes that a card was requested at a revision."""
        return part_iri(hugging_face_model(model["id"]), "card", model["sha"])

    def later_lookup(self, response: Response, **known: Any) -> Lookup | None:
        return Lookup(self.card_iri(known["model"]), None, fetched_at(response)) if "model" in known else None

    def _croissants(self, datasets: list[Any]) -> Iterator[LaterTuple]:
        for dataset in datasets:
            known = dataset if isinstance(dataset, dict) else {}
            path, key = known.get("id"), known.get("_id")
            if isinstance(path, str) and isinstance(key, str) and is_repo_id(path):
                yield "croissant", key, self._croissant_request({"_id": key, "id": path})

    def _croissant_request(self, dataset: dict[str, Any]) -> Request:
        return self.hub_request(f"/api/datasets/{quote(dataset['id'], safe='/')}/croissant", dataset=dataset)

    def later_request(self, **known: Any) -> Request:
        return self._croissant_request(known["dataset"]) if "dataset" in known else self.card_request(known["model"])

    def public_address(self, url: str) -> str:
        return f"{HUB}{url.removeprefix(self.endpoint)}" if url.startswith(f"{self.endpoint}/") else url

    def later_record(self, response: Response, **known: Any) -> tuple[str, Any | None]:
        return api.croissant_in(response, **known) if "dataset" in known else api.card_in(response, **known)
