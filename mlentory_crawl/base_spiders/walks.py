"""Walks over lists: their places, and circles that they go in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from mlentory_crawl.responses import shown

if TYPE_CHECKING:
    from mlentory_crawl.base_spiders.paginators import Cursor
    from mlentory_crawl.base_spiders.single_records import Wanted

MOST_REPEATED = 5
"""After so many pages in a row that hold nothing new a walk goes in a circle."""


class Walk:
    """One way through one list after the other; it remembers where it was led, so that it goes in no circle.

    Attributes:
        wanted: what it is for, where it is one that something else asks for.
    """

    def __init__(self, wanted: Wanted | None = None) -> None:
        self.wanted = wanted
        self._led_to: set[bytes] = set()

    def circle(self, place: Place, following: Cursor, url: str, repeated: int) -> str | None:
        """Tell why a list that goes on would not come to an end; None where it may.

        Args:
            place: the page that leads on.
            following: the cursor of the page after it.
            url: the address of the page.
            repeated: how many pages of the list, the last ones in a row, have held nothing new.
        """
        key = orjson.dumps([following, *place.rest])
        was_there = key in self._led_to or following == place.cursor
        self._led_to.add(key)
        if was_there:
            return f"{shown(url)} leads to a page that was there before"
        if repeated >= MOST_REPEATED:
            return f"{shown(url)}: {MOST_REPEATED} pages in a row held nothing but what came before"
        return None


@dataclass(frozen=True, slots=True)
class Place:
    """A page of a walk.

    Attributes:
        walk: which one.
        cursor: leads to the page.
        rest: lead to what is to be asked for after the list that the page is of.
        number: the place of the page in the run, from 0.
        is_first: whether it is the first page of the walk.
        pays: what an earlier attempt owed, where the page is asked for because of that.
    """

    walk: Walk
    cursor: Cursor
    rest: list[Cursor]
    number: int
    is_first: bool = False
    pays: list[Cursor] | None = None
