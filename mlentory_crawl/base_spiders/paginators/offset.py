"""Lists that an API gives by limit and offset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response

from fair4ml.read.json_text import spoiled
from mlentory_crawl.base_spiders.inherited_listing import InheritedListSpider
from mlentory_crawl.base_spiders.paginators import MOST_OF_ASKED, Cursor, ListPage, json_list
from mlentory_crawl.base_spiders.single_records import Wanted
from mlentory_crawl.crawl.outcomes import Asked

MOST_UNREAD = 5
"""So many rows in a row that cannot be read are no spoiled records any more."""

Rows = tuple[list[Any], int | None]
"""The rows of a page, and how many the list has in all, where the answer says so."""


def _whole_answer(response: Response, cursor: Cursor) -> Rows:
    return json_list(response), None


def _always(name: str, rows: list[Any]) -> bool:
    return True


@dataclass(frozen=True)
class Offset:
    """Asks for rows of lists, each until a page of it is empty or it says that there are no more.

    Its cursors have the name of the ``list`` and the ``offset`` of the page, ``searching`` where what the page begins
    with has yet to be compared with what is known, ``size`` where a page around cannot be read: how many rows to ask
    for at the most; and ``unread``: how many rows right before it cannot be read.

    Attributes:
        ask: makes the request for rows, given the list, the offset and how many.
        page_size: how many rows to ask for at once; the service may give less.
        rows: reads an answer.
        limit: how many rows of each list to ask for at the most.
        starts: how many rows of a list to begin after, by its name.
        is_known: whether a page begins with what is known, so that nothing new lies before it.
        ends_when_short: whether a page that holds less than was asked for is the last one, where no number of all is
            told.
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
        # What came in excess of all that can be meant is not read: it comes with the next page.
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
        """How many rows of a list to take yet."""
        return None if self.limit is None else self.limit + self.starts.get(cursor["list"], 0) - cursor["offset"]

    def part(self, cursor: Cursor) -> Cursor | None:
        """The cursor of half a page that cannot be read, or of what comes after a single row.

        None after too many rows: by then it is the service that fails. Rows that cannot be read come as spoiled ones
        with a page after them that can.
        """
        size, unread = self._size(cursor), cursor.get("unread", 0)
        if size > 1:
            return {**cursor, "size": size // 2}
        if unread >= MOST_UNREAD:
            return None
        return _cursor(cursor["list"], cursor["offset"] + 1, size=1, unread=unread + 1)

    def whole(self, cursor: Cursor) -> Cursor:
        """The cursor of the page of which another one leads to a part."""
        offset = cursor["offset"] - cursor.get("unread", 0)
        return _cursor(cursor["list"], offset, searching=cursor.get("searching", False))

    def _size(self, cursor: Cursor) -> int:
        left = self.left(cursor)
        return min(cursor.get("size") or self.page_size, self.page_size if left is None else left)


def _cursor(name: str, offset: int, **further: int) -> Cursor:
    return {"list": name, "offset": offset, **{key: value for key, value in further.items() if value}}


END = "-"
"""Stands for the list after the last one."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a walk is; its text leads there in a cursor.

    Attributes:
        list: the name of the list, without spaces.
        offset: how many of its rows come before.
        searching: whether what the page begins with has yet to be compared with what is known.
        things: single things to ask for before the page, by names without spaces and commas.
        size: how many rows to ask for at the most, where a page around them cannot be read; 0 for as many as ever.
        unread: how many rows right before it cannot be read.
    """

    list: str
    offset: int = 0
    searching: bool = False
    things: tuple[str, ...] = ()
    size: int = 0
    unread: int = 0

    @classmethod
    def parse(cls, text: str) -> Position:
        """The position that a text leads to."""
        name, offset, *things = text.split(" ")
        searching = offset.startswith("~")
        numbers = map(int, offset.removeprefix("~").split("/"))
        return cls(name, next(numbers), searching, tuple(things[0].split(",")) if things else (), *numbers)

    def __str__(self) -> str:
        numbers = (self.offset, self.size, self.unread) if self.size else (self.offset,)
        place = f"{self.list} {'~' if self.searching else ''}{'/'.join(map(str, numbers))}"
        return f"{place} {','.join(self.things)}" if self.things else place


class OffsetSpider(InheritedListSpider):
    """Walks lists one after another, each until a page of it is empty.

    After a page it may ask for single things that the list says too little of. They are pages of the walk, too: a run
    that is interrupted among them goes on there.

    A subclass gives `lists`, `list_request` and `raw_records`; `thing_of_list_request` and `wanting` for single things;
    `beginning` and `is_known` to begin inside a list.

    Attributes:
        page_size: how many rows to ask for at once; the service may give less.
    """

    page_size: ClassVar[int] = 1_000

    @property
    def lists(self) -> Sequence[str]:
        """The names of the lists, in order."""
        raise NotImplementedError

    def list_request(self, name: str, offset: int, size: int) -> Request:
        """The request for rows of a list."""
        raise NotImplementedError

    def is_paged(self, name: str) -> bool:
        """Whether a list has more than one page."""
        return True

    def thing_of_list_request(self, thing: str) -> Request:
        """The request for a single thing that `wanting` has named."""
        raise NotImplementedError

    def wanting(self, name: str, payload: list[Any]) -> list[str]:
        """The things on a page that have to be asked for one by one."""
        return []

    def beginning(self, name: str) -> Position:
        """Where the walk over a list begins."""
        return Position(name)

    def is_known(self, position: Position, payload: list[Any]) -> bool:
        """Whether a page begins with what is known, so that nothing new lies before it."""
        return True

    def walked(self, position: Position, payload: list[Any]) -> None:
        """Hook: note how far a list has been walked."""

    def first_page_request(self) -> Request:
        return self.next_page_request(str(self.beginning(self.lists[0])))

    def next_page_request(self, following: str) -> Request:
        position = Position.parse(following)
        if position.things:
            request = self.thing_of_list_request(position.things[0])
        else:
            request = self.list_request(position.list, position.offset, self._size(position))
        return request.replace(meta={**request.meta, "position": following})

    def next_page(self, response: Response, payload: list[Any], number: int) -> str | None:
        position = _position(response)
        left = self._left(position)
        ended = not payload or not self.is_paged(position.list) or (left is not None and left <= len(payload))
        if not ended:
            after = Position(position.list, position.offset + len(payload), size=self._larger(position))
        else:
            after = Position(END) if "pays" in response.meta else self._next_list(position.list)
        return _following(replace(after, things=tuple(self.wanting(position.list, payload))))

    def _larger(self, position: Position) -> int:
        # After a row that cannot be read, pages grow again.
        return 0 if position.size * 2 >= self.page_size else position.size * 2

    def parse_page(self, response: Response, number: int, wanted: Wanted | None, is_first: bool) -> Iterator[Any]:
        """Announce a page, ask for what comes after it, and send its records on."""
        position = _position(response)
        try:
            payload = self.bounded_payload(response)
        except ValueError as error:
            yield from self.again(response, error)
            return
        if position.things:
            yield from self.send(response, number, payload, _following(_after_thing(position)))
        elif position.searching and not self.is_known(position, payload):
            back = max(0, position.offset - self.page_size)
            yield from self.send(response, number, [], str(Position(position.list, back, searching=back > 0)))
        else:
            left = self._left(position)
            kept = payload if left is None else payload[:left]
            self.listed += len(kept) + position.unread
            self.walked(position, kept)
            unread = [self.spoiled_row(response, "cannot be read in any format")] * position.unread
            yield from self.send(response, number, [*unread, *kept], self.next_page(response, kept, number))

    def without(self, request: Request) -> tuple[str, str | None]:
        return self.split(request.meta["position"])

    def split(self, place: str) -> tuple[str, str | None]:
        position = Position.parse(place)
        if position.things:
            return str(Position(END, things=position.things[:1])), _following(_after_thing(position))
        following = _following(self._next_list(position.list))
        return str(replace(position, offset=position.offset - position.unread, size=0, unread=0)), following

    def walk_of(self, response: Response, wanted: Wanted | None) -> str:
        return _position(response).list if wanted is None else super().walk_of(response, wanted)

    def pass_over(self, response: Response, refused: Asked) -> Iterator[Any]:
        """Go on without what the service keeps to itself: a single thing, or a list.

        Args:
            response: the answer that says so.
            refused: what is counted of it.
        """
        assert response.request is not None
        position, number = _position(response), response.request.cb_kwargs["number"]
        after = _after_thing(position) if position.things else self._next_list(position.list)
        following = None if "pays" in response.meta else _following(after)
        yield from self.send(response, number, [], following, refused=refused)

    def divide(self, response: Response, reason: str) -> Iterator[Any]:
        """Ask for half of the rows of a page that cannot be read, and go on after a row that cannot be read alone.

        Such a row is sent on as `spoiled_row` once a page after it can be read: else it is the service that fails.

        Args:
            response: the answer.
            reason: why it cannot be read.
        """
        assert response.request is not None
        position, number = _position(response), response.request.cb_kwargs["number"]
        size = self._size(position)
        if size > 1:
            yield from self.send(response, number, [], str(replace(position, size=size // 2)))
        elif position.unread < MOST_UNREAD:
            after = replace(position, offset=position.offset + 1, searching=False, size=1, unread=position.unread + 1)
            yield from self.send(response, number, [], str(after))
        else:
            self.fail(reason)
            yield from self.lost(response.request)

    def _size(self, position: Position) -> int:
        """How many rows to ask for at once."""
        left = self._left(position)
        return min(position.size or self.page_size, self.page_size if left is None else left)

    def _left(self, position: Position) -> int | None:
        """How many rows of a list to ask for yet."""
        return None if self.limit is None else self.limit + self.beginning(position.list).offset - position.offset

    def _next_list(self, name: str) -> Position:
        following = [*self.lists, END][self.lists.index(name) + 1]
        return Position(END) if following == END else self.beginning(following)


def _position(of: Response | Request) -> Position:
    return Position.parse(of.meta["position"])


def _after_thing(position: Position) -> Position:
    return replace(position, things=position.things[1:])


def _following(position: Position) -> str | None:
    return None if position.list == END and not position.things else str(position)
