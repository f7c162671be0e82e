"""The MongoDB that tests may fill and empty: the one that the variables name."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from mlentory_crawl.stores.mongodb.server import Server

Documents = dict[str, Any]

VARIABLES = ("MONGODB_URI", "MONGODB_USERNAME", "MONGODB_PASSWORD")


def settings(database: str) -> dict[str, str]:
    """What a project needs to be told of a database.

    Args:
        database: its name.
    """
    named = {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
    return {**named, "MONGODB_DATABASE": database}


@contextmanager
def connected() -> Iterator[MongoClient[Documents]]:
    """A client of the server; without one the tests are skipped."""
    if not os.environ.get("MONGODB_URI"):
        pytest.skip("MONGODB_URI names no server")
    with closing(Server(*(os.environ.get(name) for name in VARIABLES))) as server:  # type: ignore[arg-type]
        yield server.client


@contextmanager
def new_database(client: MongoClient[Documents]) -> Iterator[Database[Documents]]:
    """A database that is not there before, nor after."""
    name = f"mlentory-test-{uuid.uuid4().hex}"
    yield client[name]
    client.drop_database(name)
