"""The cursor of a run: the place from which an interrupted run continues, and what is owed to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from mlentory_crawl.items import Page


class RunCursor:
    """The place up to which the pages of a run are stored.

    Args:
        saved: the cursor that the catalog has of an interrupted run of the same command; None for a new run.
        ordered: whether pages have an order; without one, only the cursor of the last page counts.

    Attributes:
        start: the place from which an interrupted run of the same command continues; None at the beginning.
        owed: what earlier attempts and runs could not fetch beside the pages of their lists.
        first_page: the number of the first page of this attempt.
    """

    def __init__(self, saved: dict[str, Any] | None, *, ordered: bool) -> None:
        self._now = saved
        self._ordered = ordered
        found = saved or {}
        self.start = found if found.keys() - {"owed", "page"} else None
        self.owed: list[Any] = found.get("owed", [])
        self.first_page: int = found.get("page", 0)

    @property
    def debts(self) -> list[Any]:
        """The debts so far: what the next attempt or run requests again."""
        owed: list[Any] = (self._now or {}).get("owed", [])
        return owed

    def advance(self, page: Page) -> None:
        """Move past a page that is about to be stored."""
        if not self._ordered:
            self._now = page.cursor
        elif page.cursor is not None:
            owed = [each for each in self.debts if each != page.pays]
            self._now = {**(self._now or {}), **page.cursor, "owed": [*owed, *page.owed]}

    def json(self) -> bytes | None:
        """Return the cursor as the catalog keeps it."""
        return None if self._now is None else orjson.dumps(self._now)

    def owes_as_before(self, failed: int) -> bool:
        """Check whether the lists are done and nothing is missing but what could not be fetched before either.

        Such a run is closed: what it owes goes over to the next run, so that new records do not have to wait for it.

        Args:
            failed: the number of entities named by records that could not be fetched.
        """
        now = self._now or {}
        owed = now.get("owed", [])
        if not _is_walked(now) or not all(each in self.owed for each in owed):
            return False
        # Targets are not owed: each run requests what the catalog lacks.
        is_named = failed > sum(isinstance(each, dict) for each in owed)
        return _is_walked(self.start or {}) if is_named else bool(owed)


def _is_walked(cursor: dict[str, Any]) -> bool:
    """Check whether a cursor is at the end of its lists."""
    return cursor.get("next", "") is None
