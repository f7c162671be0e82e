"""The catalog and its search index as Python objects: what commands, notebooks and services ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from mlentory_crawl.catalog.database import damage_told
from mlentory_crawl.catalog.feed import Feed
from mlentory_crawl.catalog.queries import boards, comparison, coverage, description, lineage, mentions, status
from mlentory_crawl.catalog.queries.find import find
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.changes import Change
from mlentory_crawl.config import VARIABLES, read_environment
from mlentory_crawl.exceptions import CatalogError, WrongUsage
from mlentory_crawl.projections.registry import positions
from mlentory_crawl.stores.factory import open_search_store
from mlentory_crawl.stores.search.query import SearchQuery, SearchResult, Sort

RUNS = 10
"""How many of the last runs `Catalog.status` tells, unless somebody asks for more."""


@dataclass(frozen=True, slots=True)
class Status:
    """The contents of the catalog, and how far everything that follows it is.

    Attributes:
        catalog: its counts.
        projections: by name, ``backend``, ``position``, ``backlog`` and what the store holds, or its ``error``.
        runs: the reports of the last runs, newest first.
    """

    catalog: status.CatalogStatus
    projections: dict[str, dict[str, Any]]
    runs: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes since a sequence number, for whoever keeps a copy of the catalog by catalog key.

    Attributes:
        changes: what is now under a key; without a state where there is nothing any more, as the entity is gone, or
            another one of its records leads.
        upto: the sequence number up to which they are complete: where to go on, until it does not move.
    """

    changes: list[Change]
    upto: int


class Catalog:
    """A data directory to be asked: the catalog and its search index, also while a crawl writes them.

    One object serves several threads. Names are what `scrapy show` takes: ids, IRIs, addresses of pages, catalog keys,
    names that one entity alone has. What fails raises a `MlentoryError`, with a message for a person.

    Args:
        settings: the project's, `MLENTORY_DATA_DIR` among them.

    Raises:
        CatalogError: there is no catalog that can be read.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._is_closed = False
        self.data_dir = Path(settings["MLENTORY_DATA_DIR"])
        with damage_told(self.data_dir):
            self._reader = CatalogReader(self.data_dir)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the catalog, in all threads."""
        self._is_closed = True
        self._reader.close()

    @contextmanager
    def _read(self) -> Iterator[CatalogReader]:
        if self._is_closed:
            raise CatalogError(f"the catalog in {self.data_dir} was closed")
        with damage_told(self.data_dir):
            yield self._reader

    def model(self, name: str, at: datetime | None = None) -> description.Description:
        """Describe a model, or whatever else has the name: facts, sources, what derives from it and what names it.

        Args:
            name: of it.
            at: as the catalog knew it then, in UTC unless it says otherwise.

        Raises:
            NotFound: there is no such entity, or there are several of this name.
        """
        with self._read() as reader:
            return description.describe(reader, name, at)

    def search(
        self,
        text: str = "",
        *,
        filters: Mapping[str, Sequence[str]] | None = None,
        minimum: Mapping[str, float | str] | None = None,
        maximum: Mapping[str, float | str] | None = None,
        sort: Sort = "relevance",
        size: int = 10,
        offset: int = 0,
        facets: Sequence[str] = (),
        highlight: bool = False,
    ) -> SearchResult:
        """Search for words, and narrow down by facets, numbers and dates; as `SearchQuery` has it.

        Raises:
            StoreError: there is no index yet, or it cannot be read.
            WrongUsage: a facet, field or sort that does not exist.
        """
        query = SearchQuery(
            text,
            filters={name: list(values) for name, values in (filters or {}).items()},
            minimum=dict(minimum or {}),
            maximum=dict(maximum or {}),
            sort=sort,
            size=size,
            offset=offset,
            facets=tuple(facets),
            highlight=highlight,
        )
        with self._read():
            return search(self._settings, query)

    def lineage(
        self, name: str, *, up: bool = True, depth: int = 10, kind: str | None = None, limit: int | None = None
    ) -> lineage.Lineage:
        """Walk the derivations from a model, with the licenses on the way that do not go together.

        Args:
            name: of the model.
            up: to what it derives from; else to what derives from it.
            depth: generations to go at the most.
            kind: follow derivations of this kind only.
            limit: how many models beside it to give, the nearest first; the others are counted.

        Raises:
            NotFound: there is no such model.
        """
        with self._read() as reader:
            iri = find(reader, name).root["iri"]
            return lineage.lineage(reader, iri, up=up, depth=depth, kind=kind, limit=limit)

    def leaderboard(self, dataset: str, metric: str | None = None, task: str | None = None) -> boards.Leaderboard:
        """Rank models on a dataset; what cannot be compared is not ranked together.

        Args:
            dataset: its id on the Hub, its name, or its IRI.
            metric: in any spelling; None for all.
            task: the name of a task; None for all.
        """
        with self._read() as reader:
            return boards.leaderboard(reader, dataset, metric, task)

    def compare(self, *names: str) -> comparison.Comparison:
        """Put licenses, data, parameters and metrics of entities side by side.

        Raises:
            NotFound: there is no such entity, or there are several of this name.
        """
        with self._read() as reader:
            return comparison.compare(reader, names)

    def coverage(self, platform: str | None = None, kind: str | None = None) -> list[coverage.Coverage]:
        """Count how many records have each field, by platform and kind of record."""
        with self._read() as reader:
            return coverage.coverage(reader, platform, kind)

    def status(self, runs: int = RUNS) -> Status:
        """Count what is in the catalog, and see how far each projection is.

        Args:
            runs: how many of the last runs to tell.
        """
        with self._read() as reader:
            return Status(
                status.catalog_status(reader), positions(reader, self._settings), status.last_runs(reader, runs)
            )

    def changes(self, after: int = 0, limit: int = 1000) -> Changes:
        """Read what has changed since a sequence number.

        Args:
            after: the sequence number up to which all is known; 0 for everything.
            limit: how many records to read at the most, unless a single entity has more.
        """
        with self._read() as reader:
            found = Feed(reader).changes(after, limit)
            return Changes(found.changes, found.upto)

    def mentions(self, name: str, most: int = mentions.MOST) -> mentions.Mentions:
        """Tell which records name an entity, as what, and where in their sources.

        Args:
            name: of the entity.
            most: how many mentions of each platform to give.

        Raises:
            NotFound: there is no such entity, or there are several of this name.
        """
        with self._read() as reader:
            return mentions.mentions(reader, find(reader, name).root["iri"], most)


def open_catalog(data_dir: str | Path) -> Catalog:
    """Open a data directory; stores beside it are where the environment says, as for commands.

    Raises:
        CatalogError: there is no catalog that can be read.
    """
    return Catalog({**read_environment(VARIABLES), "MLENTORY_DATA_DIR": str(data_dir)})


def search(settings: Mapping[str, Any], query: SearchQuery) -> SearchResult:
    """Ask the search index, which answers without a catalog as well.

    Args:
        settings: the project's.
        query: the search.

    Raises:
        StoreError: there is no index yet, or it cannot be read.
        WrongUsage: a facet, field or sort that does not exist.
    """
    # A store of its own for each search: one is not made for several threads.
    with closing(open_search_store(settings)) as store:
        try:
            return store.search(query)
        except ValueError as error:
            raise WrongUsage(str(error)) from error
