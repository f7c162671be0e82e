"""Walks over lists that an API returns page by page, however it refers to the next page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy import Request
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from fair4ml.read.json_text import spoiled
from mlentory_crawl.base_spiders.paginators import MOST_OF_ASKED, Cursor, ListPage, Paginator
from mlentory_crawl.base_spiders.single_records import EntitySpider, LaterTuple, RawTuple, Wanted
from mlentory_crawl.base_spiders.walks import Place, Walk
from mlentory_crawl.crawl.outcomes import Asked, Stopping
from mlentory_crawl.items import Page
from mlentory_crawl.responses import fetched_at, served_at, shown

if TYPE_CHECKING:
    from twisted.python.failure import Failure

MOST_LOST = 20
"""The number of single pages that may be lost before the walk ends, because then the service itself is failing."""


class ListSpider(EntitySpider):
    """Walks over lists from page to page; the next page is requested before the records of this one are sent on.

    To write the spider of a platform that has lists:

    1. Write `paginator`: the paginator for its kind of API.
    2. Write `raw_records`.
    3. If there is more than one list, write `first_pages`; if listed items lead to further lists, `leads_to`.

    Attributes:
        page_size: the maximum number of items to request for a page; a paginator that needs it takes it from here.
        is_divisible: whether the walk continues without a page that cannot be fetched, because its other lists do not
            depend on it; what comes after that page is owed. Else the same command begins again at this page.
        newest: the watermark that the complete run leaves, taken from the first page of the first attempt.
    """

    page_size: ClassVar[int] = 1_000
    is_divisible: ClassVar[bool] = False
    newest: str | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._lost_pages = 0

    # For the platform to define

    @property
    def paginator(self) -> Paginator:
        """The object that makes requests for pages and reads them; a class attribute is enough."""
        raise NotImplementedError

    def first_pages(self) -> list[Cursor]:
        """Return the cursors of the lists to walk over, one after the other."""
        return [self.paginator.first()]

    def page_request(self, cursor: Cursor) -> Request:
        """Return the request for a page."""
        return self.paginator.request(cursor)

    def read_page(self, response: Response, cursor: Cursor) -> ListPage:
        """Return the page in a response, with its items as `raw_records` takes them.

        Raises:
            ValueError: it is not a page; it is requested again.
        """
        return self.paginator.read(response, cursor)

    def leads_to(self, items: list[Any], cursor: Cursor) -> Iterable[Cursor]:
        """Return the cursors of pages to which the items of a page lead; they come before the rest of its list."""
        return ()

    def is_due(self, cursor: Cursor) -> bool:
        """Check whether a page still has to be requested."""
        return True

    def is_page(self, response: Response, cursor: Cursor) -> bool:
        """Check by its status whether a response can be read as a page."""
        return response.status == 200

    def whole(self, cursor: Cursor) -> Cursor:
        """Return the cursor of the whole page, given that of a part of it."""
        return cursor

    def spoiled_item(self, reason: str, cursor: Cursor) -> Any:
        """Return a placeholder for an unusable part of a page, as `raw_records` takes it."""
        return spoiled(reason)

    @property
    def limit(self) -> int | None:
        """The maximum number of items to take; None for all."""
        return None

    def take(self, items: list[Any], cursor: Cursor) -> list[Any]:
        """Return the items that belong to the crawl, and count them; a page from which some are cut ends its list."""
        kept = items if self.limit is None else items[: self.limit - self.listed]
        self.listed += len(kept)
        return kept

    def newest_of(self, response: Response, items: list[Any]) -> str | None:
        """Return the watermark according to the first page."""
        if (date := response.headers.get("Date")) and served_at(response) is None:
            stated = date.decode("latin-1")[:50]
            self.note(f"the Date header of the service, {stated!r}, is not a valid time; using this machine's clock")
        return fetched_at(response)

    def records_on_page(
        self, items: list[Any], number: int, wanted: Wanted | None
    ) -> tuple[Iterable[RawTuple], Iterable[LaterTuple], Asked | None]:
        """Return the records of a page, those that take requests of their own, and the outcome of a target.

        Args:
            items: the items of the page.
            number: the number of the page.
            wanted: the target of the walk, if it is one of several walks.
        """
        return self.raw_records(items, number), self.later_records(items), None

    def state(self) -> dict[str, Any]:
        """Return the counts and marks that a resumed run needs besides its place."""
        return {"newest": self.newest, "listed": self.listed}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore the `state` of an earlier attempt."""
        self.newest, self.listed = state["newest"], state["listed"]

    # The walk

    async def start(self) -> AsyncIterator[Any]:
        cursor = self.run.cursor.start
        if cursor:
            self.logger.info("Resuming run %s at page %d", self.run.name, cursor["page"])
            self.restore(cursor)
        for owed in self.run.cursor.owed:
            yield self.owed_later(owed) if isinstance(owed, dict) else self._page(owed, Walk(), pays=owed)
        if cursor is None:
            yield self.walk(self.first_pages())
        elif cursor["next"]:
            yield self._page(cursor["next"], Walk())

    def walk(self, cursors: list[Cursor], wanted: Wanted | None = None) -> Request:
        """Return the request that begins a walk.

        Args:
            cursors: the cursors of the first page of each of its lists.
            wanted: the target of the walk, if it is one of several walks.
        """
        return self._page(cursors, Walk(wanted), is_first=True)

    def _page(
        self, cursors: list[Cursor], walk: Walk, *, is_first: bool = False, pays: list[Cursor] | None = None
    ) -> Request:
        place = Place(walk, cursors[0], cursors[1:], self.run.pages.reserve(), is_first, pays)
        request = self.page_request(place.cursor)
        return request.replace(
            callback=self.parse_page,
            errback=self.list_failed,
            cb_kwargs={"place": place},
            meta={**request.meta, "archive": True},
            dont_filter=True,
        )

    def parse_page(self, response: Response, place: Place) -> Iterator[Any]:
        """Read a page, and continue after it."""
        if not self.is_page(response, place.cursor):
            self.fail(f"{shown(response.url)} returned HTTP {response.status}: {self.refusal(response)}")
            yield from self.lost(response.url, place)
            return
        try:
            page = self.read_page(response, place.cursor)
        except ValueError as error:
            yield from self.again(response, place, error)
            return
        items = self.bounded(response, page.items, place.cursor)
        # Only the platform's own lists say how far the crawl is, and only they are limited by its arguments.
        is_own = place.walk.wanted is None
        if is_own and self.newest is None and place.pays is None:
            self.newest = self.newest_of(response, items)
        kept = self.take(items, place.cursor) if is_own else items
        is_last = len(kept) < len(items) or (is_own and self.listed == self.limit) or not self.is_due(place.cursor)
        yield from self.send(response, place, kept, None if is_last else page.next)

    def send(
        self, response: Response, place: Place, kept: list[Any], following: Cursor | None, refused: Asked | None = None
    ) -> Iterator[Any]:
        """Announce a page, request the one after it, and send its records on.

        Args:
            response: the response that held it.
            place: the place of the page.
            kept: the items of it that belong to the crawl.
            following: the cursor of the next page of the list; None on the last one.
            refused: the outcome to count if the service does not disclose the contents of the page.
        """
        number, wanted = place.number, place.walk.wanted
        owed = []
        repeated = self.run.repeated[self.list_name(place)]
        if following is not None and (circle := place.walk.circle(place, following, response.url, repeated)):
            self.fail(circle)
            owed = [[self.whole(following)]] if wanted is None else []
            following = None
        further = [] if following is None else [following]
        cursors = [*filter(self.is_due, [*self.leads_to(kept, place.cursor), *further, *place.rest])]
        if place.pays is not None:
            # The pages after an owed page are owed in its place; the place of the walk itself does not change.
            cursor: dict[str, Any] | None = {"page": number + 1}
            if cursors:
                owed.insert(0, cursors)
                yield self._page(cursors, place.walk, pays=cursors)
        else:
            cursor = self._cursor(number, cursors) if wanted is None else self.cursor_after(number)
            if cursors:
                yield self._page(cursors, place.walk)
        records, later, asked = self.records_on_page(kept, number, wanted)
        asked = refused or asked
        if wanted is not None and wanted.seed is not None and place.is_first:
            asked = Asked(wanted.by, ("found",), None, wanted.seed)
        yield from self.records_of(
            response, records, later, number, cursor, asked, owed, self.list_name(place), place.pays
        )

    def list_name(self, place: Place) -> str:
        """Return the name of the list that a page belongs to."""
        if (wanted := place.walk.wanted) is not None:
            return f"{wanted.by} {wanted.name}"
        return str(place.cursor.get("list", ""))

    def bounded(self, response: Response, items: list[Any], cursor: Cursor) -> list[Any]:
        """Return the items of a page, up to a plausible multiple of the page size."""
        most = MOST_OF_ASKED * self.page_size
        if len(items) <= most:
            return items
        reason = f"expected at most {most:,} records on a page, got {len(items):,}; the rest was not read"
        self.run.report.suspicions.append(f"{shown(response.url)}: {reason}")
        return [*items[:most], self.spoiled_item(reason, cursor)]

    def again(self, response: Response, place: Place, error: ValueError) -> Iterator[Any]:
        """Repeat the request for a page that could not be read, or finally note that it cannot be fetched."""
        assert response.request is not None
        if (retry := get_retry_request(response.request, spider=self, reason="invalid response")) is not None:
            yield retry
        else:
            self.fail(f"{shown(response.url)}: {error}")
            yield from self.lost(response.url, place)

    def cursor_after(self, number: int) -> dict[str, Any] | None:
        # Targets come after the lists.
        return self._cursor(number, [])

    def _cursor(self, number: int, cursors: list[Cursor]) -> dict[str, Any]:
        return {"next": cursors or None, "page": number + 1, **self.state()}

    def list_failed(self, failure: Failure) -> Iterator[Request]:
        """Note that a page could not be fetched after its retries."""
        self.page_failed(failure)
        if not isinstance(failure.value, Stopping):
            request: Request = failure.request  # type: ignore[attr-defined]
            yield from self.lost(request.url, request.cb_kwargs["place"])

    def lost(self, url: str, place: Place) -> Iterator[Request]:
        """Continue without a page that cannot be fetched, if others do not depend on it."""
        number, wanted = place.number, place.walk.wanted
        page = Page(number, url, self.name, [])
        if wanted is not None:
            asked = Asked(wanted.by, ("failed",), None, wanted.seed) if place.is_first else None
            page.cursor = self.cursor_after(number)
            self.run.open_page(page, *([] if asked is None else [asked]))
        elif place.pays is not None:  # still owed
            page.cursor = {"page": number + 1}
            self.run.open_page(page)
        elif self.is_divisible and self._lost_pages < MOST_LOST:
            self._lost_pages += 1
            page.cursor, page.owed = self._cursor(number, place.rest), [[self.whole(place.cursor)]]
            self.run.open_page(page)
            if place.rest:
                yield self._page(place.rest, place.walk)
        # Else the same command begins at this page.
