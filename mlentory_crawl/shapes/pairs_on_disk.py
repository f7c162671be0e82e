"""Pairs of texts that are too many for the memory, in a temporary database that ends with its process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from mlentory_crawl.catalog.sql import insert_missing


class PairsOnDisk:
    """Pairs of texts, found by the first.

    Args:
        pairs: the pairs; repeated ones are kept once.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._connection = sqlite3.connect("")
        self._connection.execute("CREATE TABLE pair (one TEXT, other TEXT, PRIMARY KEY (one, other)) WITHOUT ROWID")
        self._connection.executemany(insert_missing("pair", "one other"), pairs)

    def of(self, one: str) -> list[tuple[str, str]]:
        """Return the pairs that begin with a text."""
        return self._connection.execute("SELECT one, other FROM pair WHERE one = :one", {"one": one}).fetchall()

    def close(self) -> None:
        """Free the space on disk."""
        self._connection.close()
