"""The lists of OpenML, and the descriptions that stand between their pages."""

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
"""The list that comes in one piece, and that a service may lack: it names what others mention."""


@dataclass(frozen=True)
class Lists:
    """Asks for rows of lists and for descriptions, and reads them as records with their kind.

    A cursor of a description has the ``list`` whose page leads to it, and what it describes as ``described``.

    Attributes:
        rows: asks for rows and reads them.
        ask: makes a request of the API, given the path.
    """

    rows: Offset
    ask: Callable[[str], Request]

    def first(self, name: str = "dataset") -> Cursor:
        return self.rows.first(name)

    def description(self, name: str, described: str) -> Cursor:
        """The cursor of a description that the page of a list leads to."""
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
        """The cursor of the page that another one leads to a part of."""
        return self.rows.whole(cursor) if is_of_rows(cursor) else cursor


def is_of_rows(cursor: Cursor) -> bool:
    """Tell whether a cursor leads to rows of a list, not to a description."""
    return "offset" in cursor


def kind_of(cursor: Cursor) -> str:
    """The kind of the records on a page."""
    kind: str = cursor["list"].partition("/")[0]
    return kind if is_of_rows(cursor) else f"{kind}_description"


def rows_of(response: Response, cursor: Cursor) -> Rows:
    """The rows in a response, and the number of all rows, as far as that can be known.

    Raises:
        ValueError: it is no answer to what was asked for.
    """
    rows = api.rows_in(response, kind_of(cursor))
    return rows, len(rows) if cursor["list"] == WHOLE else None


def known_up_to(highest: dict[str, int]) -> Callable[[str, list[Any]], bool]:
    """Judges whether rows of a list begin with what is known, given the highest known id of each list."""

    def is_known(name: str, rows: list[Any]) -> bool:
        ids = api.numbers(name.partition("/")[0], rows)
        return any(id <= highest.get(name, 0) for id in ids)

    return is_known
