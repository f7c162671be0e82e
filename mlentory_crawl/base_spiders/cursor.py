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
    """

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

    @property
    def limit(self) -> int | None:
        """How many records to fetch at the most."""
        return None

    async def start(self) -> AsyncIterator[Any]:
        cursor = self.run.cursor
        if cursor:
            self.logger.info("Resuming run %s at page %d", self.run.name, cursor["page"])
            self.listed = cursor["listed"]
            yield self.page(self.next_page_request(cursor["url"]), cursor["page"], cursor["first_seen"])
        else:
            yield self.page(self.first_page_request(), 0, None)

    def page(self, request: Request, number: int, first_seen: str | None) -> Request:
        """A request as that for a page of the walk."""
        return request.replace(
            callback=self.parse_page,
            errback=self.page_failed,
            cb_kwargs={"number": number, "first_seen": first_seen},
            meta={**request.meta, "archive": number},
            dont_filter=True,
        )

    def parse_page(self, response: Response, number: int, first_seen: str | None) -> Iterator[Any]:
        """Announce a page, ask for the next one, and send its records on."""
        try:
            payload = orjson.loads(response.body)
            if not isinstance(payload, list):
                raise ValueError(f"a list is due, this is {type(payload).__name__}")
        except ValueError as error:
            yield from self._again(response, f"{shown(response.url)}: {error}")
            return
        first_seen = first_seen or fetched_at(response)
        limit = self.limit
        left = None if limit is None else limit - self.listed
        records = list(self.raw_records(payload[:left], number))
        self.listed += len(payload[:left])
        url = next_link(response) if payload and (left is None or left > len(payload)) else None
        if url == response.url:
            self.fail(f"{shown(url)} names itself as the next page")
            return
        cursor = {"url": url, "page": number + 1, "first_seen": first_seen, "listed": self.listed} if url else None
        page = Page(number, response.url, self.name, [(kind, key) for kind, key, _, _ in records], cursor)
        self.page_parsed(page, payload, first_seen)
        self.run.open_page(page)
        if url:
            yield self.page(self.next_page_request(url), number + 1, first_seen)
        time = fetched_at(response)
        for kind, key, api_url, record in records:
            yield RawRecord(self.name, kind, key, api_url, record, time, page)

    def page_parsed(self, page: Page, payload: list[Any], first_seen: str) -> None:
        """Hook: a page was understood; nothing of it is sent on yet."""

    def _again(self, response: Response, reason: str) -> Iterator[Request]:
        assert response.request is not None
        retry = get_retry_request(response.request, spider=self, reason="invalid answer")
        if retry is None:
            self.fail(reason)
        else:
            yield retry
