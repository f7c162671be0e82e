"""The catalog as Arrow tables, which pandas and polars take over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.catalogs import Book, model
from support.served import small

import mlentory_crawl
from mlentory_crawl.catalog.queries.decoded_views import DECODED, VIEWS
from mlentory_crawl.config.environment import ENV_FILE
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.face import Catalog
from mlentory_crawl.notebooks import arrow

pytestmark = pytest.mark.extra(name="notebook")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    made = small(tmp_path_factory.mktemp("frames") / "data")
    yield made
    made.close()


@pytest.fixture
def catalog(book: Book, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalog]:
    monkeypatch.setenv(ENV_FILE, "/dev/null")
    with mlentory_crawl.open(book.data_dir) as opened:
        yield opened


@pytest.mark.parametrize("view", [*VIEWS, *DECODED])
def test_a_view_has_the_same_types_without_rows(catalog: Catalog, view: str, tmp_path: Path) -> None:
    found = catalog.frame(view)
    assert catalog.frame(f"SELECT * FROM {view} WHERE 0").schema == found.schema
    Book(tmp_path / "empty").close()
    with mlentory_crawl.open(tmp_path / "empty") as empty:
        assert empty.frame(view).num_rows == 0
        assert empty.frame(view).schema == found.schema


def test_pandas_and_polars_take_it_over(catalog: Catalog) -> None:
    import polars

    table = catalog.frame("results")
    assert table.num_rows == 2
    pandas = table.to_pandas()
    assert pandas["value"].dtype == "float64"
    assert pandas["value"].max() == 0.91
    frame = polars.DataFrame(table)
    assert frame.schema["value"] == polars.Float64
    assert frame["value"].max() == 0.91
    assert polars.from_arrow(table).equals(frame)


def test_a_query_with_parameters(catalog: Catalog) -> None:
    query = "SELECT name, 1 AS n, 1.5 AS x, NULL AS unknown FROM models WHERE license = :license ORDER BY name"
    found = catalog.frame(query, {"license": "Apache-2.0"})
    assert found.to_pylist() == [{"name": "orchard/tune-8B", "n": 1, "x": 1.5, "unknown": None}]
    assert [str(each.type) for each in found.schema] == ["string", "int64", "double", "string"]
    none = catalog.frame("SELECT 1 AS n, 2 AS m WHERE 0", types={"n": "int32"})
    assert [str(each.type) for each in none.schema] == ["int32", "string"]


def test_batches_agree_on_a_type(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow, "BATCH", 1)
    found = catalog.frame("SELECT NULL AS n UNION ALL SELECT 1 UNION ALL SELECT 2.5")
    assert str(found.schema.field("n").type) == "double"
    assert found["n"].to_pylist() == [None, 1.0, 2.5]
    assert catalog.frame("models").to_pylist() == catalog.frame("SELECT * FROM models").to_pylist()


@pytest.mark.parametrize("batch", [1, 100])
def test_values_that_do_not_fit_are_told_by_column(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(arrow, "BATCH", batch)
    with pytest.raises(WrongUsage, match=r"column n .* CAST\(n AS TEXT\)"):
        catalog.frame("SELECT 1 AS n UNION ALL SELECT 'x'")
    assert catalog.frame("SELECT CAST(1 AS TEXT) AS n UNION ALL SELECT 'x'")["n"].to_pylist() == ["1", "x"]
    with pytest.raises(WrongUsage, match="column downloads"):
        catalog.frame("SELECT 'many' AS downloads")


def test_a_question_that_cannot_be_meant(catalog: Catalog) -> None:
    with pytest.raises(WrongUsage, match="no type number"):
        catalog.frame("SELECT 1 AS n", types={"n": "number"})
    with pytest.raises(WrongUsage, match="name each column once"):
        catalog.frame("SELECT 1 AS n, 2 AS n")
    with pytest.raises(WrongUsage, match="views: models"):
        catalog.frame("modles")


def test_a_frame_is_of_one_moment_while_a_crawl_writes(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow, "BATCH", 1)
    book = Book(data_dir)
    book.crawl({str(n): model(f"a/{n}") for n in range(5)})
    with mlentory_crawl.open(data_dir) as catalog:
        book.crawl({str(n): model(f"a/{n}") for n in range(5, 9)})
        assert catalog.frame("SELECT count(*) AS n FROM models")["n"].to_pylist() == [9]
    book.close()
