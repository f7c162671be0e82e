"""The base of all spiders, with typed arguments, an endpoint and a run."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from scrapy import Spider, signals
from scrapy.exceptions import DontCloseSpider

from mlentory_crawl.base_spiders.argument_file import NAME as CONFIG, with_file
from mlentory_crawl.catalog.commits import Missing
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.config.values import check_addresses
from mlentory_crawl.config.variables import VARIABLES, Variable
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.crawl.outcomes import Refusal, Stopping
from mlentory_crawl.crawl.plan import CrawlPlan
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.crawl.run_settings import RunSettings
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.printable import printable
from mlentory_crawl.responses import error_message, failure_message, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure


SCRAPYD_ARGUMENTS = ("_job", "_version")
"""Arguments that scrapyd passes to every spider in addition to the user's."""


class Arguments(BaseModel):
    """The arguments that a spider takes with ``-a NAME=VALUE``; the description of each is its documentation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # Only what it leads to counts: the same arguments make the same crawl, wherever they stand.
    config: str | None = Field(
        default=None,
        exclude=True,
        description="a YAML file that has arguments under `parameters:`; one given with -a as well wins",
    )

    @model_validator(mode="before")
    @classmethod
    def _take_those_of_the_file(cls, given: Any) -> Any:
        return with_file(given) if given.get(CONFIG) is not None else given

    @field_validator("*", mode="before")
    @classmethod
    def _join_lists(cls, value: Any) -> Any:
        return ",".join(value) if isinstance(value, list) else value


class Stage(Protocol):
    """A step of a crawl that begins when the spider is otherwise idle."""

    def step(self) -> bool:
        """Send the requests that are due; return True if it sent any, or still waits for a response."""
        ...


class PlatformSpider(Spider):
    """Crawls one platform; its name is the platform's key.

    Attributes:
        Arguments: the model of its arguments.
        endpoint_setting: the setting that holds the address of its API.
        variables: the settings that are the platform's own.
        hosts: the hosts of the pages about entities that the platform's API describes.
        slots: the limits on requests for which no quota is announced, by download slot (Scrapy's ``DOWNLOAD_SLOTS``).
        census_kinds: the kinds of records that a census lists completely.
        is_fallback: whether it is asked for pages that are no other platform's.
        is_walk: whether the pages have an order in which an interrupted run continues.
        endpoint: the address of its API, without a slash at the end.
        accepts_deletions: whether a census may mark any number of records as deleted.
        job: scrapyd's id of the job, if scrapyd started it.
        resumable: whether an interrupted run continues from its cursor.
        failures: the reasons why pages could not be fetched, one line each.
        listed: the number of entities in the platform's list so far, however many kinds of records each gives.
        stages: the steps that follow when everything else is done, one after the other.
    """

    Arguments: ClassVar[type[Arguments]] = Arguments
    endpoint_setting: ClassVar[str]
    variables: ClassVar[tuple[Variable, ...]] = ()
    hosts: ClassVar[frozenset[str]] = frozenset()
    slots: ClassVar[dict[str, dict[str, float]]] = {}
    census_kinds: ClassVar[tuple[str, ...]] = ()
    is_fallback: ClassVar[bool] = False
    is_walk: ClassVar[bool] = True
    endpoint: str
    accepts_deletions = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__()
        self.job: str | None = kwargs.get("_job")
        given = {name: value for name, value in kwargs.items() if name not in SCRAPYD_ARGUMENTS}
        self.arguments = self.Arguments.model_validate(given)
        self.failures: list[str] = []
        self.listed = 0
        self.stages: list[Stage] = []

    @classmethod
    def check_settings(cls, settings: BaseSettings) -> None:
        """Check the platform's own settings before a crawl begins.

        Raises:
            SettingError: a setting is missing or invalid.
        """
        check_addresses(settings)
        if not settings[cls.endpoint_setting]:
            raise SettingError(f"{cls.name} is not configured: {cls.endpoint_setting} is not set")

    @classmethod
    def quota_request(cls, settings: BaseSettings) -> Request | None:
        """Hook: return the smallest request whose response announces the quota; None if the platform announces none."""
        return None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        cls.check_settings(crawler.settings)
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.endpoint = crawler.settings[cls.endpoint_setting].rstrip("/")
        crawler.signals.connect(spider._idle, signals.spider_idle)
        return spider

    def _idle(self) -> None:
        if any(stage.step() for stage in self.stages):
            raise DontCloseSpider

    @property
    def run(self) -> Run:
        """The run that this spider carries out."""
        return run_of(self.crawler)

    def plan(self, catalog: CatalogWriter) -> None:
        """Hook: decide how to crawl, given the contents of the catalog; called before everything else."""

    def crawl_plan(self, catalog: CatalogWriter) -> CrawlPlan:
        """Return the plan of the run."""
        self.plan(catalog)
        identity = self.identity()
        if replayed := self.settings.get("REPLAY_RUN"):
            # Two archived runs of the same command are replayed separately.
            identity["replay"] = replayed
        return CrawlPlan(
            platform=self.name,
            mode=self.mode,
            coverage=self.coverage,
            arguments=self.reported_arguments(),
            identity=identity,
            resumable=self.resumable,
            ordered=self.is_walk,
            asks=self.asks,
            job=self.job,
            instance=self.instance_in(catalog),
            settings=RunSettings.of(self.used_variables, self.settings),
        )

    @property
    def used_variables(self) -> tuple[Variable, ...]:
        """The settings that the crawl depends on: the project's, the platform's, and those of spiders that help it."""
        helpers = (stage for stage in self.stages if isinstance(stage, PlatformSpider))
        return (*VARIABLES, *self.variables, *(variable for helper in helpers for variable in helper.variables))

    def instance_in(self, catalog: CatalogWriter) -> str:
        """Hook: return the installation of the platform that it crawls, as the catalog names it.

        It is part of the catalog keys of its records. Empty for the public installation, or the catalog's only one.
        """
        return ""

    @cached_property
    def instance(self) -> str:
        """The installation of the platform, as the catalog of the run names it."""
        return self.instance_in(self.run.catalog)

    @property
    def asks(self) -> bool:
        """True if it sends requests to a service; a spider that reads files reads them again in a replay."""
        return True

    def probe(self, record: Missing) -> Request:
        """Return the request that shows whether an entity still exists."""
        raise NotImplementedError

    def is_gone(self, response: Response, record: Missing) -> bool | None:
        """Check whether the response to `probe` denies that the entity exists; None if it shows neither."""
        raise NotImplementedError

    @property
    def mode(self) -> str:
        """The mode of the crawl, for the report."""
        raise NotImplementedError

    @property
    def coverage(self) -> str:
        """The coverage of the complete run: ``census``, ``delta``, ``limit`` or ``ids``."""
        raise NotImplementedError

    @property
    def resumable(self) -> bool:
        return False

    @property
    def watermark(self) -> str | None:
        """The platform's time up to which the complete run completes the catalog; None leaves it unchanged."""
        return None

    def reported_arguments(self) -> dict[str, Any]:
        """Return the arguments as the report shows them."""
        return self.arguments.model_dump(mode="json", exclude_defaults=True)

    def identity(self) -> dict[str, Any]:
        """Return the values by which two commands are the same crawl."""
        return {
            "spider": self.name,
            "endpoint": self.endpoint,
            "mode": self.mode,
            "arguments": self.reported_arguments(),
        }

    # Targets

    def names(self, texts: Iterable[str], name_of: Callable[[str], str | None]) -> Iterator[tuple[str, str]]:
        """Return each named entity once, as the first text that names it and its name; other texts are counted.

        Args:
            texts: ids, or addresses of pages.
            name_of: returns the platform's canonical name of the entity that a text names; None if it names none.
        """
        requested = self.run.report.requested
        seen: set[str] = set()
        for text in texts:
            name = name_of(text)
            if name is None:
                requested["invalid"] += 1
                self.logger.warning("%r is nothing that %s can be asked for", text, self.name)
            elif name in seen:
                requested["duplicate"] += 1
            else:
                seen.add(name)
                yield text, name

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        """Check whether a URL is one of the platform's pages."""
        return (urlsplit(request.url).hostname or "").removeprefix("www.") in cls.hosts

    @classmethod
    def further_hosts(cls, settings: BaseSettings) -> frozenset[str]:
        """Hook: return the hosts of pages of the platform that only settings name."""
        return frozenset()

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        """Return the request for the entity that a page of the platform is about; None if it is about none.

        The report counts the entity as a target.

        Args:
            url: the address of the page.
            seed: the seed that names it.
        """
        return None

    def refusal_of(self, text: str) -> Refusal:
        """Return the outcome of a seed for which `seed_request` makes no request.

        Args:
            text: the address that the seed gives.
        """
        return Refusal("invalid", "is not the address of an entity on a known platform")

    def request_key(self, request: Request) -> str:
        """Return a key that is the same for all requests for an entity that differ only in spelling."""
        return request.url

    def refusal(self, response: Response) -> str:
        """Return the error message of a response."""
        return error_message(response)

    def page_failed(self, failure: Failure) -> None:
        """Note that a page could not be fetched after its retries."""
        error = failure.value
        if error is not None and not isinstance(error, Stopping):
            url = failure.request.url  # type: ignore[attr-defined]
            self.fail(f"{shown(url)}: {failure_message(error)}")

    def note(self, line: str) -> None:
        """Add a remark to the report that does not affect the verdict."""
        notes = self.run.report.notes
        if line not in notes:
            self.logger.warning(line)
            notes.append(line)

    def fail(self, reason: str) -> None:
        """Note the reason why something could not be fetched."""
        reason = printable(" ".join(reason.split()))
        self.failures.append(reason)
        self.logger.error(reason)
