"""Rows of views and of queries in SQL, as they are read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlentory_crawl.catalog.database import connect
from mlentory_crawl.catalog.queries.decoded_views import DECODED, VIEWS, add_unzstd, prepare
from mlentory_crawl.catalog.sql import Parameters
from mlentory_crawl.exceptions import WrongUsage


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a query; they are read while they are taken.

    Attributes:
        columns: the names of the columns.
        rows: the rows, each with a value for each column.
    """

    columns: list[str]
    rows: Iterator[tuple[Any, ...]]


@contextmanager
def selected(data_dir: Path, of: str, parameters: Parameters = ()) -> Iterator[Rows]:
    """Read a view, or a query in SQL, on a connection of its own that cannot write.

    Args:
        data_dir: the data directory.
        of: the name of a view, or the query.
        parameters: the values of its parameters, by position or by name.

    Raises:
        WrongUsage: there is no such view, or the query cannot be run.
    """
    query = f"SELECT * FROM {of}" if of in (*VIEWS, *DECODED) else of
    with closing(connect(data_dir)) as connection:
        prepare(connection)
        add_unzstd(connection)
        try:
            rows = connection.execute(query, parameters)
            if rows.description is None:
                raise WrongUsage(f"this is no query that returns rows: {query}")
            yield Rows([name for name, *_ in rows.description], rows)
        except (sqlite3.OperationalError, sqlite3.ProgrammingError) as error:
            raise WrongUsage(
                f"the query cannot be run: {error}; views: {', '.join((*VIEWS, *DECODED))}: {query}"
            ) from error
