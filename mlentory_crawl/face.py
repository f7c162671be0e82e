"""The catalog and its search index as Python objects: the interface for commands, notebooks and services."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar, cast

from fair4ml.document import has_texts, public
from mlentory_crawl.archive.bodies import RAW, body_of
from mlentory_crawl.catalog.database import damage_reported
from mlentory_crawl.catalog.feed import Feed
from mlentory_crawl.catalog.queries import (
    archived_cards,
    boards,
    comparison,
    coverage,
    description,
    lineage,
    measures,
    mentions,
    run_details,
    status,
)
from mlentory_crawl.catalog.queries.find import find
from mlentory_crawl.catalog.queries.waiting import Waiting, waiting
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.sql import Parameters
from mlentory_crawl.changes import Change
from mlentory_crawl.config.environment import read_environment
from mlentory_crawl.config.variables import VARIABLES
from mlentory_crawl.exceptions import CatalogError
from mlentory_crawl.notebooks import arrow
from mlentory_crawl.projections.registry import positions
from mlentory_crawl.stores.search.query import SearchQuery, SearchResult, Sort
from mlentory_crawl.stores.search.searching import search

if TYPE_CHECKING:
    import pyarrow

    from fair4ml.merge import State

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

RUNS = 10
"""The number of runs that `Catalog.status` returns by default."""

QUARANTINED = 20
"""The number of records that `Catalog.quarantine` returns by default."""


@dataclass(frozen=True, slots=True)
class Status:
    """The contents of the catalog and the state of its projections.

    Attributes:
        catalog: the counts of the catalog.
        projections: by name, ``backend``, ``position``, ``backlog`` and what the store holds, or its ``error``.
        runs: the reports of the last runs, newest first.
        waiting: what the catalog names and lacks, by platform and look-up.
    """

    catalog: status.CatalogStatus
    projections: dict[str, dict[str, Any]]
    runs: list[dict[str, Any]]
    waiting: dict[str, dict[str, Waiting]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """The card of a model as its owner wrote it.

    Attributes:
        text: the whole file, metadata included.
        source: its address.
        fetched_at: when it was fetched (UTC).
        record: the catalog key of the record that was made from it.
    """

    text: str
    source: str
    fetched_at: str
    record: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes since a sequence number, for programs that keep a copy of the catalog by catalog key.

    Attributes:
        changes: the current state under each key; without a state where there is nothing left, because the entity is
            gone or another of its records leads.
        upto: the sequence number up to which they are complete; continue from it until it no longer grows.
    """

    changes: list[Change]
    upto: int


class Catalog:
    """Answers queries to a data directory: the catalog and its search index, also while a crawl writes them.

    One object serves several threads. Names are those that `mlentory show` accepts: ids, IRIs, addresses of pages,
    catalog keys, names that only one entity has. Failures raise a `MlentoryError` with a message for people.

    Args:
        settings: the project's settings, `MLENTORY_DATA_DIR` among them.

    Raises:
        CatalogError: there is no readable catalog.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._is_closed = False
        self.data_dir = Path(settings["MLENTORY_DATA_DIR"])
        with damage_reported(self.data_dir):
            self._reader = CatalogReader(self.data_dir)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the catalog, in all threads."""
        self._is_closed = True
        self._reader.close()

    @property
    def version(self) -> tuple[str, int]:
        """The id of the catalog, and its sequence number, which grows with every change."""
        with self._read() as reader:
            return reader.id, reader.last_sequence()

    @contextmanager
    def _read(self) -> Iterator[CatalogReader]:
        if self._is_closed:
            raise CatalogError(f"the catalog in {self.data_dir} was closed")
        with damage_reported(self.data_dir):
            yield self._reader

    def ask(
        self,
        question: Callable[Concatenate[CatalogReader, Arguments], Answer],
        /,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Answer:
        """Return the answer to a question of `mlentory_crawl.catalog.queries`, for which this class has no method.

        Args:
            question: a function whose first argument is the catalog.
            *args: its further arguments.
            **kwargs: its further arguments, by name.
        """
        with self._read() as reader:
            return question(reader, *args, **kwargs)

    def model(
        self,
        name: str,
        at: datetime | None = None,
        *,
        mentions_limit: int = mentions.MOST,
        mentions_offset: int = 0,
        mentions_read: int | None = None,
    ) -> description.Description:
        """Describe a model or another entity: its facts, its sources, what derives from it and what mentions it.

        Args:
            name: the name of the entity.
            at: return the state of the catalog at this time, in UTC unless it has a time zone.
            mentions_limit: the maximum number of entities per platform that mention it.
            mentions_offset: the number of them to leave out first.
            mentions_read: the maximum number of statements that name it that are read; None for all.

        Raises:
            NotFound: there is no such entity, or there are several of this name.
        """
        with self._read() as reader:
            return description.describe(
                reader, name, at, most=mentions_limit, offset=mentions_offset, read=mentions_read
            )

    def card(self, iri: str) -> Card | None:
        """Read the card of a model from the archive of answers; the catalog keeps what was understood of it.

        Args:
            iri: the model.

        Returns:
            The card; None if none was fetched, or if the archive has it no more.
        """
        with self._read() as reader:
            found = archived_cards.archived_card(reader, iri)
        body = None if found is None else body_of(self.data_dir / RAW / found.file, found.sha256)
        if found is None or body is None or not archived_cards.is_card(found, body):
            return None
        return Card(body.decode("utf-8", "replace"), found.source, found.fetched_at, found.record)

    def search(
        self,
        text: str = "",
        *,
        filters: Mapping[str, Sequence[str]] | None = None,
        excluded: Mapping[str, Sequence[str]] | None = None,
        minimum: Mapping[str, float | str] | None = None,
        maximum: Mapping[str, float | str] | None = None,
        has: Sequence[str] = (),
        without: Sequence[str] = (),
        sort: Sort = "relevance",
        size: int = 10,
        offset: int = 0,
        facets: Sequence[str] = (),
        histograms: Sequence[str] = (),
        highlight: bool = False,
    ) -> SearchResult:
        """Search for words, and narrow down by facets, numbers and dates, as described in `SearchQuery`.

        Raises:
            StoreError: there is no index yet, or it cannot be read.
            WrongUsage: a facet, field or sort that does not exist.
        """
        query = SearchQuery(
            text,
            filters={name: list(values) for name, values in (filters or {}).items()},
            excluded={name: list(values) for name, values in (excluded or {}).items()},
            minimum=dict(minimum or {}),
            maximum=dict(maximum or {}),
            has=tuple(has),
            without=tuple(without),
            sort=sort,
            size=size,
            offset=offset,
            facets=tuple(facets),
            histograms=tuple(histograms),
            highlight=highlight,
        )
        with self._read():
            return search(self._settings, query)

    def lineage(
        self,
        name: str,
        *,
        up: bool = True,
        depth: int = 10,
        kind: str | None = None,
        limit: int | None = None,
        offset: int = 0,
        data: lineage.Data | None = None,
        under: Sequence[str] = (),
        most: int | None = None,
    ) -> lineage.Lineage:
        """Follow the derivations from a model, with the incompatible licenses on the way.

        Args:
            name: the name of the model.
            up: go to what it derives from; else to what derives from it.
            depth: the maximum number of generations.
            kind: follow derivations of this kind only.
            limit: the number of models to return beside it, the nearest first; the others are counted.
            offset: the number of models to leave out first.
            data: return the datasets that the models were trained or evaluated on, too, or one of the two.
            under: return only models under one of these licenses, by name or address; all if there are none.
            most: the maximum number of derivations that are read, the nearest first; None for all.

        Raises:
            NotFound: there is no such model.
        """
        with self._read() as reader:
            return lineage.lineage(
                reader,
                find(reader, name).root["iri"],
                up=up,
                depth=depth,
                kind=kind,
                limit=limit,
                offset=offset,
                data=data,
                under=under,
                most=most,
            )

    def leaderboard(self, dataset: str, metric: str | None = None, task: str | None = None) -> boards.Leaderboard:
        """Rank models on a dataset; results that cannot be compared are not ranked together.

        Args:
            dataset: its id on the Hub, its name, or its IRI.
            metric: in any spelling; None for all.
            task: the name of a task; None for all.
        """
        with self._read() as reader:
            return boards.leaderboard(reader, dataset, metric, task)

    def without_results(self, dataset: str) -> str:
        """Return the reason why there is no result on a dataset, as a sentence for people.

        Args:
            dataset: its id on the Hub, its name, or its IRI.
        """
        with self._read() as reader:
            return boards.empty(reader, dataset)

    def compare(self, *names: str) -> comparison.Comparison:
        """Compare licenses, data, parameters and metrics of entities side by side.

        Raises:
            NotFound: there is no such entity, or there are several of this name.
        """
        with self._read() as reader:
            return comparison.compare(reader, names)

    def coverage(self, platform: str | None = None, kind: str | None = None) -> list[coverage.Coverage]:
        """Count the records that have each field, by platform and kind of record."""
        with self._read() as reader:
            return coverage.coverage(reader, platform, kind)

    def status(self, runs: int = RUNS) -> Status:
        """Return the counts of the catalog and the state of each projection.

        Args:
            runs: the number of last runs to return.
        """
        with self._read() as reader:
            return Status(
                status.catalog_status(reader),
                positions(reader, self._settings),
                status.last_runs(reader, runs),
                waiting(reader),
            )

    def measures(self) -> list[measures.Measure]:
        """Return the figures of the catalog and of the last run of each platform, for systems that watch programs."""
        with self._read() as reader:
            return measures.measures(reader)

    def projections(self) -> dict[str, dict[str, Any]]:
        """Return the position and the backlog of each projection, as `status` has them."""
        with self._read() as reader:
            return positions(reader, self._settings)

    def run(self, name: str) -> dict[str, Any]:
        """Return the report of a run, as far as it is or as it ended.

        Args:
            name: its name, a beginning that no other run has, the id of the job that ran it, or ``last``.

        Raises:
            UnknownRun: there is no such run, or there are several.
        """
        with self._read() as reader:
            return run_details.run_report(reader, run_details.run_named(reader, name))

    def quarantine(self, run: str, limit: int = QUARANTINED, offset: int = 0) -> run_details.Quarantine:
        """Return records that a run could not use, each with the field and the reason.

        Args:
            run: the name of the run, as in `run`.
            limit: the maximum number of records.
            offset: the number of records to leave out.

        Raises:
            UnknownRun: there is no such run, or there are several.
        """
        with self._read() as reader:
            return run_details.quarantine(reader, run_details.run_named(reader, run), limit, offset)

    def changes(self, after: int = 0, limit: int = 1000) -> Changes:
        """Return the changes since a sequence number, without whole texts: these leave the catalog as documents only.

        Args:
            after: the sequence number up to which the caller is complete; 0 for everything.
            limit: the maximum number of records to read, unless a single entity has more.
        """
        with self._read() as reader:
            found = Feed(reader).changes(after, limit)
            return Changes([_public(change) for change in found.changes], found.upto)

    def mentions(self, name: str, most: int = mentions.MOST, offset: int = 0) -> mentions.Mentions:
        """Return the records that name an entity, in which role, and where in their sources.

        Args:
            name: the name of the entity.
            most: the maximum number of entities per platform that name it.
            offset: the number of them to leave out first.

        Raises:
            NotFound: there is no such entity, or there are several of this name.
        """
        with self._read() as reader:
            return mentions.mentions(reader, find(reader, name).root["iri"], most, offset)

    def frame(
        self, of: str = "models", parameters: Parameters = (), types: Mapping[str, str] | None = None
    ) -> pyarrow.Table:
        """Return the rows of a view, or of a query in SQL, as a table for pandas, polars and others.

        Args:
            of: the name of a view, or the query.
            parameters: the values of its parameters, by position or by name.
            types: Arrow's names of the types of columns, such as ``int64``, where they do not follow from the values.

        Raises:
            MlentoryError: pyarrow is not installed.
            WrongUsage: there is no such view, or the query cannot be run.
        """
        with self._read():
            return arrow.frame(self.data_dir, of, parameters, types)


def _public(change: Change) -> Change:
    if change.state is None or not has_texts(change.state):
        return change
    return replace(change, state=cast("State", public(change.state)))


def open_catalog(data_dir: str | Path) -> Catalog:
    """Open a data directory; other stores are configured by the environment, as for commands.

    Raises:
        CatalogError: there is no catalog that can be read.
        SettingError: a secret is set twice, or the file of a secret cannot be used.
    """
    from mlentory_crawl.notebooks.html import install  # commands draw nothing in notebooks

    install()
    return Catalog({**read_environment(VARIABLES), "MLENTORY_DATA_DIR": str(data_dir)})
