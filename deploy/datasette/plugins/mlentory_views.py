"""Serves the views of a catalog and nothing else of it: no tables, no SQL of visitors, no download of the file."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette import hookimpl

from mlentory_crawl.catalog.queries.decoded_views import VIEWS, prepare

REFUSED = frozenset({"execute-sql", "view-database-download", "debug-menu", "permissions-debug"})
"""What nobody may do here, whatever the metadata says. Visitors' SQL could read the texts in the tables."""


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """Add the views of what only documents have, for the queries of the metadata."""
    if not database.startswith("_"):
        prepare(conn)


@hookimpl(trylast=True)
def permission_allowed(action: str, resource: Any) -> bool | None:
    """Refuse everything but the views and the queries of the metadata; the last word counts."""
    if action in REFUSED:
        return False
    if action == "view-table":
        _, name = resource
        return None if name in VIEWS else False
    return None
