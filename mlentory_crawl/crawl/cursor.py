"""The cursor of a run: where an interrupted run goes on, and what is owed to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from mlentory_crawl.items import Page


class RunCursor:
    """The place up to which the pages of a run are stored.

    Args:
        saved: as the catalog has it of an interrupted run of the same command; None for a run that begins.
        ordered: whether pages have an order; without one the last page's cursor is all there is.

    Attributes:
        start: where an interrupted run of the same command goes on; None at the beginning.
        owed: what earlier attempts and runs could not have beside their walk.
        first_page: the number of the first page of this attempt.
    """

    def __init__(self, saved: dict[str, Any] | None, *, ordered: bool) -> None:
        self._now = saved
        self._ordered = ordered
        found = saved or {}
        self.start = found if found.keys() - {"owed", "page"} else None
        self.owed: list[Any] = found.get("owed", [])
        self.first_page: int = found.get("page", 0)

    def advance(self, page: Page) -> None:
        """Take a page that is going to be stored."""
        if not self._ordered:
            self._now = page.cursor
        elif page.cursor is not None:
            owed = [each for each in (self._now or {}).get("owed", []) if each != page.pays]
            self._now = {**(self._now or {}), **page.cursor, "owed": [*owed, *page.owed]}

    def json(self) -> bytes | None:
        """The cursor as the catalog keeps it."""
        return None if self._now is None else orjson.dumps(self._now)

    def owes_as_before(self, failed: int) -> bool:
        """Whether the walk is done, and nothing is missing of it but what could not be had before either.

        Such a run is closed: what it owes goes over to the next one, which what is new must not wait for.

        Args:
            failed: how many of the things that records name could not be had.
        """
        now = self._now or {}
        owed = now.get("owed", [])
        if not _is_walked(now) or not all(each in self.owed for each in owed):
            return False
        # What was asked for by a name is not owed: each run asks for what the catalog lacks.
        is_named = failed > sum(isinstance(each, dict) for each in owed)
        return _is_walked(self.start or {}) if is_named else bool(owed)


def _is_walked(cursor: dict[str, Any]) -> bool:
    """Whether a cursor says that a walk came to its end."""
    return cursor.get("next", "") is None
