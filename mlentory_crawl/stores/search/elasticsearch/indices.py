"""The index that is searched and the one that is to replace it, each behind an alias."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.stores.search.elasticsearch.connection import Connection
from mlentory_crawl.stores.search.elasticsearch.index import PRODUCT, mappings, settings

KIND = "things"
"""All classes share one index: one position vouches for it, and one search compares them."""


class Indices:
    """The indices of this program at a server; never those of others.

    Args:
        connection: to the server.
        prefix: what the names of the indices and their aliases begin with.

    Attributes:
        alias: of the index that is searched.
        next: the alias of the one that is to replace it.
    """

    def __init__(self, connection: Connection, prefix: str) -> None:
        self._connection = connection
        self.alias = f"{prefix}-{KIND}"
        self.next = f"{self.alias}-next"

    async def current(self) -> dict[str, Any] | None:
        """The index that is searched, as the server describes it.

        Raises:
            StoreError: an index of that name is not this program's, or there are several.
        """
        return (await self._found())[0]

    async def _found(self) -> tuple[dict[str, Any] | None, list[str]]:
        """The index behind the alias, and the names of those that were begun and not published."""
        found: Mapping[str, Any] = (
            await self._connection.client.indices.get(index=f"{self.alias},{self.next}", ignore_unavailable=True)
        ).body
        for name, index in found.items():
            if name in (self.alias, self.next) or PRODUCT not in index["mappings"].get("_meta", {}):
                raise StoreError(
                    f"the index {name} at {self._connection.place} was not created by mlentory;"
                    " set another ELASTICSEARCH_INDEX_PREFIX"
                )
        behind = [name for name, index in found.items() if self.alias in index["aliases"]]
        if len(behind) > 1:
            raise StoreError(
                f"the alias {self.alias} at {self._connection.place} points to {' and '.join(sorted(behind))};"
                " remove it from all but one of them"
            )
        unfinished = [name for name, index in found.items() if self.next in index["aliases"] and name not in behind]
        return (found[behind[0]] if behind else None), unfinished

    async def clean(self) -> dict[str, Any] | None:
        """Delete what was begun and not published; `current` is returned."""
        current, unfinished = await self._found()
        for name in unfinished:
            await self._connection.client.indices.delete(index=name, ignore_unavailable=True)
        return current

    async def create(self, alias: str) -> None:
        """Make an empty index.

        Args:
            alias: `alias` or `next`.
        """
        name = f"{self.alias}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
        await self._connection.client.indices.create(
            index=name, aliases={alias: {}}, mappings=mappings(), settings=settings()
        )

    async def publish(self) -> None:
        """Put the next index in the place of the one that is searched, and delete that, in one step."""
        client = self._connection.client
        await client.indices.refresh(index=self.next)
        (new,) = (await client.indices.get_alias(name=self.next)).body
        old = (await client.options(ignore_status=404).indices.get_alias(name=self.alias)).body
        await client.indices.update_aliases(
            actions=[
                *({"remove_index": {"index": name}} for name, index in old.items() if "aliases" in index),
                {"add": {"index": new, "alias": self.alias}},
                {"remove": {"index": new, "alias": self.next}},
            ]
        )
