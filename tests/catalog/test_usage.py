"""Who uses what, which models are similar, and where results are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.catalogs import HUB, Book, model
from support.families import relative, using
from support.served import EXAM, TASK, about, small

from mlentory_crawl.catalog.queries.examples import examples
from mlentory_crawl.catalog.queries.find import NotFound, find
from mlentory_crawl.catalog.queries.results_index import evaluated_index
from mlentory_crawl.catalog.queries.run_list import run_list, runs_version
from mlentory_crawl.catalog.queries.similar import MOST_SHARED, similar
from mlentory_crawl.catalog.queries.usage import EDGES, Subject, used, users
from mlentory_crawl.catalog.reader import CatalogReader

TUNE = f"{HUB}orchard/tune-8B"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    made = small(tmp_path_factory.mktemp("usage") / "data")
    yield made
    made.close()


@pytest.fixture
def reader(book: Book) -> Iterator[CatalogReader]:
    opened = CatalogReader(book.data_dir)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("subject", "name", "models"),
    [("datasets", "tide/corpus", 3), ("tasks", "text-generation", 2), ("owners", "tide", 1), ("licenses", "MIT", 3)],
)
def test_counts_the_models_that_use_something(reader: CatalogReader, subject: Subject, name: str, models: int) -> None:
    found = {each.name: each.models for each in used(reader, subject)}
    assert found[name] == models
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert users(reader, subject, name, 100).total == models


def test_lists_the_models_that_use_something_in_parts(reader: CatalogReader) -> None:
    whole = users(reader, "datasets", f"{HUB}datasets/tide/corpus", 10)
    assert [each.name for each in whole.models] == ["new/name", "orchard/tune-8B", "tide/base-8B"]
    assert whole.models[0].properties == ["trainedOn"]
    assert users(reader, "datasets", "TIDE/corpus", 1, 1).models == whole.models[1:2]


def test_a_license_has_the_conflicts_of_its_models(reader: CatalogReader) -> None:
    found = users(reader, "licenses", "Apache-2.0", 10)
    assert [(each.child, each.original) for each in found.conflicts] == [(TUNE, "CC-BY-NC-4.0")]
    assert users(reader, "datasets", "tide/corpus", 10).conflicts == []


def test_what_nobody_uses_is_said_with_what_may_be_meant(reader: CatalogReader) -> None:
    with pytest.raises(NotFound, match="none of the datasets is tide/corpsu; did you mean tide/corpus"):
        users(reader, "datasets", "tide/corpsu", 10)


def test_lists_where_results_are(reader: CatalogReader) -> None:
    (found,) = evaluated_index(reader)
    assert (found.iri, found.name, found.evaluations, found.models) == (EXAM, "bench/exam", 2, 2)


def test_similar_models_come_with_the_reasons(reader: CatalogReader) -> None:
    found = similar(reader, TUNE, 10)
    reasons = {each.iri: {shared.property for shared in each.shared} for each in found.models}
    assert reasons == {f"{HUB}tide/base-8B": {"trainedOn", "mlTask"}, f"{HUB}new/name": {"trainedOn"}}
    assert [each.score for each in found.models] == sorted((each.score for each in found.models), reverse=True)
    assert similar(reader, f"{HUB}evil/model", 10).models == []


def test_what_few_share_weighs_more_and_what_all_share_nothing(data_dir: str) -> None:
    book = Book(data_dir)  # type: ignore[arg-type]
    crowd = {f"c{n}": about(model(f"crowd/m{n}"), "crowd") for n in range(MOST_SHARED)}
    rare = {
        "a": about(using(relative("a/a"), trainedOn=["d/rare", "d/usual"]), "a"),
        "b": using(relative("b/b"), trainedOn=["d/rare"]),
        **{f"u{n}": using(relative(f"u/u{n}"), trainedOn=["d/usual"]) for n in range(5)},
    }
    book.crawl({**crowd, **rare})
    reader = CatalogReader(book.data_dir)
    try:
        found = similar(reader, f"{HUB}a/a", 3)
    finally:
        reader.close()
        book.close()
    assert found.models[0].name == "b/b"
    assert (found.total, len(found.models)) == (6, 3)
    assert [(each.iri, each.models) for each in found.too_common] == [(TASK, MOST_SHARED + 1)]


def test_similar_models_are_varied(data_dir: str) -> None:
    book = Book(data_dir)  # type: ignore[arg-type]
    siblings = {f"s{n}": relative(f"sib/s{n}", None, b__base="finetune") for n in range(6)}
    other = {"o": using(relative("other/o"), trainedOn=["d/shared"])}
    own = {"a": using(relative("a/a", None, b__base="finetune"), trainedOn=["d/shared"])}
    more = {f"m{n}": using(relative(f"more/m{n}"), trainedOn=["d/shared"]) for n in range(2)}
    book.crawl({**siblings, **other, **own, **more})
    reader = CatalogReader(book.data_dir)
    try:
        found = similar(reader, f"{HUB}a/a", 3)
    finally:
        reader.close()
        book.close()
    assert {each.shared[0].property for each in found.models} == {"wasDerivedFrom", "trainedOn"}


def test_runs_are_listed_newest_first(reader: CatalogReader, book: Book) -> None:
    found = run_list(reader, 1)
    assert (found.total, [each.started_at for each in found.runs]) == (2, ["2024-01-02T00:00:00Z"])
    assert run_list(reader, 5, 1).runs[0].platform == "huggingface"
    before = runs_version(reader)
    book.begin()
    assert runs_version(reader) != before


def test_examples_mean_something(reader: CatalogReader) -> None:
    known = examples(reader)
    assert find(reader, known.model).root["iri"] == known.iri
    assert {subject: users(reader, subject, known.used[subject], 1).total > 0 for subject in EDGES} == dict.fromkeys(
        EDGES, True
    )
    assert known.dataset == EXAM
