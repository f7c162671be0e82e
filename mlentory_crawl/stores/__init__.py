"""The stores that projections write, by the projection's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mlentory_crawl.config import check_addresses
from mlentory_crawl.exceptions import SettingError, StoreError
from mlentory_crawl.stores.protocol import SearchStore, Store

# A wildcard would be the indices of others; 200 characters leave room for what is put behind them.
_INDEX_PREFIX = re.compile(r"[a-z0-9][a-z0-9._-]{0,199}")


def check_settings(settings: Mapping[str, Any]) -> None:
    """Look at what can be told wrong before anything is begun; no server is asked.

    Args:
        settings: of the project.

    Raises:
        SettingError: a setting that no store can be opened with.
    """
    check_addresses(settings)
    if not settings.get("ELASTICSEARCH_URL"):
        return
    if not _is_address(settings["ELASTICSEARCH_URL"]):
        raise SettingError("ELASTICSEARCH_URL is not an address such as https://localhost:9200")
    prefix = settings["ELASTICSEARCH_INDEX_PREFIX"]
    if not _INDEX_PREFIX.fullmatch(prefix):
        raise SettingError(
            f"ELASTICSEARCH_INDEX_PREFIX is {prefix!r}: a lower-case letter or digit is due, and then more of them"
            " or any of . _ - up to 200 characters"
        )
    named = any(settings.get(f"ELASTICSEARCH_{name}") for name in ("USERNAME", "PASSWORD"))
    if named and settings.get("ELASTICSEARCH_API_KEY"):
        raise SettingError("ELASTICSEARCH_API_KEY is in place of ELASTICSEARCH_USERNAME and _PASSWORD: unset either")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def open_search_store(settings: Mapping[str, Any]) -> SearchStore:
    """The search store that the settings choose, not yet opened: Elasticsearch, else the embedded index.

    Raises:
        StoreError: its driver is not installed, or a setting is wrong (`check_settings`).
    """
    check_settings(settings)
    if settings.get("ELASTICSEARCH_URL"):
        if find_spec("elasticsearch") is None:
            raise StoreError("ELASTICSEARCH_URL needs its driver: pip install mlentory-crawl[elasticsearch]")
        from mlentory_crawl.stores.search.elasticsearch.store import ElasticsearchStore

        names = {"api_key": "API_KEY", "user": "USERNAME", "password": "PASSWORD"}
        credentials = {argument: settings.get(f"ELASTICSEARCH_{name}") for argument, name in names.items()}
        return ElasticsearchStore(settings["ELASTICSEARCH_URL"], settings["ELASTICSEARCH_INDEX_PREFIX"], **credentials)
    from mlentory_crawl.stores.search.tantivy.store import (
        TantivyStore,  # another process than the one that needs it imports this
    )

    return TantivyStore(Path(settings["MLENTORY_DATA_DIR"]) / "search")


@dataclass(frozen=True, slots=True)
class Backend:
    """How to get at a projection's store.

    Attributes:
        is_on: whether the settings switch it on.
        store: makes the store, without connecting.
    """

    is_on: Callable[[Mapping[str, Any]], bool]
    store: Callable[[Mapping[str, Any]], Store]


def _always(settings: Mapping[str, Any]) -> bool:
    return True


def _neo4j(settings: Mapping[str, Any]) -> Store:
    from mlentory_crawl.stores.neo4j.store import Neo4jStore

    user, password, database = (settings.get(f"NEO4J_{name}") for name in ("USERNAME", "PASSWORD", "DATABASE"))
    return Neo4jStore(settings["NEO4J_URI"], user, password, database)


STORES: dict[str, Backend] = {
    "neo4j": Backend(lambda settings: bool(settings.get("NEO4J_URI")), _neo4j),
    "search": Backend(_always, open_search_store),
}


def open_store(name: str, settings: Mapping[str, Any]) -> Store:
    """A projection's store, not yet opened.

    Args:
        name: the projection's name.
        settings: of the project.

    Raises:
        SettingError: a setting is wrong (`check_settings`).
    """
    check_settings(settings)
    return STORES[name].store(settings)
