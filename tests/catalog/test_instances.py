"""Two installations of one platform in one catalog: neither is measured by the census of the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.catalogs import DAY, Book, model

from mlentory_crawl.catalog.commits import Answer, Commit
from mlentory_crawl.catalog.database import Database, ReadDatabase

HERE, THERE = "https://ml.example", "https://ml.example.org/b"


@pytest.fixture
def book(data_dir: Path) -> Iterator[Book]:
    made = Book(data_dir)
    yield made
    made.close()


def census(book: Book, name: str, instance: str, *models: str) -> int:
    run = book.writer.runs.open(name, "mlflow", "census", b"{}", DAY.format(1), instance=instance)
    book.run, book.days = run, 1
    entries = [
        replace(
            book.entry(f"{instance}/{each}", model(f"{len(instance)}/{each}"), platform="mlflow"), instance=instance
        )
        for each in models
    ]
    book.writer.commit(run, Commit(entries=entries))
    return run


def test_what_a_census_does_not_show_of_another_installation_is_not_missing(book: Book) -> None:
    census(book, "1", HERE, "a", "b")
    census(book, "2", THERE, "a")
    run = census(book, "3", HERE, "a")
    missing, live = book.writer.census.missing(run, "mlflow", "model")
    assert ([record.key for record in missing], live) == ([f"{HERE}/b"], 2)
    book.writer.census.settle(run, DAY.format(2), [missing[0].id], [missing[0].id], b"{}")
    assert book.writer.census.missing(run, "mlflow", "model") == ([], 1)
    assert book.rows("SELECT instance, key FROM record WHERE deleted_at IS NULL ORDER BY id") == [
        (HERE, f"{HERE}/a"),
        (THERE, f"{THERE}/a"),
    ]


def test_watermark_census_and_debts_are_those_of_an_installation(book: Book) -> None:
    runs = book.writer.runs
    first = census(book, "1", HERE, "a", "b")
    book.writer.commit(first, Commit(cursor=b'{"owed":["x"]}'))
    runs.complete(first, DAY.format(1), watermark="w1", census=2)
    second = census(book, "2", THERE, "a")
    runs.complete(second, DAY.format(2), watermark="w2", census=1)
    told = [
        (runs.watermark("mlflow", each), runs.last_census("mlflow", each), runs.owed("mlflow", each))
        for each in (HERE, THERE, "")
    ]
    assert told == [("w1", 2, ["x"]), ("w2", 1, []), (None, None, [])]
    assert runs.watermark_begun_at("mlflow", THERE) == DAY.format(1)


def test_answers_of_an_installation_outlive_the_censuses_of_another(book: Book) -> None:
    answers = book.writer.answers
    for number, instance in enumerate((HERE, THERE, HERE, THERE), 1):
        run = census(book, str(number), instance, "a")
        book.writer.commit(run, Commit(answers=[Answer("/", f"sha-{number}", f"file-{number}")]))
        if number > 2:
            book.writer.runs.complete(run, DAY.format(1), watermark=None, census=1)
    assert answers.outdated("mlflow", 1) == (["1", "2"], ["file-1", "file-2"])
    assert answers.outdated("mlflow", 2) == ([], [])


def test_a_census_is_held_against_indexes_alone(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    run = census(book, "1", HERE, "a", "b")
    asked: list[tuple[str, Any]] = []
    execute = Database.execute

    def noted(self: Database, sql: str, parameters: Any = ()) -> Any:
        asked.append((sql, parameters))
        return execute(self, sql, parameters)

    monkeypatch.setattr(Database, "execute", noted)
    book.writer.census.missing(run, "mlflow", "model")
    database = ReadDatabase(book.data_dir)
    plans = [[row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {sql}", given)] for sql, given in asked]
    database.close()
    assert ["COVERING INDEX record_key" in " ".join(plan) for plan in plans] == [True, True, False]
    assert "COVERING INDEX record_deleted" in plans[2][0]
