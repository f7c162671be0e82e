from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest
from support.catalogs import DAY, HUB, Book, model, rejected

from fair4ml.document import Document
from mlentory_crawl.catalog import run_records
from mlentory_crawl.catalog.codec import encode, pack, unpack
from mlentory_crawl.catalog.commits import Answer, Commit, Entry
from mlentory_crawl.catalog.database import connect
from mlentory_crawl.catalog.feed import Feed
from mlentory_crawl.catalog.reader import CatalogReader, UnseenStubs
from mlentory_crawl.catalog.stored import Version
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.changes import Change, Position
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.exceptions import CatalogError


@pytest.fixture
def book(data_dir: Path) -> Iterator[Book]:
    made = Book(data_dir)
    yield made
    made.close()


@pytest.fixture
def reader(book: Book) -> Iterator[CatalogReader]:
    made = CatalogReader(book.data_dir)
    yield made
    made.close()


def sequences(book: Book) -> dict[str, int]:
    return {str(key): int(sequence) for key, sequence in book.rows("SELECT key, sequence FROM record")}


def entities(book: Book) -> dict[str, tuple[str, str | None, int]]:
    rows = book.rows("SELECT iri, class, name, described FROM entity")
    return {iri.removeprefix(HUB): (cls, name, described) for iri, cls, name, described in rows}


def edges(book: Book) -> set[tuple[str, str, str]]:
    rows = book.rows(
        """SELECT s.iri, e.type, t.iri FROM edge AS e
           JOIN entity AS s ON s.id = e.source JOIN entity AS t ON t.id = e.target"""
    )
    return {(source.removeprefix(HUB), kind, target.removeprefix(HUB)) for source, kind, target in rows}


def dump(book: Book) -> dict[str, list[tuple[Any, ...]]]:
    tables = [name for (name,) in book.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'run'")]
    return {name: sorted(book.rows(f"SELECT * FROM {name}"), key=repr) for name in tables}


def read(reader: CatalogReader, after: int = 0) -> list[Change]:
    changes, upto, _ = Feed(reader).changes(after, 1_000)
    assert upto == max(after, reader.last_sequence())
    return changes


# Records


def test_equal_documents_have_equal_bytes_whatever_the_order_of_their_keys() -> None:
    document = model("a/a", part="prose", owner="a")
    root = dict(reversed(document["root"].items()))
    turned: Document = {"stubs": document["stubs"], "parts": document["parts"], "root": root}
    assert list(turned) != list(document)
    assert encode(turned) == encode(document)
    assert encode(model("a/b"))[1] != encode(model("a/a"))[1]
    assert unpack(pack(encode(document)[0])) == document


def test_a_new_record_is_read_as_it_was_written(book: Book, reader: CatalogReader) -> None:
    document = model("a/a", part="prose", owner="a", dateModified="2024-01-01T00:00:00Z")
    book.crawl({"1": document}, {"1": {"downloads": 5}})
    (stored,) = reader.about([HUB + "a/a"])
    assert stored.document == document
    assert (stored.key, stored.iri) == ("huggingface/model/1", HUB + "a/a")
    assert (stored.modified, stored.deleted_at) == ("2024-01-01T00:00:00Z", None)
    assert stored.counters == {"downloads": 5}
    assert stored.provenance == {"source": "https://example.org/1", "fetched_at": DAY.format(1)}
    assert stored.run == "20240101T000000Z_00000000"
    assert list(reader.about([HUB + "a/b"])) == []


def test_only_new_and_changed_records_get_sequence_numbers(book: Book, reader: CatalogReader) -> None:
    book.crawl({"1": model("a/a"), "2": model("a/b")})
    assert sequences(book) == {"1": 1, "2": 2}
    before = dump(book)
    book.crawl({"1": model("a/a"), "2": model("a/b")})
    after = dump(book)
    assert {name for name in before if before[name] != after[name]} == {"seen"}
    book.crawl({"1": model("a/a", description="changed"), "2": model("a/b")})
    assert sequences(book) == {"1": 3, "2": 2}
    assert reader.last_sequence() == book.writer.sequence == 3
    assert [change.iri for change in read(reader, 2)] == [HUB + "a/a"]


def test_changes_come_in_order_and_in_portions(book: Book, reader: CatalogReader) -> None:
    book.crawl({key: model(f"a/{key}") for key in "cabd"})
    book.crawl({"c": model("a/c", description="changed")})
    first, upto, _ = Feed(reader).changes(0, 3)
    assert ([change.key[-1] for change in first], upto) == (["a", "b", "d"], 4)
    second, upto, _ = Feed(reader).changes(upto, 3)
    assert ([change.key[-1] for change in second], upto) == (["c"], 5)
    assert second[0].state is not None
    assert second[0].state["root"]["description"] == "changed"
    assert Feed(reader).changes(upto, 3) == ([], 5, 0)


def test_several_records_about_a_thing_are_one_change(book: Book, reader: CatalogReader) -> None:
    book.begin()
    described = model("a/a", description="first-hand")
    entries = [book.entry("1", described), book.entry("x", model("a/a", owner="a"), platform="paperswithcode")]
    book.writer.commit(book.run, Commit(entries=entries))
    change, former = read(reader)
    # A store that once had it under another record's key must not keep it there.
    assert former == Change("paperswithcode/model/x", HUB + "a/a", None)
    assert change.key == "huggingface/model/1"
    assert change.state is not None
    assert change.state["platforms"] == ["huggingface", "paperswithcode"]
    assert change.state["root"]["description"] == "first-hand"
    assert change.state["root"]["sharedBy"] == [HUB + "a"]
    assert Feed(reader).changes_of(["paperswithcode/model/x"]) == [change, former]
    assert Feed(reader).changes_of(["huggingface/model/none"]) == []


def test_a_change_says_where_its_leading_record_comes_from(book: Book, reader: CatalogReader) -> None:
    book.begin()
    entries = [book.entry("x", model("a/a"), platform="paperswithcode"), book.entry("1", model("a/a"))]
    book.writer.commit(book.run, Commit(entries=entries))
    change, former = read(reader)
    assert change.provenance == {"source": "https://example.org/1", "fetched_at": DAY.format(1)}
    assert former.provenance == {}


def test_entities_without_a_record_of_the_kinds_are_passed_over(book: Book, reader: CatalogReader) -> None:
    def next_changes(after: int, limit: int = 1_000) -> tuple[list[str], int]:
        changes, upto, _ = Feed(reader).changes(after, limit, kinds={"article", "post"})
        return [change.iri[-1] for change in changes if change.state], upto

    def of(kind: str, key: str, name: str) -> Entry:
        return book.entry(key, model(name), kind=kind)

    book.begin()
    entries = [of("article", "1", "a"), of("model", "2", "b"), of("post", "3", "c"), of("model", "4", "d")]
    book.writer.commit(book.run, Commit(entries=entries))
    assert next_changes(0) == (["a", "c"], 4)
    # In portions, too, the last one ends where the catalog does.
    assert next_changes(0, 1) == (["a"], 1)
    assert next_changes(1, 1) == (["c"], 3)
    assert next_changes(3, 1) == ([], 4)
    assert next_changes(4) == ([], 4)
    # A record of another kind changes an entity, too.
    book.writer.commit(book.run, Commit(entries=[of("model", "5", "a"), of("model", "6", "e")]))
    assert next_changes(4) == (["a"], 6)


def test_a_tombstone_is_a_change_that_says_since_when(book: Book, reader: CatalogReader) -> None:
    mit = "https://spdx.org/licenses/MIT"
    book.crawl({"1": model("a/a", owner="a", license=[mit]), "2": model("a/b")})
    ((record,),) = book.rows("SELECT id FROM record WHERE key = '1'")
    book.writer.census.settle(book.run, DAY.format(2), [record], [record], b"{}")
    live, buried = read(reader)
    assert (live.key, live.deleted_at) == ("huggingface/model/2", None)
    assert (buried.key, buried.deleted_at) == ("huggingface/model/1", DAY.format(2))
    assert buried.state is not None
    assert buried.state["root"]["license"] == [mit]
    assert "sharedBy" not in buried.state["root"]
    assert [stub["iri"] for stub in buried.state["stubs"]] == [mit]
    assert [state["root"]["name"] for state, _ in reader.states()] == ["a/b"]
    # The owner was named by nobody else.
    assert entities(book).keys() == {"a/a", "a/b", mit}
    book.writer.census.settle(book.run, DAY.format(3), [], [], b"{}")
    assert [stored.deleted_at for stored in reader.tombstones([HUB + "a/a"])] == [DAY.format(2)]


def test_a_thing_that_came_back_is_live_again(book: Book, reader: CatalogReader) -> None:
    book.crawl({"1": model("a/a")})
    book.alter("UPDATE record SET deleted_at = ?", DAY.format(1))
    book.crawl({"1": model("a/a")})
    (change,) = read(reader, 1)
    assert change.state is not None


# Entities and edges


def test_what_is_described_and_what_is_only_named(book: Book) -> None:
    book.crawl({"1": model("a/a", base="b/base", owner="a", part="prose")})
    part = "a/a#dataset-0000000000000001"
    assert entities(book) == {
        "a/a": ("MLModel", "a/a", 1),
        part: ("Dataset", "prose", 1),
        "b/base": ("MLModel", "b/base", 0),
        "a": ("Agent", "a", 0),
    }
    assert edges(book) == {
        ("a/a", "WAS_DERIVED_FROM", "b/base"),
        ("a/a", "SHARED_BY", "a"),
        ("a/a", "TRAINED_ON", part),
    }


@pytest.mark.parametrize("described_first", [True, False])
def test_order_of_arrival_does_not_matter(book: Book, *, described_first: bool) -> None:
    records = {"1": model("a/a", base="b/base"), "2": model("b/base", owner="b")}
    for key in records if not described_first else reversed(records):
        book.crawl({key: records[key]})
    assert entities(book) == {
        "a/a": ("MLModel", "a/a", 1),
        "b/base": ("MLModel", "b/base", 1),
        "b": ("Agent", "b", 0),
    }
    assert edges(book) == {("a/a", "WAS_DERIVED_FROM", "b/base"), ("b/base", "SHARED_BY", "b")}


def test_what_is_no_longer_stated_goes(book: Book) -> None:
    book.crawl({"1": model("a/a", base="b/base", owner="a", part="prose"), "2": model("a/b", base="b/base")})
    book.crawl({"1": model("a/a", owner="a")})
    assert entities(book) == {
        "a/a": ("MLModel", "a/a", 1),
        "a/b": ("MLModel", "a/b", 1),
        "b/base": ("MLModel", "b/base", 0),  # the other one still names it
        "a": ("Agent", "a", 0),
    }
    assert edges(book) == {("a/a", "SHARED_BY", "a"), ("a/b", "WAS_DERIVED_FROM", "b/base")}
    book.crawl({"2": model("a/b")})
    assert "b/base" not in entities(book)


def test_an_orphan_that_is_named_again_comes_back(book: Book) -> None:
    for base in ("b/base", None, "b/base"):
        book.crawl({"1": model("a/a", base=base)})
    assert entities(book)["b/base"] == ("MLModel", "b/base", 0)
    assert edges(book) == {("a/a", "WAS_DERIVED_FROM", "b/base")}


def test_what_two_records_state_stays_as_long_as_one_does(book: Book) -> None:
    book.begin()
    entries = [book.entry("1", model("a/a", owner="a")), book.entry("x", model("a/a", owner="a"), platform="openml")]
    book.writer.commit(book.run, Commit(entries=entries))
    book.crawl({"1": model("a/a")})
    assert edges(book) == {("a/a", "SHARED_BY", "a")}
    assert entities(book)["a/a"] == ("MLModel", "a/a", 1)


def test_a_statement_about_another_thing_goes_with_its_record(book: Book) -> None:
    revised = {"iri": HUB + "a/v2", "class": "MLModel", "name": "a/v2", "wasRevisionOf": [HUB + "a/v1"]}
    book.crawl({"1": {**model("a/v1"), "parts": [revised]}})
    assert edges(book) == {("a/v2", "WAS_REVISION_OF", "a/v1")}
    assert entities(book)["a/v2"] == ("MLModel", "a/v2", 0)
    book.crawl({"1": model("a/v1")})
    assert edges(book) == set()
    assert set(entities(book)) == {"a/v1"}


def test_the_kind_of_a_derivation_is_on_the_edge(book: Book) -> None:
    document = model("a/a", base="b/base", qualifiedDerivation=[HUB + "a/a#derivation-0000000000000001"])
    document["parts"] = [
        {
            "iri": HUB + "a/a#derivation-0000000000000001",
            "class": "Derivation",
            "entity": HUB + "b/base",
            "type": "adapter",
        }
    ]
    book.crawl({"1": document})
    assert book.rows("SELECT type, kind FROM edge") == [("WAS_DERIVED_FROM", "adapter")]
    assert set(entities(book)) == {"a/a", "b/base"}


# Counters


@pytest.mark.parametrize(
    ("shown", "observed", "published"),
    [
        (100, 109, False),
        (100, 110, True),
        (100, 91, False),
        (100, 90, True),
        (0, 1, True),
        (0, 0, False),
        (3, 4, True),
    ],
)
def test_a_counter_is_published_when_it_moved_by_a_tenth(
    book: Book, reader: CatalogReader, shown: int, observed: int, *, published: bool
) -> None:
    book.crawl({"1": model("a/a")}, {"1": {"downloads": shown, "likes": 50}})
    book.crawl({"1": model("a/a")}, {"1": {"downloads": observed, "likes": 50}})
    (stored,) = reader.about([HUB + "a/a"])
    assert stored.counters["downloads"] == (observed if published else shown)
    assert [change.key for change in read(reader, 1)] == (["huggingface/model/1"] if published else [])
    assert book.rows("SELECT count(*) FROM version") == [(0,)]
    assert orjson.loads(book.rows("SELECT observed FROM counter")[0][0]) == {"downloads": observed, "likes": 50}


def test_small_moves_add_up_to_what_is_published(book: Book, reader: CatalogReader) -> None:
    for downloads in (100, 104, 108):
        book.crawl({"1": model("a/a")}, {"1": {"downloads": downloads}})
    assert reader.last_sequence() == 1
    book.crawl({"1": model("a/a")}, {"1": {"downloads": 112}})
    assert reader.last_sequence() == 2


def test_a_counter_that_stays_nothing_publishes_no_other(book: Book, reader: CatalogReader) -> None:
    book.crawl({"1": model("a/a")}, {"1": {"downloads": 100, "likes": 0}})
    book.crawl({"1": model("a/a")}, {"1": {"downloads": 101, "likes": 0}})
    assert reader.last_sequence() == 1


def test_counters_that_are_not_told_any_more_stay_as_they_were(book: Book, reader: CatalogReader) -> None:
    book.crawl({"1": model("a/a")}, {"1": {"downloads": 100}})
    book.crawl({"1": model("a/a")})
    (stored,) = reader.about([HUB + "a/a"])
    assert (stored.counters, reader.last_sequence()) == ({"downloads": 100}, 1)


def test_a_new_counter_is_published_and_a_changed_record_publishes(book: Book, reader: CatalogReader) -> None:
    book.crawl({"1": model("a/a")}, {"1": {"downloads": 100}})
    book.crawl({"1": model("a/a", description="new")}, {"1": {"downloads": 101}})
    (stored,) = reader.about([HUB + "a/a"])
    assert stored.counters == {"downloads": 101}
    book.crawl({"1": model("a/a", description="new")}, {"1": {"downloads": 101, "likes": 1}})
    (stored,) = reader.about([HUB + "a/a"])
    assert stored.counters == {"downloads": 101, "likes": 1}


def test_what_says_the_same_but_was_fetched_in_another_form_is_noted(book: Book, reader: CatalogReader) -> None:
    def crawl(digest: bytes, source: str, *issues: tuple[str, str]) -> None:
        book.begin()
        entry = book.entry("1", model("a/a"))
        entry = replace(entry, digest=digest, issues=issues, provenance={**entry.provenance, "source": source})
        book.writer.commit(book.run, Commit(entries=[entry]))

    def noted() -> tuple[bytes | None, list[tuple[str, str]], str]:
        known = book.writer.lookup(book.run, "huggingface", [("model", "1")])["model", "1"]
        _, provenance = book.writer.stored(known.id)
        return known.digest, [(field, reason) for field, reason in known.issues], provenance["source"]

    crawl(b"one", "https://example.org/1")
    crawl(b"one", "https://example.org/other", ("license", "is a number"))
    assert noted() == (b"one", [], "https://example.org/1")
    crawl(b"two", "https://example.org/2", ("license", "is a number"))
    assert noted() == (b"two", [("license", "is a number")], "https://example.org/2")
    assert reader.last_sequence() == 1


def test_fields_of_live_records_are_counted_with_them(book: Book, reader: CatalogReader) -> None:
    book.crawl({"1": model("a/a", description="x"), "2": model("a/b", description="y"), "3": model("a/c")})
    assert reader.field_counts()["huggingface"]["model"]["description"] == 2
    book.crawl({"1": model("a/a"), "2": model("a/b", description="z")})
    assert reader.field_counts()["huggingface"]["model"]["description"] == 1
    run = book.begin()
    entries = [book.entry("4", model("a/d", description="x")) for _ in range(2)]
    with pytest.raises(CatalogError):
        book.writer.commit(run, Commit(entries=entries))
    book.crawl({"5": model("a/e")})
    counted = reader.field_counts()["huggingface"]["model"]
    assert (counted["iri"], counted["description"]) == (4, 1)


# Runs


def test_lookup_tells_what_this_run_has_seen(book: Book) -> None:
    book.crawl({"1": model("a/a")})
    keys = [("model", "1"), ("model", "2"), ("card", "1")]
    assert {key: known.seen for key, known in book.writer.lookup(book.run, "huggingface", keys).items()} == {
        ("model", "1"): True
    }
    book.begin()
    (known,) = book.writer.lookup(book.run, "huggingface", keys).values()
    assert (known.seen, known.deleted, known.iri) == (False, False, HUB + "a/a")
    assert known.hash == encode(model("a/a"))[1]
    assert book.writer.lookup(book.run, "openml", keys) == {}


def test_the_quarantine_belongs_to_its_run(book: Book) -> None:
    first = book.begin()
    book.writer.commit(first, Commit(rejected=[rejected("1"), rejected("1", "is odd"), rejected("2")]))
    keys = [("model", "1"), ("model", "3")]
    assert book.writer.quarantined(first, "huggingface", keys) == {("model", "1")}
    assert book.writer.quarantined(book.begin(), "huggingface", keys) == set()
    ((payload,), *_) = book.rows("SELECT payload FROM quarantine")
    assert unpack(payload) == {"odd": True}


def test_an_interrupted_run_is_resumed_by_the_same_command(book: Book) -> None:
    identity = b'{"spider":"huggingface"}'
    assert book.writer.runs.resumable(identity) is None
    run = book.begin()
    assert book.writer.runs.resumable(identity) == (
        run,
        "20240101T000000Z_00000000",
        {},
        None,
    )  # it has not come anywhere
    book.writer.commit(run, Commit(report=b'{"records":1}', cursor=b'{"page":3}'))
    assert book.writer.runs.resumable(identity) == (run, "20240101T000000Z_00000000", {"records": 1}, {"page": 3})
    assert book.writer.runs.resumable(b"{}") is None
    book.writer.runs.complete(run, DAY.format(2), watermark=DAY.format(1), census=7)
    assert book.writer.runs.resumable(identity) is None
    assert book.writer.runs.last_census("huggingface") == 7
    assert book.writer.runs.last_census("openml") is None
    assert book.rows("SELECT platform, value FROM watermark") == [("huggingface", DAY.format(1))]


def test_a_complete_run_drops_what_it_has_seen(book: Book) -> None:
    book.crawl({"1": model("a/a")})
    assert book.rows("SELECT count(*) FROM seen") == [(1,)]
    book.writer.runs.complete(book.run, DAY.format(2), watermark=None, census=None)
    assert book.rows("SELECT count(*) FROM seen") == [(0,)]
    assert book.rows("SELECT count(*) FROM watermark") == [(0,)]


def test_identical_answers_share_a_file(book: Book) -> None:
    assert book.writer.answers.file_of("ab") is None
    book.writer.commit(book.begin(), Commit(answers=[Answer("0", "ab", "huggingface/run/0.zst")]))
    assert book.writer.answers.file_of("ab") == "huggingface/run/0.zst"


# All or nothing


def test_a_commit_that_fails_leaves_nothing(book: Book, reader: CatalogReader) -> None:
    book.crawl({"1": model("a/a", owner="a")}, {"1": {"downloads": 1}})
    run = book.begin()
    before, sequence = dump(book), book.writer.sequence
    entries = [
        book.entry("1", model("a/a", base="b/base"), {"downloads": 9}),
        book.entry("2", model("a/b", owner="b")),
        book.entry("2", model("a/b", owner="c")),  # the same key twice cannot be stored
    ]
    with pytest.raises(CatalogError, match="cannot be written: IntegrityError"):
        book.writer.commit(run, Commit(entries=entries, rejected=[rejected("3")], answers=[Answer("0", "ab", "file")]))
    assert dump(book) == before
    assert reader.last_sequence() == book.writer.sequence == sequence
    # The writer goes on as if nothing had been.
    book.writer.commit(run, Commit(entries=entries[:2]))
    assert edges(book) == {("a/a", "WAS_DERIVED_FROM", "b/base"), ("a/b", "SHARED_BY", "b")}
    assert set(entities(book)) == {"a/a", "b/base", "a/b", "b"}
    assert sequences(book) == {"1": 3, "2": 2}


def test_a_record_that_is_no_record_fails_as_a_whole(book: Book) -> None:
    run = book.begin()
    before = dump(book)
    odd = model("a/b")
    odd["root"]["class"] = "Unheard"
    with pytest.raises(CatalogError, match="Unheard"):
        book.writer.commit(run, Commit(entries=[book.entry("1", model("a/a")), book.entry("2", odd)]))
    assert dump(book) == before


def test_readers_see_whole_commits_while_the_catalog_is_written(book: Book, reader: CatalogReader) -> None:
    assert reader.last_sequence() == 0
    book.crawl({"1": model("a/a")})
    assert len(read(reader)) == 1


# History


def test_a_writer_that_closes_does_not_wait_for_readers(data_dir: Path) -> None:
    CatalogWriter(data_dir).close()
    reading = connect(data_dir)
    reading.execute("BEGIN")
    assert reading.execute("SELECT count(*) FROM erased").fetchone() == (0,)

    def write() -> None:
        writer = CatalogWriter(data_dir)
        writer.mark([HUB + "a/a"], DAY.format(1))
        writer.close()

    writing = Thread(target=write, daemon=True)
    writing.start()
    writing.join(20)
    assert not writing.is_alive()
    reading.close()
    reader = CatalogReader(data_dir)
    assert reader._execute("SELECT count(*) FROM erased").fetchone() == (1,)
    reader.close()


def test_versions_are_kept_and_read_by_date(book: Book, reader: CatalogReader) -> None:
    for text in ("one", "one", "two", "three"):
        book.crawl({"1": model("a/a", description=text)})

    def at(moment: str) -> list[str]:
        return [stored.document["root"]["description"] for stored in reader.about_at(HUB + "a/a", moment)]

    assert at("2023-12-31T23:59:59Z") == []
    assert [at(DAY.format(day)) for day in range(1, 6)] == [["one"], ["one"], ["two"], ["three"], ["three"]]
    assert [at(f"2024-01-0{day}T12:00:00Z") for day in (1, 3)] == [["one"], ["two"]]
    assert reader.about_at(HUB + "a/b", DAY.format(5)) == []


def test_two_versions_of_a_run_leave_its_last(book: Book, reader: CatalogReader) -> None:
    book.crawl({"1": model("a/a", description="one")})
    book.begin()
    for text in ("two", "three"):
        book.writer.commit(book.run, Commit(entries=[book.entry("1", model("a/a", description=text))]))
    (stored,) = reader.about([HUB + "a/a"])
    assert stored.document["root"]["description"] == "three"
    assert [described(v) for v in run_records.replaced_versions(reader, FIRST)] == [("a/a", "one")]


FIRST, SECOND = "20240101T000000Z_00000000", "20240102T000000Z_00000000"


def described(version: Version) -> tuple[str, str | None]:
    """Name and description that a version states."""
    root = orjson.loads(version.document)["root"]
    return root["name"], root.get("description")


def test_a_run_tells_its_versions_in_their_order(book: Book, reader: CatalogReader) -> None:
    book.crawl({"1": model("a/z"), "2": model("a/m"), "3": model("a/a")})
    before, at = run_records.versions(reader, FIRST, 0, 2)
    rest, end = run_records.versions(reader, FIRST, at, 2)
    assert [v.iri for v in before + rest] == [HUB + name for name in ("a/z", "a/m", "a/a")]
    assert run_records.versions(reader, FIRST, end, 2) == ([], end)
    book.crawl({"2": model("a/m", description="new"), "4": model("a/b")})
    assert [described(v) for v in run_records.versions(reader, FIRST, 0, 9)[0]] == [("a/z", None), ("a/a", None)]
    assert [described(v) for v in run_records.replaced_versions(reader, FIRST)] == [("a/m", None)]
    assert [described(v) for v in run_records.versions(reader, SECOND, 0, 9)[0]] == [("a/b", None), ("a/m", "new")]
    assert list(run_records.replaced_versions(reader, SECOND)) == []


def test_a_changed_iri_is_an_alias(book: Book, reader: CatalogReader) -> None:
    book.crawl({"1": model("a/old", owner="a")})
    book.crawl({"1": model("a/new", owner="a")})
    book.crawl({"1": model("a/newest", owner="a")})
    assert [reader.resolve(HUB + name) for name in ("a/old", "a/new", "a/newest", "a/b")] == [
        HUB + name for name in ("a/newest", "a/newest", "a/newest", "a/b")
    ]
    assert set(entities(book)) == {"a/newest", "a"}
    assert edges(book) == {("a/newest", "SHARED_BY", "a")}
    assert [v.document["root"]["name"] for v in reader.about_at(HUB + "a/old", DAY.format(1))] == ["a/old"]
    assert reader.about_at(HUB + "a/old", DAY.format(2)) == []


def test_a_name_that_comes_back_is_no_alias_any_more(book: Book, reader: CatalogReader) -> None:
    for name in ("a/old", "a/new", "a/old"):
        book.crawl({"1": model(name)})
    assert reader.resolve(HUB + "a/old") == HUB + "a/old"
    assert reader.resolve(HUB + "a/new") == HUB + "a/old"


# What is read as a whole


def test_states_are_sorted_by_iri_and_merged(book: Book, reader: CatalogReader) -> None:
    book.begin()
    entries = [
        book.entry("1", model("a/z")),
        book.entry("2", model("a/a")),
        book.entry("x", model("a/m"), platform="openml"),
        book.entry("y", model("a/a", description="also"), platform="openml"),
    ]
    book.writer.commit(book.run, Commit(entries=entries))
    states = list(reader.states())
    assert [state["root"]["name"] for state, _ in states] == ["a/a", "a/m", "a/z"]
    assert [len(records) for _, records in states] == [2, 1, 1]
    assert states[0][0]["root"]["description"] == "also"
    assert [state["root"]["name"] for state, _ in reader.states("huggingface")] == ["a/a", "a/z"]


def test_a_stub_is_stated_once_and_only_where_nothing_describes_it(book: Book, reader: CatalogReader) -> None:
    records = {"1": model("a/a", base="b/base", owner="a"), "2": model("a/b", base="b/base", owner="a")}
    book.crawl({**records, "3": model("b/base", owner="b")})
    unseen = UnseenStubs(reader)
    told = [[stub["name"] for stub in unseen.of(document)] for document in records.values()]
    assert told == [["a"], []]
    assert [stub["name"] for stub in unseen.of(model("b/base", owner="b"))] == ["b"]


def test_positions_are_of_this_catalogs_history(book: Book, reader: CatalogReader) -> None:
    book.crawl({"1": model("a/a"), "2": model("a/b")})
    book.crawl({"1": model("a/a", description="new")})
    first, second = (f"2024010{day}T000000Z_00000000" for day in (1, 2))
    assert Feed(reader).position_at(2) == Position(book.writer.id, first, 2)
    assert Feed(reader).position_at(3) == Position(book.writer.id, second, 3)
    assert Feed(reader).knows(Feed(reader).position_at(3))
    assert not Feed(reader).knows(Position(book.writer.id, second, 4))
    assert not Feed(reader).knows(Position(book.writer.id, second, 2))
    assert not Feed(reader).knows(Position("other", second, 3))


# Opening


def test_there_is_no_catalog_yet(data_dir: Path) -> None:
    with pytest.raises(CatalogError, match="run a crawl first"):
        CatalogReader(data_dir)
    assert not data_dir.exists()


def test_a_catalog_that_was_not_made_to_its_end_is_none(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        # Which the table refuses, after all others were made.
        patched.setattr("mlentory_crawl.catalog.schema.insert", lambda *_: "INSERT INTO meta VALUES (?, NULL)")
        with pytest.raises(CatalogError, match="cannot be opened"):
            CatalogWriter(data_dir)
    with pytest.raises(CatalogError, match="run a crawl first"):
        CatalogReader(data_dir)
    Book(data_dir).close()
    CatalogReader(data_dir).close()


def test_a_catalog_goes_on_where_it_was_left(data_dir: Path) -> None:
    book = Book(data_dir)
    book.crawl({"1": model("a/a", owner="a")})
    catalog = book.writer.id
    book.close()
    again = Book(data_dir)
    again.days = 1
    again.crawl({"1": model("a/a"), "2": model("a/b")})
    assert (again.writer.id, again.writer.sequence) == (catalog, 3)
    assert set(entities(again)) == {"a/a", "a/b"}
    again.close()


def test_a_damaged_catalog_is_refused(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / CATALOG).write_bytes(b"no database " * 1_000)
    with pytest.raises(CatalogError, match="cannot be opened"):
        CatalogReader(data_dir)


def test_an_artifact_has_the_names_that_its_record_gives_it(book: Book) -> None:
    zoo = "https://hypha.aicell.io/bioimage-io/artifacts/"
    named = model("acme/a")
    named["root"]["trainedOn"] = [f"{zoo}lab/cells"]
    named["stubs"] = [{"iri": f"{zoo}lab/cells", "class": "Dataset", "name": "lab/cells"}]
    cells = {"iri": f"{zoo}calm-cells", "class": "Dataset", "name": "Cells", "sameAs": [f"{zoo}lab/cells", "urn:x"]}
    elsewhere = {"iri": "urn:other", "class": "Dataset", "sameAs": [f"{zoo}lab/cells"]}
    book.crawl({"a": named, "b": {"root": elsewhere, "parts": [], "stubs": []}})
    book.crawl({"c": {"root": cells, "parts": [], "stubs": []}})
    reader = CatalogReader(book.data_dir)
    assert reader.resolve(f"{zoo}lab/cells") == f"{zoo}calm-cells"
    assert reader.resolve("urn:x") == "urn:x"
    (stored,) = reader.about([named["root"]["iri"]])
    assert stored.document["root"]["trainedOn"] == [f"{zoo}calm-cells"]
    book.crawl({"c": {"root": {**cells, "sameAs": []}, "parts": [], "stubs": []}})
    assert reader.resolve(f"{zoo}lab/cells") == f"{zoo}lab/cells"


# Seed lists


def test_changed_fields_of_a_seed_list_are_told_until_they_are_stored(book: Book) -> None:
    seeds, run = book.writer.seeds, book.begin()
    before, now = {"url": "str", "stars": "int"}, {"url": "str", "stars": "str", "topic": "str"}
    assert seeds.changed_fields("list.csv", before) == []
    book.writer.commit(run, Commit(seed_fields={"list.csv": before}))
    told = ["the field 'stars' was int, is str", "the field 'topic' was absent, is str"]
    for _ in range(2):  # a run that is killed before its first commit is asked again
        assert seeds.changed_fields("list.csv", now) == told
    assert seeds.changed_fields("other.csv", now) == []
    book.writer.commit(run, Commit(seed_fields={"list.csv": now}))
    assert seeds.changed_fields("list.csv", now) == []
