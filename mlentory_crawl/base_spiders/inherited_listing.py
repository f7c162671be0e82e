"""Walks over a list that an API gives page by page, whatever names the next page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy import Request
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from fair4ml.read.json_text import spoiled
from mlentory_crawl.base_spiders.single_records import LaterTuple, RawTuple, ThingSpider, Wanted
from mlentory_crawl.crawl.outcomes import Asked, Stopping
from mlentory_crawl.items import Page
from mlentory_crawl.responses import fetched_at, json_of, served_at, shown

if TYPE_CHECKING:
    from twisted.python.failure import Failure

MOST_OF_ASKED = 5
"""So many times what a page was asked for is taken of it."""

MOST_REPEATED = 5
"""After so many pages in a row that hold nothing new the walk goes in a circle."""

MOST_LOST = 20
"""So many single pages may be lost before the walk ends: by then it is the service that fails."""


class InheritedListSpider(ThingSpider):
    """Walks a list from page to page; the next page is asked for before the records of this one are sent on.

    A subclass for a shape of API gives `next_page`; that of a platform `first_page_request`, `next_page_request` and
    `raw_records`.

    Attributes:
        newest: what the watermark becomes once the run is complete, as the first page of the first attempt told.
        ends_when_empty: whether there is nothing after a page that lists nothing.
        page_size: how many records a page is asked for at the most.
    """

    page_size: ClassVar[int] = 1_000

    newest: str | None = None
    ends_when_empty = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._lost_pages = 0
        self._led_to: set[str] = set()

    def first_page_request(self) -> Request:
        """The request for the first page of the list."""
        raise NotImplementedError

    def next_page_request(self, following: str) -> Request:
        """The request for a further page.

        Args:
            following: what `next_page` said of the page before it, or the cursor of an interrupted run.
        """
        raise NotImplementedError

    def next_page(self, response: Response, payload: list[Any], number: int) -> str | None:
        """What leads to the page after this one: an address, an offset, a token; None on the last page.

        Args:
            response: the answer that held the page.
            payload: all that it lists.
            number: the place of the page in the run, from 0.
        """
        raise NotImplementedError

    def is_page(self, response: Response) -> bool:
        """Whether an answer is to be read as a page of the list, by its status."""
        return response.status == 200

    def payload(self, response: Response) -> list[Any]:
        """What a page lists.

        Raises:
            ValueError: it is no page; it is asked for again.
        """
        payload = json_of(response)
        if not isinstance(payload, list):
            raise ValueError(f"a list is due, this is {type(payload).__name__}")
        return payload

    def wanted(self, payload: list[Any]) -> list[Any]:
        """The records of a page that belong to the crawl; where some are left out, it is the last page."""
        return payload if self.limit is None else payload[: self.limit - self.listed]

    def newest_of(self, response: Response, payload: list[Any]) -> str | None:
        """What the first page tells for the watermark."""
        if (date := response.headers.get("Date")) and served_at(response) is None:
            told = date.decode("latin-1")[:50]
            self.note(f"the time that the service tells, {told!r}, cannot be used: this machine's is taken")
        return fetched_at(response)

    @property
    def limit(self) -> int | None:
        """How many records to fetch at the most."""
        return None

    async def start(self) -> AsyncIterator[Any]:
        cursor = self.run.cursor.start
        if cursor:
            self.logger.info("Resuming run %s at page %d", self.run.name, cursor["page"])
            self.listed, self.newest = cursor["listed"], cursor["newest"]
        for owed in self.run.cursor.owed:
            yield self.owed_later(owed) if isinstance(owed, dict) else self._owed_page(owed)
        if cursor is None:
            yield self.page(self.first_page_request())
        elif cursor["next"]:
            yield self._page(self.next_page_request(cursor["next"]), None, is_first=False)

    def page(self, request: Request, wanted: Wanted | None = None) -> Request:
        """A request as that for the first page of a walk.

        Args:
            request: how the page is asked for.
            wanted: what the walk is for, where it is one of several.
        """
        return self._page(request, wanted, is_first=True)

    def _page(self, request: Request, wanted: Wanted | None, *, is_first: bool) -> Request:
        number = self.run.pages.reserve()
        return request.replace(
            callback=self.parse_page,
            errback=self.list_failed,
            cb_kwargs={"number": number, "wanted": wanted, "is_first": is_first},
            meta={**request.meta, "archive": True},
            dont_filter=True,
        )

    def _owed_page(self, place: str) -> Request:
        """The request for a place in the list that the walk has gone on without."""
        request = self.next_page_request(place)
        return self._page(request.replace(meta={**request.meta, "pays": place}), None, is_first=False)

    def parse_page(self, response: Response, number: int, wanted: Wanted | None, is_first: bool) -> Iterator[Any]:
        """Announce a page, ask for the next one, and send its records on."""
        assert response.request is not None
        if not self.is_page(response):
            self.fail(f"{shown(response.url)} answered {response.status}: {self.refusal(response)}")
            yield from self.lost(response.request)
            return
        try:
            payload = self.bounded_payload(response)
        except ValueError as error:
            yield from self.again(response, error)
            return
        if self.newest is None and "pays" not in response.meta:
            self.newest = self.newest_of(response, payload)
        # Arguments say how much of the platform's own list is crawled, not of a walk that something else asks for.
        kept = self.wanted(payload) if wanted is None else payload
        if wanted is None:
            self.listed += len(kept)
        following = self.following(response, payload, kept, number)
        yield from self.send(response, number, kept, following, wanted, is_first=is_first)

    def following(self, response: Response, payload: list[Any], kept: list[Any], number: int) -> str | None:
        """What leads on after a page; None where the walk ends.

        Args:
            response: the answer that held the page.
            payload: all that it lists.
            kept: what of it belongs to the crawl.
            number: the place of the page in the run, from 0.
        """
        is_last = len(kept) < len(payload) or (self.ends_when_empty and not payload) or self.listed == self.limit
        return None if is_last else self.next_page(response, payload, number)

    def send(
        self,
        response: Response,
        number: int,
        kept: list[Any],
        following: str | None,
        wanted: Wanted | None = None,
        *,
        is_first: bool = False,
        refused: Asked | None = None,
    ) -> Iterator[Any]:
        """Announce a page, ask for the one after it, and send its records on.

        Args:
            response: the answer that held the page.
            number: the place of the page in the run.
            kept: what it lists of what belongs to the crawl.
            following: what leads to the next page; None on the last one.
            wanted: what the walk is for, where it is one of several.
            is_first: whether it is the first page of that walk.
            refused: what is counted where the service keeps to itself what the page would hold.
        """
        walk, left = self.walk_of(response, wanted), None
        if following is not None and (circle := self._circle(response, walk, following)):
            self.fail(circle)
            left, following = self.split(following) if wanted is None else (None, None)
        if response.meta.get("pays") is not None:
            # What follows on what was owed is owed in its place; the walk itself stands where it stood.
            cursor: dict[str, Any] | None = {"page": number + 1}
            owed = [] if following is None else [following]
            yield from map(self._owed_page, owed)
        else:
            cursor, owed = self._cursor(number, following) if wanted is None else self.cursor_after(number), []
            if following is not None:
                yield self._page(self.next_page_request(following), wanted, is_first=False)
        records, later, asked = self.records_on_page(kept, number, wanted)
        asked = refused or asked
        owed += [] if left is None else [left]
        if wanted is not None and wanted.seed is not None and is_first:
            asked = Asked(wanted.by, ("found",), None, wanted.seed)
        yield from self.records_of(
            response, records, later, number, cursor, asked, owed, walk, response.meta.get("pays")
        )

    def _circle(self, response: Response, walk: str, following: str) -> str | None:
        """Why a walk that goes on would not come to an end; None where it may."""
        key = self.circle_key(following)
        was_there = key in self._led_to
        if key is not None:
            self._led_to.add(key)
        if was_there or following == response.url:
            return f"{shown(response.url)} leads to a page that was there before"
        if self.run.repeated[walk] >= MOST_REPEATED:
            return f"{shown(response.url)}: {MOST_REPEATED} pages in a row held nothing but what came before"
        return None

    def circle_key(self, following: str) -> str | None:
        """What is the same only where a walk comes to the same page again; None where it may well do so."""
        return following

    def walk_of(self, response: Response, wanted: Wanted | None) -> str:
        """The name of the list that a page is of."""
        return "" if wanted is None else f"{wanted.by} {wanted.name}"

    def split(self, place: str) -> tuple[str, str | None]:
        """A place that the walk does without, alone, and the one that leads on; None where the walk ends."""
        return place, None

    def bounded_payload(self, response: Response) -> list[Any]:
        """What a page lists, as much of it as can be meant by what was asked for.

        Raises:
            ValueError: it is no page.
        """
        payload = self.payload(response)
        most = MOST_OF_ASKED * self.page_size
        if len(payload) <= most:
            return payload
        reason = f"{len(payload) - most:,} more records came on a page for {self.page_size:,}: they were not read"
        self.run.report.suspicions.append(f"{shown(response.url)}: {reason}")
        return [*payload[:most], self.spoiled_row(response, reason)]

    def spoiled_row(self, response: Response, reason: str) -> Any:
        """What stands for what cannot be used of a page, as `payload` gives records."""
        return spoiled(reason)

    def again(self, response: Response, error: ValueError) -> Iterator[Any]:
        """Ask again for what came as no page, or note in the end that it cannot be had."""
        assert response.request is not None
        retry = get_retry_request(response.request, spider=self, reason="invalid answer")
        if retry is not None:
            yield retry
            return
        self.fail(f"{shown(response.url)}: {error}")
        yield from self.lost(response.request)

    def records_on_page(
        self, payload: list[Any], number: int, wanted: Wanted | None
    ) -> tuple[Iterable[RawTuple], Iterable[LaterTuple], Asked | None]:
        """The records of a page, those that take requests of their own, and what it answers that was asked for.

        Args:
            payload: the things in it.
            number: that of the page.
            wanted: what the walk is for, where it is one of several.
        """
        return self.raw_records(payload, number), self.later_records(payload), None

    def cursor_after(self, number: int) -> dict[str, Any] | None:
        # What is asked for by name comes after the list.
        return self._cursor(number, None)

    def _cursor(self, number: int, following: str | None) -> dict[str, Any]:
        return {"next": following, "page": number + 1, "newest": self.newest, "listed": self.listed}

    def list_failed(self, failure: Failure) -> Iterator[Request]:
        """Note that a page could not be had after its retries."""
        self.page_failed(failure)
        if not isinstance(failure.value, Stopping):
            yield from self.lost(failure.request)  # type: ignore[attr-defined]

    def without(self, request: Request) -> tuple[str, str | None] | None:
        """The place of a page that the walk can do without, and what leads on; None where the walk ends with it.

        Args:
            request: that for the page.
        """
        return None

    def lost(self, request: Request) -> Iterator[Request]:
        """Go on without a page that cannot be had, where others do not depend on it."""
        wanted: Wanted | None = request.cb_kwargs["wanted"]
        number = request.cb_kwargs["number"]
        page = Page(number, request.url, self.name, [])
        if wanted is not None:
            asked = Asked(wanted.by, ("failed",), None, wanted.seed) if request.cb_kwargs["is_first"] else None
            page.cursor = self.cursor_after(number)
            self.run.open_page(page, *([] if asked is None else [asked]))
        elif request.meta.get("pays") is not None:  # and is owed as before
            page.cursor = {"page": number + 1}
            self.run.open_page(page)
        elif (left := self.without(request)) is not None and self._lost_pages < MOST_LOST:
            self._lost_pages += 1
            place, following = left
            page.cursor, page.owed = self._cursor(number, following), [place]
            self.run.open_page(page)
            if following is not None:
                yield self._page(self.next_page_request(following), None, is_first=False)
        # Else the same command begins at this page.
