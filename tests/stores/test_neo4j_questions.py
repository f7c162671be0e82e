"""The Cypher of the documentation's questions, asked of a real Neo4j, gives the rows that SQL gives."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from neo4j import Driver, GraphDatabase
from support.crawling import ROOT, Project
from support.questions import Question, common, opened, questions, sql_rows

from mlentory_crawl.sample_hub import SampleHub

pytestmark = pytest.mark.servers

MODELS = 100
VARIABLES = ("NEO4J_URI", "NEO4J_USERNAME", "NEO4J_PASSWORD", "NEO4J_DATABASE")
QUESTIONS = [
    each for each in questions((ROOT / "docs" / "questions.md").read_text("utf-8")) if "cypher" in each.snippets
]


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    if not os.environ.get("NEO4J_URI"):
        pytest.skip("NEO4J_URI names no server")
    password = os.environ.get("NEO4J_PASSWORD")
    auth = (os.environ.get("NEO4J_USERNAME", "neo4j"), password) if password else None
    with GraphDatabase.driver(os.environ["NEO4J_URI"], auth=auth) as connected:
        (nodes,) = connected.execute_query("MATCH (n) RETURN count(n)").records[0]
        if nodes:
            pytest.fail("the Neo4j at NEO4J_URI is not empty: tests need one of their own")
        yield connected
        connected.execute_query("MATCH (n) DETACH DELETE n")


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory, driver: Driver) -> sqlite3.Connection:
    """The catalog of the demo, which is in Neo4j, too."""
    data_dir = tmp_path_factory.mktemp("questions") / "data"
    given = {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
    with SampleHub(models=MODELS, demo=True) as hub:
        report = Project(data_dir, hub.url, **given).crawl("-a", "mode=census")
    assert report["projections"]["neo4j"]["backlog"] == 0
    return opened(data_dir)


def rows(driver: Driver, query: str) -> list[dict[str, Any]]:
    # The page is the project's own.
    return [record.data() for record in driver.execute_query(query).records]


@pytest.mark.parametrize("question", QUESTIONS, ids=[each.title for each in QUESTIONS])
def test_cypher_gives_the_rows_of_sql(catalog: sqlite3.Connection, driver: Driver, question: Question) -> None:
    found, expected = rows(driver, question.snippets["cypher"]), sql_rows(catalog, question.snippets["sql"])
    assert found
    assert common(found, expected) == common(expected, found)
