"""Walks over lists: their places, and the detection of circles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from mlentory_crawl.responses import shown

if TYPE_CHECKING:
    from mlentory_crawl.base_spiders.paginators import Cursor
    from mlentory_crawl.base_spiders.single_records import Wanted

MOST_REPEATED = 5
"""The number of consecutive pages without anything new after which a walk counts as a circle."""


class Walk:
    """One way through one list after the other; it remembers the pages it was led to, so that it detects circles.

    Attributes:
        wanted: the target of the walk, if it is not the crawl's own walk.
    """

    def __init__(self, wanted: Wanted | None = None) -> None:
        self.wanted = wanted
        self._led_to: set[bytes] = set()

    def circle(self, place: Place, following: Cursor, url: str, repeated: int) -> str | None:
        """Return the reason why a list would never end; None if it may end.

        Args:
            place: the page that leads on.
            following: the cursor of the page after it.
            url: the address of the page.
            repeated: the number of consecutive pages of the list, up to the last one, that held nothing new.
        """
        key = orjson.dumps([following, *place.rest])
        was_there = key in self._led_to or following == place.cursor
        self._led_to.add(key)
        if was_there:
            return f"{shown(url)} links to a page that was already fetched"
        if repeated >= MOST_REPEATED:
            return f"{shown(url)}: {MOST_REPEATED} pages in a row had no new records"
        return None


@dataclass(frozen=True, slots=True)
class Place:
    """A page of a walk.

    Attributes:
        walk: the walk.
        cursor: the cursor of the page.
        rest: the cursors of the pages to request after the list that the page belongs to.
        number: the place of the page in the run, from 0.
        is_first: whether it is the first page of the walk.
        pays: what an earlier attempt owed, if the page is requested because of that.
    """

    walk: Walk
    cursor: Cursor
    rest: list[Cursor]
    number: int
    is_first: bool = False
    pays: list[Cursor] | None = None
