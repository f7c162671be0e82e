"""Lists whose responses hold a token for the next page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scrapy import Request
from scrapy.http import Response

from mlentory_crawl.base_spiders.paginators import Cursor, ListPage
from mlentory_crawl.responses import json_of


@dataclass(frozen=True)
class Token:
    """Takes list and token from the same object; a list may continue after an empty page.

    Its cursors have the ``token``, after the first page. Other values in a cursor identify its list, and are kept.

    Attributes:
        ask: makes the request for a page, given its cursor.
        field: the field of a response that holds the items; absent if there are none.
        next_field: the field that holds the token; absent or empty on the last page.
    """

    ask: Callable[[Cursor], Request]
    field: str
    next_field: str = "next_page_token"

    def first(self) -> Cursor:
        return {}

    def request(self, cursor: Cursor) -> Request:
        return self.ask(cursor)

    def read(self, response: Response, cursor: Cursor) -> ListPage:
        body = json_of(response)
        if not isinstance(body, dict):
            raise ValueError(f"expected an object, got {type(body).__name__}")
        items = body.get(self.field) or []
        if not isinstance(items, list):
            raise ValueError(f"expected a list in the field {self.field}, got {type(items).__name__}")
        token = body.get(self.next_field) or None
        if token is not None and (not isinstance(token, str) or token == cursor.get("token")):
            raise ValueError(f"the field {self.next_field} does not lead to another page")
        return ListPage(items, None if token is None else {**cursor, "token": token})
