"""The Neo4j that tests may fill and empty: the one that the variables name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from neo4j import Driver, GraphDatabase

VARIABLES = ("NEO4J_URI", "NEO4J_USERNAME", "NEO4J_PASSWORD", "NEO4J_DATABASE")


def settings() -> dict[str, str]:
    """What a project needs to be told of it."""
    return {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}


@contextmanager
def connected() -> Iterator[Driver]:
    """A driver of the server, which is empty before and after; without one the tests are skipped."""
    if not os.environ.get("NEO4J_URI"):
        pytest.skip("NEO4J_URI names no server")
    password = os.environ.get("NEO4J_PASSWORD")
    auth = (os.environ.get("NEO4J_USERNAME", "neo4j"), password) if password else None
    with GraphDatabase.driver(os.environ["NEO4J_URI"], auth=auth) as driver:
        (nodes,) = driver.execute_query("MATCH (n) RETURN count(n)").records[0]
        if nodes:
            pytest.fail("the Neo4j at NEO4J_URI is not empty: tests need one of their own")
        yield driver
        emptied(driver)


def emptied(driver: Driver) -> None:
    """Remove all nodes and edges."""
    driver.execute_query("MATCH (n) DETACH DELETE n")
