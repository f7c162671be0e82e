"""Walks over a list that an API gives page by page, whatever names the next page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import orjson
from scrapy import Request
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from mlentory_crawl.base_spiders.platform import PlatformSpider, fetched_at, shown
from mlentory_crawl.items import Page, RawRecord


class ListSpider(PlatformSpider):
    """Walks a list from page to page; the next page is asked for before the records of this one are sent on.

    A subclass for a shape of API gives `next_page`; that of a platform `first_page_request`, `next_page_request` and
    `raw_records`.

    Attributes:
        newest: what the watermark becomes once the run is complete, as the first page of the first attempt told.
    """

    newest: str | None = None

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

    def following(self, response: Response, payload: list[Any], wanted: list[Any], number: int) -> str | None:
        """What leads on after a page; None where the walk ends.

        Args:
            response: the answer that held the page.
            payload: all that it lists.
            wanted: what of it belongs to the crawl.
            number: the place of the page in the run, from 0.
        """
        is_last = len(wanted) < len(payload) or not payload or self.listed == self.limit
        return None if is_last else self.next_page(response, payload, number)

    def payload(self, response: Response) -> list[Any]:
        """What a page lists.

        Raises:
            ValueError: it is no page; it is asked for again.
        """
        payload = orjson.loads(response.body)
        if not isinstance(payload, list):
            raise ValueError(f"a list is due, this is {type(payload).__name__}")
        return payload

    def wanted(self, payload: list[Any]) -> list[Any]:
        """The records of a page that belong to the crawl; where some are left out, it is the last page."""
        return payload if self.limit is None else payload[: self.limit - self.listed]

    def newest_of(self, response: Response, payload: list[Any]) -> str | None:
        """What the first page tells for the watermark."""
        return fetched_at(response)

    @property
    def limit(self) -> int | None:
        """How many records to fetch at the most."""
        return None

    async def start(self) -> AsyncIterator[Any]:
        cursor = self.run.cursor
        if cursor:
            self.logger.info("Resuming run %s at page %d", self.run.name, cursor["page"])
            self.listed, self.newest = cursor["listed"], cursor["newest"]
            if cursor["next"]:
                yield self.page(self.next_page_request(cursor["next"]))
        else:
            yield self.page(self.first_page_request())

    def page(self, request: Request, number: int | None = None) -> Request:
        """A request as that for a page of the walk.

        Args:
            request: how the page is asked for.
            number: that of the page where it is asked for again.
        """
        if number is None:
            number = self.run.reserve_page()
        return request.replace(
            callback=self.parse_page,
            errback=self.page_failed,
            cb_kwargs={"number": number},
            meta={**request.meta, "archive": number},
            dont_filter=True,
        )

    def parse_page(self, response: Response, number: int) -> Iterator[Any]:
        """Announce a page, ask for the next one, and send its records on."""
        try:
            payload = self.payload(response)
        except ValueError as error:
            yield from self._again(response, f"{shown(response.url)}: {error}")
            return
        if number == 0:
            self.newest = self.newest_of(response, payload)
        wanted = self.wanted(payload)
        records = list(self.raw_records(wanted, number))
        self.listed += len(wanted)
        following = self.following(response, payload, wanted, number)
        if following == response.url:
            self.fail(f"{shown(following)} names itself as the next page")
            return
        further = None if following is None else self.page(self.next_page_request(following))
        cursor = {"next": following, "page": number + 1, "newest": self.newest, "listed": self.listed}
        page = Page(number, response.url, self.name, [(kind, key) for kind, key, _, _ in records], cursor)
        self.run.open_page(page)
        if further is not None:
            yield further
        time = fetched_at(response)
        for kind, key, api_url, record in records:
            yield RawRecord(self.name, kind, key, api_url, record, time, page)

    def _again(self, response: Response, reason: str) -> Iterator[Request]:
        assert response.request is not None
        retry = get_retry_request(response.request, spider=self, reason="invalid answer")
        if retry is None:
            self.fail(reason)
        else:
            yield retry
