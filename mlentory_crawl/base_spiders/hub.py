"""Things of the Hugging Face Hub that are asked for by name: models and their cards, datasets, owners, collections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, unquote, urlencode

import orjson
from scrapy import Request
from scrapy.http import Response
from scrapy.spiderloader import get_spider_loader

from fair4ml.identifiers import hugging_face_dataset, hugging_face_model, hugging_face_owner, is_repo_id
from fair4ml.sources.huggingface_pages import HubPage, page_of
from mlentory_crawl.base_spiders.cursor import CursorSpider
from mlentory_crawl.base_spiders.lookups import LookUps
from mlentory_crawl.base_spiders.platform import Stage, told_error
from mlentory_crawl.base_spiders.things import LaterTuple, RawTuple, Wanted
from mlentory_crawl.forgotten import About
from mlentory_crawl.run import Asked
from mlentory_crawl.seeds import Seed

_ADDRESS = re.compile(
    r"/api/(?P<file>resolve-cache/)?(?P<place>collections|datasets|models|organizations|users)(?:/(?P<rest>[^?#]*))?(?:[?#]|$)"
)
API_SLOT, FILE_SLOT = "huggingface.api", "huggingface.resolvers"
"""One for each of the Hub's quotas."""
HUB = "https://huggingface.co"
API, DATASETS = f"{HUB}/api/models", f"{HUB}/datasets/"
PAGE_SIZE = 1_000
CARD_CAP = 1_000_000
"""Bytes of a model card that are read."""
MANY_UNKNOWN = 1_000
"""With more datasets to be asked for, walking over the list of all takes fewer requests."""
PER_RUN = 10_000
"""How many things of one kind a run asks for one by one; the next run goes on."""

DATASET_EXPAND = (
    "author cardData citation createdAt description disabled downloads downloadsAllTime gated lastModified likes"
    " paperswithcode_id private sha tags trendingScore"
).split()
"""What is asked for of each dataset (huggingface_hub, ``ExpandDatasetProperty_T``)."""


class HubSpider(CursorSpider):
    """Knows how to ask for the Hub's things by name.

    Attributes:
        expand: what is asked for of each model.
        cards: which model cards are fetched along: ``none``, ``changed`` or ``all``.
    """

    expand: list[str]
    cards = "none"

    statuses_of_missing: ClassVar[frozenset[int]] = frozenset({401, 404})

    def hub_request(self, url: str, *, slot: str = API_SLOT, **options: Any) -> Request:
        token = self.settings.get("HF_TOKEN")
        headers = {"Authorization": f"Bearer {token}"} if token else None
        meta = {**options.pop("meta", {}), "download_slot": slot}
        return Request(url, headers=headers, meta=meta, **options)

    def list_request(self, filters: list[tuple[str, str]]) -> Request:
        """The request for the first page of a list of models."""
        query = [("limit", str(PAGE_SIZE)), *filters, *(("expand[]", name) for name in self.expand)]
        return self.hub_request(f"{self.endpoint}/api/models?{urlencode(query)}")

    def without_refused(self, url: str) -> str:
        address, _, query = url.partition("?")
        kept = [(name, value) for name, value in parse_qsl(query) if name != "expand[]" or value in self.expand]
        return f"{address}?{urlencode(kept)}"

    def drop_refused(self, response: Response) -> bool:
        refused = refused_fields(told_error(response), self.expand)
        self.expand = [name for name in self.expand if name not in refused]
        self.run.report.refused_fields += refused
        if refused:
            self.logger.warning("The Hub refuses the fields %s: asking without them", ", ".join(refused))
        return bool(refused)

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        page = page_of(url)
        if page is None:
            return None
        wanted = Wanted(page.id, page.kind, seed=seed)
        if page.kind == "search":
            return self.page(self.list_request(page.filters), wanted)
        return self.thing_request(self.named_request(page), wanted)

    def named_request(self, page: HubPage) -> Request:
        """The request for what a page is about."""
        match page.kind:
            case "agent":
                return self.hub_request(f"{self.endpoint}/api/organizations/{quote(page.id)}/overview")
            case "dataset":
                query = urlencode([("expand[]", field) for field in DATASET_EXPAND])
                return self.hub_request(f"{self.endpoint}/api/datasets/{quote(page.id, safe='/')}?{query}")
            case "collection":
                return self.hub_request(f"{self.endpoint}/api/collections/{quote(page.id, safe='/')}")
            case _:  # an owner's page looks like that of a model without an owner
                query = urlencode([("expand[]", field) for field in self.expand])
                return self.hub_request(f"{self.endpoint}/api/models/{quote(page.id, safe='/')}?{query}")

    @classmethod
    def described(cls, url: str, thing: Any = None) -> About | None:
        address = _ADDRESS.search(url)
        if address is None:
            return None
        is_file, place, rest = address["file"], address["place"], unquote(address["rest"] or "")
        known = {name: value for name, value in thing.items() if isinstance(value, str)} if type(thing) is dict else {}
        key = known.get("_id")
        if place == "collections":
            place = f"{known.get('type')}s"
        if place in ("organizations", "users"):
            name = known.get("name") or known.get("user") or rest.removesuffix("/overview")
            return About(hugging_face_owner(name), key) if name else None
        told = known.get("id") or known.get("modelId")
        path = told or (rest.rsplit("/", 2)[0] if is_file else rest)
        if place not in ("models", "datasets") or not path:
            return None
        kind = place.removesuffix("s") if told and not is_file and not rest.endswith("/croissant") else None
        if place == "models":
            return About(hugging_face_model(path), key, kind)
        return About(hugging_face_dataset(path.removesuffix("/croissant")), key, kind)

    # What answers say

    def outcomes(self, thing: Any, wanted: Wanted) -> tuple[str, ...]:
        known = thing if isinstance(thing, dict) else {}
        # The Hub redirects from another spelling, too.
        path = known.get("id")
        name = wanted.name.removeprefix(f"{HUB}/").removeprefix("datasets/")
        is_renamed = wanted.kind != "agent" and isinstance(path, str) and path.casefold() != name.casefold()
        return ("found", *(("renamed",) if is_renamed else ()), *(("gated",) if known.get("gated") else ()))

    def iri_of(self, thing: Any, wanted: Wanted) -> str | None:
        if wanted.kind == "agent":
            return hugging_face_owner(thing["name"])
        path = thing.get("id") if isinstance(thing, dict) else None
        if not isinstance(path, str) or not is_repo_id(path):
            return None
        return hugging_face_dataset(path) if wanted.kind == "dataset" else hugging_face_model(path)

    def thing(self, response: Response, wanted: Wanted) -> Any:
        thing = super().thing(response, wanted)
        if wanted.kind != "agent":
            return thing
        if not isinstance(thing, dict):
            raise ValueError(f"an object is due, this is {type(thing).__name__}")
        kind = "user" if "/api/users/" in response.url else "organization"
        name = thing.get("name") or thing.get("user")  # users say theirs as `user`
        if not isinstance(name, str):
            raise ValueError("the answer names nobody")
        return {**thing, "kind": kind, "name": name}

    def parse_page(self, response: Response, number: int, wanted: Wanted | None, is_first: bool) -> Iterator[Any]:
        if response.status == 400 and self.drop_refused(response):
            assert response.request is not None
            yield response.request.replace(url=self.without_refused(response.url))
        else:
            yield from super().parse_page(response, number, wanted, is_first)

    def parse_thing(self, response: Response, wanted: Wanted, number: int) -> Iterator[Any]:
        assert response.request is not None
        is_missing = response.status in self.statuses_of_missing
        if response.status == 400 and self.drop_refused(response):
            yield response.request.replace(url=self.without_refused(response.url))
        elif wanted.kind == "owner" and is_missing:
            yield self.page(self.list_request([("author", wanted.name)]), wanted)
        elif wanted.kind == "agent" and is_missing and "/api/organizations/" in response.url:
            yield response.request.replace(url=response.url.replace("/api/organizations/", "/api/users/"))
        else:
            yield from super().parse_thing(response, wanted, number)

    def thing_records(self, thing: Any, wanted: Wanted, number: int) -> Iterable[RawTuple]:
        match wanted.kind:
            case "collection":
                return ()
            case "agent":
                address = f"{HUB}/api/{thing['kind']}s/{thing['name']}/overview"
                return [("owner", str(thing.get("_id") or thing["name"]), address, thing)]
            case "dataset":
                return dataset_records([thing], number)
            case _:
                return super().thing_records(thing, wanted, number)

    def later_of_thing(self, thing: Any, wanted: Wanted) -> Iterable[LaterTuple]:
        match wanted.kind:
            case "collection" | "agent":
                return ()
            case "dataset":
                return self._croissants([thing])
            case _:
                return super().later_of_thing(thing, wanted)

    def named_by(self, thing: Any, wanted: Wanted) -> Iterator[Request]:
        if wanted.kind != "collection":
            return
        items = thing.get("items") if isinstance(thing, dict) else None
        for item in items if isinstance(items, list) else []:
            kind, name = (item.get(field) for field in ("type", "id")) if isinstance(item, dict) else (None, None)
            if kind in ("model", "dataset") and isinstance(name, str) and is_repo_id(name):
                yield self.thing_request(
                    self.named_request(HubPage(kind, name)), Wanted(name, kind, by=f"{kind}s of collections")
                )

    # What records name

    def look_ups(self, *, ancestors: int, enrich: Iterable[str]) -> list[Stage]:
        """What is fetched along when everything else is done.

        Args:
            ancestors: how many levels of models that the crawled ones derive from.
            enrich: of ``datasets``, ``owners`` and ``articles``, those that are to be described.
        """
        stages: list[Stage] = []
        if ancestors:
            stages.append(LookUps(self, "ancestors", "model", partial(self._ancestors, ancestors), self._ask))
        if "datasets" in enrich:
            named = partial(self._named, "Dataset", DATASETS)
            stages += [DatasetWalk(self), LookUps(self, "datasets", "dataset", named, self._ask)]
        if "owners" in enrich:
            stages.append(LookUps(self, "owners", "agent", partial(self._named, "Agent", f"{HUB}/"), self._ask))
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
        return self.named_request(HubPage(kind, name)) if is_repo_id(name) else None

    def records_on_page(
        self, payload: list[Any], number: int, wanted: Wanted | None
    ) -> tuple[Iterable[RawTuple], Iterable[LaterTuple], Asked | None]:
        if wanted is None or wanted.kind != "datasets":
            return super().records_on_page(payload, number, wanted)
        run = self.run
        named = set(run.catalog.lookups.named(run.id, "Dataset", DATASETS, -1))
        found = [
            each
            for each in payload
            if isinstance(each, dict) and isinstance(path := each.get("id"), str) and f"{DATASETS}{path}" in named
        ]
        return dataset_records(found, number), self._croissants(found), Asked(wanted.by, ("found",) * len(found))

    # Cards and Croissant

    def later_records(self, things: list[Any]) -> Iterator[LaterTuple]:
        if self.cards == "none":
            return
        models = [each for each in things if isinstance(each, dict) and self._may_read_card(each)]
        known = self.run.catalog.sources(self.name, "card", [model["_id"] for model in models])
        for model in models:
            request = self._card_request(model)
            if self.cards == "all" or known.get(model["_id"]) != request.url:
                yield "card", model["_id"], request

    def _may_read_card(self, model: dict[str, Any]) -> bool:
        # The API tells what a gated model is; its files are for those who were let in.
        is_open = not model.get("gated") or bool(self.settings.get("HF_TOKEN"))
        has_address = all(isinstance(model.get(name), str) for name in ("_id", "id", "sha")) and is_repo_id(model["id"])
        return is_open and has_address and not model.get("disabled")

    def _card_request(self, model: dict[str, Any]) -> Request:
        # To where /resolve/ redirects: one request in place of two.
        path = f"/api/resolve-cache/models/{quote(model['id'], safe='/')}/{quote(model['sha'])}/README.md"
        known = {name: model[name] for name in ("_id", "id", "sha")}
        return self.hub_request(f"{self.endpoint}{path}", slot=FILE_SLOT, cb_kwargs={"model": known})

    def _croissants(self, datasets: list[Any]) -> Iterator[LaterTuple]:
        for dataset in datasets:
            known = dataset if isinstance(dataset, dict) else {}
            path, key = known.get("id"), known.get("_id")
            if isinstance(path, str) and isinstance(key, str) and is_repo_id(path):
                url = f"{self.endpoint}/api/datasets/{quote(path, safe='/')}/croissant"
                yield "croissant", key, self.hub_request(url, cb_kwargs={"dataset": {"_id": key, "id": path}})

    def later_record(self, response: Response, **known: Any) -> tuple[str, Any | None]:
        if "dataset" in known:
            if response.status == 200:
                return "found", {**known["dataset"], "croissant": orjson.loads(response.body)}
            # Datasets that were not converted, and broken ones.
            return ("blocked" if response.status in (401, 403) else "missing"), None
        if response.status == 200:
            return "found", {**known["model"], "text": response.body[:CARD_CAP].decode("utf-8", "replace")}
        code = response.headers.get("X-Error-Code")
        if code == b"EntryNotFound":
            return "missing", {**known["model"], "text": None}
        if response.status == 403 or code == b"GatedRepo":
            return "blocked", None
        if response.status in self.statuses_of_missing:  # it was moved or deleted since the list named it
            return "missing", None
        raise ValueError(f"answered {response.status}: {told_error(response)}")


class DatasetWalk:
    """Walks over the list of all datasets where many of them are to be asked for.

    Args:
        spider: whose requests they are.
    """

    def __init__(self, spider: HubSpider) -> None:
        self._spider = spider
        self._is_done = False

    def step(self) -> bool:
        run, engine = self._spider.run, self._spider.crawler.engine
        assert engine is not None
        if self._is_done or run.broken:
            return False
        self._is_done = True
        run.commit()
        if len(run.catalog.lookups.named(run.id, "Dataset", DATASETS, MANY_UNKNOWN + 1)) <= MANY_UNKNOWN:
            return False
        query = urlencode([("limit", str(PAGE_SIZE)), *(("expand[]", field) for field in DATASET_EXPAND)])
        request = self._spider.hub_request(f"{self._spider.endpoint}/api/datasets?{query}")
        engine.crawl(self._spider.page(request, Wanted("the list of datasets", "datasets", by="datasets")))
        return True


def dataset_records(payload: list[Any], page: int) -> Iterator[RawTuple]:
    """Kind, native id, API address and payload of each dataset in a page."""
    for i, record in enumerate(payload):
        known = record if isinstance(record, dict) else {}
        path = known.get("id")
        key = known.get("_id") or path
        native = key if isinstance(key, str) and key else f"page-{page}-{i}"
        url = f"{HUB}/api/datasets/{quote(path, safe='/')}" if isinstance(path, str) else f"{HUB}/api/datasets"
        yield "dataset", native, url, record


def refused_fields(message: str, asked: list[str]) -> list[str]:
    """Which of the fields asked for the Hub's answer 400 refuses: those that its list of legal values lacks.

    Source: the Hub enumerates the legal values in the message (huggingface_hub, ``ExpandModelProperty_T``).
    """
    lists = re.findall(r"(?:[`'\"]?[\w-]+[`'\"]?\s*[,|]\s*)+(?:or\s+)?[`'\"]?[\w-]+[`'\"]?", message)
    legal = set(re.findall(r"[\w-]+", max(lists, key=len))) if lists else set()
    return [name for name in asked if legal and name not in legal]
