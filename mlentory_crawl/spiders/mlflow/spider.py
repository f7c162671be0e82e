"""A company's own registry: an MLflow tracking server."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import urlencode

import orjson
from scrapy import Request
from scrapy.http import Response

from fair4ml.platforms.mlflow import addresses as iris
from mlentory_crawl.base_spiders.modes import CensusArguments, ModeSpider
from mlentory_crawl.base_spiders.paginators.token import TokenSpider
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import RawTuple, Wanted
from mlentory_crawl.base_spiders.stages.deletions import Absences
from mlentory_crawl.catalog.commits import Missing
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.config import Variable
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.responses import NoJson, json_of
from mlentory_crawl.spiders.mlflow import api
from mlentory_crawl.spiders.mlflow.api import Step

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

API_SLOT = "mlflow.api"
OVERLAP = timedelta(minutes=10)
"""How far before the watermark a delta reads: the clocks of servers and of those who log are not one."""

LIMITED = ("registered_model", "run", "logged_model")
"""The kinds that a limit is of; versions come with their models."""

Thing = tuple[str, Any]
"""A record with its kind."""


class MlflowArguments(CensusArguments):
    """How to crawl a tracking server."""

    mode: Literal["census", "delta", "ids"] | None = None


class MlflowSpider(ModeSpider, TokenSpider):
    """Registered models, versions, experiments, runs and logged models of one MLflow tracking server.

    Domain
        the one that MLFLOW_TRACKING_URI names
    Spider arguments
        mode: census (everything), delta (what was updated since the last census or delta) or ids. Without it a delta,
        or in a catalog that has no watermark yet a census.
        limit: how many registered models, runs and logged models to fetch at the most, of each.
        ids: a file with one name a line, or a list with commas: NAME or NAME/VERSION of a registered model,
        models:/NAME@ALIAS, models:/m-..., runs:/ID; addresses of the server's pages and API are understood.
        accept_deletions: let a census mark as deleted even more than 2 % of the records of a kind.
    API documentation
        https://mlflow.org/docs/latest/api_reference/rest-api.html
    Caveats
        Lists of versions lack aliases, which registered models have: versions are asked for model by model.
        Neither tags nor aliases move last_updated_timestamp, and runs have none: see docs/mlflow.md for what a delta
        does not see.
    """

    name = "mlflow"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = MlflowArguments
    endpoint_setting = "MLFLOW_TRACKING_URI"
    variables = (
        Variable(
            "MLFLOW_TRACKING_URI",
            None,
            "An MLflow tracking server, such as https://mlflow.example.org; unset: none is crawled.",
        ),
        Variable("MLFLOW_TRACKING_USERNAME", None, "Its user, where it asks for one; goes to that server only."),
        Variable("MLFLOW_TRACKING_PASSWORD", None, "The password."),
        Variable("MLFLOW_TRACKING_TOKEN", None, "A bearer token, in place of user and password."),
    )
    census_kinds = ("registered_model", "model_version", "logged_model", "run", "experiment")
    arguments: MlflowArguments

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.accepts_deletions = self.arguments.accept_deletions
        self.stages = [Absences(self, kind) for kind in self.census_kinds]
        self._since: int | None = None
        self._fetched: Counter[str] = Counter()

    @classmethod
    def check_settings(cls, settings: BaseSettings) -> None:
        super().check_settings(settings)
        api.check_settings(settings)

    def plan(self, catalog: CatalogWriter) -> None:
        other = self._other_server()
        if other is not None:
            raise MlentoryError(
                f"the catalog is that of {other}, MLFLOW_TRACKING_URI is {self.endpoint}:"
                " each tracking server needs a data directory of its own"
            )
        super().plan(catalog)

    def _other_server(self) -> str | None:
        """The server that the catalog's records are from, where it is another one."""
        reader = CatalogReader(Path(self.settings["MLENTORY_DATA_DIR"]))
        row = reader.execute("SELECT iri FROM record WHERE platform = ? LIMIT 1", (self.name,)).fetchone()
        reader.close()
        server = row[0].partition(iris.API)[0] if row else None
        return None if server == self.endpoint else server

    def begin_at(self, watermark: str) -> None:
        self._since = int((datetime.fromisoformat(watermark) - OVERLAP).timestamp() * 1000)

    async def start(self) -> AsyncIterator[Any]:
        if self.run.cursor.start:
            self._fetched.update(orjson.loads(self.run.cursor.start["next"] or "{}").get("fetched", {}))
        async for each in super().start():
            yield each

    # Lists

    def first_page_request(self) -> Request:
        # Of what a delta asks for, the newest comes first.
        newest_first = {} if self._since is None else {"order_by": ["last_updated_timestamp DESC"]}
        return self.next_page_request(
            self._leads_on([api.step("registered_model", **newest_first), api.step("experiment")])
        )

    def _leads_on(self, steps: list[Step]) -> str:
        return orjson.dumps({"steps": steps, "fetched": self._fetched}).decode()

    def next_page_request(self, following: str) -> Request:
        steps: list[Step] = orjson.loads(following)["steps"]
        kind, query = steps[0]["kind"], dict(steps[0]["query"])
        method, path, _, size = api.LISTINGS[kind]
        if size is not None:
            query["max_results"] = min(size, self.arguments.limit or size) if kind in LIMITED else size
        meta = {"steps": steps, "page_token": query.get("page_token")}
        url = f"{self.endpoint}{iris.API}{path}"
        if method == "GET":
            return self._request(f"{url}?{urlencode(query, doseq=True)}", meta=meta)
        return self._request(
            url, method=method, body=orjson.dumps(query), headers={"Content-Type": "application/json"}, meta=meta
        )

    def _request(self, url: str, **options: Any) -> Request:
        headers = {**options.pop("headers", {}), **api.credentials(self.settings)}
        # Redirects are told and not followed: where they lead is another address, which credentials were not given for.
        meta = {**options.pop("meta", {}), "download_slot": API_SLOT, "dont_redirect": True}
        return Request(url, headers=headers, meta=meta, **options)

    def is_page(self, response: Response) -> bool:
        kind = response.meta["steps"][0]["kind"]
        # Runs may be deleted or nobody else's business; servers before MLflow 3 have no logged models.
        is_absent = response.status == 404 or (response.status == 403 and kind == "model_version_run")
        return response.status == 200 or (is_absent and kind in ("model_version_run", "logged_model"))

    def refusal(self, response: Response) -> str:
        return api.told(response)

    def records_field(self, response: Response) -> str:
        return api.LISTINGS[response.meta["steps"][0]["kind"]].field

    def payload(self, response: Response) -> list[Thing]:
        step = response.meta["steps"][0]
        kind, context = step["kind"], step["context"]
        if response.status != 200:
            response.meta["next_page_token"] = None
            return []
        if kind == "model_version_run":
            response.meta["next_page_token"] = None
            run = _held(response, "run")
            return [(kind, self._stated({**version, "run": run})) for version in context]
        try:
            records = super().payload(response)
        except NoJson as error:
            raise ValueError("this is no JSON: is MLFLOW_TRACKING_URI a tracking server?") from error
        if (name := step.get("name")) is not None:
            records = [record for record in records if not isinstance(record, dict) or record.get("name") == name]
        if kind == "model_version":
            records = [api.with_aliases(record, context) for record in records]
        return [(kind, self._stated(record)) for record in records]

    def _stated(self, record: Any) -> Any:
        return {**record, "server": self.endpoint} if isinstance(record, dict) else record

    def wanted(self, payload: list[Thing]) -> list[Thing]:
        if not payload:
            return payload
        kind = payload[0][0]
        if kind == "registered_model" and self._since is not None:
            ages = (api.milliseconds(record, "last_updated_timestamp") for _, record in payload)
            old = next((n for n, age in enumerate(ages) if age is not None and age < self._since), None)
            payload = payload[:old]
        if kind in LIMITED and self.arguments.limit is not None:
            payload = payload[: self.arguments.limit - self._fetched[kind]]
        self._fetched[kind] += len(payload)
        return payload

    def following(self, response: Response, payload: list[Any], kept: list[Any], number: int) -> str | None:
        step, *rest = response.meta["steps"]
        further = super().following(response, payload, kept, number)
        if further is not None:
            rest.insert(0, {**step, "query": {**step["query"], "page_token": further}})
        steps = [each for each in [*self._steps_of(kept), *rest] if not self._is_full(each["kind"])]
        return self._leads_on(steps) if steps else None

    def without(self, request: Request) -> tuple[str, str | None]:
        return self.split(self._leads_on(request.meta["steps"]))

    def circle_key(self, following: str) -> str | None:
        step = orjson.loads(following)["steps"][0]
        return orjson.dumps(step).decode() if "page_token" in step["query"] else None

    def walk_of(self, response: Response, wanted: Wanted | None) -> str:
        step = response.meta["steps"][0]
        return f"{step['kind']} { ({**step['query'], 'page_token': None}) }"

    def spoiled_row(self, response: Response, reason: str) -> Thing:
        return response.meta["steps"][0]["kind"], super().spoiled_row(response, reason)

    def split(self, place: str) -> tuple[str, str | None]:
        step, *rest = orjson.loads(place)["steps"]
        return self._leads_on([step]), self._leads_on(rest) if rest else None

    def _is_full(self, kind: str) -> bool:
        limit = self.arguments.limit
        if limit is None:
            return False
        if kind == "experiment":  # they lead to both
            return self._is_full("run") and self._is_full("logged_model")
        return kind in LIMITED and self._fetched[kind] >= limit

    def _steps_of(self, things: list[Thing]) -> Iterator[Step]:
        """What is asked for because of the things of a page."""
        kind = things[0][0] if things else None
        records = [record for _, record in things if isinstance(record, dict)]
        if kind == "registered_model":
            yield from filter(None, map(api.versions_of, records))
        elif kind == "model_version":
            yield from api.runs_of(records)
        elif kind == "experiment":
            yield from api.contents_of(records, self._since)

    def raw_records(self, payload: list[Thing], page: int) -> Iterator[RawTuple]:
        for i, (kind, record) in enumerate(payload):
            address = api.key_and_address(self.endpoint, kind, record)
            key, url = address or (f"page-{page}-{i}", f"{self.endpoint}{iris.API}{api.LISTINGS[kind].path}")
            yield kind, key, url, record

    # What a census does not show

    def probe(self, record: Missing) -> Request:
        return self._request(record.iri)

    def is_gone(self, response: Response, record: Missing) -> bool | None:
        return api.denies(response)

    # Ids

    def named_requests(self) -> Iterable[Request]:
        named = self.names(self.arguments.named, partial(api.address_of, self.endpoint))
        return (self.thing_request(self._request(url), Wanted(text)) for text, url in named)

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        address = api.address_of(self.endpoint, url) if url.startswith(f"{self.endpoint}/") else None
        return None if address is None else self.thing_request(self._request(address), Wanted(url, seed=seed))

    def thing(self, response: Response, wanted: Wanted) -> Thing:
        found = api.single(self.endpoint, response.url)
        assert found is not None
        kind, field = found
        return kind, self._stated(_held(response, field))

    def named_by(self, thing: Thing, wanted: Wanted) -> Iterator[Request]:
        # A model comes with its versions, and these with their runs; an experiment does not bring all that is in it.
        steps = [] if thing[0] == "experiment" else list(self._steps_of([thing]))
        if steps:
            yield self.page(self.next_page_request(self._leads_on(steps)), Wanted(wanted.name, by="versions and runs"))


def _held(response: Response, field: str) -> dict[str, Any]:
    """The one thing that an answer holds."""
    body = json_of(response)
    held = body.get(field) if isinstance(body, dict) else None
    if not isinstance(held, dict):
        raise ValueError(f"an object with {field} is due")
    return held
