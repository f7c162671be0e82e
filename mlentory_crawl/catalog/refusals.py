"""The catalog's list of changes that stores refused."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sql import upsert
from mlentory_crawl.changes import Refusal


class Refusals:
    """The refused changes of one projection, written by the projection's own process beside the crawl.

    Args:
        data_dir: the data directory.
        projection: the projection's name.
    """

    def __init__(self, data_dir: Path, projection: str) -> None:
        self._database = Database(data_dir)
        self._projection = projection

    def keys(self) -> list[str]:
        """Return the catalog keys that the store has refused and not accepted since."""
        rows = self._database.execute(
            "SELECT key FROM refusal WHERE projection = :name ORDER BY key", {"name": self._projection}
        )
        return [key for (key,) in rows]

    def update(self, taken: Iterable[str], refused: Iterable[Refusal], sequence: int) -> None:
        """Note the outcome of a batch, before its position becomes durable.

        Args:
            taken: catalog keys that the store now has.
            refused: the changes that it refused.
            sequence: the batch's last sequence number.

        Raises:
            CatalogError: the catalog cannot be written.
        """
        with self._database.transaction():
            self._database.executemany(
                "DELETE FROM refusal WHERE projection = ? AND key = ?", [(self._projection, key) for key in taken]
            )
            self._database.executemany(
                upsert("refusal", "projection key", "sequence error"),
                [(self._projection, refusal.key, sequence, refusal.error) for refusal in refused],
            )

    def clear(self) -> None:
        """Drop all refusals, because the store is being filled anew."""
        if not self.keys():
            return
        with self._database.transaction():
            self._database.execute("DELETE FROM refusal WHERE projection = :name", {"name": self._projection})

    def close(self) -> None:
        """Release the database."""
        self._database.close()
