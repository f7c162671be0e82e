"""The views of a catalog: flat, in plain SQL that old clients read, and only of what live records state."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.catalogs import DAY, HUB, Book, model
from support.crawling import ROOT
from support.served import EXAM, about, evaluated

from mlentory_crawl.catalog.database import connect
from mlentory_crawl.catalog.queries.decoded_views import DECODED, VIEWS, prepare
from mlentory_crawl.catalog.queries.tabular import selected
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.exceptions import WrongUsage

MIT, GPL = "https://spdx.org/licenses/MIT", "https://spdx.org/licenses/GPL-3.0-only"


@pytest.fixture
def book(data_dir: Path) -> Iterator[Book]:
    made = Book(data_dir)
    tuned = evaluated(about(model("a/x", base="b/base", license=[GPL, MIT]), "a"), 0.75)
    tuned["parts"].append({
        "iri": f"{HUB}a/x#property-1", "class": "PropertyValue", "propertyID": "parameterCount", "value": 7,
        "unitText": "parameters",
    })  # fmt: skip
    tuned["root"]["additionalProperty"] = [f"{HUB}a/x#property-1"]
    made.crawl({"1": model("b/base", license=[MIT]), "2": tuned, "3": model("c/gone", base="b/base", license=[MIT])},
               {"2": {"downloads": 50, "likes": 3}})  # fmt: skip
    made.alter("UPDATE record SET deleted_at = ? WHERE key = '3'", DAY.format(2))
    yield made
    made.close()


def rows(book: Book, query: str, *values: Any) -> list[dict[str, Any]]:
    with selected(book.data_dir, query, values) as found:
        return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def test_models_are_the_entities_that_live_records_describe(book: Book) -> None:
    base, tuned = rows(book, "SELECT * FROM models ORDER BY iri DESC")
    assert tuned == {
        "iri": f"{HUB}a/x", "name": "a/x", "platform": "huggingface", "author": "a", "license": "GPL-3.0-only, MIT",
        "task": "text-generation", "base_model": "b/base", "downloads": 50, "likes": 3, "modified": None,
        "fetched_at": DAY.format(1),
    }  # fmt: skip
    assert base["name"] == "b/base"
    assert {name: base[name] for name in ("author", "task", "base_model", "downloads")} == dict.fromkeys(
        ("author", "task", "base_model", "downloads")
    )
    with closing(CatalogReader(book.data_dir)) as reader:
        assert {state["root"]["iri"] for state, _ in reader.states()} == {base["iri"], tuned["iri"]}


def test_what_a_tombstone_stated_is_in_no_view(book: Book) -> None:
    assert [row["model"] for row in rows(book, "derivations")] == [f"{HUB}a/x"]
    assert [(row["name"], row["models"]) for row in rows(book, "SELECT * FROM licenses ORDER BY name")] == [
        ("GPL-3.0-only", 1), ("MIT", 2),
    ]  # fmt: skip
    assert not [row for view in VIEWS for row in rows(book, view) if "c/gone" in str(row)]


def test_evaluations_and_what_they_found(book: Book) -> None:
    (evaluation,) = rows(book, "evaluations")
    assert (evaluation["model_name"], evaluation["dataset"], evaluation["dataset_name"]) == ("a/x", EXAM, "bench/exam")
    (result,) = rows(book, "results")
    assert (result["metric"], result["value"], result["stated"]) == ("accuracy", 0.75, None)
    assert result["record"] == evaluation["record"] == "huggingface/model/2"
    (stated,) = rows(book, "properties")
    assert (stated["iri"], stated["property"], stated["value"], stated["unit"]) == (
        f"{HUB}a/x", "parameterCount", 7, "parameters",
    )  # fmt: skip
    assert [(row["name"], row["trained_models"], row["evaluations"]) for row in rows(book, "datasets")] == [
        ("bench/exam", 0, 1)
    ]
    assert [(row["name"], row["models"]) for row in rows(book, "tasks")] == [("text-generation", 1)]


@pytest.mark.parametrize(("value", "number", "stated"), [
    ("about 90", None, "about 90"), (2**63, 2.0**63, None), (True, None, "true"),
])  # fmt: skip
def test_a_value_that_is_no_number_is_a_text(data_dir: Path, value: Any, number: float | None, stated: str) -> None:
    odd = model("a/odd")
    odd["root"]["additionalProperty"] = [f"{HUB}a/odd#1"]
    odd["parts"].append({"iri": f"{HUB}a/odd#1", "class": "PropertyValue", "propertyID": "x", "value": value})
    with closing(Book(data_dir)) as book:
        book.crawl({"1": odd})
        (row,) = rows(book, "properties")
    assert (row["value"], row["stated"]) == (number, stated)


def test_what_was_renamed_has_its_present_name(book: Book) -> None:
    book.crawl({"1": model("b/renamed", license=[MIT])})
    (derivation,) = rows(book, "derivations")
    assert (derivation["base_model"], derivation["base_model_name"]) == (f"{HUB}b/renamed", "b/renamed")
    assert rows(book, "SELECT base_model FROM models WHERE name = 'a/x'") == [{"base_model": "b/renamed"}]
    joined = "SELECT b.license FROM derivations AS d JOIN models AS b ON b.iri = d.base_model"
    assert rows(book, joined) == [{"license": "MIT"}]


def test_clients_of_older_versions_can_open_the_catalog(book: Book) -> None:
    # An operator that they do not know, in any view, keeps them from the whole file.
    views = book.rows("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
    assert {name for name, _ in views} == set(VIEWS)
    assert not [name for name, sql in views if "->" in sql or "FULL JOIN" in sql or re.search("unzstd|results", sql)]


def test_a_view_of_one_model_reads_no_other(book: Book) -> None:
    for query in ("SELECT * FROM models WHERE iri = ?1", "SELECT * FROM relations WHERE source = ?1"):
        plan = " ".join(row[3] for row in book.rows(f"EXPLAIN QUERY PLAN {query}", "x"))
        assert "SCAN e " not in plan
        assert "SCAN m " not in plan


def test_views_of_documents_need_no_permission_to_write(book: Book) -> None:
    with closing(connect(book.data_dir)) as connection:
        prepare(connection)
        for view in DECODED:
            assert connection.execute(f"SELECT * FROM {view}").fetchall()
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM record")


@pytest.mark.parametrize(("query", "told"), [
    ("no_view", "syntax error"), ("SELECT x FROM models", "no such column: x"), ("DELETE FROM record", "readonly"),
    ("SELECT 1; SELECT 2", "one statement"), ("SELECT :a", "binding"), ("PRAGMA user_version = 1; ", "readonly"),
])  # fmt: skip
def test_a_query_that_cannot_be_run(book: Book, query: str, told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        rows(book, query)


def test_the_page_documents_every_view_with_its_columns(book: Book) -> None:
    page = (ROOT / "docs" / "data-model.md").read_text("utf-8").partition("\n## Views\n")[2].partition("\n## ")[0]
    for view in (*VIEWS, *DECODED):
        (row,) = re.findall(rf"^\| `{view}` \|.*$", page, re.MULTILINE)
        with selected(book.data_dir, view) as found:
            assert re.findall(r"`(\w+)`", row)[1:] == found.columns, view
