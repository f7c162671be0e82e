"""Lists whose pages are asked for by number, and say how much there is in all."""

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
    """Asks for pages from 1 on.

    An answer is an object that has what the page lists as ``results`` or ``items``, how much there is in all as
    ``count`` or ``total``, or the number of the next page as ``next_page``. A page that is not the one asked for, that
    is the page before it again, or that lies behind the end is no page.

    Its cursors have the name of the ``list``, the number of the ``page``, and how much the pages before it have listed
    as ``seen``.

    Attributes:
        ask: makes the request for a page, given the list and the number.
        page_size: how much a page holds where the service tells nothing about further ones.
        check: looks at what a page says beside its list, and raises ValueError where that is not what was asked for.
        limits: how much of a list to take at the most, by its name.
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
        told = answer.get("page")
        if told is not None and told != page:
            raise ValueError(f"page {page} of {name} was asked for, this says that it is {told}")
        if self._before is not None:
            before, listed_before = self._before
            if items and before["list"] == name and before["page"] < page and listed_before == items:
                raise ValueError(f"page {page} of {name} is page {before['page']} again")
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
            raise ValueError(f"{name} goes on after page {page - 1}, though it counts {total} in all")
        if "next_page" in answer:
            following = answer["next_page"]
            if following is not None and following != page + 1:
                raise ValueError(f"page {page} of {name} names {following!r} as the next page")
            return following is not None and size > 0
        # The service may make pages smaller than they were asked for.
        return size > 0 and (seen + size < total if total is not None else size >= self.page_size)


def listed(response: Response) -> tuple[dict[str, Any], list[Any]]:
    """An answer, and what it lists.

    Raises:
        ValueError: it lists nothing.
    """
    answer = json_of(response)
    if not isinstance(answer, dict):
        raise ValueError(f"an object is due, this is {type(answer).__name__}")
    payload = answer.get("results", answer.get("items"))
    if not isinstance(payload, list):
        raise ValueError("there is no list in this object")
    return answer, payload
