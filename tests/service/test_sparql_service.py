"""SPARQL as others see it: clients that are not ours, processes that end, triples that are replaced or erased."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, POSTDIRECTLY, TURTLE, XML, SPARQLWrapper
from starlette.testclient import TestClient
from support.catalogs import HUB, Book, model
from support.crawling import ROOT, Project
from support.questions import questions
from support.served import settings_of
from support.served_sparql import fill, listener, served

from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.service.application import application
from mlentory_crawl.service.sparql import pool, sandbox
from mlentory_crawl.stores.sparql.folder import DATABASES, SNAPSHOTS

pytestmark = pytest.mark.extra(name="serve")

QUERIES = {
    **{
        each.title: each.snippets["sparql"]
        for each in questions((ROOT / "docs/questions.md").read_text("utf-8"))
        if "sparql" in each.snippets
    },
    **{
        query[:60]: query
        for query in re.findall(r"```sparql\n(.*?)```", (ROOT / "docs/data-model.md").read_text("utf-8"), re.DOTALL)
    },
}
HERE = "http://127.0.0.1"
PROVENANCE = ("prov:hadPrimarySource", "prov:wasGeneratedBy", "prov:generatedAtTime")
PREFIXES = "".join(
    f"PREFIX {prefix}: <{base}>\n"
    for prefix, base in {
        "fair4ml": "https://w3id.org/fair4ml#", "schema": "http://schema.org/", "prov": "http://www.w3.org/ns/prov#",
        "dcterms": "http://purl.org/dc/terms/",
    }.items()
)  # fmt: skip


@dataclass(frozen=True)
class Demo:
    """A served data directory, and an export of it."""

    address: str
    export: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """What ``mlentory demo`` has, with fewer models."""
    place = tmp_path_factory.mktemp("served")
    with SampleHub(models=40, demo=True) as hub:
        project = Project(place / "data", hub.url, PROJECTIONS="none")
        project.crawl("-a", "mode=census")
        project.export("demo.ttl", "--counters")
    fill(place / "data")
    with served(place / "data") as (address, _):
        yield Demo(f"{address}sparql", place / "demo.ttl")


def plain(rows: Any) -> list[list[Any]]:
    """Rows without their order, which queries leave open where values are equal."""
    # rdflib writes times its own way.
    texts = ([None if value is None else str(value).replace("+00:00", "Z") for value in row] for row in rows)
    return sorted(texts, key=str)


def wrapped(address: str, query: str, **options: Any) -> Any:
    """What SPARQLWrapper makes of an answer."""
    client = SPARQLWrapper(address)
    client.setQuery(query)
    client.setReturnFormat(options.get("format", JSON))
    if options.get("post"):
        client.setMethod(POST)
        client.setRequestMethod(options["post"])
    return client.query().convert()


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_clients_find_the_rows_that_are_in_an_export(demo: Demo, query: str) -> None:
    expected = list(rdflib.Graph(bind_namespaces="none").parse(demo.export).query(query))
    told = wrapped(demo.address, query)
    names = told["head"]["vars"]
    rows = [[row[name]["value"] if name in row else None for name in names] for row in told["results"]["bindings"]]
    assert plain(rows) == plain(expected)
    remote = rdflib.Graph(SPARQLStore(demo.address), bind_namespaces="none")
    assert plain(remote.query(PREFIXES + query)) == plain(expected)
    assert bool(rows) is not any(word in query for word in PROVENANCE)


def test_a_graph_of_rdflib_reads_triples_one_by_one(demo: Demo) -> None:
    remote = rdflib.Graph(SPARQLStore(demo.address))
    local = rdflib.Graph().parse(demo.export)
    subject = rdflib.URIRef(f"{HUB}acme-lab/acme-7b")
    assert set(remote.predicate_objects(subject)) == set(local.predicate_objects(subject)) != set()
    assert len(remote) == len(local)


def test_the_wrapper_takes_all_formats(demo: Demo) -> None:
    query = f"SELECT ?p WHERE {{ <{HUB}acme-lab/acme-7b> ?p ?o }}"
    rows = len(wrapped(demo.address, query)["results"]["bindings"])
    assert rows > 5
    assert len(wrapped(demo.address, query, post="urlencoded")["results"]["bindings"]) == rows
    assert len(wrapped(demo.address, query, post=POSTDIRECTLY)["results"]["bindings"]) == rows
    assert len(wrapped(demo.address, query, format=CSV).decode().splitlines()) == rows + 1
    assert len(wrapped(demo.address, query, format=XML).getElementsByTagName("result")) == rows
    turtle = wrapped(demo.address, f"CONSTRUCT WHERE {{ <{HUB}acme-lab/acme-7b> ?p ?o }}", format=TURTLE)
    assert len(rdflib.Graph().parse(data=turtle)) == rows


def test_the_triples_are_those_of_the_export(demo: Demo) -> None:
    local = rdflib.Graph().parse(demo.export)
    (row,) = wrapped(demo.address, "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")["results"]["bindings"]
    assert int(row["n"]["value"]) == len(local)


# Processes

CHECKED = """
import sys
from mlentory_crawl.service.sparql import sandbox
if sys.argv[1] == "refuse":
    sandbox.refuse_sockets()
from pyoxigraph import Store
for query in sys.argv[2:]:
    try:
        print(len(list(Store().query(query))))
    except OSError as error:
        print(type(error).__name__)
"""


@pytest.mark.skipif(not sandbox.can_refuse_sockets(), reason="this system has no filter of calls")
def test_a_process_without_sockets_asks_nobody(tmp_path: Path) -> None:
    with listener() as (port, connections):
        queries = [
            f"SELECT * {{ SERVICE {silent} <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}" for silent in ("", "SILENT")
        ]

        def ran(how: str) -> list[str]:
            command = [sys.executable, "-c", CHECKED, how, *queries, "SELECT ?x { VALUES ?x { 1 2 } }"]
            return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()

        assert ran("refuse") == ["PermissionError", "1", "2"]
        assert connections == []
        ran("allow")
        assert connections != []


@pytest.mark.skipif(not sandbox.can_refuse_sockets(), reason="this system has no filter of calls")
@pytest.mark.parametrize("call", ["import socket; socket.socketpair()", "import os; os.execv('/bin/true', ['true'])"])
def test_a_process_without_sockets_runs_no_programs_either(call: str) -> None:
    code = f"from mlentory_crawl.service.sparql.sandbox import refuse_sockets as r; r(); {call}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stderr.splitlines()[-1].startswith("PermissionError")


def children(pid: int) -> list[int]:
    """The processes that answer questions for a service."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found if b"sparql.child" in Path(f"/proc/{child}/cmdline").read_bytes()]


def has_ended(pid: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


def soon(condition: Any) -> bool:
    """Check that something comes true."""
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_processes_know_no_settings_and_end_with_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    filled(tmp_path / "data", "acme/a").close()
    with served(tmp_path / "data") as (address, process):
        assert wrapped(f"{address}sparql", "ASK {}")["boolean"] is True
        (child,) = children(process.pid)
        environment = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        assert {each.partition(b"=")[0] for each in environment if each} == {b"PYTHONPATH"}
        process.kill()
        process.wait()
        assert soon(lambda: has_ended(child))


# What is there changes


def filled(data_dir: Path, *names: str) -> Book:
    """A catalog of models with their triples."""
    book = Book(data_dir)
    book.crawl({name: model(name) for name in names})
    fill(data_dir)
    return book


def names_in(client: TestClient) -> list[str]:
    response = client.get("/sparql", params={"query": "SELECT ?name { ?s schema:name ?name } ORDER BY ?name"})
    assert response.status_code == 200, response.text
    return [row["name"]["value"] for row in response.json()["results"]["bindings"]]


def test_without_triples_it_is_told_how_to_make_them(tmp_path: Path) -> None:
    book = Book(tmp_path / "data")
    book.crawl({"1": model("acme/a")})
    book.close()
    with TestClient(application(settings_of(tmp_path / "data")), base_url=HERE) as client:
        response = client.get("/sparql", params={"query": "ASK {}"})
        assert (response.status_code, response.json()["detail"]) == (
            503,
            "there are no triples yet: mlentory sync sparql makes them",
        )
        fill(tmp_path / "data")
        assert names_in(client) == ["acme/a"]


def test_what_is_written_is_seen_with_its_number(tmp_path: Path) -> None:
    book = filled(tmp_path / "data", "acme/a")
    with closing(book), TestClient(application(settings_of(tmp_path / "data")), base_url=HERE) as client:
        first = client.get("/sparql", params={"query": "ASK {}"})
        book.crawl({"acme/b": model("acme/b")})
        assert names_in(client) == ["acme/a"]
        fill(tmp_path / "data")
        assert names_in(client) == ["acme/a", "acme/b"]
        second = client.get("/sparql", params={"query": "ASK {}"}, headers={"If-None-Match": first.headers["ETag"]})
        assert second.status_code == 200
        assert int(second.headers["X-MLentory-Sequence"]) > int(first.headers["X-MLentory-Sequence"])


def test_triples_of_another_catalog_are_not_shown(tmp_path: Path) -> None:
    filled(tmp_path / "data", "acme/a").close()
    filled(tmp_path / "other", "acme/b").close()
    shutil.rmtree(tmp_path / "data" / "sparql")
    shutil.copytree(tmp_path / "other" / "sparql", tmp_path / "data" / "sparql")
    with TestClient(application(settings_of(tmp_path / "data")), base_url=HERE) as client:
        response = client.get("/sparql", params={"query": "ASK {}"})
        assert response.status_code == 503
        assert "another catalog" in response.json()["detail"]


def test_what_is_erased_is_gone_and_nobody_has_it_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_dir = tmp_path / "data"
    filled(data_dir, "acme/a", "acme/b").close()
    monkeypatch.setattr(pool, "WATCH_SECONDS", 0.1)
    with TestClient(application(settings_of(data_dir)), base_url=HERE) as client:
        assert names_in(client) == ["acme/a", "acme/b"]
        open_files = [each for each in children_of_this() if files_in(each, data_dir)]
        assert len(open_files) == 1
        before = {path.name for path in (data_dir / "sparql").glob("*/*")}
        done = Project(data_dir, "http://127.0.0.1:9").scrapy("erase", f"{HUB}acme/a", "--yes", "--json")
        assert done.returncode == 0, done.stderr
        assert soon(lambda: not any(files_in(each, data_dir) for each in children_of_this()))
        assert names_in(client) == ["acme/b"]
    # Filled anew: what a database deletes stays in its files for a while.
    left = {path.name for path in (data_dir / "sparql").glob("*/*")}
    assert left.isdisjoint(before)
    assert {path.parent.name for path in (data_dir / "sparql").glob("*/*")} == {DATABASES, SNAPSHOTS}


def children_of_this() -> list[int]:
    return [int(each) for task in Path("/proc/self/task").iterdir() for each in (task / "children").read_text().split()]


def files_in(pid: int, folder: Path) -> list[str]:
    """The files in a folder that a process has open."""
    try:
        opened = [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return []
    return [each for each in opened if each.startswith(str(folder))]
