"""Lists whose pages have numbers and state the total number of items."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request
from scrapy.http import Response

from mlentory_crawl.base_spiders.paginators import Cursor, ListPage
from mlentory_crawl.responses import json_of


def _accept(cursor: Cursor, answer: dict[str, Any]) -> None:
    pass


@dataclass
class PageNumber:
    """Requests pages from 1 on.

    A response is an object with the items as ``results`` or ``items``, their total number as ``count`` or ``total``, or
    the number of the next page as ``next_page``. A response is invalid if it is another page than the requested one,
    repeats the page before it, or lies beyond the end.

    Its cursors have the name of the ``list``, the number of the ``page``, and the number of items on the pages before
    it as ``seen``.

    Attributes:
        ask: makes the request for a page, given the list and the number.
        page_size: the number of items on a full page, for services that state neither total nor next page.
        check: checks the fields beside the list, and raises ValueError if the page is not the requested one.
        limits: the maximum number of items to take of a list, by its name.
    """

    ask: Callable[[str, int], Request]
    page_size: int
    check: Callable[[Cursor, dict[str, Any]], None] = _accept
    limits: Mapping[str, int] = field(default_factory=dict)
    _before: tuple[Cursor, list[Any]] | None = field(default=None, init=False)

    def first(self, name: str = "") -> Cursor:
        return {"list": name, "page": 1, "seen": 0}

    def request(self, cursor: Cursor) -> Request:
        return self.ask(cursor["list"], cursor["page"])

    def read(self, response: Response, cursor: Cursor) -> ListPage:
        name, page, seen = cursor["list"], cursor["page"], cursor["seen"]
        answer, items = listed(response)
        self.check(cursor, answer)
        stated = answer.get("page")
        if stated is not None and stated != page:
            raise ValueError(f"expected page {page} of {name}, got page {stated}")
        if self._before is not None:
            before, listed_before = self._before
            if items and before["list"] == name and before["page"] < page and listed_before == items:
                raise ValueError(f"page {page} of {name} is the same as page {before['page']}")
        has_more = self._has_more(cursor, answer, len(items))
        self._before = (cursor, items)
        limit = self.limits.get(name)
        if limit is not None and limit <= seen + len(items):
            return ListPage(items[: limit - seen], None)
        return ListPage(items, {"list": name, "page": page + 1, "seen": seen + len(items)} if has_more else None)

    def _has_more(self, cursor: Cursor, answer: dict[str, Any], size: int) -> bool:
        name, page, seen = cursor["list"], cursor["page"], cursor["seen"]
        total = answer.get("count", answer.get("total"))
        if type(total) is not int:
            total = None
        elif seen > total + self.page_size:
            raise ValueError(f"{name} continues after page {page - 1}, although its total is {total}")
        if "next_page" in answer:
            following = answer["next_page"]
            if following is not None and following != page + 1:
                raise ValueError(f"expected {page + 1} as the page after page {page} of {name}, got {following!r}")
            return following is not None and size > 0
        # The service may return smaller pages than requested.
        return size > 0 and (seen + size < total if total is not None else size >= self.page_size)


def listed(response: Response) -> tuple[dict[str, Any], list[Any]]:
    """Return the object in a response, and the items that it lists.

    Raises:
        ValueError: it has no list.
    """
    answer = json_of(response)
    if not isinstance(answer, dict):
        raise ValueError(f"expected an object, got {type(answer).__name__}")
    payload = answer.get("results", answer.get("items"))
    if not isinstance(payload, list):
        raise ValueError("expected a list in the field results or items, got none")
    return answer, payload
