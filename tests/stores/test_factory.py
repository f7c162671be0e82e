"""The stores by name: the settings say which are on, and only what is opened is imported."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.stores.factory import STORES, open_search_store, open_store

SETTINGS = {
    "MLENTORY_DATA_DIR": "data", "ELASTICSEARCH_INDEX_PREFIX": "mlentory", "MONGODB_DATABASE": "mlentory",
}  # fmt: skip
ELASTICSEARCH = {"ELASTICSEARCH_URL": "http://127.0.0.1:9"}
NEO4J = {"NEO4J_URI": "bolt://127.0.0.1:9"}
MONGODB = {"MONGODB_URI": "mongodb://127.0.0.1:9"}


@pytest.mark.parametrize(
    ("changed", "on"),
    [
        ({}, ["search"]),
        ({"NEO4J_URI": None}, ["search"]),
        ({"NEO4J_URI": "", "NEO4J_PASSWORD": "x"}, ["search"]),
        (ELASTICSEARCH, ["search"]),
        (NEO4J, ["neo4j", "search"]),
        (MONGODB, ["search", "mongodb"]),
    ],
)
def test_settings_switch_stores_on(changed: dict[str, Any], on: list[str]) -> None:
    assert [name for name, store in STORES.items() if store.is_on(SETTINGS | changed)] == on


def test_one_engine_answers_searches() -> None:
    assert open_search_store(SETTINGS).backend == "tantivy"
    assert open_store("search", SETTINGS | ELASTICSEARCH).backend == "elasticsearch"
    assert open_store("neo4j", SETTINGS | NEO4J).backend == "neo4j"
    assert open_store("mongodb", SETTINGS | MONGODB).backend == "mongodb"


@pytest.mark.parametrize(
    ("name", "library", "extra", "given"),
    [
        ("neo4j", "neo4j", "neo4j", NEO4J),
        ("search", "elasticsearch", "elasticsearch", ELASTICSEARCH),
        ("mongodb", "pymongo", "mongodb", MONGODB),
    ],
)
def test_a_driver_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, library: str, extra: str, given: dict[str, str]
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(StoreError, match=rf"needs the .*: .* install 'mlentory-crawl\[{extra}\]'"):
        open_store(name, SETTINGS | given)


def test_nothing_is_imported_that_is_not_opened() -> None:
    code = "import mlentory_crawl.stores.factory, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"tantivy", "elasticsearch", "neo4j", "pymongo", "bson"}.isdisjoint(done.stdout.split())
