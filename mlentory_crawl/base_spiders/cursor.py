"""Spiders of APIs whose pages name the next one in a ``Link`` header (RFC 8288)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import orjson
from scrapy import Request
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from mlentory_crawl.base_spiders.platform import PlatformSpider, fetched_at, shown
from mlentory_crawl.items import Page, RawRecord

_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next"?')


def next_link(response: Response) -> str | None:
    """The address of the next page, or None on the last one."""
    header = b", ".join(response.headers.getlist("Link")).decode("latin-1")
    found = _NEXT.search(header)
    return response.urljoin(found[1]) if found else None


class CursorSpider(PlatformSpider):
    """Walks a list from page to page; the next page is asked for before the records of this one are sent on.

    A subclass gives `first_page_request` and `raw_records`.

    Attributes:
        newest: what the watermark becomes once the run is complete, as the first page of the first attempt told.
    """

    newest: str | None = None

    def first_page_request(self) -> Request:
        """The request for the first page of the list."""
        raise NotImplementedError

    def next_page_request(self, url: str) -> Request:
        """The request for a further page.

        Args:
            url: what the page before it named as next, or the cursor of an interrupted run.
        """
        raise NotImplementedError

    def raw_records(self, payload: list[Any], page: int) -> Iterator[tuple[str, str, str, Any]]:
        """Kind, native id, API address and payload of each record in a page."""
        raise NotImplementedError

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
            if cursor["url"]:
                yield self.page(self.next_page_request(cursor["url"]), cursor["page"])
        else:
            yield self.page(self.first_page_request(), 0)

    def page(self, request: Request, number: int) -> Request:
        """A request as that for a page of the walk."""
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
            payload = orjson.loads(response.body)
            if not isinstance(payload, list):
                raise ValueError(f"a list is due, this is {type(payload).__name__}")
        except ValueError as error:
            yield from self._again(response, f"{shown(response.url)}: {error}")
            return
        if number == 0:
            self.newest = self.newest_of(response, payload)
        wanted = self.wanted(payload)
        records = list(self.raw_records(wanted, number))
        self.listed += len(wanted)
        is_last = len(wanted) < len(payload) or not payload or self.listed == self.limit
        url = None if is_last else next_link(response)
        if url == response.url:
            self.fail(f"{shown(url)} names itself as the next page")
            return
        cursor = {"url": url, "page": number + 1, "newest": self.newest, "listed": self.listed}
        page = Page(number, response.url, self.name, [(kind, key) for kind, key, _, _ in records], cursor)
        self.run.open_page(page)
        if url:
            yield self.page(self.next_page_request(url), number + 1)
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
