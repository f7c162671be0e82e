"""The BioImage Model Zoo of AI4Life."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, PositiveInt, model_validator
from scrapy import Request
from scrapy.http import Response

from fair4ml.platforms.ai4life import CENSUS_KINDS
from fair4ml.platforms.ai4life.addresses import HOSTS, WORKSPACE, alias_at, alias_of
from mlentory_crawl.base_spiders.modes import CensusArguments, ModeSpider
from mlentory_crawl.base_spiders.paginators.offset import Offset
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import RawTuple, Wanted
from mlentory_crawl.base_spiders.stages.deletions import Deletions
from mlentory_crawl.catalog.commits import Missing
from mlentory_crawl.config.variables import Variable
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.spiders.ai4life import api

API_SLOT = "ai4life.api"


class Ai4LifeArguments(CensusArguments):
    """Arguments of a crawl of the zoo."""

    mode: Literal["census", "ids"] | None = Field(
        default=None, description="census: everything, as without it where no ids are given; ids: what is named"
    )
    limit: PositiveInt | None = Field(default=None, description="how many resources to fetch at most")
    ids: str | None = Field(
        default=None,
        description="a file with one id a line, or ids with commas between; addresses of the zoo's pages are"
        " understood",
    )

    @model_validator(mode="after")
    def _deletions_go_with_a_census(self) -> Self:
        if self.accept_deletions and self.ids is not None:
            raise ValueError("accept_deletions goes with mode=census")
        return self


class Ai4LifeSpider(ModeSpider):
    """Models, datasets and applications of the BioImage Model Zoo, from Hypha's artifact manager.

    Domain
        bioimage.io, hypha.aicell.io
    API documentation
        https://docs.amun.ai/#/artifact-manager
    Caveats
        There is no list of changes or deletions; each crawl lists everything in one request.
        Requests are marked as silent, else the service would count them as views and downloads.
        The service caches lists for a minute, and may return a list without the requested total.
    """

    name = "ai4life"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = Ai4LifeArguments
    endpoint_setting = "AI4LIFE_ENDPOINT"
    variables = (
        Variable(
            "AI4LIFE_ENDPOINT", "https://hypha.aicell.io", "Address of the Hypha server with the BioImage Model Zoo."
        ),
    )
    hosts = HOSTS
    census_kinds = CENSUS_KINDS
    arguments: Ai4LifeArguments

    # ListSpider
    page_size = 1_000  # more than the zoo has, so that one request lists everything

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.accepts_deletions = self.arguments.accept_deletions
        self.stages = [Deletions(self, *self.census_kinds)]

    # The list

    @cached_property
    def paginator(self) -> Offset:
        return Offset(self._artifacts, self.page_size, api.artifacts_in, self.limit, ends_when_short=True)

    def _artifacts(self, name: str, offset: int, size: int) -> Request:
        return self._request(api.list_path(offset, size))

    def _request(self, path: str) -> Request:
        return Request(f"{self.endpoint}/{WORKSPACE}/artifacts{path}", meta={"download_slot": API_SLOT})

    def raw_records(self, payload: list[Any], page: int) -> Iterator[RawTuple]:
        left_out: Counter[str] = Counter()
        yield from api.records(payload, page, left_out)
        for why, count in left_out.items():
            self.logger.info("Skipped artifacts: %d %s", count, why)

    # Records that a census did not find

    def probe(self, record: Missing) -> Request:
        return self._request(api.artifact_path(record.key))

    def is_gone(self, response: Response, record: Missing) -> bool | None:
        return api.denies(response, record.key)

    # Ids

    def named_requests(self) -> Iterable[Request]:
        return (self._artifact_request(Wanted(name)) for _, name in self.names(self.arguments.named, alias_of))

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        name = alias_at(url)
        return None if name is None else self._artifact_request(Wanted(name, seed=seed))

    def _artifact_request(self, wanted: Wanted) -> Request:
        return self.entity_request(self._request(api.artifact_path(wanted.name)), wanted)

    def entity(self, response: Response, wanted: Wanted) -> Any:
        return api.artifact_in(response, wanted.name)
