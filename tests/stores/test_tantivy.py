from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from suites.search_changes import MODELS, NewStore, change, found
from suites.search_store import SearchStoreSuite
from suites.store import FAR

from mlentory_crawl.changes import Position
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.stores.search.query import SearchQuery
from mlentory_crawl.stores.search.tantivy import store as module
from mlentory_crawl.stores.search.tantivy.index import VERSION_FILE
from mlentory_crawl.stores.search.tantivy.store import TantivyStore

spawn = multiprocessing.get_context("spawn")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "search"


@pytest.fixture
def kept(directory: Path) -> TantivyStore:
    """A store that is not open, over an index with `MODELS`."""
    store = TantivyStore(directory)
    store.open()
    store.write(MODELS, FAR)
    store.flush()
    store.close()
    return store


class TestTantivyStore(SearchStoreSuite):
    @pytest.fixture
    def new_store(self, directory: Path) -> NewStore:
        return lambda: TantivyStore(directory)


def test_what_was_not_flushed_is_gone_after_closing(kept: TantivyStore) -> None:
    kept.open()
    kept.write([change("9", "a/ninth")], replace(FAR, sequence=2))
    kept.close()
    assert kept.open() == FAR
    assert kept.counts() == {"documents": len(MODELS)}
    kept.close()


# What becomes of a folder


def test_searching_without_an_index_says_so(directory: Path) -> None:
    with pytest.raises(StoreError, match=r"no search index .* yet"):
        TantivyStore(directory).search(SearchQuery())
    assert TantivyStore(directory).peek() == (None, {"documents": 0})
    assert not directory.exists()


@pytest.mark.parametrize("version", ['{"layout": 0}', "", "[", None])
def test_an_index_of_another_version_is_emptied(kept: TantivyStore, directory: Path, version: str | None) -> None:
    file = directory / VERSION_FILE
    file.unlink() if version is None else file.write_text(version)
    with pytest.raises(StoreError, match="another version"):
        TantivyStore(directory).search(SearchQuery())
    assert TantivyStore(directory).peek() == (None, {"documents": 0})
    assert kept.open() is None
    assert kept.counts() == {"documents": 0}
    assert kept.write(MODELS, FAR) == []
    assert kept.flush() == FAR
    kept.close()


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "zeros"])
@pytest.mark.parametrize("pattern", ["meta.json", "*.store", "*.term", "*.fast"])
def test_a_damaged_index_is_emptied_with_a_warning(
    kept: TantivyStore, directory: Path, pattern: str, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    (file,) = directory.glob(pattern)
    content = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "cut": content[: len(content) // 2], "zeros": bytes(len(content))}[damage])
    assert kept.open() is None
    assert kept.counts() == {"documents": 0}
    kept.close()
    if (pattern, damage) != ("meta.json", "missing"):  # that is what an index that was never begun looks like
        (record,) = caplog.records
        assert record.levelname == "WARNING"
        assert "\n" not in record.getMessage()


def test_a_folder_that_is_no_index_is_left_alone(directory: Path) -> None:
    directory.mkdir()
    (directory / "thesis.tex").write_text("years of work")
    with pytest.raises(StoreError, match="contains files that are not a search index"):
        TantivyStore(directory).open()
    assert (directory / "thesis.tex").read_text() == "years of work"


def test_what_a_kill_left_half_emptied_is_emptied(kept: TantivyStore, directory: Path) -> None:
    (directory / "meta.json").unlink()
    (directory / VERSION_FILE).write_text("{}")
    assert kept.open() is None
    kept.close()


# Several processes


def test_a_second_writer_is_refused(kept: TantivyStore, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_WAIT", 0.1)
    kept.open()
    with pytest.raises(StoreError, match="another process"):
        TantivyStore(directory).open()
    kept.close()
    second = TantivyStore(directory)
    assert second.open() == FAR
    second.close()


def _write_and_wait(directory: Path, ready: Connection, seconds: float) -> None:
    store = TantivyStore(directory)
    store.open()
    store.write(MODELS[:2], FAR)
    store.flush()
    store.write(MODELS[2:], replace(FAR, sequence=2))
    ready.send("written")
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def dying_writer(directory: Path) -> Iterator[None]:
    """A process that holds the lock, has flushed two models and not the others, and is killed after a moment."""
    here, there = spawn.Pipe()
    process = spawn.Process(target=_write_and_wait, args=(directory, there, 0.5))
    process.start()
    assert here.poll(60)
    yield
    process.join(60)


@pytest.mark.usefixtures("dying_writer")
def test_searches_beside_a_writing_process(directory: Path) -> None:
    assert found(TantivyStore(directory), sort="name") == ["FacebookAI/RoBERTa-large", "google-bert/bert-base-uncased"]


@pytest.mark.usefixtures("dying_writer")
def test_waits_for_a_dying_writer_and_goes_on_where_it_stood(directory: Path) -> None:
    store = TantivyStore(directory)
    assert store.open() == FAR
    assert store.counts() == {"documents": 2}
    store.write(MODELS, replace(FAR, sequence=2))
    store.flush()
    assert store.counts() == {"documents": len(MODELS)}
    store.close()


# When it commits


def test_commits_by_itself_after_many_documents(kept: TantivyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMMIT_DOCUMENTS", 3)
    kept.open()
    for number in range(2, 7):
        kept.write([change(str(number), f"a/{number}")], replace(FAR, sequence=number))
    # Three were written before the commit; the refusals of the last batch may not have been noted yet.
    assert kept.peek()[0] == replace(FAR, sequence=4)
    kept.close()


@pytest.mark.parametrize("limit", ["COMMIT_SECONDS", "COMMIT_BYTES"])
def test_commits_by_itself_after_a_while_and_after_much_text(
    kept: TantivyStore, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(module, limit, 0)
    kept.open()
    kept.write([change("9", "a/ninth")], replace(FAR, sequence=2))
    kept.write([change("10", "a/tenth")], replace(FAR, sequence=3))
    assert kept.peek()[0] == replace(FAR, sequence=2)
    kept.close()


def test_writing_without_opening_is_an_error(kept: TantivyStore) -> None:
    with pytest.raises(StoreError, match="not open"):
        kept.write(MODELS, Position("catalog", "run", 3))


def test_the_version_file_is_readable(kept: TantivyStore, directory: Path) -> None:
    assert json.loads((directory / VERSION_FILE).read_text()).keys() == {"layout", "fields", "tantivy"}
