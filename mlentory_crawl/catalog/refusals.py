"""The catalog's list of what stores refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from mlentory_crawl.catalog.database import connect
from mlentory_crawl.changes import Refusal
from mlentory_crawl.exceptions import CatalogError


class Refusals:
    """The refused changes of one projection; written by the projection's own process, beside the crawl.

    Args:
        data_dir: the data directory.
        projection: the projection's name.
    """

    def __init__(self, data_dir: Path, projection: str) -> None:
        self._connection = connect(data_dir, write=True)
        self._projection = projection

    def keys(self) -> list[str]:
        """The catalog keys that the store has refused and not taken since."""
        rows = self._connection.execute(
            "SELECT key FROM refusal WHERE projection = ? ORDER BY key", (self._projection,)
        )
        return [key for (key,) in rows]

    def update(self, taken: Iterable[str], refused: Iterable[Refusal], sequence: int) -> None:
        """Note what a batch ended in, before its position becomes durable.

        Args:
            taken: catalog keys that the store has now.
            refused: what it refused.
            sequence: the batch's last sequence number.

        Raises:
            CatalogError: the catalog cannot be written.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "DELETE FROM refusal WHERE projection = ? AND key = ?", [(self._projection, key) for key in taken]
            )
            self._connection.executemany(
                "INSERT OR REPLACE INTO refusal VALUES (?, ?, ?, ?)",
                [(self._projection, refusal.key, sequence, refusal.error) for refusal in refused],
            )
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise CatalogError(f"the catalog cannot be written: {error}") from error

    def clear(self) -> None:
        """Forget all, because the store is filled anew."""
        self._connection.execute("DELETE FROM refusal WHERE projection = ?", (self._projection,))

    def close(self) -> None:
        """Release the database."""
        self._connection.close()
