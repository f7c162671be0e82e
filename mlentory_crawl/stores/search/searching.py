"""Searches in the index that the settings name, or in one that is kept open."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from mlentory_crawl.exceptions import StoreError, WrongUsage
from mlentory_crawl.stores.factory import open_search_store
from mlentory_crawl.stores.search.query import SearchQuery, SearchResult, SearchStore
from mlentory_crawl.stores.search.reasons import explained


def search(settings: Mapping[str, Any], query: SearchQuery) -> SearchResult:
    """Search the index, which also works without a catalog.

    Args:
        settings: the project's settings.
        query: the query.

    Raises:
        StoreError: there is no index yet, or it cannot be read.
        WrongUsage: a facet, field or sort that does not exist.
    """
    # A new store for each search: a store is not thread-safe.
    with closing(open_search_store(settings)) as store:
        return search_in(store, query)


def search_in(store: SearchStore, query: SearchQuery) -> SearchResult:
    """Search an index that is kept open; arguments and failures as in `search`."""
    try:
        result = store.search(query)
        if result.total == 0 and store.peek()[0] is None:  # stopped before its first commit, or not yet there
            raise StoreError("the search index has nothing in it yet; crawl first, or run: mlentory sync search")
        return explained(store, query, result)
    except ValueError as error:
        raise WrongUsage(str(error)) from error
