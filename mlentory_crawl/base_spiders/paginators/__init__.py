"""Ways to walk through a list, by how an API pages: objects that a list spider uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mlentory_crawl.responses import json_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

Cursor = dict[str, Any]
"""Leads to a page of a list. It is JSON, as runs keep it; what it holds is its paginator's own."""

MOST_OF_ASKED = 5
"""So many times what a page was asked for is read of it."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list.

    Attributes:
        items: all that it lists.
        next: leads to the page after it; None on the last one.
    """

    items: list[Any]
    next: Cursor | None


class Paginator(Protocol):
    """Tells pages of a list how they are asked for and what they hold; it keeps no place in the list."""

    def first(self) -> Cursor:
        """The cursor of the first page."""
        ...

    def request(self, cursor: Cursor) -> Request:
        """The request for a page."""
        ...

    def read(self, response: Response, cursor: Cursor) -> ListPage:
        """The page that an answer holds.

        Raises:
            ValueError: it is no page; it is asked for again.
        """
        ...


def json_list(response: Response) -> list[Any]:
    """The list that an answer is.

    Raises:
        ValueError: it is something else.
    """
    items = json_of(response)
    if not isinstance(items, list):
        raise ValueError(f"a list is due, this is {type(items).__name__}")
    return items
