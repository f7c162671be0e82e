"""Spiders of APIs that give their lists by limit and offset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response

from mlentory_crawl.base_spiders.listing import ListSpider
from mlentory_crawl.base_spiders.things import Wanted

END = "-"
"""Stands for the list after the last one."""

MOST_LOST = 20
"""So many single things may be lost before the walk ends: by then it is the service that fails."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a walk is; its text leads there in a cursor.

    Attributes:
        list: the name of the list, without spaces.
        offset: how many of its rows come before.
        searching: whether what the page begins with has yet to be compared with what is known.
        things: single things to ask for before the page, by names without spaces and commas.
    """

    list: str
    offset: int = 0
    searching: bool = False
    things: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Position:
        """The position that a text leads to."""
        name, offset, *things = text.split(" ")
        searching = offset.startswith("~")
        return cls(name, int(offset.removeprefix("~")), searching, tuple(things[0].split(",")) if things else ())

    def __str__(self) -> str:
        place = f"{self.list} {'~' if self.searching else ''}{self.offset}"
        return f"{place} {','.join(self.things)}" if self.things else place


class OffsetSpider(ListSpider):
    """Walks lists one after another, each until a page of it is empty.

    After a page it may ask for single things that the list says too little of. They are pages of the walk, too: a run
    that is interrupted among them goes on there.

    A subclass gives `lists`, `list_request` and `raw_records`; `thing_of_list_request` and `wanting` for single things;
    `beginning` and `is_known` to begin inside a list.

    Attributes:
        page_size: how many rows to ask for at once; the service may give less.
    """

    page_size: ClassVar[int] = 1_000

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._lost_things = 0

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
            left = self._left(position)
            size = self.page_size if left is None else min(self.page_size, left)
            request = self.list_request(position.list, position.offset, size)
        return request.replace(meta={**request.meta, "position": following})

    def next_page(self, response: Response, payload: list[Any], number: int) -> str | None:
        position = _position(response)
        left = self._left(position)
        ended = not payload or not self.is_paged(position.list) or (left is not None and left <= len(payload))
        after = (
            self._next_list(position.list)
            if ended
            else Position(position.list, position.offset + len(payload))
        )  # fmt: skip
        return _following(replace(after, things=tuple(self.wanting(position.list, payload))))

    def parse_page(self, response: Response, number: int, wanted: Wanted | None, is_first: bool) -> Iterator[Any]:
        """Announce a page, ask for what comes after it, and send its records on."""
        position = _position(response)
        try:
            payload = self.payload(response)
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
            self.listed += len(kept)
            self.walked(position, kept)
            yield from self.send(response, number, kept, self.next_page(response, kept, number))

    def skip(self, response: Response, reason: str) -> Iterator[Any]:
        """Go on after a single thing that cannot be had; where a list cannot, the walk ends.

        Args:
            response: what came in its place.
            reason: why not.
        """
        assert response.request is not None
        position = _position(response)
        self.fail(reason)
        self._lost_things += 1
        if position.things and self._lost_things < MOST_LOST:
            number = response.request.cb_kwargs["number"]
            yield from self.send(response, number, [], _following(_after_thing(position)))

    def _left(self, position: Position) -> int | None:
        """How many rows of a list to ask for yet."""
        return None if self.limit is None else self.limit + self.beginning(position.list).offset - position.offset

    def _next_list(self, name: str) -> Position:
        following = [*self.lists, END][self.lists.index(name) + 1]
        return Position(END) if following == END else self.beginning(following)


def _position(response: Response) -> Position:
    return Position.parse(response.meta["position"])


def _after_thing(position: Position) -> Position:
    return replace(position, things=position.things[1:])


def _following(position: Position) -> str | None:
    return None if position.list == END and not position.things else str(position)
