"""Parquet has the columns of the CSV, with types: as a feed and as an export of the catalog."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pytest
from support.crawling import Project
from support.documents import model_record

from mlentory_crawl.exporters.parquet import ROW_GROUP, Parquet
from mlentory_crawl.sample_hub import SampleHub

pytestmark = pytest.mark.extra(name="parquet")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with SampleHub(models=80) as hub:
        project = Project(tmp_path_factory.mktemp("parquet") / "data", hub.url)
        project.crawl("-a", "mode=census", "-O", project.data_dir.parent / "feed.parquet")
        yield project


def record(**root: Any) -> dict[str, Any]:
    stated = model_record()
    return {"key": "huggingface/model/1", "platforms": ["huggingface"], **stated, "root": {**stated["root"], **root}}


def read(file: Path | IO[bytes]) -> Any:
    from pyarrow import parquet

    return parquet.read_table(file)


def written(*records: dict[str, Any]) -> Any:
    from pyarrow.parquet import ParquetFile

    file = io.BytesIO()
    out = Parquet(file)
    out.start()
    for each in records:
        out.write(each)
    out.finish()
    assert not file.closed
    return ParquetFile(io.BytesIO(file.getvalue()))


def rows_of_csv(text: str) -> list[dict[str, str]]:
    limit = csv.field_size_limit(10**6)
    try:
        return list(csv.DictReader(io.StringIO(text, newline="")))
    finally:
        csv.field_size_limit(limit)


def as_cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return "" if value is None else str(value)


def test_the_export_says_what_the_csv_says(crawled: Project) -> None:
    assert crawled.export("a.parquet", "--counters") == crawled.export("b.parquet", "--counters")
    folder = crawled.data_dir.parent
    table = read(folder / "a.parquet")
    rows = rows_of_csv(crawled.export("a.csv", "--counters").decode())
    assert len(rows) == table.num_rows == 80
    assert table.column_names == list(rows[0])
    assert [{name: as_cell(value) for name, value in row.items()} for row in table.to_pylist()] == rows
    assert sum(row["downloads"] for row in table.to_pylist()) > 0
    assert (folder / "a.parquet.about.json").exists()


def test_a_feed_has_the_records_of_the_run(crawled: Project) -> None:
    crawled.export("all.parquet", "--counters")
    folder = crawled.data_dir.parent
    feed, export = (read(folder / f"{name}.parquet").to_pylist() for name in ("feed", "all"))
    assert len(feed) == 80
    # What runs on one platform only adds nothing to it but the platform.
    assert sorted(row["key"] for row in feed) == sorted(row["key"] for row in export)
    assert {row["key"]: row["likes"] for row in feed} == {row["key"]: row["likes"] for row in export}


def test_columns_have_types() -> None:
    import pyarrow

    file = written({**record(), "counters": {"downloads": 2**62}, "platforms": ["huggingface"]})
    types = {field.name: field.type for field in file.schema_arrow}
    assert types["key"] == types["description"] == pyarrow.string()
    assert types["keyword"] == types["platform"] == pyarrow.list_(pyarrow.string())
    assert types["downloads"] == types["parameters"] == pyarrow.int64()
    assert types["created"] == pyarrow.timestamp("ms", tz="UTC")
    (row,) = file.read().to_pylist()
    assert row["created"] == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert row["published"] == datetime(2024, 1, 3, tzinfo=UTC)
    assert row["downloads"] == 2**62
    assert row["platform"] == ["huggingface"]
    assert row["likes"] is None


def test_rows_are_written_in_groups() -> None:
    one = record()
    file = written(*(one for _ in range(ROW_GROUP + 1)))
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [ROW_GROUP, 1]
    assert written().read().num_rows == 0


def test_what_no_column_can_hold_takes_nothing_with_it() -> None:
    file = io.BytesIO()
    out = Parquet(file)
    out.start()
    out.write(record())
    for wrong in ({"name": "half \ud83d"}, {"dateCreated": "tomorrow"}):
        with pytest.raises(ValueError, match=r"surrogates|isoformat"):
            out.write(record(**wrong))
    with pytest.raises(OverflowError):
        out.write({**record(), "counters": {"likes": 2**63}})
    out.write(record())
    out.finish()
    assert read(io.BytesIO(file.getvalue())).num_rows == 2


def test_nothing_is_appended_to_a_file_that_is_there(crawled: Project) -> None:
    before = crawled.export("there.parquet")
    path = crawled.data_dir.parent / "there.parquet"
    done = crawled.scrapy("crawl", "huggingface", "-o", path)
    assert done.returncode == 2
    assert "-O overwrites it" in done.stderr
    assert path.read_bytes() == before
