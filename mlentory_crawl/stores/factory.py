"""The stores by the name of their projection: which the settings switch on, and how each is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlentory_crawl.config.values import check_addresses
from mlentory_crawl.stores.mongodb import server as mongodb
from mlentory_crawl.stores.protocol import Store
from mlentory_crawl.stores.search.elasticsearch import access as elasticsearch
from mlentory_crawl.stores.search.query import SearchStore
from mlentory_crawl.stores.sparql.folder import folder_of


def check_store_settings(settings: Mapping[str, Any]) -> None:
    """Check the settings of all stores before anything is begun; no server is asked.

    Args:
        settings: of the project.

    Raises:
        SettingError: a setting that no store can be opened with.
    """
    check_addresses(settings)
    elasticsearch.check(settings)
    mongodb.check(settings)


def open_search_store(settings: Mapping[str, Any]) -> SearchStore:
    """The search store that the settings choose, not yet opened: Elasticsearch, else the embedded index.

    Raises:
        StoreError: its driver is not installed, or a setting is wrong (`check_store_settings`).
    """
    check_store_settings(settings)
    # Each store is imported where it is opened: a process needs one of them at the most.
    if elasticsearch.is_chosen(settings):
        from mlentory_crawl.stores.search.elasticsearch.store import ElasticsearchStore

        return ElasticsearchStore.from_settings(settings)
    from mlentory_crawl.stores.search.tantivy.store import TantivyStore

    return TantivyStore.from_settings(settings)


def _open_neo4j(settings: Mapping[str, Any]) -> Store:
    from mlentory_crawl.stores.neo4j.store import Neo4jStore

    return Neo4jStore.from_settings(settings)


def _open_mongodb(settings: Mapping[str, Any]) -> Store:
    from mlentory_crawl.stores.mongodb.store import MongoStore

    return MongoStore.from_settings(settings)


def _open_sparql(settings: Mapping[str, Any]) -> Store:
    from mlentory_crawl.stores.sparql.store import OxigraphStore

    return OxigraphStore.from_settings(settings)


@dataclass(frozen=True, slots=True)
class Registration:
    """A projection's store.

    Attributes:
        switch: the setting that switches it on; None where it is always on.
        open: makes the store, without connecting.
        place: the folder of one that nobody needs to have: it is on once ``mlentory sync`` has made that, but crawls
            keep it current only where ``PROJECTIONS`` names it.
    """

    switch: str | None
    open: Callable[[Mapping[str, Any]], Store]
    place: Callable[[Mapping[str, Any]], Path] | None = None

    def is_on(self, settings: Mapping[str, Any]) -> bool:
        """True where the settings, or what is there, switch it on."""
        if self.place is not None:
            return self.place(settings).is_dir()
        return self.switch is None or bool(settings.get(self.switch))


STORES = {
    "neo4j": Registration("NEO4J_URI", _open_neo4j),
    "search": Registration(None, open_search_store),
    "mongodb": Registration("MONGODB_URI", _open_mongodb),
    "sparql": Registration(None, _open_sparql, folder_of),
}


def open_store(name: str, settings: Mapping[str, Any]) -> Store:
    """A projection's store, not yet opened.

    Args:
        name: the projection's name.
        settings: of the project.

    Raises:
        SettingError: a setting is wrong (`check_store_settings`).
    """
    check_store_settings(settings)
    return STORES[name].open(settings)
