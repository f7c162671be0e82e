"""A store is fed in order, from where it is complete, whatever happened before."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.small_catalog import BSD, SmallCatalog, document

from fair4ml.document import Document
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.refusals import Refusals
from mlentory_crawl.changes import Change, Position, Refusal
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.projections.catch_up import StoreProjection


class ListStore:
    """A store that keeps what it took in memory; it refuses keys on request, and loses what was not flushed."""

    backend = "list"
    batch_size = 2
    kinds: frozenset[str] | None = None
    equal = 0

    def __init__(self) -> None:
        self.position: Position | None = None
        self.durable: dict[str, Change] = {}
        self.taken: dict[str, Change] = {}
        self.pending: Position | None = None
        self.refused: set[str] = set()
        self.batches: list[list[str]] = []
        self.parts = 0

    def open(self) -> Position | None:
        self.taken, self.pending = dict(self.durable), self.position
        return self.position

    def peek(self) -> tuple[Position | None, dict[str, int]]:
        return self.position, self.counts()

    def write(self, changes: Sequence[Change], position: Position) -> list[Refusal]:
        self.batches.append([change.key[-1] for change in changes])
        self.parts += sum(len(change.state["parts"]) for change in changes if change.state)
        for change in changes:
            if change.key not in self.refused:
                self.taken[change.key] = change
        self.pending = position
        return [Refusal(change.key, "not this one") for change in changes if change.key in self.refused]

    def flush(self) -> Position | None:
        self.durable, self.position = dict(self.taken), self.pending
        return self.position

    def counts(self) -> dict[str, int]:
        return {"documents": len(self.durable)}

    def held(self) -> dict[str, Change]:
        """What it would have of things, by key."""
        return {key: change for key, change in self.taken.items() if change.state is not None}

    def clear(self) -> None:
        self.durable, self.taken, self.position, self.pending = {}, {}, None, None

    def publish(self) -> None: ...

    def close(self) -> None: ...


@pytest.fixture
def catalog(tmp_path: Path) -> SmallCatalog:
    made = SmallCatalog(tmp_path / "data")
    for n in range(5):
        made.store(str(n), document(f"a/{n}"))
    return made


def opened(catalog: SmallCatalog, store: ListStore, *, rebuild: bool = False) -> StoreProjection:
    made = StoreProjection("search", store, catalog.data_dir)
    made.open(rebuild=rebuild)
    return made


def test_an_empty_store_fills_itself_in_order(catalog: SmallCatalog) -> None:
    store = ListStore()
    progress = opened(catalog, store).catch_up()
    assert store.batches == [["0", "1"], ["2", "3"], ["4"]]
    assert (progress.written, progress.failed, progress.backlog, progress.position) == (5, 0, 0, 5)
    assert progress.counts == {"documents": 5}
    assert store.position == Position(catalog.writer.id, "first", 5)


def test_it_goes_on_where_the_store_is_complete(catalog: SmallCatalog) -> None:
    store = ListStore()
    first = opened(catalog, store)
    first.step()
    first.flush()
    first.step()  # never flushed: lost with the process
    told: list[int] = []
    second = opened(catalog, store)
    progress = second.catch_up(lambda progress: told.append(progress.written))
    assert store.batches[2:] == [["2", "3"], ["4"]]
    assert progress.position == 5
    assert told == [2, 3]
    catalog.store("1", document("a/1", BSD))
    assert second.catch_up().backlog == 0
    assert store.durable["huggingface/model/1"].state["root"]["license"] == [BSD]  # type: ignore[index]


def test_a_store_of_other_kinds_passes_over_all_and_is_current(catalog: SmallCatalog) -> None:
    store = ListStore()
    store.kinds = frozenset({"article"})
    progress = opened(catalog, store).catch_up()
    assert store.batches == [[]]
    assert (progress.written, progress.backlog, progress.position) == (0, 0, 5)
    assert store.position == Position(catalog.writer.id, "first", 5)


def test_a_refused_change_is_listed_and_tried_again(catalog: SmallCatalog) -> None:
    store = ListStore()
    store.refused = {"huggingface/model/2"}
    progress = opened(catalog, store).catch_up()
    assert (progress.written, progress.failed, progress.backlog, progress.position) == (4, 1, 1, 5)
    assert progress.errors == {"huggingface/model/2": "not this one"}
    assert set(store.durable) == {f"huggingface/model/{n}" for n in (0, 1, 3, 4)}
    assert Refusals(catalog.data_dir, "search").keys() == ["huggingface/model/2"]
    # Still refused at the next opening, and still counted.
    assert opened(catalog, store).catch_up().backlog == 1
    store.refused = set()
    progress = opened(catalog, store).catch_up()
    assert (progress.written, progress.failed, progress.backlog) == (1, 0, 0)
    assert len(store.durable) == 5
    assert Refusals(catalog.data_dir, "search").keys() == []


def test_refusals_of_before_are_kept_until_a_rebuild_is_complete(catalog: SmallCatalog) -> None:
    store = ListStore()
    store.refused = {"huggingface/model/2"}
    opened(catalog, store).catch_up()
    store.refused = {"huggingface/model/3"}
    rebuilding = opened(catalog, store, rebuild=True)
    rebuilding.step()
    rebuilding.step()
    # Both: should the rebuild end here, what the store had before still lacks the first.
    assert Refusals(catalog.data_dir, "search").keys() == ["huggingface/model/2", "huggingface/model/3"]
    assert rebuilding.catch_up().backlog == 1
    assert Refusals(catalog.data_dir, "search").keys() == ["huggingface/model/3"]


def test_a_store_of_another_catalog_is_left_alone_until_told(catalog: SmallCatalog) -> None:
    store = ListStore()
    store.position = Position("another", "first", 3)
    store.durable = {"x": Change("x", "x", None)}
    with pytest.raises(StoreError, match="another catalog"):
        opened(catalog, store)
    assert store.durable
    assert opened(catalog, store, rebuild=True).catch_up().backlog == 0
    assert len(store.durable) == 5


def test_an_older_copy_of_the_catalog_rebuilds_the_store(catalog: SmallCatalog, tmp_path: Path) -> None:
    catalog.writer.close()
    shutil.copytree(catalog.data_dir, tmp_path / "older")
    newer = SmallCatalog(catalog.data_dir, "second")
    newer.store("7", document("a/7"))
    store = ListStore()
    opened(newer, store).catch_up()
    assert store.position == Position(newer.writer.id, "second", 6)
    older = SmallCatalog.__new__(SmallCatalog)
    older.data_dir = tmp_path / "older"
    assert opened(older, store).catch_up().position == 5
    assert len(store.durable) == 5


def result(model: str, key: str, day: int = 1) -> Document:
    """A record that states one evaluation of a model."""
    stated = document(model)
    evaluation = {"iri": f"{stated['root']['iri']}#evaluation-{key}", "class": "MLModelEvaluation", "name": key}
    stated["root"] |= {"hasEvaluation": [evaluation["iri"]], "dateModified": f"2026-01-{day:02}T00:00:00Z"}
    return {**stated, "parts": [evaluation]}


def rebuilt(catalog: SmallCatalog) -> ListStore:
    store = ListStore()
    opened(catalog, store).catch_up()
    return store


def test_a_thing_of_thousands_of_records_is_merged_a_few_times_only(tmp_path: Path) -> None:
    catalog = SmallCatalog(tmp_path / "data")
    store = ListStore()
    store.batch_size = 100
    projection = opened(catalog, store)
    models, rows, pages = 3, 60, 50
    for page in range(pages):
        keys = [f"{page:02}-{row:02}" for row in range(rows)]
        catalog.store_all({key: result(f"a/{int(key[-2:]) % models}", key, 1 + page % 28) for key in keys})
        while projection.is_due() and projection.step():
            pass
    projection.catch_up()
    assert store.held() == rebuilt(catalog).held()
    assert len(store.held()) == models
    assert store.parts < 4 * rows * pages
    assert rebuilt(catalog).parts == rows * pages


def test_what_has_to_be_read_again_waits_for_as_much_that_is_new_but_not_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = SmallCatalog(tmp_path / "data")
    store = ListStore()
    store.batch_size = 100
    projection = opened(catalog, store)
    catalog.store_all({str(n): result("a/a", str(n)) for n in range(3)})
    projection.catch_up()
    catalog.store("3", result("a/a", "3"))
    projection.catch_up()  # four records are read again because of one
    for key in "456":
        assert not projection.is_due()
        catalog.store(key, result("a/a", key))
    catalog.store("7", result("a/a", "7"))
    assert projection.is_due()
    projection.catch_up()
    assert not projection.is_due()
    monkeypatch.setattr("mlentory_crawl.projections.catch_up.FLUSH_SECONDS", -1.0)
    assert projection.is_due()


def test_a_thing_that_changes_its_leading_record_is_held_once(tmp_path: Path) -> None:
    catalog = SmallCatalog(tmp_path / "data")
    store = ListStore()
    projection = opened(catalog, store)
    catalog.store_all({key: result("a/a", key, 10) for key in "abcde"})
    projection.step()  # two of five: it comes again
    assert store.held() == {}
    projection.catch_up()
    assert set(store.held()) == {"huggingface/model/a"}
    for key, day in (("c", 20), ("e", 25), ("c", 5), ("e", 5), ("0", 10)):
        catalog.store(key, result("a/a", key, day))
        projection.catch_up()
        assert store.held() == rebuilt(catalog).held()
    assert set(store.held()) == {"huggingface/model/0"}
    # Several at once, those that led before among them.
    catalog.store_all({"0": result("a/a", "0", 1), "a": result("a/a", "a", 1), "d": result("a/a", "d", 1)})
    projection.catch_up()
    assert store.held() == rebuilt(catalog).held()
    assert set(store.held()) == {"huggingface/model/b"}


def test_a_thing_that_a_record_leaves_is_told_without_it(tmp_path: Path) -> None:
    catalog = SmallCatalog(tmp_path / "data")
    store = ListStore()
    projection = opened(catalog, store)
    catalog.store_all({key: result("a/a", key) for key in "abc"})
    projection.catch_up()
    catalog.store("a", result("a/b", "a"))
    projection.catch_up()
    assert store.held() == rebuilt(catalog).held()
    assert {change.iri[-3:]: len(change.state["parts"]) for change in store.held().values() if change.state} == {
        "a/a": 2,
        "a/b": 1,
    }
    # What others still describe has not got another name.
    assert [state["root"]["name"] for state, _ in CatalogReader(catalog.data_dir).states()] == ["a/a", "a/b"]
    assert CatalogReader(catalog.data_dir).resolve(document("a/a")["root"]["iri"]).endswith("a/a")


def test_a_kill_between_two_comings_leaves_nothing_out(tmp_path: Path) -> None:
    catalog = SmallCatalog(tmp_path / "data")
    store = ListStore()
    catalog.store_all({key: result("a/a", key, 10) for key in "abc"})
    opened(catalog, store).catch_up()
    catalog.store_all({"a": result("a/a", "a", 1), **{key: result("a/b", key) for key in "xyz"}})
    catalog.store("b", result("a/a", "b", 20))
    killed = opened(catalog, store)
    killed.step()
    killed.flush()  # "a", which led, is left to the coming of "b"
    assert store.position is not None
    assert store.position.sequence < CatalogReader(catalog.data_dir).last_sequence()
    opened(catalog, store).catch_up()
    assert store.held() == rebuilt(catalog).held()


def test_of_many_refusals_a_few_are_told_in_words(tmp_path: Path) -> None:
    catalog = SmallCatalog(tmp_path)
    catalog.store_all({f"{n:03}": document(f"a/{n:03}") for n in range(60)})
    store = ListStore()
    store.refused = {f"huggingface/model/{n:03}" for n in range(60)}
    progress = opened(catalog, store).catch_up()
    assert (progress.failed, progress.backlog, progress.written) == (60, 60, 0)
    assert list(progress.errors) == [f"huggingface/model/{n:03}" for n in range(10)]
    # What is taken meanwhile is told no more, and others have their turn.
    again = opened(catalog, store)
    assert len(again.progress.errors) == 10
    store.refused -= {f"huggingface/model/{n:03}" for n in range(8)}
    catalog.store_all({f"{n:03}": document(f"a/{n:03}", BSD) for n in range(60)})
    assert list(again.catch_up().errors)[:2] == ["huggingface/model/008", "huggingface/model/009"]
    assert len(again.progress.errors) == 10


def test_what_the_store_had_already_is_not_counted_as_written(catalog: SmallCatalog) -> None:
    store = ListStore()
    store.equal = 1
    assert opened(catalog, store).catch_up().written == 5 - 3


def test_a_slow_crawl_is_durable_before_its_end(catalog: SmallCatalog, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ListStore()
    projection = opened(catalog, store)
    projection.step()
    assert store.durable == {}
    monkeypatch.setattr("mlentory_crawl.projections.catch_up.FLUSH_SECONDS", -1.0)
    projection.step()
    assert len(store.durable) == 4


def test_a_projection_that_begins_has_done_nothing_yet(catalog: SmallCatalog) -> None:
    begun = StoreProjection("search", ListStore(), catalog.data_dir).progress
    assert (begun.backend, begun.errors, begun.counts) == ("list", {}, {})
    assert (begun.written, begun.failed, begun.position, begun.backlog) == (0, 0, 0, 0)
    assert (begun.rss_mb, begun.processor_seconds) == (0, 0)


def test_a_store_goes_on_unless_it_is_told_to_begin_anew(catalog: SmallCatalog) -> None:
    store = ListStore()
    opened(catalog, store).catch_up()
    again = StoreProjection("search", store, catalog.data_dir)
    again.open()
    assert again.progress.position == 5
    assert not again.step()


def test_what_is_closed_holds_nothing_open(catalog: SmallCatalog, monkeypatch: pytest.MonkeyPatch) -> None:
    store, closed = ListStore(), []
    monkeypatch.setattr(store, "close", lambda: closed.append(store))
    projection = opened(catalog, store)
    projection.close()
    assert closed == [store]
    for closed_part in (projection._reader.last_sequence, projection._refusals.keys):
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            closed_part()


def test_a_store_that_took_nothing_is_behind_by_all(catalog: SmallCatalog) -> None:
    assert opened(catalog, ListStore()).flush().backlog == 5


def test_a_store_without_a_position_is_emptied_too_when_it_is_filled_anew(catalog: SmallCatalog) -> None:
    store = ListStore()
    store.durable = {"huggingface/model/gone": Change("huggingface/model/gone", "x", None)}
    assert opened(catalog, store, rebuild=True).catch_up().backlog == 0
    assert set(store.durable) == {f"huggingface/model/{n}" for n in range(5)}
