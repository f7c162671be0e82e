"""The last changes, newest first: of which kind each is, where the next ones are, and at which cost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from support.catalogs import DAY, HUB, Book, model
from support.served import bury, small

from mlentory_crawl.catalog.commits import Commit
from mlentory_crawl.catalog.queries import changed as changed_query, recent_changes as query
from mlentory_crawl.catalog.queries.changed import changed
from mlentory_crawl.catalog.queries.recent_changes import Event, RecentChanges, recent_changes, sequence_at
from mlentory_crawl.catalog.reader import CatalogReader


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogReader]:
    folder = tmp_path_factory.mktemp("recent") / "data"
    small(folder).close()
    with closing(CatalogReader(folder)) as opened:
        yield opened


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with closing(Book(tmp_path / "data")) as made:
        yield made


def told(found: RecentChanges) -> list[tuple[str, str]]:
    return [(each.record.rpartition("/")[2], each.kind) for each in found.changes]


def test_each_record_is_compared_with_the_version_before(reader: CatalogReader) -> None:
    found = recent_changes(reader, 100)
    assert told(found) == [
        ("6", "gone"), ("5", "renamed"), ("2", "changed"), ("4", "new"), ("3", "new"), ("1", "new"),
    ]  # fmt: skip
    assert found.before is None
    fields = {each.record.rpartition("/")[2]: (each.fields, each.former) for each in found.changes}
    assert fields["5"] == (["name"], f"{HUB}old/name")
    assert "license" in fields["2"][0]


def test_since_a_number_it_is_what_changed_since_then(reader: CatalogReader) -> None:
    for since in (0, 3, 6, 8):
        expected = changed(reader, since, 100).records[::-1]
        assert recent_changes(reader, 100, since=since).changes == expected


def test_parts_are_the_whole(reader: CatalogReader) -> None:
    whole, parts, before = recent_changes(reader, 100).changes, [], query.NEWEST
    while True:
        part = recent_changes(reader, 2, before=before)
        parts += part.changes
        if part.before is None:
            break
        before = part.before
    assert parts == whole


@pytest.mark.parametrize(
    ("event", "expected"), [("gone", ["6"]), ("renamed", ["5"]), ("changed", ["2"]), ("counters", [])]
)
def test_changes_of_a_kind(reader: CatalogReader, event: Event, expected: list[str]) -> None:
    assert [record for record, _ in told(recent_changes(reader, 9, event=event))] == expected


def test_changes_of_some_records(book: Book) -> None:
    book.begin()
    entries = [
        book.entry(str(n), model(f"a/{n}"), platform=platform, kind=kind)
        for n, (platform, kind) in enumerate([("x", "model"), ("y", "model"), ("x", "dataset"), ("y", "dataset")] * 3)
    ]
    book.writer.commit(book.run, Commit(entries=entries))
    with closing(CatalogReader(book.data_dir)) as reader:
        for platform, kind in ((None, None), ("x", None), (None, "model"), ("y", "dataset"), ("z", None)):
            found = recent_changes(reader, 100, platform=platform, kind=kind).changes
            expected = [
                each.record for each in recent_changes(reader, 100).changes
                if platform in (None, each.record.split("/")[0]) and kind in (None, each.record.split("/")[1])
            ]  # fmt: skip
            assert [each.record for each in found] == expected
            assert bool(found) == (platform != "z")


def test_counters_are_told_when_they_are_asked_for(book: Book) -> None:
    book.crawl({"1": model("a/a"), "2": model("a/b")}, {"1": {"downloads": 10}})
    # An older version does not make a change of what has not changed since.
    book.crawl({"1": model("a/a", description="x")}, {"1": {"downloads": 10}})
    last = book.rows("SELECT max(sequence) FROM record")[0][0]
    book.crawl({"1": model("a/a", description="x")}, {"1": {"downloads": 1_000}})
    with closing(CatalogReader(book.data_dir)) as reader:
        assert told(recent_changes(reader, 9)) == [("2", "new")]
        assert [each.fields for each in recent_changes(reader, 9, event="counters").changes] == [["counters"]]
        assert recent_changes(reader, 9, since=last).changes == []
        assert [(each.kind, each.fields) for each in changed(reader, last, 9).records] == [("changed", ["counters"])]


def test_what_was_erased_is_not_among_them(book: Book) -> None:
    book.crawl({"1": model("a/a"), "2": model("a/b", base="a/a")})
    bury(book, "2")
    with book.writer.erasing({f"{HUB}a/a"}, DAY.format(2)):
        pass
    with closing(CatalogReader(book.data_dir)) as reader:
        for since in (None, 0):
            found = recent_changes(reader, 9, since=since)
            assert told(found) == [("2", "gone")]
            assert "a/a" not in repr(found)


def test_no_more_records_are_looked_at_than_that(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "LOOKED", 20)
    monkeypatch.setattr(query, "AT_ONCE", 10)
    book.crawl({str(n): model(f"a/{n}") for n in range(50)})
    with closing(CatalogReader(book.data_dir)) as reader:
        found = recent_changes(reader, 9, event="renamed")
        assert (found.changes, found.before) == ([], 31)
        assert recent_changes(reader, 9, event="renamed", before=11).before is None


def test_records_are_counted_up_to_a_bound(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    book.crawl({str(n): model(f"a/{n}") for n in range(5)})
    with closing(CatalogReader(book.data_dir)) as reader:
        for bound, expected in ((4, (4, False)), (5, (5, True))):
            monkeypatch.setattr(changed_query, "COUNTED", bound)
            found = changed(reader, 0, 2)
            assert (found.total, found.total_is_exact) == expected


def test_the_number_at_a_time(book: Book) -> None:
    for day in (1, 2, 3):
        book.crawl({str(day): model(f"a/{day}")})
        if day != 2:  # that one was killed
            book.writer.runs.complete(book.run, f"2024-01-0{day}T06:00:00Z", watermark=None, census=None)
    with closing(CatalogReader(book.data_dir)) as reader:
        found = {
            at: sequence_at(reader, at) for at in ("2023", "2024-01-01", "2024-01-01T07:00:00Z", "2024-01-03", "2025")
        }
    # What began before a time and went on comes after it; the killed run had ended when the next one began.
    assert found == {"2023": 0, "2024-01-01": 0, "2024-01-01T07:00:00Z": 1, "2024-01-03": 1, "2025": 3}
    book.writer.runs.save_report(2, orjson.dumps({"finished_at": "2024-01-02T06:00:00Z"}))
    with closing(CatalogReader(book.data_dir)) as reader:
        assert sequence_at(reader, "2024-01-03") == 2


def test_nothing_reads_the_whole_catalog(reader: CatalogReader) -> None:
    connection = reader._database._own()
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    recent_changes(reader, 5)
    recent_changes(reader, 5, platform="huggingface", since=2)
    changed(reader, 2, 5)
    connection.set_trace_callback(None)
    plans = [
        row[3]
        for statement in statements
        if statement.startswith("SELECT")
        for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
    ]
    assert any("record_kind" in plan for plan in plans)
    assert any("record_sequence" in plan for plan in plans)
    # Lists of ids, and the few kinds of records, are read as they are; records and versions never.
    read = {plan.split()[1] for plan in plans if plan.startswith("SCAN ")}
    assert read <= {"j", "json_each", "field", *(plan for plan in read if plan.startswith("(subquery"))}
