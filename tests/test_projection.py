"""How a projection is fed: in order, from where its store is complete, whatever happened before."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from small_catalog import BSD, SmallCatalog, document

from mlentory_crawl.catalog.refusals import Refusals
from mlentory_crawl.projector import Projector
from mlentory_crawl.stores.protocols import Change, Position, Refusal, StoreError


class ListStore:
    """A store that keeps what it took in memory; it refuses keys on request, and forgets what was not flushed."""

    backend = "list"
    batch_size = 2
    equal = 0

    def __init__(self) -> None:
        self.position: Position | None = None
        self.durable: dict[str, Change] = {}
        self.taken: dict[str, Change] = {}
        self.pending: Position | None = None
        self.refused: set[str] = set()
        self.batches: list[list[str]] = []

    def open(self) -> Position | None:
        self.taken, self.pending = dict(self.durable), self.position
        return self.position

    def peek(self) -> tuple[Position | None, dict[str, int]]:
        return self.position, self.counts()

    def write(self, changes: Sequence[Change], position: Position) -> list[Refusal]:
        self.batches.append([change.key[-1] for change in changes])
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


def projector(catalog: SmallCatalog, store: ListStore, *, rebuild: bool = False) -> Projector:
    made = Projector("search", store, catalog.data_dir)
    made.open(rebuild=rebuild)
    return made


def test_an_empty_store_fills_itself_in_order(catalog: SmallCatalog) -> None:
    store = ListStore()
    progress = projector(catalog, store).catch_up()
    assert store.batches == [["0", "1"], ["2", "3"], ["4"]]
    assert (progress.written, progress.failed, progress.backlog, progress.position) == (5, 0, 0, 5)
    assert progress.counts == {"documents": 5}
    assert store.position == Position(catalog.writer.id, "first", 5)


def test_it_goes_on_where_the_store_is_complete(catalog: SmallCatalog) -> None:
    store = ListStore()
    first = projector(catalog, store)
    first.step()
    first.flush()
    first.step()  # never flushed: lost with the process
    told: list[int] = []
    second = projector(catalog, store)
    progress = second.catch_up(lambda progress: told.append(progress.written))
    assert store.batches[2:] == [["2", "3"], ["4"]]
    assert progress.position == 5
    assert told == [2, 3]
    catalog.store("1", document("a/1", BSD))
    assert second.catch_up().backlog == 0
    assert store.durable["huggingface/model/1"].state["root"]["license"] == [BSD]  # type: ignore[index]


def test_a_refused_change_is_listed_and_tried_again(catalog: SmallCatalog) -> None:
    store = ListStore()
    store.refused = {"huggingface/model/2"}
    progress = projector(catalog, store).catch_up()
    assert (progress.written, progress.failed, progress.backlog, progress.position) == (4, 1, 1, 5)
    assert progress.errors == {"huggingface/model/2": "not this one"}
    assert set(store.durable) == {f"huggingface/model/{n}" for n in (0, 1, 3, 4)}
    assert Refusals(catalog.data_dir, "search").keys() == ["huggingface/model/2"]
    # Still refused at the next opening, and still counted.
    assert projector(catalog, store).catch_up().backlog == 1
    store.refused = set()
    progress = projector(catalog, store).catch_up()
    assert (progress.written, progress.failed, progress.backlog) == (1, 0, 0)
    assert len(store.durable) == 5
    assert Refusals(catalog.data_dir, "search").keys() == []


def test_refusals_of_before_are_kept_until_a_rebuild_is_complete(catalog: SmallCatalog) -> None:
    store = ListStore()
    store.refused = {"huggingface/model/2"}
    projector(catalog, store).catch_up()
    store.refused = {"huggingface/model/3"}
    rebuilding = projector(catalog, store, rebuild=True)
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
        projector(catalog, store)
    assert store.durable
    assert projector(catalog, store, rebuild=True).catch_up().backlog == 0
    assert len(store.durable) == 5


def test_an_older_copy_of_the_catalog_rebuilds_the_store(catalog: SmallCatalog, tmp_path: Path) -> None:
    catalog.writer.close()
    shutil.copytree(catalog.data_dir, tmp_path / "older")
    newer = SmallCatalog(catalog.data_dir, "second")
    newer.store("7", document("a/7"))
    store = ListStore()
    projector(newer, store).catch_up()
    assert store.position == Position(newer.writer.id, "second", 6)
    older = SmallCatalog.__new__(SmallCatalog)
    older.data_dir = tmp_path / "older"
    assert projector(older, store).catch_up().position == 5
    assert len(store.durable) == 5
