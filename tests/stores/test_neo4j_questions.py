"""The Cypher of the documentation's questions, asked of a real Neo4j, gives the rows that SQL gives."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from neo4j import Driver
from support.crawling import ROOT, Project
from support.neo4j_server import connected, settings
from support.questions import Question, common, opened, questions, sql_rows

from mlentory_crawl.sample_hub import SampleHub

pytestmark = pytest.mark.servers

MODELS = 100
QUESTIONS = [
    each for each in questions((ROOT / "docs" / "questions.md").read_text("utf-8")) if "cypher" in each.snippets
]


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with connected() as found:
        yield found


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory, driver: Driver) -> sqlite3.Connection:
    """The catalog of the demo, which is in Neo4j, too."""
    data_dir = tmp_path_factory.mktemp("questions") / "data"
    with SampleHub(models=MODELS, demo=True) as hub:
        report = Project(data_dir, hub.url, **settings()).crawl("-a", "mode=census")
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
