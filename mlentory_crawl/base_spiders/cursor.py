"""Spiders of APIs whose pages name the next one in a ``Link`` header (RFC 8288)."""

from __future__ import annotations

import re
from typing import Any

from scrapy.http import Response

from mlentory_crawl.base_spiders.listing import ListSpider

_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next"?')


def next_link(response: Response) -> str | None:
    """The address of the next page, or None on the last one."""
    header = b", ".join(response.headers.getlist("Link")).decode("latin-1")
    found = _NEXT.search(header)
    return response.urljoin(found[1]) if found else None


class CursorSpider(ListSpider):
    """Follows the ``Link`` headers."""

    def next_page(self, response: Response, payload: list[Any], number: int) -> str | None:
        return next_link(response)
