from __future__ import annotations

import json
import multiprocessing
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from pyoxigraph import DefaultGraph, QuerySolutions, RdfFormat, Store
from suites.store import FAR, Names, StoreSuite
from support.catalogs import HUB, Book, model
from support.crawling import Project

from fair4ml.write.rdf import counters, ntriples
from mlentory_crawl.changes import Change
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.projections.registry import kept_current, names
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.stores.sparql import store as module
from mlentory_crawl.stores.sparql.folder import DATABASES, SNAPSHOTS, STATE, State
from mlentory_crawl.stores.sparql.store import OxigraphStore

pytestmark = pytest.mark.extra(name="serve")

NewStore = Callable[[], OxigraphStore]
NAMES = "SELECT ?name WHERE { ?s <http://schema.org/name> ?name ; <http://schema.org/url> ?url } ORDER BY ?name"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sparql"


@pytest.fixture
def new_store(folder: Path) -> NewStore:
    return lambda: OxigraphStore(folder)


def change(key: str, name: str | None, **facts: Any) -> Change:
    """A change of a model; None for the name: it is gone."""
    catalog_key = f"huggingface/model/{key}"
    if name is None:
        return Change(catalog_key, f"{HUB}{key}", None)
    document = model(name, **facts)
    state: Any = {**document, "key": catalog_key, "counters": {}, "platforms": ["huggingface"], "conflicts": {}}
    return Change(catalog_key, HUB + name, state)


def snapshot(folder: Path) -> Store:
    """The last snapshot, opened."""
    state = State.read(folder)
    where = state and state.snapshot_in(folder)
    return Store.read_only(str(where)) if where else Store()


def named(folder: Path) -> list[str]:
    """The names of the entities that a reader finds."""
    solutions = snapshot(folder).query(NAMES)
    assert isinstance(solutions, QuerySolutions)
    return [str(name)[1:-1] for (name,) in solutions]


class TestOxigraphStore(StoreSuite):
    samples = (change("1", "a/attention"), change("2", "b/bert"), change("3", "c/cat"))
    names_of_samples = ("a/attention", "b/bert", "c/cat")

    def change(self, key: str, name: str | None, **facts: Any) -> Change:
        return change(key, name, **facts)

    def hostile(self, key: str) -> Change:
        return change(key, "a/hostile", description="half a pair: \ud800")

    @pytest.fixture
    def new_store(self, new_store: NewStore) -> NewStore:
        return new_store

    @pytest.fixture
    def names(self, folder: Path) -> Names:
        return lambda _: named(folder)


# The triples are those of an export


def exported(said: dict[str, Change]) -> set[str]:
    """The lines of an export of a catalog that has just these."""
    live = sorted(
        (each for each in said.values() if each.state and not each.deleted_at), key=lambda each: (each.iri, each.key)
    )
    described = {
        entity["iri"]
        for each in said.values()
        if each.state
        for entity in (each.state["root"], *each.state["parts"])
        if entity["iri"] == each.iri or entity["iri"].startswith(f"{each.iri}#")
    }
    named: set[str] = set()
    lines: set[str] = set()
    for each in live:
        assert each.state
        new = [stub for stub in each.state["stubs"] if stub["iri"] not in named]
        named |= {stub["iri"] for stub in new}
        stubs = [stub for stub in new if stub["iri"] not in described]
        lines |= {*ntriples({**each.state, "stubs": stubs}, counters(each.iri, each.state["counters"])).splitlines()}
    return lines


def shown(folder: Path) -> set[str]:
    """The lines that queries see."""
    return {f"{quad.triple} ." for quad in snapshot(folder).quads_for_pattern(None, None, None, DefaultGraph())}


KEYS = ("1", "2", "3", "4")
PLACES = ("a", "b", "c")


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """A change of one of a few keys, about one of a few entities, which state and name each other."""
    key, place = draw(st.sampled_from(KEYS)), draw(st.sampled_from(PLACES))
    if draw(st.integers(0, 3)) == 0:
        return change(key, None)
    made = change(key, place, description=draw(st.sampled_from(["x", "y"])))
    assert made.state
    others = st.lists(st.sampled_from([*PLACES, "d", "a#license-1"]), max_size=3)
    named = st.sampled_from([("MLModel", "one"), ("MLModel", "two"), ("Agent", "one")])
    made.state["stubs"] = [
        {"iri": HUB + other, "class": cls, "name": name}
        for other in dict.fromkeys(draw(others))
        if other != place
        for cls, name in [draw(named)]
    ]
    parts = [f"{place}#license-1", *draw(others)]
    made.state["parts"] = [
        {"iri": HUB + part, "class": "License", "name": draw(st.sampled_from(["mine", "yours"]))}
        for part in dict.fromkeys(parts)
        if part != place
    ]
    made.state["counters"] = draw(st.sampled_from([{}, {"downloads": 3}, {"downloads": 4, "likes": 1}]))
    return replace(made, deleted_at=draw(st.sampled_from([None, None, "2026-11-20T00:00:00Z"])))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(batches=st.lists(st.lists(changes(), min_size=1, max_size=4), min_size=1, max_size=5), bulk=st.booleans())
def test_any_changes_in_any_batches_leave_what_an_export_has(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    batches: list[list[Change]],
    bulk: bool,
) -> None:
    monkeypatch.setattr(module, "BULK_LINES", 0 if bulk else 10_000)
    folder = tmp_path_factory.mktemp("any") / "sparql"
    store = OxigraphStore(folder)
    store.open()
    said: dict[str, Change] = {}
    for batch in batches:
        assert store.write(batch, FAR) == []
        said |= {each.key: each for each in batch}
    store.flush()
    assert shown(folder) == exported(said)
    assert store.counts()["documents"] == sum(bool(each.state and not each.deleted_at) for each in said.values())
    assert store.write([change(key, None) for key in KEYS], FAR) == []
    store.flush()
    left = {str(quad) for quad in snapshot(folder).quads_for_pattern(None, None, None, None)}
    assert [line for line in left if "position" not in line] == []
    store.close()


# What becomes of a folder


@pytest.fixture
def kept(folder: Path) -> OxigraphStore:
    """A store that is not open, with two models."""
    store = OxigraphStore(folder)
    store.open()
    store.write([change("1", "a/one", base="a/base"), change("2", "a/two", base="a/base")], FAR)
    store.flush()
    store.close()
    return store


def database(folder: Path) -> Path:
    (found,) = (folder / DATABASES).iterdir()
    return found


def test_looking_makes_nothing(folder: Path) -> None:
    assert OxigraphStore(folder).peek() == (None, {"documents": 0})
    assert not folder.exists()


@pytest.mark.parametrize("state", [b'{"layout": 0}', b"", b"[]", b'{"layout": 1, "position": 3}', None])
def test_another_layout_is_filled_anew(kept: OxigraphStore, folder: Path, state: bytes | None) -> None:
    (folder / STATE).unlink() if state is None else (folder / STATE).write_bytes(state)
    before = database(folder)
    assert kept.peek() == (None, {"documents": 0})
    assert kept.open() is None
    assert kept.counts() == {"documents": 0}
    kept.close()
    assert database(folder) != before
    assert [*(folder / SNAPSHOTS).iterdir()] == []


@pytest.mark.parametrize("damage", ["missing", "empty", "zeros"])
@pytest.mark.parametrize("pattern", ["CURRENT", "MANIFEST-*"])
def test_a_damaged_database_is_made_anew(kept: OxigraphStore, folder: Path, pattern: str, damage: str) -> None:
    (file,) = database(folder).glob(pattern)
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(b"" if damage == "empty" else bytes(file.stat().st_size))
    assert kept.open() is None
    assert kept.write([change("1", "a/one")], FAR) == []
    assert kept.flush() == FAR
    assert kept.counts() == {"documents": 1}
    kept.close()


def test_the_files_of_others_are_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.tex").write_text("years of work")
    with pytest.raises(StoreError, match=r"not of this program, such as thesis\.tex"):
        OxigraphStore(folder).open()
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]


def test_a_second_writer_is_refused(kept: OxigraphStore, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_WAIT", 0.1)
    kept.open()
    with pytest.raises(StoreError, match="another process is writing"):
        OxigraphStore(folder).open()
    kept.close()


def test_without_the_library_it_is_told_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyoxigraph", None)
    with pytest.raises(StoreError, match=r"^SPARQL needs Oxigraph: .*mlentory-crawl\[sparql\]"):
        OxigraphStore(folder).open()


def test_a_snapshot_is_kept_for_its_readers_until_something_is_deleted(kept: OxigraphStore, folder: Path) -> None:
    def snapshots() -> list[str]:
        return sorted(path.name for path in (folder / SNAPSHOTS).iterdir())

    first = snapshots()
    kept.open()
    kept.write([], replace(FAR, sequence=2))
    kept.flush()  # the first after opening: a process may have left more than there was in the last
    second = snapshots()
    assert len(second) == 1
    assert second != first
    kept.write([], replace(FAR, sequence=3))
    kept.flush()
    assert snapshots() == second
    assert kept.peek()[0] == replace(FAR, sequence=3)
    kept.write([change("3", "a/three")], FAR)
    kept.flush()
    assert len(snapshots()) == 2
    assert second[0] in snapshots()
    kept.write([change("3", None)], FAR)
    kept.flush()
    assert len(snapshots()) == 1
    kept.close()


def test_what_a_process_wrote_before_its_end_is_seen_later(kept: OxigraphStore, folder: Path) -> None:
    third, later = change("3", "a/three"), replace(FAR, sequence=2)
    kept.open()
    kept.write([third], later)
    kept.close()
    assert kept.open() == FAR
    assert kept.write([third], later) == []
    assert kept.equal == 1
    kept.flush()
    assert "a/three" in named(folder)
    assert kept.peek() == (later, {"documents": 3})
    kept.close()


def _fill(folder: Path, bulk: int) -> None:
    module.BULK_LINES = bulk
    store = OxigraphStore(folder)
    store.open()
    for number in range(1_000_000):
        batch = [
            change(str(n), f"a/m{n}", base=f"a/base{(n + number) % 7}", part="p") for n in range(number, number + 20)
        ]
        store.write(batch, replace(FAR, sequence=number + 1))
        if number % 3 == 0:
            store.flush()


@pytest.mark.parametrize("bulk", [0, 10_000])
def test_a_kill_leaves_what_can_be_gone_on_with(folder: Path, bulk: int) -> None:
    for wait in (0.05, 0.1, 0.02):
        process = multiprocessing.get_context("spawn").Process(target=_fill, args=(folder, bulk))
        process.start()
        while not (folder / STATE).exists() or State.read(folder) in (None, State(database(folder).name)):
            time.sleep(0.01)
        time.sleep(wait)
        process.kill()
        process.join()
        store = OxigraphStore(folder)
        position = store.open()
        assert position is not None
        said = {
            each.key: each for n in range(position.sequence + 60) for each in [change(str(n), f"a/m{n}", base="a/b")]
        }
        assert store.write([*said.values()], position) == []
        store.flush()
        assert shown(folder) == exported(said)
        assert store.write([change(str(n), None) for n in range(len(said))], position) == []
        store.flush()
        assert len([*snapshot(folder).quads_for_pattern(None, None, None, None)]) == 1
        store.close()
        shutil.rmtree(folder)


# As a projection


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A catalog of two models, whose triples nobody has asked for."""
    with closing(Book(tmp_path / "data")) as book:
        book.crawl({"1": model("a/one", base="a/base"), "2": model("a/two", base="a/base")})
        yield Project(book.data_dir, "http://127.0.0.1:9")


def test_it_is_off_until_it_is_asked_for(project: Project) -> None:
    assert "sparql" not in project.status()["projections"]
    assert json.loads(project.scrapy("sync", "--json").stdout).keys() == {"search", "turtle"}
    done = project.scrapy("sync", "sparql", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sparql"]["written"] == 2
    assert project.status()["projections"]["sparql"] == {
        "backend": "oxigraph", "position": 2, "backlog": 0, "documents": 2,
    }  # fmt: skip
    assert "sparql" in json.loads(project.scrapy("sync", "--json").stdout)
    assert kept_current({"MLENTORY_DATA_DIR": str(project.data_dir)}) == ["search", "turtle"]


@pytest.mark.parametrize(("named", "kept"), [("sparql, turtle", ["sparql", "turtle"]), ("none", [])])
def test_crawls_keep_it_current_where_it_is_named(project: Project, named: str, kept: list[str]) -> None:
    settings = {"MLENTORY_DATA_DIR": str(project.data_dir), "PROJECTIONS": named}
    assert kept_current(settings) == kept
    assert ("sparql" in names(settings)) is ("sparql" in kept)


def test_a_crawl_writes_what_an_export_has(tmp_path: Path) -> None:
    with SampleHub(models=30, odd=True) as hub:
        project = Project(tmp_path / "data", hub.url, PROJECTIONS="sparql")
        report = project.crawl("-a", "mode=census")
        exported = project.export("x.nt", "--counters")
    assert report["projections"].keys() == {"sparql"}
    assert report["projections"]["sparql"]["backlog"] == 0
    # The library writes numbers and times its own way.
    expected = Store()
    expected.load(exported, RdfFormat.N_TRIPLES)
    assert shown(tmp_path / "data" / "sparql") == {f"{quad.triple} ." for quad in expected}
