"""The graph in a real Neo4j is the catalog's, whatever happened before."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver
from support.crawling import ROOT, Project, model, write_records
from support.made_up_platforms import ARGUMENTS, made_up
from support.neo4j_server import connected, emptied, settings

from fair4ml.document import EntityDict
from fair4ml.merge import State
from mlentory_crawl.catalog.feed import Feed
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.changes import Change, Position
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.stores.factory import open_store
from mlentory_crawl.stores.neo4j.store import Neo4jStore, graph_of

pytestmark = pytest.mark.servers

HUB = "https://huggingface.co/"


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with connected() as found:
        yield found


@pytest.fixture(autouse=True)
def empty(driver: Driver) -> Iterator[None]:
    yield
    emptied(driver)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[SampleHub]:
    records = [model(n, cardData={"license": "mit", "datasets": ["acme/data"]}) for n in range(60)]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, hub: SampleHub) -> Project:
    return Project(tmp_path / "data", hub.url, **settings())


def stored(driver: Driver) -> tuple[dict[str, Any], Counter[Any]]:
    """Nodes by IRI, with label and properties; and the edges."""
    nodes = {
        iri: (label, {name: value for name, value in own.items() if name not in ("iri", "hash")})
        for iri, label, own in driver.execute_query(
            "MATCH (n:Entity) RETURN n.iri, [l IN labels(n) WHERE l <> 'Entity'], properties(n)"
        ).records
    }
    edges = Counter(
        (source, kind, target, own.pop("record"), *sorted(own.items()))
        for source, kind, target, own in driver.execute_query(
            "MATCH (a)-[r]->(b) RETURN a.iri, type(r), b.iri, properties(r)"
        ).records
    )
    return nodes, edges


def expected(project: Project) -> tuple[dict[str, Any], Counter[Any]]:
    """The same, as the catalog has it."""
    from neo4j.time import Date, DateTime

    reader = CatalogReader(project.data_dir)
    rows = reader._execute("SELECT platform || '/' || kind || '/' || key FROM record ORDER BY sequence").fetchall()
    nodes: dict[str, Any] = {}
    edges: Counter[Any] = Counter()
    for change in Feed(reader).changes_of([key for (key,) in rows]):
        if change.state is None:
            continue
        graph = graph_of(change)
        for node in graph.nodes:
            own = {
                name: DateTime.from_native(value) if hasattr(value, "hour") else Date.from_native(value)
                if hasattr(value, "year") else value
                for name, value in node.properties.items()
            }  # fmt: skip
            if node.described:
                nodes[node.iri] = ([node.labels[1]], {**own, "record": change.key})
            else:
                nodes.setdefault(node.iri, ([node.labels[1]], own))
        for edge in graph.edges:
            edges[edge.source, edge.type, edge.target, change.key, *sorted(edge.properties.items())] = 1
    entities = {reader.resolve(iri) for (iri,) in reader._execute("SELECT iri FROM entity")}
    reader.close()
    assert nodes.keys() == entities
    return nodes, edges


def assert_equal(driver: Driver, project: Project) -> None:
    found, wanted = stored(driver), expected(project)
    assert found[0].keys() == wanted[0].keys()
    assert {iri: node for iri, node in found[0].items() if node != wanted[0][iri]} == {}
    assert found[1] == wanted[1]


def census(project: Project, **outcome: int) -> dict[str, Any]:
    report = project.crawl("-a", "mode=census")
    assert {name: report["records"][name] for name in outcome} == outcome
    assert report["projections"]["neo4j"]["backlog"] == 0
    return report


def test_the_graph_follows_every_change(project: Project, hub: SampleHub, driver: Driver) -> None:
    report = census(project, new=60)
    assert_equal(driver, project)
    counts = {name: report["projections"]["neo4j"][name] for name in ("nodes", "edges")}
    catalog = project.status()["catalog"]
    assert counts == {"nodes": catalog["entities"] + catalog["stubs"], "edges": catalog["edges"]}
    hub.set(
        patch={
            "acme/model-1": {"cardData": {"datasets": ["acme/other"]}, "tags": []},
            "acme/model-2": {"tags": ["base_model:acme/model-1", "base_model:quantized:acme/model-1"]},
            "acme/model-5": {"tags": ["base_model:acme/model-3"]},
        },
        rename={"acme/model-3": "other/model-3"},
        delete=["acme/model-4"],
    )
    census(project, changed=4)
    assert_equal(driver, project)
    ((kinds,),) = driver.execute_query(
        """MATCH (:MLModel {name: 'acme/model-2'})-[r:WAS_DERIVED_FROM]->(:MLModel {name: 'acme/model-1'})
           RETURN collect(r.type)"""
    ).records
    assert kinds == ["quantized"]
    # What others call by its former name has moved.
    assert not driver.execute_query("MATCH (n {iri: $iri}) RETURN n", iri=HUB + "acme/model-3").records
    ((children,),) = driver.execute_query(
        "MATCH (n {iri: $iri})<-[:WAS_DERIVED_FROM]-(child) RETURN collect(child.name)", iri=HUB + "other/model-3"
    ).records
    assert children == ["acme/model-5"]
    census(project, deleted=1)
    assert_equal(driver, project)
    ((when, owner),) = driver.execute_query(
        "MATCH (n {iri: $iri}) RETURN n.deletedAt, exists {(n)-[:SHARED_BY]->()}", iri=HUB + "acme/model-4"
    ).records
    assert when
    assert not owner
    hub.set(restore=["acme/model-4"])
    census(project, new=1)
    assert_equal(driver, project)


def test_equal_records_are_not_written_again(project: Project, driver: Driver) -> None:
    census(project, new=60)
    reader = CatalogReader(project.data_dir)
    changes, upto, _ = Feed(reader).changes(0, 1_000)
    position = Feed(reader).position_at(upto)
    reader.close()
    store = open_store("neo4j", settings())
    assert isinstance(store, Neo4jStore)
    store.open()
    before = stored(driver)
    store.write(changes, position)
    assert store.changed == Counter()
    assert store.flush() == position
    store.close()
    assert stored(driver) == before


def test_an_agent_becomes_what_it_turns_out_to_be(driver: Driver) -> None:
    store = open_store("neo4j", settings())
    assert isinstance(store, Neo4jStore)
    store.open()
    named = {"iri": HUB + "acme", "class": "Agent", "name": "acme"}
    thing: EntityDict = {"iri": HUB + "acme/m", "class": "MLModel", "name": "acme/m", "sharedBy": [HUB + "acme"]}
    position = Position("c", "r", 1)
    change = Change("huggingface/model/1", thing["iri"], {"root": thing, "parts": [], "stubs": [named]})
    store.write([change], position)
    owner = {"iri": HUB + "acme", "class": "Organization", "name": "Acme Inc."}
    store.write([Change("huggingface/owner/2", owner["iri"], {"root": owner, "parts": [], "stubs": []})], position)
    store.write([change], position)
    nodes, edges = stored(driver)
    assert nodes[HUB + "acme"] == (["Organization"], {"name": "Acme Inc.", "record": "huggingface/owner/2"})
    assert sum(edges.values()) == 1
    # When nobody describes it any more it is what the model names.
    store.write([Change("huggingface/owner/2", owner["iri"], None)], position)
    assert stored(driver)[0][HUB + "acme"] == (["Organization"], {"name": "Acme Inc."})
    store.write([Change("huggingface/model/1", thing["iri"], None)], position)
    assert stored(driver) == ({}, Counter())
    store.close()


def test_what_the_server_refuses_takes_no_neighbor_with_it(driver: Driver) -> None:
    store = open_store("neo4j", settings())
    store.open()
    changes, states = [], []
    for number in range(40):
        thing = {"iri": f"{HUB}acme/m{number}", "class": "MLModel", "name": f"m{number}"}
        state: State = {"root": thing, "parts": [], "stubs": [], "counters": {"downloads": number}}
        states.append(state)
    states[7]["counters"]["downloads"] = 2**63
    states[31]["root"]["iri"] += "n" * 9_000  # longer than an index entry may be
    changes += [Change(f"huggingface/model/{n}", each["root"]["iri"], each) for n, each in enumerate(states)]
    refused = store.write(changes, Position("c", "r", 40))
    assert {refusal.key for refusal in refused} == {"huggingface/model/7", "huggingface/model/31"}
    assert all(refusal.error for refusal in refused)
    assert store.counts() == {"nodes": 38, "edges": 0}
    store.close()


@pytest.mark.parametrize("name", ["n" * 20_000, "\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 20_000, "\U0001f600" * 2_041])
def test_what_is_too_long_for_an_index_is_stored_whole_beside_it(driver: Driver, name: str) -> None:
    store = open_store("neo4j", settings())
    store.open()
    model, evaluation, task = HUB + "acme/long", HUB + "acme/long#evaluation-1", "urn:x:task"
    state: State = {
        "root": {"iri": model, "class": "MLModel", "name": name, "hasEvaluation": [evaluation], "mlTask": [task]},
        "parts": [
            {"iri": evaluation, "class": "MLModelEvaluation", "evaluationMetrics": [f"{n} {name}" for n in range(9)]}
        ],
        "stubs": [{"iri": task, "class": "DefinedTerm", "name": name}],
    }
    assert store.write([Change("huggingface/model/long", model, state)], Position("c", "r", 1)) == []
    nodes, _ = stored(driver)
    assert nodes.keys() == {model, evaluation, task}
    assert nodes[model][1]["name_whole"] == name
    assert name.startswith(nodes[model][1]["name"])
    assert name.startswith(nodes[task][1]["name"])
    assert nodes[evaluation][1]["evaluationMetrics_whole"] == [f"{n} {name}" for n in range(9)]
    store.close()


def test_many_short_entries_fit_the_index(driver: Driver) -> None:
    store = open_store("neo4j", settings())
    store.open()
    iri = HUB + "acme/many"
    metrics = [f"m{number}" for number in range(5_000)]
    root = {"iri": iri, "class": "MLModelEvaluation", "evaluationMetrics": metrics}
    change = Change("huggingface/model/many", iri, {"root": root, "parts": [], "stubs": []})
    assert store.write([change], Position("c", "r", 1)) == []
    assert stored(driver)[0][iri][1]["evaluationMetrics_whole"] == metrics
    store.close()


def test_it_fills_itself_when_it_is_switched_on_or_emptied(tmp_path: Path, hub: SampleHub, driver: Driver) -> None:
    Project(tmp_path / "data", hub.url).crawl("-a", "mode=census")
    project = Project(tmp_path / "data", hub.url, **settings())
    assert project.status()["projections"]["neo4j"]["backlog"] == 60
    project.crawl("-a", "mode=census")
    assert_equal(driver, project)
    driver.execute_query("MATCH (n) DETACH DELETE n")
    told = json.loads(project.scrapy("sync", "neo4j", "--json").stdout)["neo4j"]
    assert (told["position"], told["backlog"], told["failed"]) == (project.status()["catalog"]["sequence"], 0, 0)
    assert_equal(driver, project)


def test_a_database_of_somebody_else_is_left_alone(
    project: Project, driver: Driver, tmp_path: Path, hub: SampleHub
) -> None:
    driver.execute_query("CREATE (:Person {name: 'Ada'})")
    done = project.scrapy("crawl", "huggingface", "-a", "mode=census")
    assert done.returncode == 1
    assert "contains other data" in done.stderr
    assert project.scrapy("sync", "neo4j", "--rebuild").returncode == 1
    assert driver.execute_query("MATCH (n) RETURN count(n), max(n.name)").records[0].values() == [1, "Ada"]
    driver.execute_query("MATCH (n) DELETE n")
    assert project.scrapy("sync", "neo4j").returncode == 0
    other = Project(tmp_path / "other", hub.url, **settings())
    done = other.scrapy("crawl", "huggingface", "-a", "limit=5")
    assert done.returncode == 1
    assert "another catalog" in done.stderr
    assert_equal(driver, project)
    assert other.scrapy("sync", "neo4j", "--rebuild").returncode == 0
    assert_equal(driver, other)


@pytest.mark.parametrize(
    "wrong", [{"NEO4J_URI": "bolt://127.0.0.1:9"}, {"NEO4J_URI": "http://127.0.0.1"}, {"NEO4J_DATABASE": "none.such"}]
)
def test_what_cannot_be_reached_is_one_line(project: Project, wrong: dict[str, str], driver: Driver) -> None:
    project.environment.update(wrong)
    done = project.scrapy("crawl", "huggingface", "-a", "limit=5")
    assert done.returncode == 1
    assert "Neo4j at" in done.stderr
    assert "Traceback" not in done.stderr
    assert project.report()["records"]["new"] == 5
    assert project.report()["projections"]["neo4j"]["backlog"] == 5


def test_a_server_that_is_too_old_is_told(monkeypatch: pytest.MonkeyPatch, driver: Driver) -> None:
    monkeypatch.setattr("mlentory_crawl.stores.neo4j.store.OLDEST_MAJOR", 9_999)
    store = open_store("neo4j", settings())
    with pytest.raises(StoreError, match="expected Neo4j 9999 or newer"):
        store.open()
    store.close()


QUERIES = re.findall(r"```cypher\n(.*?)```", (ROOT / "docs" / "neo4j.md").read_text(), re.DOTALL)


def test_the_documented_queries_answer(driver: Driver, tmp_path: Path) -> None:
    assert len(QUERIES) >= 10
    with SampleHub(models=2_000) as served:
        Project(tmp_path / "data", served.url, **settings()).crawl("-a", "mode=census")
    silent = [query for query in QUERIES if not driver.execute_query(query).records]
    assert silent == []


def test_what_is_erased_has_no_node(project: Project, hub: SampleHub, driver: Driver) -> None:
    hub.set(patch={f"acme/model-{n}": {"tags": ["base_model:acme/model-3"]} for n in (1, 2)})
    census(project, new=60)
    done = project.scrapy("erase", f"{HUB}acme/model-3", f"{HUB}acme/base", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["projections"]["neo4j"]["backlog"] == 0
    assert_equal(driver, project)
    nodes, edges = stored(driver)
    gone = {f"{HUB}acme/model-3", f"{HUB}acme/base"}
    assert gone.isdisjoint(iri.partition("#")[0] for iri in nodes)
    assert gone.isdisjoint(end for edge in edges for end in edge[:3])
    assert gone.isdisjoint(value for _, own in nodes.values() for value in own.values() if isinstance(value, str))
    census(project, erased=1, new=0)
    assert_equal(driver, project)


@pytest.mark.parametrize("platform", ARGUMENTS)
def test_every_platform_is_in_the_graph_as_in_the_catalog(tmp_path: Path, driver: Driver, platform: str) -> None:
    with made_up(platform) as (variables, change):
        project = Project(tmp_path / "data", "http://127.0.0.1:9", **variables, **settings())
        for run in range(3):
            report = project.crawl(*ARGUMENTS[platform], spider=platform)
            assert (report["verdict"], report["projections"]["neo4j"]["backlog"]) == ("complete", 0)
            assert report["projections"]["neo4j"]["failed"] == 0
            assert_equal(driver, project)
            if not run:
                change()
            elif run == 1:
                assert report["records"]["changed"] >= 1
            else:
                assert bool(report["records"]["deleted"]) == ("accept_deletions=true" in ARGUMENTS[platform])
