"""Things that a platform is asked for, one by one, and their records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from mlentory_crawl.base_spiders.platform import PlatformSpider
from mlentory_crawl.catalog.commits import Lookup
from mlentory_crawl.crawl.outcomes import Asked, Stopping
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.erasure.redactor import MARKER_BODY
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.responses import fetched_at, json_of, shown

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response
    from twisted.python.failure import Failure

RawTuple = tuple[str, str, str, Any]
"""Kind, native id, API address and payload of a record."""
LaterTuple = tuple[str, str, "Request"]
"""Kind, native id and request of a record that takes a request of its own."""


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


class ThingSpider(PlatformSpider):
    """Sends records on: those of a page, those of a thing that is asked for by its name, and those that come later.

    Attributes:
        statuses_of_missing: what the API answers for a thing that is not there.
    """

    statuses_of_missing: ClassVar[frozenset[int]] = frozenset({404})

    def raw_records(self, payload: list[Any], page: int) -> Iterator[RawTuple]:
        """Kind, native id, API address and payload of each record among the things of a page."""
        raise NotImplementedError

    # Things asked for by name

    def thing_request(self, request: Request, wanted: Wanted) -> Request:
        """A request as that for one thing which is asked for by its name; it is a page of its own."""
        number = self.run.pages.reserve()
        return request.replace(
            callback=self.parse_thing,
            errback=self.thing_failed,
            cb_kwargs={"wanted": wanted, "number": number},
            meta={**request.meta, "archive": True},
            dont_filter=True,
        )

    def thing(self, response: Response, wanted: Wanted) -> Any:
        """What an answer says of the thing that was asked for; None where it says that there is none.

        Raises:
            ValueError: it is not what was asked for.
        """
        return json_of(response)

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
                records = [] if thing is None else list(self.thing_records(thing, wanted, number))
                outcomes = ("missing",) if thing is None else self.outcomes(thing, wanted)
            except ValueError as error:
                outcomes = ("failed",)
                self.fail(f"{shown(response.url)}: {error}")
        if outcomes == ("missing",) and wanted.by is None:
            self.logger.warning("%s: answers %d, it is missing or private", wanted.name, response.status)
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

    def cursor_after(self, number: int) -> dict[str, Any] | None:
        """Where an interrupted run goes on after the page of a thing; None where it does not walk over a list."""
        return None

    # Records, and those that take a request of their own

    def records_of(
        self,
        response: Response,
        records: Iterable[RawTuple],
        later: Iterable[LaterTuple],
        number: int,
        cursor: dict[str, Any] | None,
        asked: Asked | None = None,
        owed: Iterable[Any] = (),
        walk: str | None = None,
        pays: Any = None,
    ) -> Iterator[Any]:
        """Announce a page, send on its records, and ask for those that take a request of their own.

        Args:
            response: the answer.
            records: kind, native id, API address and payload of each record in it.
            later: kind, native id and request of each further one.
            number: that of the page.
            cursor: where an interrupted run goes on after it.
            asked: what became of the thing, where the page is one that was asked for by name.
            owed: what the same command has to ask for again.
            walk: the list that the page is of, if any.
            pays: what an earlier attempt owed and the page brings.
        """
        records, later = list(records), list(later)
        if instance := self.instance:
            records = [(kind, f"{instance}/{key}", url, payload) for kind, key, url, payload in records]
            later = [(kind, f"{instance}/{key}", request) for kind, key, request in later]
        later = [each for each in later if not self._is_forgotten(each)]
        keys = [*((kind, key) for kind, key, _, _ in records), *((kind, key) for kind, key, _ in later)]
        page = Page(number, response.url, self.name, keys, cursor, list(owed), pays, walk, instance=instance)
        self.run.open_page(page, *([] if asked is None else [asked]))
        time = fetched_at(response)
        seed = asked.seed.metadata if asked is not None and asked.seed is not None else None
        for kind, key, api_url, payload in records:
            yield RawRecord(self.name, kind, key, api_url, payload, time, page, seed=seed)
        for kind, key, request in later:
            yield self._later(request, kind, key, page)

    def _later(self, request: Request, kind: str, key: str, page: Page) -> Request:
        return request.replace(
            callback=self.parse_later,
            errback=self.later_failed,
            cb_kwargs={**request.cb_kwargs, "kind": kind, "key": key, "page": page},
            meta={**request.meta, "archive": True},
            dont_filter=True,
        )

    def later_request(self, **known: Any) -> Request:
        """The request of a record that takes one of its own, once more.

        Args:
            known: what the request said in ``cb_kwargs``.
        """
        raise NotImplementedError

    def owed_later(self, owed: dict[str, Any]) -> Request:
        """The request of such a record that an earlier attempt could not have, as a page of its own."""
        kind, key = owed["kind"], owed["key"]
        request, number = self.later_request(**owed["known"]), self.run.pages.reserve()
        cursor, is_counted = {"page": number + 1}, self.run.cursor.start is not None
        page = Page(
            number,
            request.url,
            self.name,
            [(kind, key)],
            cursor,
            pays=owed,
            is_counted=is_counted,
            instance=self.instance,
        )
        self.run.open_page(page)
        return self._later(request, kind, key, page)

    def _is_forgotten(self, later: LaterTuple) -> bool:
        _, key, request = later
        forgotten = self.run.forgotten
        return (self.name, key) in forgotten.marks.keys or forgotten.has(request.url)

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

    def public_address(self, url: str) -> str:
        """Where the public service has what was fetched: records say that, whichever copy of it the settings name."""
        return url

    def parse_later(self, response: Response, kind: str, key: str, page: Page, **known: Any) -> Iterator[Any]:
        """Send on a record that took a request of its own."""
        try:
            outcome, payload = self.later_record(response, **known)
        except ValueError as error:
            self.fail(f"{shown(response.url)}: {error}")
            self._later_lost(kind, key, page, known)
            return
        self.run.pages.count_asked(page, Asked(f"{kind}s", (outcome,)))
        if payload is None:
            self.run.pages.withdraw(page)
        else:
            address = self.public_address(response.url)
            yield RawRecord(self.name, kind, key, address, payload, fetched_at(response), page)

    def later_failed(self, failure: Failure) -> None:
        """Count a record that could not be fetched after all retries."""
        self.page_failed(failure)
        if isinstance(failure.value, Stopping):
            return
        request: Request = failure.request  # type: ignore[attr-defined]
        known = dict(request.cb_kwargs)
        kind, key, page = (known.pop(name) for name in ("kind", "key", "page"))
        self._later_lost(kind, key, page, known)

    def _later_lost(self, kind: str, key: str, page: Page, known: dict[str, Any]) -> None:
        page.owed.append({"kind": kind, "key": key, "known": known})
        self.run.pages.count_asked(page, Asked(f"{kind}s", ("failed",)))
        self.run.pages.fail(page, kind, key)
