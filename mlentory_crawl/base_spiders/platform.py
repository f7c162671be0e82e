"""What every platform's spider has: typed arguments, an endpoint, and a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self
from urllib.parse import urlsplit

import orjson
from pydantic import BaseModel, ConfigDict
from scrapy import Spider, signals
from scrapy.exceptions import DontCloseSpider

from mlentory_crawl.catalog.commits import Missing
from mlentory_crawl.catalog.lookups import Lookup
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.environment import Variable
from mlentory_crawl.forgotten import MARKER_BODY, About
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.middlewares.quota import Stopping
from mlentory_crawl.run import Asked, Run
from mlentory_crawl.seeds import Seed
from mlentory_crawl.stores.protocols import SettingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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


RawTuple = tuple[str, str, str, Any]
"""Kind, native id, API address and payload of a record."""
LaterTuple = tuple[str, str, "Request"]
"""Kind, native id and request of a record that takes a request of its own."""


class Stage(Protocol):
    """What a spider does when there is nothing else left to do."""

    def step(self) -> bool:
        """Send the requests that are due; whether it sent any, or still waits for an answer."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """A thing to be asked for by its name.

    Attributes:
        name: as messages call it.
        kind: of the record that describes it, where its platform has several.
        by: who asks: None for the user, else the name of the stage.
        iri: under which a record names it.
        seed: the line of a seed list that asks for it.
    """

    name: str
    kind: str = ""
    by: str | None = None
    iri: str | None = None
    seed: Seed | None = None


class PlatformSpider(Spider):
    """Crawls one platform; its name is the platform's key.

    Attributes:
        Arguments: the model of its arguments.
        endpoint_setting: the setting that holds the address of its API.
        variables: the settings that are the platform's own.
        hosts: those whose pages are about what the platform's API describes.
        slots: how politely to ask where no quota is announced, by download slot (Scrapy's ``DOWNLOAD_SLOTS``).
        job: scrapyd's id of the job, if it was scrapyd that started it.
        resumable: whether an interrupted run goes on from its cursor.
        failures: why pages could not be had, one line each.
        listed: how many things the platform's list has shown so far, whatever kinds of records each gives.
        stages: what comes when everything else is done, one after the other.
    """

    Arguments: ClassVar[type[Arguments]] = Arguments
    endpoint_setting: ClassVar[str]
    variables: ClassVar[tuple[Variable, ...]] = ()
    hosts: ClassVar[frozenset[str]] = frozenset()
    slots: ClassVar[dict[str, dict[str, float]]] = {}

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
        crawler.signals.connect(spider._idle, signals.spider_idle)
        return spider

    def _idle(self) -> None:
        if any(stage.step() for stage in self.stages):
            raise DontCloseSpider

    endpoint: str

    @property
    def run(self) -> Run:
        """The run that this spider carries out."""
        return Run.of(self.crawler)

    def plan(self, catalog: CatalogWriter) -> None:
        """Hook: decide how to crawl, given what the catalog has; comes before everything else."""

    @property
    def asks(self) -> bool:
        """Whether it asks a service at all: what it reads from files, a replay reads there again."""
        return True

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

    is_walk: ClassVar[bool] = True
    """Whether what is fetched has an order in which an interrupted run goes on."""

    @classmethod
    def described(cls, url: str, thing: Any = None) -> About | None:
        """What an address of the API, or an object in the answer to it, is about; None where that is nobody's name.

        Without it, answers that hold what is to be forgotten are not kept at all.

        Args:
            url: the address that was asked for, whatever the endpoint.
            thing: an object anywhere in the answer; None for what the address alone says.
        """
        return None

    # Things asked for by name

    def names(self, texts: Iterable[str], name_of: Callable[[str], str | None]) -> Iterator[tuple[str, str]]:
        """Each thing that texts name, once, behind the first text that names it; the other texts are counted.

        Args:
            texts: ids, or addresses of pages.
            name_of: the platform's one name of what a text names; None where that is nothing.
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
        """Whether a URL is one of the platform's pages."""
        return (urlsplit(request.url).hostname or "").removeprefix("www.") in cls.hosts

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        """The request that fetches what one of the platform's pages is about; None where it is about nothing known.

        What it answers counts in the report as asked for by name: see `thing_request`.

        Args:
            url: of the page.
            seed: which names it, for `Wanted`.
        """
        return None

    def raw_records(self, payload: list[Any], page: int) -> Iterator[RawTuple]:
        """Kind, native id, API address and payload of each record among the things of a page."""
        raise NotImplementedError

    def thing_request(self, request: Request, wanted: Wanted) -> Request:
        """A request as that for one thing which is asked for by its name; it is a page of its own."""
        number = self.run.reserve_page()
        return request.replace(
            callback=self.parse_thing,
            errback=self.thing_failed,
            cb_kwargs={"wanted": wanted, "number": number},
            meta={**request.meta, "archive": True},
            dont_filter=True,
        )

    def thing(self, response: Response, wanted: Wanted) -> Any:
        """What an answer says of the thing that was asked for.

        Raises:
            ValueError: it is not what was asked for.
        """
        return orjson.loads(response.body)

    def outcomes(self, thing: Any, wanted: Wanted) -> tuple[str, ...]:
        """What is counted of a thing that was found."""
        return ("found",)

    def thing_records(self, thing: Any, wanted: Wanted, number: int) -> Iterable[RawTuple]:
        """Kind, native id, API address and payload of each record that a thing's own answer gives."""
        return self.raw_records([thing], number)

    def named_by(self, thing: Any, wanted: Wanted) -> Iterable[Request]:
        """Requests for what a thing names and that is wanted with it."""
        return ()

    def iri_of(self, thing: Any, wanted: Wanted) -> str | None:
        """The IRI of a thing that was found, where it may not be what it was asked for by."""
        return None

    def parse_thing(self, response: Response, wanted: Wanted, number: int) -> Iterator[Any]:
        """Send on what was asked for by its name, or count why there is none."""
        thing: Any = None
        records: list[RawTuple] = []
        outcomes: tuple[str, ...]
        if response.status in self.statuses_of_missing:
            outcomes = ("missing",)
            if wanted.by is None:
                self.logger.warning("%s: answers %d, it is missing or private", wanted.name, response.status)
        elif response.status == 403 and wanted.by is not None:
            outcomes = ("blocked",)
        elif response.status != 200:
            outcomes = ("blocked" if response.status == 403 else "failed",)
            self.fail(f"{shown(response.url)} answered {response.status}: {self.refusal(response)}")
        elif response.body == MARKER_BODY:
            outcomes = ("found",)
        else:
            try:
                thing = self.thing(response, wanted)
                records = list(self.thing_records(thing, wanted, number))
                outcomes = self.outcomes(thing, wanted)
            except ValueError as error:
                outcomes = ("failed",)
                self.fail(f"{shown(response.url)}: {error}")
        lookup = None
        if wanted.iri is not None and "failed" not in outcomes:
            found = None if thing is None else self.iri_of(thing, wanted) or wanted.iri
            lookup = Lookup(wanted.iri, found, fetched_at(response))
        later = () if thing is None else self.later_of_thing(thing, wanted)
        asked = Asked(wanted.by, outcomes, lookup, wanted.seed)
        if thing is not None:
            yield from (each for each in self.named_by(thing, wanted) if not self.run.forgotten.has(each.url))
        yield from self.records_of(response, records, later, number, self.cursor_after(number), asked)

    def thing_failed(self, failure: Failure) -> None:
        """Count a thing that could not be fetched after all retries."""
        request: Request = failure.request  # type: ignore[attr-defined]
        wanted: Wanted = request.cb_kwargs["wanted"]
        self.page_failed(failure)
        if not isinstance(failure.value, Stopping):
            number = request.cb_kwargs["number"]
            page = Page(number, request.url, self.name, [], self.cursor_after(number))
            self.run.open_page(page, Asked(wanted.by, ("failed",), None, wanted.seed))

    def refusal(self, response: Response) -> str:
        """What an answer says of why it is none."""
        return told_error(response)

    def cursor_after(self, number: int) -> dict[str, Any] | None:
        """Where an interrupted run goes on after the page of a thing; None where it does not walk over a list."""
        return None

    # Records

    def records_of(
        self,
        response: Response,
        records: Iterable[RawTuple],
        later: Iterable[LaterTuple],
        number: int,
        cursor: dict[str, Any] | None,
        asked: Asked | None = None,
    ) -> Iterator[Any]:
        """Announce a page, send on its records, and ask for those that take a request of their own.

        Args:
            response: the answer.
            records: kind, native id, API address and payload of each record in it.
            later: kind, native id and request of each further one.
            number: that of the page.
            cursor: where an interrupted run goes on after it.
            asked: what became of the thing, where the page is one that was asked for by name.
        """
        records, later = list(records), [each for each in later if not self._is_forgotten(each)]
        keys = [*((kind, key) for kind, key, _, _ in records), *((kind, key) for kind, key, _ in later)]
        page = Page(number, response.url, self.name, keys, cursor)
        self.run.open_page(page, *([] if asked is None else [asked]))
        time = fetched_at(response)
        seed = asked.seed.metadata if asked is not None and asked.seed is not None else None
        for kind, key, api_url, payload in records:
            yield RawRecord(self.name, kind, key, api_url, payload, time, page, seed=seed)
        for kind, key, request in later:
            yield request.replace(
                callback=self.parse_later,
                errback=self.later_failed,
                cb_kwargs={**request.cb_kwargs, "kind": kind, "key": key, "page": page},
                meta={**request.meta, "archive": True},
                dont_filter=True,
            )

    def _is_forgotten(self, later: LaterTuple) -> bool:
        _, key, request = later
        forgotten = self.run.forgotten
        return bool(forgotten) and ((self.name, key) in forgotten.marks.keys or forgotten.has(request.url))

    def later_records(self, things: list[Any]) -> Iterable[LaterTuple]:
        """Kind, native id and request of each record of listed things that takes a request of its own."""
        return ()

    def later_of_thing(self, thing: Any, wanted: Wanted) -> Iterable[LaterTuple]:
        """The same for one thing that was asked for by its name."""
        return self.later_records([thing])

    def later_record(self, response: Response, **known: Any) -> tuple[str, Any | None]:
        """Outcome and payload of such a record; no payload where the service does not have it, or keeps it to itself.

        Args:
            response: the answer.
            known: what the request said in ``cb_kwargs``.

        Raises:
            ValueError: it is not what was asked for.
        """
        raise NotImplementedError

    def parse_later(self, response: Response, kind: str, key: str, page: Page, **known: Any) -> Iterator[Any]:
        """Send on a record that took a request of its own."""
        try:
            outcome, payload = self.later_record(response, **known)
        except ValueError as error:
            self.fail(f"{shown(response.url)}: {error}")
            self.run.count_asked(page, Asked(f"{kind}s", ("failed",)))
            self.run.fail(page, kind, key)
            return
        self.run.count_asked(page, Asked(f"{kind}s", (outcome,)))
        if payload is None:
            self.run.withdraw(page)
        else:
            yield RawRecord(self.name, kind, key, response.url, payload, fetched_at(response), page)

    def later_failed(self, failure: Failure) -> None:
        """Count a record that could not be fetched after all retries."""
        self.page_failed(failure)
        if isinstance(failure.value, Stopping):
            return
        request: Request = failure.request  # type: ignore[attr-defined]
        kind, key, page = (request.cb_kwargs[name] for name in ("kind", "key", "page"))
        self.run.count_asked(page, Asked(f"{kind}s", ("failed",)))
        self.run.fail(page, kind, key)

    statuses_of_missing: ClassVar[frozenset[int]] = frozenset({404})
    """What the API answers for a thing that is not there."""

    def page_failed(self, failure: Failure) -> None:
        """Note that a page could not be had after its retries."""
        error = failure.value
        if not isinstance(error, Stopping):
            url = failure.request.url  # type: ignore[attr-defined]
            self.fail(f"{shown(url)}: {str(error) or type(error).__name__}")

    def fail(self, reason: str) -> None:
        """Note why something could not be fetched."""
        reason = " ".join(reason.split())
        self.failures.append(reason)
        self.logger.error(reason)


def names_in(given: str) -> list[str]:
    """The names in a file, one a line (``#`` begins a comment), or in a list with commas."""
    path = Path(given)
    lines = path.read_text("utf-8").splitlines() if path.is_file() else given.split(",")
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def told_error(response: Response) -> str:
    """What an answer says of why it is none."""
    try:
        told = orjson.loads(response.body)
        if isinstance(told, dict):
            told = told.get("error", told.get("detail", told))
        return str(told)[:500]
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
