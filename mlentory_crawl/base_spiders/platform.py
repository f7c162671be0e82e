"""What every platform's spider has: typed arguments, an endpoint, and a run."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urlsplit

import orjson
from pydantic import BaseModel, ConfigDict
from scrapy import Spider
from scrapy.exceptions import IgnoreRequest

from mlentory_crawl.catalog.writer import CatalogWriter, Missing
from mlentory_crawl.environment import Variable
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.middlewares.quota import Stopping
from mlentory_crawl.run import Run
from mlentory_crawl.stores.protocols import SettingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure


SCRAPYD_ARGUMENTS = ("_job", "_version")
"""What scrapyd passes to every spider beside the arguments that were given."""


class Arguments(BaseModel):
    """The arguments that a spider takes with ``-a NAME=VALUE``."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PlatformSpider(Spider):
    """Crawls one platform; its name is the platform's key.

    Attributes:
        Arguments: the model of its arguments.
        endpoint_setting: the setting that holds the address of its API.
        variables: the settings that are the platform's own.
        hosts: those whose pages are about what the platform's API describes.
        job: scrapyd's id of the job, if it was scrapyd that started it.
        resumable: whether an interrupted run goes on from its cursor.
        failures: why pages could not be had, one line each.
        listed: how many things the platform's list has shown so far, whatever kinds of records each gives.
    """

    Arguments: ClassVar[type[Arguments]] = Arguments
    endpoint_setting: ClassVar[str]
    variables: ClassVar[tuple[Variable, ...]] = ()
    hosts: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__()
        self.job: str | None = kwargs.get("_job")
        given = {name: value for name, value in kwargs.items() if name not in SCRAPYD_ARGUMENTS}
        self.arguments = self.Arguments.model_validate(given)
        self.failures: list[str] = []
        self.listed = 0

    @classmethod
    def check_settings(cls, settings: BaseSettings) -> None:
        """Look at the platform's own settings before a crawl begins.

        Raises:
            SettingError: they cannot be meant.
        """
        if not settings[cls.endpoint_setting]:
            raise SettingError(f"{cls.name} is not configured: {cls.endpoint_setting} is not set")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        cls.check_settings(crawler.settings)
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.endpoint = crawler.settings[cls.endpoint_setting].rstrip("/")
        return spider

    endpoint: str

    @property
    def run(self) -> Run:
        """The run that this spider carries out."""
        return Run.of(self.crawler)

    def plan(self, catalog: CatalogWriter) -> None:
        """Hook: decide how to crawl, given what the catalog has; comes before everything else."""

    accepts_deletions = False
    """Whether a census may mark any number of records as deleted."""

    def probe(self, record: Missing) -> Request:
        """The request that tells whether a thing still exists."""
        raise NotImplementedError

    def is_gone(self, response: Response, record: Missing) -> bool | None:
        """Whether an answer to `probe` denies that the thing exists; None where it tells neither."""
        raise NotImplementedError

    @property
    def mode(self) -> str:
        """How it crawls, for the report."""
        raise NotImplementedError

    @property
    def coverage(self) -> str:
        """What a complete run has covered: ``census``, ``delta``, ``limit`` or ``ids``."""
        raise NotImplementedError

    @property
    def resumable(self) -> bool:
        return False

    @property
    def watermark(self) -> str | None:
        """The platform's time up to which the catalog is complete once this run is; None leaves it as it is."""
        return None

    def told_arguments(self) -> dict[str, Any]:
        """The arguments as the report shows them."""
        return self.arguments.model_dump(mode="json", exclude_defaults=True)

    def identity(self) -> dict[str, Any]:
        """What makes two commands the same crawl."""
        return {"spider": self.name, "endpoint": self.endpoint, "mode": self.mode, "arguments": self.told_arguments()}

    # Things asked for by name

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        """Whether a URL is one of the platform's pages."""
        return (urlsplit(request.url).hostname or "").removeprefix("www.") in cls.hosts

    def seed_request(self, url: str) -> Request | None:
        """The request that fetches what one of the platform's pages is about; None where it is about nothing known.

        What it answers counts in the report as asked for by name: see `thing_request`.
        """
        return None

    def raw_records(self, payload: list[Any], page: int) -> Iterator[tuple[str, str, str, Any]]:
        """Kind, native id, API address and payload of each record among the things of a page."""
        raise NotImplementedError

    def thing_request(self, request: Request, name: str) -> Request:
        """A request as that for one thing which was asked for by its name; it is a page of its own."""
        number = self.run.reserve_page()
        return request.replace(
            callback=self.parse_thing,
            errback=self.thing_failed,
            cb_kwargs={"name": name, "number": number},
            meta={**request.meta, "archive": number},
            dont_filter=True,
        )

    def thing(self, response: Response, name: str) -> Any:
        """What an answer says of the thing that was asked for.

        Raises:
            ValueError: it is not what was asked for.
        """
        return orjson.loads(response.body)

    def parse_thing(self, response: Response, name: str, number: int) -> Iterator[Any]:
        """Send on what was asked for by its name, or count why there is none."""
        requested = self.run.report.requested
        records: list[tuple[str, str, str, Any]] = []
        if response.status in self.statuses_of_missing:
            requested["missing"] += 1
            self.logger.warning("%s: %s answers %d, it is missing or private", name, self.name, response.status)
        elif response.status != 200:
            requested["blocked" if response.status == 403 else "failed"] += 1
            self.fail(f"{shown(response.url)} answered {response.status}: {told_error(response)}")
        else:
            try:
                records = list(self.raw_records([self.thing(response, name)], number))
                requested["found"] += 1
            except ValueError as error:
                requested["failed"] += 1
                self.fail(f"{shown(response.url)}: {error}")
        page = Page(number, response.url, self.name, [(kind, key) for kind, key, _, _ in records])
        self.run.open_page(page)
        for kind, key, url, record in records:
            yield RawRecord(self.name, kind, key, url, record, fetched_at(response), page)

    def thing_failed(self, failure: Failure) -> None:
        """Count a thing that could not be fetched after all retries."""
        request: Request = failure.request  # type: ignore[attr-defined]
        self.run.report.requested["failed"] += 1
        self.page_failed(failure)
        self.run.open_page(Page(request.cb_kwargs["number"], request.url, self.name, []))

    statuses_of_missing: ClassVar[frozenset[int]] = frozenset({404})
    """What the API answers for a thing that is not there."""

    def page_failed(self, failure: Failure) -> None:
        """Note that a page could not be had after its retries."""
        error = failure.value
        if isinstance(error, Stopping):
            return
        if isinstance(error, IgnoreRequest) and (response := getattr(error, "response", None)) is not None:
            reason = f"{shown(response.url)} answered {response.status}"
        else:
            reason = f"{shown(failure.request.url)}: {str(error) or type(error).__name__}"  # type: ignore[attr-defined]
        self.fail(reason)

    def fail(self, reason: str) -> None:
        """Note why something could not be fetched."""
        reason = " ".join(reason.split())
        self.failures.append(reason)
        self.logger.error(reason)


def told_error(response: Response) -> str:
    """What an answer says of why it is none."""
    try:
        told = orjson.loads(response.body)
        return str(told.get("error", told))[:500] if isinstance(told, dict) else str(told)[:500]
    except ValueError:
        return response.body[:500].decode("utf-8", "replace")


def shown(url: str) -> str:
    """An address without its query, for messages."""
    return url.partition("?")[0]


def fetched_at(response: Response) -> str:
    """When an answer was made, as its server says, else now (UTC, ISO 8601)."""
    date = response.headers.get("Date")
    try:
        time = parsedate_to_datetime(date.decode("ascii")).astimezone(UTC) if date else datetime.now(UTC)
    except ValueError:
        time = datetime.now(UTC)
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
