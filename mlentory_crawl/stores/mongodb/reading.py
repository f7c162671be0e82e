"""Reading of the collections in MongoDB by programs with an event loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlentory_crawl.stores.mongodb.server import Server

FURTHER = {"record": 0, "hash": 0}
"""Fields that the store adds to documents."""


async def stored_documents(
    settings: Mapping[str, Any], collection: str, sought: Mapping[str, Any], most: int = 0
) -> list[dict[str, Any]]:
    """Return documents of a collection, sorted by id.

    Args:
        settings: the project's settings, with a MongoDB.
        collection: the name of the collection.
        sought: the values that they have, by field; of a list, one of its elements.
        most: the maximum number of documents; 0 for all.

    Raises:
        StoreError: the server cannot be used.
    """
    server = Server.from_settings(settings)
    with server.errors():
        async with server.async_client() as client:
            documents = client[settings["MONGODB_DATABASE"]][collection]
            # $eq: a value is nothing but a value.
            filter = {name: {"$eq": value} for name, value in sought.items()}
            return await documents.find(filter, FURTHER).sort("_id").limit(most).to_list()
