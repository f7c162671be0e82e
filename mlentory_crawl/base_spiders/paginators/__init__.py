"""Paginators: objects that a list spider uses to page through lists, one for each kind of API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mlentory_crawl.responses import json_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

Cursor = dict[str, Any]
"""The place of a page in a list. It is JSON, because runs store it; its contents are private to its paginator."""

MOST_OF_ASKED = 5
"""The multiple of the requested page size up to which a page is read."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list.

    Attributes:
        items: the items of the page.
        next: the cursor of the page after it; None on the last one.
    """

    items: list[Any]
    next: Cursor | None


class Paginator(Protocol):
    """Makes the requests for the pages of a list and reads the responses; it keeps no place in the list."""

    def first(self) -> Cursor:
        """Return the cursor of the first page."""
        ...

    def request(self, cursor: Cursor) -> Request:
        """Return the request for a page."""
        ...

    def read(self, response: Response, cursor: Cursor) -> ListPage:
        """Return the page in a response.

        Raises:
            ValueError: it is not a page; it is requested again.
        """
        ...


def json_list(response: Response) -> list[Any]:
    """Decode a response that is a JSON list.

    Raises:
        ValueError: it is something else.
    """
    items = json_of(response)
    if not isinstance(items, list):
        raise ValueError(f"expected a list, got {type(items).__name__}")
    return items
