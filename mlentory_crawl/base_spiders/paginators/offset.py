"""Lists that an API pages by limit and offset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request
from scrapy.http import Response

from fair4ml.read.json_text import spoiled
from mlentory_crawl.base_spiders.paginators import MOST_OF_ASKED, Cursor, ListPage, json_list

MOST_UNREAD = 5
"""The number of consecutive unreadable rows from which the service, not the records, must be at fault."""

Rows = tuple[list[Any], int | None]
"""The rows of a page, and the total number of rows in the list if the response states it."""


def _whole_answer(response: Response, cursor: Cursor) -> Rows:
    return json_list(response), None


def _always(name: str, rows: list[Any]) -> bool:
    return True


@dataclass(frozen=True)
class Offset:
    """Requests the rows of lists, each until a page of it is empty or states that there are no more.

    Its cursors have the name of the ``list`` and the ``offset`` of the page; ``searching`` if the beginning of the page
    still has to be compared with the known rows; ``size``, the maximum number of rows to request, if a page around it
    cannot be read; and ``unread``, the number of unreadable rows right before it.

    Attributes:
        ask: makes the request for rows, given the list, the offset and the number of rows.
        page_size: the number of rows to request at once; the service may return fewer.
        rows: reads a response.
        limit: the maximum number of rows to request of each list.
        starts: the number of rows to skip at the beginning of a list, by its name.
        is_known: checks whether a page begins with known rows, so that nothing new comes before it.
        ends_when_short: whether a page with fewer rows than requested is the last one, if the total number is not
            stated.
    """

    ask: Callable[[str, int, int], Request]
    page_size: int
    rows: Callable[[Response, Cursor], Rows] = _whole_answer
    limit: int | None = None
    starts: Mapping[str, int] = field(default_factory=dict)
    is_known: Callable[[str, list[Any]], bool] = _always
    ends_when_short: bool = False

    def first(self, name: str = "") -> Cursor:
        start = self.starts.get(name, 0)
        return _cursor(name, start, searching=start > 0)

    def request(self, cursor: Cursor) -> Request:
        return self.ask(cursor["list"], cursor["offset"], self._size(cursor))

    def read(self, response: Response, cursor: Cursor) -> ListPage:
        rows, total = self.rows(response, cursor)
        name, offset, left = cursor["list"], cursor["offset"], self.left(cursor)
        if cursor.get("searching") and not self.is_known(name, rows):
            back = max(0, offset - self.page_size)
            return ListPage([], _cursor(name, back, searching=back > 0))
        # Rows in excess of a plausible number are not read: they come with the next page.
        read = min(len(rows), MOST_OF_ASKED * self.page_size)
        has_ended = not rows or (left is not None and left <= read)
        if total is not None:
            has_ended |= offset + read >= total
        elif self.ends_when_short:
            has_ended |= len(rows) < self.page_size
        # After a row that cannot be read, pages grow again.
        size = cursor.get("size", 0) * 2
        after = _cursor(name, offset + read, size=size if size < self.page_size else 0)
        unread = [spoiled("cannot be read in any format")] * cursor.get("unread", 0)
        return ListPage([*unread, *rows], None if has_ended else after)

    def left(self, cursor: Cursor) -> int | None:
        """Return the number of rows of a list that are still to be taken; None for all."""
        return None if self.limit is None else self.limit + self.starts.get(cursor["list"], 0) - cursor["offset"]

    def part(self, cursor: Cursor) -> Cursor | None:
        """Return the cursor of half of an unreadable page, or of the page after a single unreadable row.

        None after too many rows, because then the service itself is failing. Unreadable rows come as spoiled ones
        with the next readable page.
        """
        size, unread = self._size(cursor), cursor.get("unread", 0)
        if size > 1:
            return {**cursor, "size": size // 2}
        if unread >= MOST_UNREAD:
            return None
        return _cursor(cursor["list"], cursor["offset"] + 1, size=1, unread=unread + 1)

    def whole(self, cursor: Cursor) -> Cursor:
        """Return the cursor of the whole page, given that of a part of it."""
        offset = cursor["offset"] - cursor.get("unread", 0)
        return _cursor(cursor["list"], offset, searching=cursor.get("searching", False))

    def _size(self, cursor: Cursor) -> int:
        left = self.left(cursor)
        return min(cursor.get("size") or self.page_size, self.page_size if left is None else left)


def _cursor(name: str, offset: int, **further: int) -> Cursor:
    return {"list": name, "offset": offset, **{key: value for key, value in further.items() if value}}
