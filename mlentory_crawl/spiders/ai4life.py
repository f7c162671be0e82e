"""The BioImage Model Zoo of AI4Life."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar, Literal, Self
from urllib.parse import quote, urlencode

from pydantic import model_validator
from scrapy import Request
from scrapy.http import Response

from fair4ml.platforms.ai4life.addresses import (
    COLLECTION,
    HOSTS,
    WORKSPACE,
    alias_at,
    alias_in,
    alias_of,
)
from fair4ml.platforms.ai4life.source import KINDS
from mlentory_crawl.base_spiders.modes import CensusArguments, ModeSpider
from mlentory_crawl.base_spiders.paginators import Cursor
from mlentory_crawl.base_spiders.paginators.offset import Offset, Rows
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import RawTuple, Wanted
from mlentory_crawl.base_spiders.stages.deletions import Absences
from mlentory_crawl.catalog.commits import Missing
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.config import Variable
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.responses import json_of

API_SLOT = "ai4life.api"
API = f"https://hypha.aicell.io/{WORKSPACE}/artifacts"
PAGE_SIZE = 1_000
"""More than the zoo has: one request lists it all."""


class Ai4LifeArguments(CensusArguments):
    """How to crawl the zoo."""

    mode: Literal["census", "ids"] | None = None

    @model_validator(mode="after")
    def _deletions_go_with_a_census(self) -> Self:
        if self.accept_deletions and self.ids is not None:
            raise ValueError("accept_deletions goes with mode=census")
        return self


class Ai4LifeSpider(ModeSpider):
    """Models, datasets and applications of the BioImage Model Zoo, by Hypha's artifact manager.

    Domain
        bioimage.io, hypha.aicell.io
    Spider arguments
        mode: census (everything; without ids it is what is done) or ids.
        limit: how many resources to fetch at the most.
        ids: a file with one id a line, or a list with commas; addresses of the zoo's pages are understood.
        accept_deletions: let a census mark as deleted even more than 2 % of the resources.
    API documentation
        https://docs.amun.ai/#/artifact-manager
    Caveats
        There is no list of changes or deletions; all is listed each time, in one request.
        Requests are silent: without that, the service counts them as views and downloads.
        The service caches lists for a minute, and may answer with the list alone although its length was asked for.
    """

    name = "ai4life"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = Ai4LifeArguments
    endpoint_setting = "AI4LIFE_ENDPOINT"
    variables = (
        Variable("AI4LIFE_ENDPOINT", "https://hypha.aicell.io", "The Hypha server that has the BioImage Model Zoo."),
    )
    hosts = HOSTS
    census_kinds = tuple(KINDS)
    arguments: Ai4LifeArguments

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.accepts_deletions = self.arguments.accept_deletions
        self.stages = [Absences(self, *self.census_kinds)]

    def plan(self, catalog: CatalogWriter) -> None:
        """Nothing: no list of the zoo tells what is new."""

    @property
    def limit(self) -> int | None:
        return self.arguments.limit

    # The list

    @cached_property
    def paginator(self) -> Offset:
        size = min(PAGE_SIZE, self.limit or PAGE_SIZE)
        return Offset(self._artifacts, page_size=size, rows=_artifacts_in, ends_when_short=True)

    def _artifacts(self, name: str, offset: int, size: int) -> Request:
        query = {"limit": size, "offset": offset, "pagination": "true", "stage": "false", "silent": "true"}
        return self._request(f"/{COLLECTION}/children?{urlencode(query)}")

    def _request(self, path: str) -> Request:
        return Request(f"{self.endpoint}/{WORKSPACE}/artifacts{path}", meta={"download_slot": API_SLOT})

    def raw_records(self, payload: list[Any], page: int) -> Iterator[RawTuple]:
        left_out: Counter[str] = Counter()
        for i, record in enumerate(payload):
            known = record if isinstance(record, dict) else {}
            kind, id = known.get("type"), known.get("id") or known.get("alias")
            if isinstance(kind, str) and kind not in KINDS:
                left_out[f"of type {kind}"] += 1
            elif isinstance(id, str) and ":" in id:
                left_out["with a colon in the id"] += 1
            elif _is_deleted(known):
                left_out["said to be deleted"] += 1
            else:
                alias = alias_in(id)
                url = API if alias is None else f"{API}/{quote(alias, safe='')}"
                yield kind if isinstance(kind, str) else "model", alias or f"page-{page}-{i}", url, record
        for why, count in left_out.items():
            self.logger.info("Left out: %d %s", count, why)

    # What a census does not show

    def probe(self, record: Missing) -> Request:
        return self._request(f"/{quote(record.key, safe='')}?silent=true")

    def is_gone(self, response: Response, record: Missing) -> bool | None:
        try:
            told = json_of(response)
        except ValueError:
            return None
        # A proxy's 404 says nothing of the artifact.
        if response.status == 404:
            return True if isinstance(told, dict) and "detail" in told else None
        if response.status != 200 or not isinstance(told, dict):
            return None
        return alias_in(told.get("id")) != record.key or _is_deleted(told)

    # Ids

    def named_requests(self) -> Iterable[Request]:
        return (self._artifact_request(Wanted(name)) for _, name in self.names(self.arguments.named, alias_of))

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        name = alias_at(url)
        return None if name is None else self._artifact_request(Wanted(name, seed=seed))

    def _artifact_request(self, wanted: Wanted) -> Request:
        return self.thing_request(self._request(f"/{quote(wanted.name, safe='')}?silent=true"), wanted)

    def thing(self, response: Response, wanted: Wanted) -> Any:
        told = json_of(response)
        if not isinstance(told, dict) or alias_in(told.get("id")) != wanted.name:
            raise ValueError("this is not the artifact that was asked for")
        if told.get("type") not in KINDS:
            raise ValueError("this is no model, dataset or application")
        return told


def _artifacts_in(response: Response, cursor: Cursor) -> Rows:
    told = json_of(response)
    items, total = (told.get("items"), told.get("total")) if isinstance(told, dict) else (told, None)
    if not isinstance(items, list):
        raise ValueError("this is no list of artifacts")
    if not items and cursor["offset"] == 0:
        raise ValueError("the list of artifacts is empty")
    return items, total if isinstance(total, int) else None


def _is_deleted(artifact: dict[str, Any]) -> bool:
    manifest = artifact.get("manifest")
    return isinstance(manifest, dict) and manifest.get("status") == "deleted"
