"""Lists whose pages name the next one in a ``Link`` header (RFC 8288)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from scrapy import Request
from scrapy.http import Response

from mlentory_crawl.base_spiders.paginators import Cursor, ListPage, json_list

_NEXT = re.compile(r'<([^<>]*)>\s*;[^,<>]*\brel="?next"?')
_LONGEST = 16_384
"""The maximum size of these headers of a response, in bytes."""


def next_link(response: Response) -> str | None:
    """Return the address of the next page, or None on the last one.

    Raises:
        ValueError: the headers are implausibly long.
    """
    header = b", ".join(response.headers.getlist("Link"))
    if len(header) > _LONGEST:
        raise ValueError(f"expected a Link header of at most {_LONGEST:,} bytes, got {len(header):,}")
    found = _NEXT.search(header.decode("latin-1"))
    return response.urljoin(found[1]) if found else None


@dataclass(frozen=True)
class LinkHeader:
    """Follows the ``Link`` headers of responses that are lists; an empty list is the last page.

    Attributes:
        url: the address of the first page.
        ask: makes the request for an address.
    """

    url: str
    ask: Callable[[str], Request] = Request

    def first(self) -> Cursor:
        return {"url": self.url}

    def request(self, cursor: Cursor) -> Request:
        return self.ask(cursor["url"])

    def read(self, response: Response, cursor: Cursor) -> ListPage:
        link = next_link(response)
        items = json_list(response)
        return ListPage(items, {"url": link} if items and link is not None else None)
