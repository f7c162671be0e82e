"""Debts of runs, which are requests without an answer, and the removal of those about erased entities."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sql import update


def drop_owed(database: Database, iris: Collection[str]) -> int:
    """Drop the debts of runs that are about entities; return the number of dropped ones.

    Args:
        database: the catalog, inside a transaction of its writer.
        iris: all their IRIs.
    """
    names = [re.escape(name) for iri in iris for name in _names(iri)]
    about = re.compile(rf"(?<![\w.-])(?:{'|'.join(names)})(?![\w.-])")
    rows = database.execute("SELECT id, cursor FROM run WHERE json_array_length(cursor -> 'owed') > 0").fetchall()
    dropped = 0
    for run, text in rows:
        cursor = orjson.loads(text)
        kept = [each for each in cursor["owed"] if not names or not about.search(orjson.dumps(each).decode())]
        dropped += len(cursor["owed"]) - len(kept)
        database.execute(
            update("run", "cursor"), {"cursor": orjson.dumps({**cursor, "owed": kept}).decode(), "id": run}
        )
    return dropped


def _names(iri: str) -> Iterator[str]:
    """Return the names of an entity in the requests of its platform."""
    address = urlsplit(iri)
    values = [value for _, value in parse_qsl(address.query)]
    yield from values or filter(None, [unquote(address.path).strip("/").removeprefix("datasets/")])
