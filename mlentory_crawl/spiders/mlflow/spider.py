"""A company's own registry: an MLflow tracking server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, PositiveInt
from scrapy import Request
from scrapy.http import Response

from fair4ml.platforms.mlflow import CENSUS_KINDS, addresses as iris
from mlentory_crawl.base_spiders.modes import CensusArguments, ModeSpider
from mlentory_crawl.base_spiders.paginators import Cursor
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import RawTuple, Wanted
from mlentory_crawl.base_spiders.stages.deletions import Deletions
from mlentory_crawl.base_spiders.walks import Place
from mlentory_crawl.catalog.commits import Missing
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.config.variables import Variable
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.spiders.mlflow import api
from mlentory_crawl.spiders.mlflow.listings import LIMITED, LISTINGS, Lists, listed, lists_of

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

API_SLOT = "mlflow.api"
OVERLAP = timedelta(minutes=10)
"""The time before the watermark from which a delta reads, because the clocks of servers and clients differ."""

Record = tuple[str, Any]
"""A record with its kind."""


class MlflowArguments(CensusArguments):
    """Arguments of a crawl of a tracking server."""

    mode: Literal["census", "delta", "ids"] | None = Field(
        default=None,
        description="census: everything; delta: what was updated since the last census or delta; ids: what is named."
        " Without it a delta, or in a catalog that has no watermark yet a census",
    )
    limit: PositiveInt | None = Field(
        default=None, description="how many registered models, runs and logged models to fetch at most, of each"
    )
    ids: str | None = Field(
        default=None,
        description="a file with one name a line, or a list with commas: NAME or NAME/VERSION of a registered model,"
        " models:/NAME@ALIAS, models:/m-..., runs:/ID; addresses of the server's pages and API are understood",
    )


class MlflowSpider(ModeSpider):
    """Registered models, versions, experiments, runs and logged models of one MLflow tracking server.

    Domain
        the one that MLFLOW_TRACKING_URI names
    API documentation
        https://mlflow.org/docs/latest/api_reference/rest-api.html
    Caveats
        Lists of versions lack aliases, which registered models have: versions are requested for each model.
        Changed tags and aliases do not change last_updated_timestamp, and runs have no such time: docs/mlflow.md says
        which changes a delta does not see.
    """

    name = "mlflow"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = MlflowArguments
    endpoint_setting = "MLFLOW_TRACKING_URI"
    variables = (
        Variable(
            "MLFLOW_TRACKING_URI",
            None,
            "Address of an MLflow tracking server, such as https://mlflow.example.org; required to crawl one.",
        ),
        Variable(
            "MLFLOW_TRACKING_USERNAME", None, "User name for the tracking server; it is sent to that server only."
        ),
        Variable("MLFLOW_TRACKING_PASSWORD", None, "Password for the tracking server.", secret=True),
        Variable(
            "MLFLOW_TRACKING_TOKEN",
            None,
            "Bearer token for the tracking server, instead of user name and password.",
            secret=True,
        ),
    )
    census_kinds = CENSUS_KINDS
    arguments: MlflowArguments

    # ListSpider
    is_divisible = True
    limit = None  # that of the arguments is one of each list, which the paginator keeps

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.accepts_deletions = self.arguments.accept_deletions
        self.stages = [Deletions(self, kind) for kind in self.census_kinds]
        self._since: int | None = None
        self._fetched: Counter[str] = Counter()

    @classmethod
    def check_settings(cls, settings: BaseSettings) -> None:
        super().check_settings(settings)
        api.check_settings(settings)

    def instance_in(self, catalog: CatalogWriter) -> str:
        """Return the server's address, but none for the first server of a catalog: most catalogs have no other."""
        iri = catalog.any_iri(self.name)
        return "" if iri is None or iri.startswith(f"{self.endpoint}{iris.API}") else self.endpoint

    def begin_at(self, watermark: str) -> None:
        self._since = int((datetime.fromisoformat(watermark) - OVERLAP).timestamp() * 1000)

    def state(self) -> dict[str, Any]:
        return {**super().state(), "fetched": dict(self._fetched)}

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        if state["next"]:
            self._fetched.update(state["fetched"])

    # Lists

    @cached_property
    def paginator(self) -> Lists:
        return Lists(self.endpoint, self._request, self.arguments.limit)

    def first_pages(self) -> list[Cursor]:
        # A delta reads the newest records first, to stop at known ones.
        newest_first = {} if self._since is None else {"order_by": ["last_updated_timestamp DESC"]}
        return [self.paginator.first(**newest_first), listed("experiment")]

    def leads_to(self, items: list[Record], cursor: Cursor) -> Iterator[Cursor]:
        return lists_of(cursor["kind"], [record for _, record in items if isinstance(record, dict)], self._since)

    def _request(self, url: str, **options: Any) -> Request:
        headers = {**options.pop("headers", {}), **api.credentials(self.settings)}
        # Redirects are reported and not followed: the credentials were not given for another address.
        meta = {"download_slot": API_SLOT, "dont_redirect": True}
        return Request(url, headers=headers, meta=meta, **options)

    def is_page(self, response: Response, cursor: Cursor) -> bool:
        kind = cursor["kind"]
        # Runs may be deleted or not accessible; servers before MLflow 3 have no logged models.
        is_absent = response.status == 404 or (response.status == 403 and kind == "model_version_run")
        return response.status == 200 or (is_absent and kind in ("model_version_run", "logged_model"))

    def refusal(self, response: Response) -> str:
        return api.error_message(response)

    def take(self, items: list[Record], cursor: Cursor) -> list[Record]:
        kind = cursor["kind"]
        if kind == "registered_model" and self._since is not None:
            ages = (api.milliseconds(record, "last_updated_timestamp") for _, record in items)
            items = items[: next((n for n, age in enumerate(ages) if age is not None and age < self._since), None)]
        if kind in LIMITED and self.arguments.limit is not None:
            items = items[: self.arguments.limit - self._fetched[kind]]
        self._fetched[kind] += len(items)
        return super().take(items, cursor)

    def is_due(self, cursor: Cursor) -> bool:
        # Experiments lead to both.
        kinds = ("run", "logged_model") if cursor["kind"] == "experiment" else (cursor["kind"],)
        return not all(map(self._is_full, kinds))

    def _is_full(self, kind: str) -> bool:
        limit = self.arguments.limit
        return limit is not None and kind in LIMITED and self._fetched[kind] >= limit

    def list_name(self, place: Place) -> str:
        return f"{place.cursor['kind']} {place.cursor['query']}"

    def spoiled_item(self, reason: str, cursor: Cursor) -> Record:
        return cursor["kind"], super().spoiled_item(reason, cursor)

    def raw_records(self, payload: list[Record], page: int) -> Iterator[RawTuple]:
        for i, (kind, record) in enumerate(payload):
            address = api.key_and_address(self.endpoint, kind, record)
            key, url = address or (f"page-{page}-{i}", f"{self.endpoint}{iris.API}{LISTINGS[kind].path}")
            yield kind, key, url, record

    # Records that a census did not find

    def probe(self, record: Missing) -> Request:
        return self._request(record.iri)

    def is_gone(self, response: Response, record: Missing) -> bool | None:
        return api.denies(response)

    # Ids

    def named_requests(self) -> Iterable[Request]:
        named = self.names(self.arguments.named, partial(iris.address_of, self.endpoint))
        return (self.entity_request(self._request(url), Wanted(text)) for text, url in named)

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        address = iris.address_of(self.endpoint, url) if url.startswith(f"{self.endpoint}/") else None
        return None if address is None else self.entity_request(self._request(address), Wanted(url, seed=seed))

    def entity(self, response: Response, wanted: Wanted) -> Record:
        found = iris.single(self.endpoint, response.url)
        assert found is not None
        kind, field = found
        return kind, self.paginator.stated(api.held(response, field))

    def named_by(self, entity: Record, wanted: Wanted) -> Iterator[Request]:
        # A model comes with its versions, and these with their runs; an experiment comes without its contents.
        kind, record = entity
        cursors = [] if kind == "experiment" else list(lists_of(kind, [record], self._since))
        if cursors:
            yield self.walk(cursors, Wanted(wanted.name, by="versions and runs"))
