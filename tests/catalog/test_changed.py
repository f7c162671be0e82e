"""Histories of entities, and changes with their kinds and fields."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.catalogs import DAY, HUB, Book, model
from support.served import small

from mlentory_crawl.catalog.queries.changed import ChangedRecord, changed
from mlentory_crawl.catalog.queries.differences import LONGEST, changed_fields, differences
from mlentory_crawl.catalog.queries.history import history
from mlentory_crawl.catalog.reader import CatalogReader


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    made = small(tmp_path_factory.mktemp("changed") / "data")
    yield made
    made.close()


@pytest.fixture
def reader(book: Book) -> Iterator[CatalogReader]:
    opened = CatalogReader(book.data_dir)
    yield opened
    opened.close()


def by_key(records: list[ChangedRecord]) -> dict[str, tuple[str, list[str], str | None]]:
    return {each.record.rpartition("/")[2]: (each.kind, each.fields, each.former) for each in records}


def test_a_history_shows_what_each_version_changed(reader: CatalogReader) -> None:
    found = history(reader, f"{HUB}orchard/tune-8B", 10)
    assert [(each.event, each.at) for each in found.revisions] == [("changed", DAY.format(2)), ("first", DAY.format(1))]
    told = {(each.of and each.of.partition("#")[2], each.property): each for each in found.revisions[0].differences}
    assert told[None, "license"].removed == ["https://spdx.org/licenses/MIT"]
    assert told[None, "license"].added == ["https://spdx.org/licenses/Apache-2.0"]
    assert told[None, "wasDerivedFrom"].removed == [f"{HUB}tide/base"]
    assert told["evaluation-00-result", "value"].removed == [0.905]
    assert told["evaluation-00-result", "value"].type == "PropertyValue"
    assert found.revisions[1].differences == []


def test_a_history_is_read_in_parts(reader: CatalogReader) -> None:
    whole = history(reader, f"{HUB}orchard/tune-8B", 10)
    parts = [history(reader, f"{HUB}orchard/tune-8B", 1, offset) for offset in (0, 1, 2)]
    assert [part.total for part in parts] == [2, 2, 2]
    assert [each for part in parts for each in part.revisions] == whole.revisions


def test_a_history_knows_names_and_ends(reader: CatalogReader) -> None:
    renamed = history(reader, f"{HUB}new/name", 10).revisions
    assert [(each.event, each.iri) for each in renamed] == [("renamed", f"{HUB}new/name"), ("first", f"{HUB}old/name")]
    gone = history(reader, f"{HUB}gone/model", 10).revisions
    assert [(each.event, each.at) for each in gone] == [("gone", "2024-01-02T12:00:00Z"), ("first", DAY.format(1))]
    assert history(reader, f"{HUB}nobody/nothing", 10).revisions == []


def test_changes_since_the_beginning_are_new(reader: CatalogReader) -> None:
    found = changed(reader, 0, 100)
    kinds = {key: kind for key, (kind, *_) in by_key(found.records).items()}
    assert kinds == {"1": "new", "2": "new", "3": "new", "4": "new", "5": "new", "6": "gone"}
    assert found.total == 6
    assert found.upto == reader.last_sequence()


def test_changes_since_the_first_run_have_kinds_and_fields(reader: CatalogReader) -> None:
    found = changed(reader, 6, 100)
    assert by_key(found.records) == {
        "2": ("changed", ["hasEvaluation", "license", "qualifiedDerivation", "wasDerivedFrom"], None),
        "5": ("renamed", ["name"], f"{HUB}old/name"),
        "6": ("gone", [], None),
    }
    assert [each.name for each in found.records if each.kind == "gone"] == [None]


def test_changes_are_read_in_parts(reader: CatalogReader) -> None:
    whole, after, parts = changed(reader, 0, 100), 0, []
    while part := changed(reader, after, 2, since=0).records:
        parts += part
        after = part[-1].sequence
    assert parts == whole.records
    nothing = changed(reader, after, 2)
    assert (nothing.total, nothing.upto, nothing.records) == (0, after, [])


def test_counters_alone_are_a_change_of_their_own(data_dir: str) -> None:
    book = Book(data_dir)  # type: ignore[arg-type]
    book.crawl({"1": model("a/a")}, {"1": {"downloads": 10}})
    last = book.rows("SELECT max(sequence) FROM record")[0][0]
    book.crawl({"1": model("a/a")}, {"1": {"downloads": 1_000}})
    reader = CatalogReader(book.data_dir)
    try:
        assert by_key(changed(reader, last, 10).records) == {"1": ("changed", ["counters"], None)}
    finally:
        reader.close()
        book.close()


def test_what_was_erased_is_gone_and_has_no_name(data_dir: str) -> None:
    book = Book(data_dir)  # type: ignore[arg-type]
    book.crawl({"1": model("a/a"), "2": model("a/b")})
    with book.writer.erasing({f"{HUB}a/a"}, DAY.format(2)):
        pass
    reader = CatalogReader(book.data_dir)
    try:
        (gone,) = changed(reader, 2, 10).records
        assert (gone.kind, gone.name, gone.at, gone.iri) == ("gone", None, None, f"{HUB}a/a")
        assert history(reader, f"{HUB}a/a", 10).total == 0
    finally:
        reader.close()
        book.close()


def test_long_texts_are_cut_in_differences() -> None:
    before, after = model("a/a", description="x" * 5_000), model("a/a", description="y")
    (found,) = differences(before, after)
    assert (len(found.removed[0]), found.added, found.cut) == (LONGEST + 1, ["y"], True)
    assert changed_fields(before, after) == ["description"]
    assert differences(after, after) == []


def test_another_order_is_no_difference() -> None:
    assert differences(model("a/a", keywords=["a", "b"]), model("a/a", keywords=["b", "a"])) == []
