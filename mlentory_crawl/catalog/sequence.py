"""The sequence numbers by which projections find changes in the catalog."""

from __future__ import annotations

from collections.abc import Iterable

from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sql import Executes


def last_sequence(database: Executes) -> int:
    """Return the highest sequence number in use."""
    return int(database.execute("SELECT value FROM meta WHERE name = 'sequence'").fetchone()[0])


class SequenceNumbers:
    """Assigns sequence numbers to changes, inside transactions of the catalog's writer.

    Args:
        database: the catalog.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last: int | None = last_sequence(database)
        database.before_commit(self._save)
        database.after_rollback(self._reset)

    @property
    def last(self) -> int:
        """The highest number in use."""
        if self._last is None:
            self._last = last_sequence(self._database)
        return self._last

    def next(self) -> int:
        """Return a new number."""
        self._last = self.last + 1
        return self._last

    def renew(self, records: Iterable[int]) -> None:
        """Give records new numbers, by their row ids, so that projections read them again."""
        self._database.executemany("UPDATE record SET sequence = ? WHERE id = ?", [(self.next(), i) for i in records])

    def _save(self) -> None:
        self._database.execute("UPDATE meta SET value = :last WHERE name = 'sequence'", {"last": str(self.last)})

    def _reset(self) -> None:
        self._last = None
