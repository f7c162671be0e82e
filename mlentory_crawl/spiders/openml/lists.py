"""The lists of OpenML, and the descriptions that are fetched between their pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scrapy import Request
from scrapy.http import Response

from mlentory_crawl.base_spiders.paginators import Cursor, ListPage
from mlentory_crawl.base_spiders.paginators.offset import Offset, Rows
from mlentory_crawl.spiders.openml import api

WHOLE = "estimation_procedure"
"""The list that comes in one piece, and that a service may lack: it only names what other records mention."""


@dataclass(frozen=True)
class Lists:
    """Requests rows of lists and descriptions, and reads them as records with their kind.

    A cursor of a description has the ``list`` whose page leads to it, and the entity as ``described``.

    Attributes:
        rows: requests rows and reads them.
        ask: makes a request of the API, given the path.
    """

    rows: Offset
    ask: Callable[[str], Request]

    def first(self, name: str = "dataset") -> Cursor:
        return self.rows.first(name)

    def description(self, name: str, described: str) -> Cursor:
        """Return the cursor of a description to which the page of a list leads."""
        return {"list": name, "described": described}

    def request(self, cursor: Cursor) -> Request:
        if is_of_rows(cursor):
            return self.rows.request(cursor)
        return self.ask(api.description_path(cursor["described"]))

    def read(self, response: Response, cursor: Cursor) -> ListPage:
        kind = kind_of(cursor)
        page = self.rows.read(response, cursor) if is_of_rows(cursor) else ListPage(api.rows_in(response, kind), None)
        return ListPage([(kind, row) for row in page.items], page.next)

    def whole(self, cursor: Cursor) -> Cursor:
        """Return the cursor of the whole page, given that of a part of it."""
        return self.rows.whole(cursor) if is_of_rows(cursor) else cursor


def is_of_rows(cursor: Cursor) -> bool:
    """Check whether a cursor leads to rows of a list, not to a description."""
    return "offset" in cursor


def kind_of(cursor: Cursor) -> str:
    """Return the kind of the records on a page."""
    kind: str = cursor["list"].partition("/")[0]
    return kind if is_of_rows(cursor) else f"{kind}_description"


def rows_of(response: Response, cursor: Cursor) -> Rows:
    """Return the rows in a response, and the total number of rows if it is known.

    Raises:
        ValueError: it is not a response to the request.
    """
    rows = api.rows_in(response, kind_of(cursor))
    return rows, len(rows) if cursor["list"] == WHOLE else None


def known_up_to(highest: dict[str, int]) -> Callable[[str, list[Any]], bool]:
    """Return a check whether rows of a list begin with known ones, given the highest known id of each list."""

    def is_known(name: str, rows: list[Any]) -> bool:
        ids = api.numbers(name.partition("/")[0], rows)
        return any(id <= highest.get(name, 0) for id in ids)

    return is_known
