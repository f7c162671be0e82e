"""The catalog as Python objects: `mlentory_crawl.open`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest
import rdflib
from rdflib.compare import isomorphic
from support.catalogs import DAY, HUB, Book, model
from support.crawling import ROOT, Project

import mlentory_crawl
from mlentory_crawl.catalog.queries.find import NotFound
from mlentory_crawl.config.variables import VARIABLES
from mlentory_crawl.exceptions import CatalogError, MlentoryError, StoreError, WrongUsage
from mlentory_crawl.face import Catalog
from mlentory_crawl.projections.registry import sync
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.stores.search.tantivy.store import TantivyStore

MIT, GPL = "https://spdx.org/licenses/MIT", "https://spdx.org/licenses/GPL-3.0-only"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with SampleHub(models=60) as hub:
        crawled = Project(tmp_path_factory.mktemp("face") / "data", hub.url)
        crawled.crawl("-a", "mode=census")
        yield crawled


@pytest.fixture
def catalog(project: Project) -> Iterator[Catalog]:
    with mlentory_crawl.open(project.data_dir) as opened:
        yield opened


@pytest.fixture
def book(data_dir: Path) -> Iterator[Book]:
    made = Book(data_dir)
    made.crawl({"1": model("b/base", license=[GPL]), "2": model("a/x", base="b/base", license=[MIT])})
    made.crawl({"2": model("a/x", base="b/base", license=[MIT], version="2")})
    yield made
    made.close()


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, project: Project) -> None:
    """The environment of the project, which names no servers."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)
    for name, value in project.environment.items():
        monkeypatch.setenv(name, value)


def child(catalog: Catalog) -> str:
    """A model that derives from another one and was evaluated."""
    states = [each.state for each in catalog.changes(limit=10_000).changes]
    iri: str = next(
        state["root"]["iri"] for state in states
        if state and "wasDerivedFrom" in state["root"] and "hasEvaluation" in state["root"]
    )  # fmt: skip
    return iri


def parent(catalog: Catalog) -> str:
    iri: str = catalog.model(child(catalog)).root["wasDerivedFrom"][0]
    return iri


def dataset(catalog: Catalog) -> str:
    parts = catalog.model(child(catalog)).state["parts"]
    iri: str = next(part["evaluationDataset"][0] for part in parts if "evaluationDataset" in part)
    return iri


# What commands print as JSON

PRINTED: dict[str, tuple[Callable[[Catalog], list[str]], Callable[[Catalog], Any]]] = {
    "show": (lambda c: [child(c)], lambda c: c.model(child(c)).to_dict()),
    "show what is only named": (lambda c: [dataset(c)], lambda c: c.model(dataset(c)).to_dict()),
    "search": (lambda _: ["bert"], lambda c: asdict(c.search("bert", highlight=True))),
    "lineage": (lambda c: [child(c)], lambda c: c.lineage(child(c)).to_dict()),
    "lineage of all that derives": (
        lambda c: [parent(c), "--down", "--limit", "1"],
        lambda c: c.lineage(parent(c), up=False, limit=1).to_dict(),
    ),
    "leaderboard": (lambda c: ["--dataset", dataset(c)], lambda c: asdict(c.leaderboard(dataset(c)).cut(slice(0, 10)))),
    "compare": (lambda c: [child(c), parent(c)], lambda c: asdict(c.compare(child(c), parent(c)))),
    "coverage": (lambda _: [], lambda c: [asdict(each) for each in c.coverage()]),
    "status": (lambda _: [], lambda c: asdict(c.status())),
}


@pytest.mark.parametrize("asked", PRINTED)
def test_a_command_prints_what_the_catalog_answers(project: Project, catalog: Catalog, asked: str) -> None:
    words, answer = PRINTED[asked]
    done = project.scrapy(asked.partition(" ")[0], *words(catalog), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == orjson.loads(orjson.dumps(answer(catalog)))


# Without Scrapy

FOREIGN = ("scrapy", "twisted", "itemadapter")

EVERYTHING = """
import json, sys
import mlentory_crawl
cheap = sorted({name.partition(".")[0] for name in sys.modules} & {"pydantic", "orjson", "rdflib", "fair4ml"})
with mlentory_crawl.open(sys.argv[1]) as catalog:
    iri, dataset = sys.argv[2:4]
    catalog.model(iri).graph(), catalog.search("bert"), catalog.lineage(iri), catalog.leaderboard(dataset)
    catalog.compare(iri, iri), catalog.coverage(), catalog.status(), catalog.changes(), catalog.mentions(iri)
print(json.dumps([cheap, sorted({name.partition(".")[0] for name in sys.modules})]))
"""

COMMANDS = """
import argparse, contextlib, importlib, io, json, sys
from mlentory_crawl.config.environment import read_environment
from mlentory_crawl.config.variables import VARIABLES

ended = {}
for name, *words in json.loads(sys.argv[1]):
    command = importlib.import_module(f"mlentory_crawl.commands.{name}").Command
    parser = argparse.ArgumentParser(prog=name)
    command.add_options(parser)
    opts, args = parser.parse_known_args(words)
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8")):
        ended[name] = command(read_environment(VARIABLES)).run(args, opts)
print(json.dumps([ended, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def in_a_fresh_process(project: Project, code: str, *given: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", code, *given], cwd=ROOT, env=project.environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_everything_can_be_asked_without_scrapy(project: Project, catalog: Catalog) -> None:
    given = str(project.data_dir), child(catalog), dataset(catalog)
    first, loaded = in_a_fresh_process(project, EVERYTHING, *given)
    assert first == [], "the package alone is cheap"
    assert not set(FOREIGN) & set(loaded)
    assert {"orjson", "rdflib"} <= set(loaded)


def test_commands_that_read_need_no_scrapy(project: Project, catalog: Catalog, tmp_path: Path) -> None:
    iri = child(catalog)
    asked = [
        ["show", iri, "--why"], ["search", "bert", "--facets"], ["lineage", iri, "--licenses"], ["coverage"],
        ["leaderboard", "--dataset", dataset(catalog)], ["compare", iri, iri], ["status"],
        ["export", str(tmp_path / "all.nt")], ["validate"],
    ]  # fmt: skip
    ended, loaded = in_a_fresh_process(project, COMMANDS, json.dumps(asked))
    assert ended == {name: 0 for name, *_ in asked}
    assert not set(FOREIGN) & set(loaded)


# Threads, and the end


def test_threads_share_one(catalog: Catalog) -> None:
    iri, of = child(catalog), dataset(catalog)
    questions: list[Callable[[], object]] = [
        lambda: catalog.model(iri).to_dict(),
        lambda: catalog.search("bert", facets=["task"]),
        lambda: catalog.lineage(iri).to_dict(),
        lambda: catalog.leaderboard(of),
        lambda: catalog.changes(limit=20),
        catalog.status,
    ]
    expected = [ask() for ask in questions]
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask) for _ in range(8) for ask in questions]
        assert [each.result() for each in asked] == expected * 8


def test_what_is_closed_says_so(book: Book) -> None:
    with mlentory_crawl.open(book.data_dir) as catalog:
        catalog.model("a/x")
    with pytest.raises(CatalogError, match="was closed"):
        catalog.model("a/x")
    with ThreadPoolExecutor(1) as pool, pytest.raises(CatalogError, match="was closed"):
        pool.submit(catalog.coverage).result()
    with pytest.raises(CatalogError, match="was closed"):
        catalog.search()


# What goes wrong


def test_errors_are_for_people(book: Book, data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="there is no catalog in"):
        mlentory_crawl.open(tmp_path / "nowhere")
    with mlentory_crawl.open(str(data_dir)) as catalog:
        with pytest.raises(NotFound, match="does not describe a/nothing"):
            catalog.model("a/nothing")
        with pytest.raises(StoreError, match="no search index"):
            catalog.search("x")
        # As a crawl leaves it that was stopped before its first commit.
        index = TantivyStore(data_dir / "search")
        index.open()
        index.close()
        with pytest.raises(StoreError, match="the search index has nothing in it yet"):
            catalog.search("x")
        book.alter("UPDATE record SET document = x'00112233'")
        with pytest.raises(CatalogError, match="where it is damaged"):
            catalog.compare("a/x", "b/base")
    assert issubclass(NotFound, MlentoryError)
    assert issubclass(StoreError, MlentoryError)


def test_a_question_that_cannot_be_meant(catalog: Catalog) -> None:
    with pytest.raises(WrongUsage, match="no_facet"):
        catalog.search(filters={"no_facet": ["x"]})


# Answers


def test_a_model_is_a_graph(catalog: Catalog) -> None:
    shown = catalog.model(child(catalog))
    graph = shown.graph()
    assert isomorphic(graph, rdflib.Graph().parse(data=shown.turtle(), format="turtle"))
    schema = rdflib.Namespace("http://schema.org/")
    assert str(graph.value(rdflib.URIRef(shown.iri), schema.name)) == shown.root["name"]


def test_a_model_as_it_was(book: Book) -> None:
    second = datetime.fromisoformat(DAY.format(2))
    assert second.tzinfo is UTC
    with mlentory_crawl.open(book.data_dir) as catalog:
        assert catalog.model("a/x").root["version"] == "2"
        assert catalog.model("a/x", second).root["version"] == "2"
        assert "version" not in catalog.model("a/x", second - timedelta(seconds=1)).root
        for hours in (-5, 5):
            elsewhere = second.astimezone(timezone(timedelta(hours=hours)))
            assert catalog.model("a/x", elsewhere).root["version"] == "2"
            assert "version" not in catalog.model("a/x", elsewhere - timedelta(seconds=1)).root


def test_where_a_value_comes_from(book: Book) -> None:
    with mlentory_crawl.open(book.data_dir) as catalog:
        origin = catalog.model("a/x").origins()["license"]
    assert (origin.record, origin.field, origin.method) == ("huggingface/model/2", "cardData.license", "looked up")


def test_licenses_that_do_not_go_together(book: Book) -> None:
    with mlentory_crawl.open(book.data_dir) as catalog:
        (found,) = catalog.lineage("a/x").conflicts
        assert catalog.lineage("b/base", up=False).conflicts == [found]
        assert catalog.lineage("b/base").conflicts == []
    assert (found.child, found.parent) == (f"{HUB}a/x", f"{HUB}b/base")
    assert found.why
    assert found.source.startswith("https://")


def test_changes_are_read_on_from_where_they_were(book: Book) -> None:
    with mlentory_crawl.open(book.data_dir) as catalog:
        first = catalog.changes(limit=1)
        rest = catalog.changes(first.upto)
        assert [each.iri for each in (*first.changes, *rest.changes)] == [f"{HUB}b/base", f"{HUB}a/x"]
        assert catalog.changes(rest.upto).changes == []
        book.crawl({"1": model("b/base", license=[MIT])})
        (again,) = catalog.changes(rest.upto).changes
    assert again.state is not None
    assert again.state["root"]["license"] == [MIT]


def followed(catalog: Catalog, copy: dict[str, Any], after: int, limit: int) -> int:
    """Bring a copy up to date, and return the sequence number up to which it is."""
    while (news := catalog.changes(after, limit)).upto > after:
        for change in news.changes:
            if change.state is None:
                copy.pop(change.key, None)
            else:
                copy[change.key] = change.state["root"]
        after = news.upto
    return after


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_a_copy_by_key_can_be_kept(book: Book, limit: int) -> None:
    with mlentory_crawl.open(book.data_dir) as catalog:
        copy: dict[str, Any] = {}
        position = followed(catalog, copy, 0, limit)
        for documents, names in (
            # One more record about a model, which then leads or not; a name that changes; a record that turns away.
            ({"0": model("a/x", base="b/base"), "3": model("c/new")}, ["a/x", "b/base", "c/new"]),
            ({"1": model("b/renamed", license=[GPL])}, ["a/x", "b/renamed", "c/new"]),
            ({"0": model("a/moved")}, ["a/moved", "a/x", "b/renamed", "c/new"]),
        ):
            book.crawl(documents)
            position = followed(catalog, copy, position, limit)
            anew: dict[str, Any] = {}
            assert followed(catalog, anew, 0, 1000) == position
            assert copy == anew
            assert sorted(root["name"] for root in copy.values()) == names
            assert all(root == catalog.model(root["iri"]).root for root in copy.values())


def test_who_names_an_entity(book: Book) -> None:
    book.crawl({str(n): model(f"a/m-{n}", base="b/base") for n in range(10, 13)})
    with mlentory_crawl.open(book.data_dir) as catalog:
        found = catalog.mentions("b/base", 2)
        assert found.records == {"huggingface": 4}
        assert [(each.iri, each.property) for each in found.by] == [
            (f"{HUB}a/m-10", "wasDerivedFrom"), (f"{HUB}a/m-11", "wasDerivedFrom"),
        ]  # fmt: skip
        assert len(catalog.mentions("b/base").by) == 4
        assert (found.entities, found.offset) == ({"huggingface": 4}, 0)
        last = catalog.mentions("b/base", 2, offset=3)
        assert [each.iri for each in last.by] == [f"{HUB}a/x"]
        assert catalog.model("b/base", mentions_limit=2, mentions_offset=3).mentions == last


def test_an_entity_that_names_another_in_several_roles_counts_once(book: Book) -> None:
    named = model("a/y", base="b/base")
    named["root"]["fineTunedFrom"] = [f"{HUB}b/base"]
    book.crawl({"20": named})
    with mlentory_crawl.open(book.data_dir) as catalog:
        found = catalog.mentions("b/base", 2)
    assert found.entities == {"huggingface": 2}
    assert [(each.entity, each.property) for each in found.by if each.entity.endswith("y")] == [
        (f"{HUB}a/y", "fineTunedFrom"), (f"{HUB}a/y", "wasDerivedFrom"),
    ]  # fmt: skip


def test_a_search_narrows_down(book: Book) -> None:
    settings = {"MLENTORY_DATA_DIR": str(book.data_dir)}
    sync("search", settings, rebuild=False, on_batch=lambda _: None)
    with mlentory_crawl.open(book.data_dir) as catalog:
        assert [hit["name"] for hit in catalog.search("base").hits] == ["b/base"]
        found = catalog.search(filters={"platform": ["huggingface"]}, sort="name", size=1, facets=["type"])
        assert (found.total, found.facets) == (2, {"type": {"MLModel": 2}})
        assert [hit["name"] for hit in found.hits] == ["a/x"]
        assert catalog.status(runs=1).projections["search"]["documents"] == 2
        assert len(catalog.status(runs=1).runs) == 1
