"""The catalog and the search index that the service answers from, while others write them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import orjson

from mlentory_crawl.catalog.database import identity
from mlentory_crawl.catalog.queries.run_list import runs_version
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.exceptions import MlentoryError, StoreError
from mlentory_crawl.face import Catalog
from mlentory_crawl.service.cached import Cache
from mlentory_crawl.stores.factory import open_search_store
from mlentory_crawl.stores.search.query import SearchQuery, SearchResult, SearchStore
from mlentory_crawl.stores.search.searching import search_in

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


class Source:
    """The catalog of a data directory, opened again when another one takes its place.

    Args:
        settings: the project's settings, `MLENTORY_DATA_DIR` among them.

    Attributes:
        catalog_file: the file of the catalog.
        cache: answers that take long, by the version that they are true for.

    Raises:
        CatalogError: there is no catalog that can be read.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self.catalog_file = Path(settings["MLENTORY_DATA_DIR"]) / CATALOG
        self._lock = threading.Lock()
        self._file = identity(self.catalog_file.parent)
        self._catalog = Catalog(settings)
        self._former: Catalog | None = None
        self._idle: list[SearchStore] = []
        self.cache = Cache()

    @property
    def catalog(self) -> Catalog:
        """The catalog as it is now.

        Raises:
            CatalogError: it is gone, and no other has taken its place.
        """
        file = identity(self.catalog_file.parent)
        if file != self._file:
            with self._lock:
                if file != self._file:
                    opened = Catalog(self._settings)
                    # Others may be reading the former one; nobody reads the one before that any more.
                    before, self._former, self._catalog = self._former, self._catalog, opened
                    self._file = file
                    if before is not None:
                        before.close()
        return self._catalog

    def search(self, query: SearchQuery) -> SearchResult:
        """Search the index, with the reasons for what it finds or does not find.

        Without words, when most documents may match, facets and histograms are counted once for a version of the index.

        Raises:
            StoreError: there is no index yet, or it cannot be read.
            WrongUsage: a facet, field or sort that does not exist.
        """
        if query.text.strip() or not (query.facets or query.histograms):
            return self._search(query)
        counting = replace(query, size=0, offset=0, sort="relevance", highlight=False)
        counted = self.kept_search(counting)
        found = self._search(replace(query, facets=(), histograms=())) if query.size else counted
        return replace(found, sort=query.sort, facets=counted.facets, histograms=counted.histograms)

    def kept_search(self, query: SearchQuery) -> SearchResult:
        """Return the result of a search that everybody asks for, kept as long answers are; failures as in `search`."""
        found, _ = self.cache.get(orjson.dumps(query), self.index_version(), lambda: self._search(query))
        return found

    def _search(self, query: SearchQuery) -> SearchResult:
        with self._store() as store:
            return search_in(store, query)

    def index_version(self) -> str:
        """Return the version of the index that searches are true for: as of the catalog, up to which it is complete.

        Raises:
            StoreError: the index cannot be read.
        """
        with self._store() as store:
            position, _ = store.peek()
        if position is None:
            raise StoreError("there is nothing in the search index yet; crawl first, or run: mlentory sync search")
        return version_of(position.catalog, position.sequence)

    @contextmanager
    def _store(self) -> Iterator[SearchStore]:
        """Lend a store that nobody else uses: opening one takes longer than a search, and none is thread-safe."""
        try:
            store = self._idle.pop()
        except IndexError:
            store = open_search_store(self._settings)
        try:
            yield store
        except StoreError:
            # Opened anew by the next search.
            store.close()
            raise
        except MlentoryError:
            self._idle.append(store)
            raise
        self._idle.append(store)

    def version(self) -> str:
        """Return the version of the catalog that answers are true for: its id and its sequence number."""
        return version_of(*self.catalog.version)

    def kept(
        self,
        question: Callable[Concatenate[CatalogReader, Arguments], Answer],
        /,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> tuple[Answer, str]:
        """Return the answer to a question that takes long, and the version that it is true for.

        Args:
            question: as `Catalog.ask` takes it; whoever asks it gets the same answer.
            *args: its further arguments, which can be hashed.
            **kwargs: its further arguments, by name.
        """
        key = (question, *args, *kwargs.items())
        return self.cache.get(key, self.version(), lambda: self.catalog.ask(question, *args, **kwargs))

    def kept_by_runs(
        self,
        question: Callable[Concatenate[CatalogReader, Arguments], Answer],
        /,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> tuple[Answer, str]:
        """Return the answer to a question that runs change as well, as `kept` does for others."""
        key = (question, *args, *kwargs.items())
        version = f"{self.version()}-{self.catalog.ask(runs_version)}"
        return self.cache.get(key, version, lambda: self.catalog.ask(question, *args, **kwargs))

    def check(self) -> None:
        """Check that the catalog and the search index can be read.

        Raises:
            MlentoryError: one of them cannot.
        """
        self.version()
        self.index_version()

    def close(self) -> None:
        """Release the catalog and the index."""
        self.cache.close()
        self._catalog.close()
        if self._former is not None:
            self._former.close()
        for store in self._idle:
            store.close()


def version_of(catalog: str, sequence: int) -> str:
    """Return the version of a catalog as answers have it.

    Args:
        catalog: the id of the catalog.
        sequence: the sequence number up to which the answers are complete.
    """
    return f"{catalog[:12]}-{sequence}"
