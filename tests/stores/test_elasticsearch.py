"""The search index in a real Elasticsearch does what the embedded one does, and keeps clear of what is not its own."""

from __future__ import annotations

import json
import os
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from suites.search_changes import MODELS, NewStore, change
from suites.search_store import SearchStoreSuite
from suites.store import FAR
from support.crawling import ROOT, Project, model, write_records
from support.http_servers import Answer, forwarded, served
from support.made_up_platforms import ARGUMENTS, made_up

from mlentory_crawl.catalog.feed import Feed
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.changes import Position
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.stores.search.elasticsearch import bulk as elasticsearch_bulk, index as elasticsearch_index
from mlentory_crawl.stores.search.elasticsearch.index import operation
from mlentory_crawl.stores.search.elasticsearch.store import ElasticsearchStore
from mlentory_crawl.stores.search.query import SearchQuery, SearchStore

pytestmark = pytest.mark.servers


@pytest.fixture(scope="session")
def url() -> str:
    if not os.environ.get("ELASTICSEARCH_URL"):
        pytest.skip("ELASTICSEARCH_URL names no server")
    return os.environ["ELASTICSEARCH_URL"]


@pytest.fixture(scope="session")
def server(url: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(url) as client:
        yield client


@pytest.fixture
def prefix(server: Elasticsearch) -> Iterator[str]:
    """What the names of a test's indices begin with; they are deleted after it."""
    name = f"mlentory-test-{uuid.uuid4().hex}"
    yield name
    for index in server.indices.get(index=f"{name}*"):
        server.indices.delete(index=index)


@pytest.fixture
def new_store(url: str, prefix: str) -> Iterator[NewStore]:
    made = []

    def make() -> ElasticsearchStore:
        made.append(ElasticsearchStore(url, prefix))
        return made[-1]

    yield make
    for store in made:
        store.close()


class TestElasticsearchStore(SearchStoreSuite):
    @pytest.fixture
    def new_store(self, new_store: NewStore) -> NewStore:
        return new_store


def names(server: Elasticsearch, prefix: str) -> dict[str, set[str]]:
    """The indices of a test, with their aliases."""
    return {name: set(told["aliases"]) for name, told in server.indices.get(index=f"{prefix}*").items()}


def filled(new_store: NewStore) -> SearchStore:
    store = new_store()
    store.open()
    assert store.write(MODELS, FAR) == []
    store.flush()
    return store


# Indices


def test_one_alias_over_one_index_with_an_explicit_mapping(
    server: Elasticsearch, new_store: NewStore, prefix: str
) -> None:
    filled(new_store)
    ((name, told),) = server.indices.get(index=f"{prefix}*").items()
    assert name.startswith(f"{prefix}-things-2")
    assert set(told["aliases"]) == {f"{prefix}-things"}
    assert told["mappings"]["dynamic"] == "false"
    assert told["mappings"]["properties"]["evaluations"]["type"] == "nested"


def test_searches_before_anything_was_written_say_so(new_store: NewStore, server: Elasticsearch, prefix: str) -> None:
    with pytest.raises(StoreError, match=r"no search index .* yet"):
        new_store().search(SearchQuery())
    assert new_store().peek() == (None, {"documents": 0})
    assert names(server, prefix) == {}


@pytest.mark.parametrize("suffix", ["things", "things-next"])
@pytest.mark.parametrize("is_alias", [False, True])
def test_what_is_not_ours_is_left_alone(
    server: Elasticsearch, new_store: NewStore, prefix: str, suffix: str, is_alias: bool
) -> None:
    name = f"{prefix}-thesis" if is_alias else f"{prefix}-{suffix}"
    server.indices.create(index=name, aliases={f"{prefix}-{suffix}": {}} if is_alias else {})
    server.index(index=name, id="1", document={"work": "of years"}, refresh=True)
    before = server.indices.get(index=f"{prefix}*").body
    store = new_store()
    for use in (store.open, store.peek, store.clear, lambda: store.search(SearchQuery())):
        with pytest.raises(StoreError, match="was not created by mlentory"):
            use()
    assert server.indices.get(index=f"{prefix}*").body == before
    assert server.count(index=name)["count"] == 1


def test_a_new_index_is_published_and_the_old_one_deleted_in_one_step(
    server: Elasticsearch, new_store: NewStore, prefix: str
) -> None:
    store = filled(new_store)
    (before,) = names(server, prefix)
    store.clear()
    store.write(MODELS[:2], replace(FAR, sequence=2))
    assert {frozenset(aliases) for aliases in names(server, prefix).values()} == {
        frozenset({f"{prefix}-things"}), frozenset({f"{prefix}-things-next"}),
    }  # fmt: skip
    store.publish()
    assert list(names(server, prefix).values()) == [{f"{prefix}-things"}]
    assert before not in names(server, prefix)


def test_what_a_kill_left_unpublished_is_deleted(server: Elasticsearch, new_store: NewStore, prefix: str) -> None:
    store = filled(new_store)
    store.clear()
    store.write(MODELS[:2], replace(FAR, sequence=2))
    store.close()
    assert new_store().open() == FAR
    assert list(names(server, prefix).values()) == [{f"{prefix}-things"}]


def test_a_name_with_a_wildcard_reaches_no_other_index(
    server: Elasticsearch, url: str, new_store: NewStore, prefix: str
) -> None:
    filled(new_store)
    before = names(server, prefix)
    store = ElasticsearchStore(url, f"{prefix[:-1]}*")
    with pytest.raises(StoreError, match="Invalid index name"):
        store.open()
    store.close()
    assert names(server, prefix) == before


def test_an_index_of_another_layout_is_replaced(
    server: Elasticsearch, new_store: NewStore, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(new_store)
    monkeypatch.setattr(elasticsearch_index, "LAYOUT", elasticsearch_index.LAYOUT + 1)
    store = new_store()
    assert store.peek() == (None, {"documents": 0})
    with pytest.raises(StoreError, match="another version"):
        store.search(SearchQuery())
    position = store.open()
    assert position is not None
    assert position.catalog == FAR.catalog  # so that nobody takes it from another catalog by an update
    assert position != FAR
    store.clear()
    assert store.write(MODELS[:1], FAR) == []
    store.publish()
    assert store.peek() == (FAR, {"documents": 1})


def test_an_index_belongs_to_its_catalog_before_it_has_documents(new_store: NewStore) -> None:
    first, second = new_store(), new_store()
    assert first.open() is None
    assert second.open() is None
    first.write(MODELS[:1], FAR)
    with pytest.raises(StoreError, match="another process is writing"):
        second.write(MODELS, replace(FAR, catalog="other"))
    assert new_store().open() == Position(FAR.catalog, "", 0)
    first.flush()
    assert first.peek() == (FAR, {"documents": 1})


def test_of_two_writers_only_one_goes_on(new_store: NewStore) -> None:
    filled(new_store).close()
    first, second = new_store(), new_store()
    assert first.open() == second.open() == FAR
    first.write([], replace(FAR, sequence=2))
    first.flush()
    second.write([], replace(FAR, sequence=3))
    with pytest.raises(StoreError, match="another process is writing"):
        second.flush()
    assert first.peek()[0] == replace(FAR, sequence=2)


def test_no_index_comes_back_that_somebody_deleted(server: Elasticsearch, new_store: NewStore, prefix: str) -> None:
    store = filled(new_store)
    for name in names(server, prefix):
        server.indices.delete(index=name)
    with pytest.raises(StoreError, match="alias"):
        store.write(MODELS, replace(FAR, sequence=2))
    assert names(server, prefix) == {}
    assert new_store().open() is None


# Refusals and busy servers


def test_a_key_that_is_too_long_takes_no_neighbor_with_it(new_store: NewStore) -> None:
    store = new_store()
    store.open()
    long = change("k" * 600, "a/long")
    (refusal,) = store.write([*MODELS, long], FAR)
    assert refusal.key == long.key
    assert refusal.error.startswith("Validation Failed: 1: id [")
    store.flush()
    assert store.counts() == {"documents": len(MODELS)}


def test_a_refusal_has_the_words_of_the_server(new_store: NewStore) -> None:
    store = new_store()
    store.open()
    (refusal,) = store.write([change("1", "a/hostile", downloads=2**63)], FAR)
    assert "failed to parse field [downloads] of type [long]" in refusal.error
    assert "out of range of long" in refusal.error


ITEM = {"index": {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "queue is full"}}}


@pytest.mark.parametrize(
    "busy",
    [
        (429, {}, b'{"error": {"type": "circuit_breaking_exception", "reason": "too much"}, "status": 429}'),
        (503, {}, b'{"error": {"type": "unavailable", "reason": "no master"}, "status": 503}'),
        (200, {}, json.dumps({"errors": True, "items": [ITEM] * len(MODELS)}).encode()),
    ],
)
def test_a_busy_server_is_asked_again(url: str, prefix: str, busy: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elasticsearch_bulk, "FIRST_WAIT", 0.01)
    asked = []

    def answer(method: str, path: str, body: bytes) -> Answer:
        if "_bulk" in path:
            asked.append(time.monotonic())
            if len(asked) <= 4:
                return busy[0], {"X-Elastic-Product": "Elasticsearch"}, busy[2]
        return forwarded(url, method, path, body)

    with served(answer) as between:
        store = ElasticsearchStore(between, prefix)
        store.open()
        assert store.write(MODELS, FAR) == []
        store.flush()
        assert store.counts() == {"documents": len(MODELS)}
        assert len(asked) == 5
        waits = [after - before for before, after in pairwise(asked)]
        assert all(wait >= 0.01 * 2**number for number, wait in enumerate(waits))
        monkeypatch.setattr(elasticsearch_bulk, "RETRY_SECONDS", 0.05)
        asked.clear()
        with pytest.raises(StoreError, match=r"too busy: (too much|no master|queue is full)"):
            store.write(MODELS, FAR)
        store.close()


# Equal documents


def written_at(server: Elasticsearch, prefix: str) -> dict[str, int]:
    """The number of the last writing of each document."""
    hits = server.search(index=f"{prefix}-things", size=100, seq_no_primary_term=True)["hits"]["hits"]
    return {hit["_id"]: hit["_seq_no"] for hit in hits if hit["_id"] != elasticsearch_index.POSITION}


def opened_again(new_store: NewStore) -> SearchStore:
    filled(new_store).close()
    store = new_store()
    store.open()
    return store


def test_equal_documents_are_not_written_again(server: Elasticsearch, new_store: NewStore, prefix: str) -> None:
    store = opened_again(new_store)
    before = written_at(server, prefix)
    changed = change("1", "google-bert/bert-base-uncased", downloads=7)
    later = replace(FAR, sequence=9)
    assert store.write([changed, *MODELS[1:], change("new", "a/new")], later) == []
    assert store.equal == len(MODELS) - 1
    assert store.flush() == later
    after = written_at(server, prefix)
    assert {key for key, number in after.items() if number != before.get(key)} == {changed.key, "huggingface/model/new"}
    assert store.write([changed], later) == []
    assert store.equal == 1
    hit = store.search(SearchQuery(text="bert-base-uncased")).hits[0]
    assert hit["downloads"] == 7
    assert not hit.keys() & {elasticsearch_index.HASH, elasticsearch_index.WEIGHT}


def test_what_no_search_sees_yet_is_compared_with_nothing_older(new_store: NewStore) -> None:
    store = opened_again(new_store)
    first, second = MODELS[:2]
    for wanted in (change("1", "a/other"), first, change("2", None), second):
        store.write([wanted], FAR)
        assert store.equal == 0
    store.flush()
    assert store.counts() == {"documents": len(MODELS)}
    assert store.write(MODELS, FAR) == []
    assert store.equal == len(MODELS)


def test_what_a_killed_writer_left_unseen_is_seen(new_store: NewStore) -> None:
    filled(new_store).close()
    killed = new_store()
    killed.open()
    killed.write([change("1", "a/other")], FAR)
    killed.close()
    store = new_store()
    store.open()
    store.write(MODELS, FAR)
    assert store.equal == len(MODELS) - 1


def test_a_tombstone_is_written_and_revived(new_store: NewStore) -> None:
    store = opened_again(new_store)
    for deleted_at, documents in (("2024-01-01T00:00:00Z", len(MODELS) - 1), (None, len(MODELS))):
        store.write([replace(MODELS[0], deleted_at=deleted_at)], FAR)
        store.flush()
        assert (store.equal, store.counts()) == (0, {"documents": documents})


@pytest.mark.parametrize("status", [200, 429])
def test_only_an_index_that_had_documents_is_asked_for_them(url: str, prefix: str, status: int) -> None:
    asked = []

    def answer(method: str, path: str, body: bytes) -> Answer:
        if "/_search" in path:
            asked.append(path)
            if status != 200:
                told = {"error": {"type": "rejected", "reason": "queue is full"}, "status": status}
                return status, {"X-Elastic-Product": "Elasticsearch"}, json.dumps(told).encode()
        return forwarded(url, method, path, body)

    with served(answer) as between:
        store = ElasticsearchStore(between, prefix)
        for is_filled in (False, True):
            store.open()
            for _ in range(2):
                assert store.write(MODELS, FAR) == []
                store.flush()
            assert len(asked) == 2 * is_filled
            assert store.equal == (len(MODELS) if is_filled and status == 200 else 0)
            store.clear()
            assert store.write(MODELS, FAR) == []
            assert len(asked) == 2 * is_filled
            store.publish()
            store.close()


# Crawls


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[SampleHub]:
    records = write_records(tmp_path / "records.jsonl", [model(n) for n in range(60)])
    with SampleHub(records=records) as served_hub:
        yield served_hub


@pytest.fixture
def project(tmp_path: Path, hub: SampleHub, url: str, prefix: str) -> Project:
    return Project(tmp_path / "data", hub.url, ELASTICSEARCH_URL=url, ELASTICSEARCH_INDEX_PREFIX=prefix)


def test_a_crawl_fills_it_and_commands_ask_it(project: Project) -> None:
    report = project.crawl("-a", "mode=census")
    told = report["projections"]["search"]
    assert (told["backend"], told["backlog"], told["documents"]) == ("elasticsearch", 0, 60)
    status = project.status()["projections"]["search"]
    assert (status["backend"], status["backlog"], status["documents"]) == ("elasticsearch", 0, 60)
    answer = json.loads(project.scrapy("search", "--json", "--limit", "100").stdout)
    assert answer["total"] == len(answer["hits"]) == 60
    embedded = Project(project.data_dir, "http://127.0.0.1:9")
    assert embedded.scrapy("sync", "search").returncode == 0
    other = json.loads(embedded.scrapy("search", "--json", "--limit", "100").stdout)
    assert {hit["iri"]: hit | {"score": 0} for hit in other["hits"]} == {
        hit["iri"]: hit | {"score": 0} for hit in answer["hits"]
    }


def test_only_what_was_written_is_counted(project: Project, server: Elasticsearch, prefix: str) -> None:
    project.crawl("-a", "mode=census")
    position = server.get(index=f"{prefix}-things", id=elasticsearch_index.POSITION)["_source"]
    last = position["position"]["sequence"]
    position["position"]["sequence"] = 10
    server.index(index=f"{prefix}-things", id=elasticsearch_index.POSITION, document=position)
    told = json.loads(project.scrapy("sync", "search", "--json").stdout)["search"]
    assert (told["written"], told["backlog"], told["documents"], told["position"]) == (0, 0, 60, last)


def test_a_rebuild_makes_a_new_index_and_takes_over_another_catalogs(
    project: Project, tmp_path: Path, hub: SampleHub, server: Elasticsearch, prefix: str
) -> None:
    project.crawl("-a", "mode=census")
    (first,) = names(server, prefix)
    assert project.scrapy("sync", "search", "--rebuild").returncode == 0
    (second,) = names(server, prefix)
    assert second != first
    assert project.status()["projections"]["search"]["documents"] == 60
    variables = {name: project.environment[name] for name in ("ELASTICSEARCH_URL", "ELASTICSEARCH_INDEX_PREFIX")}
    other = Project(tmp_path / "other", hub.url, **variables)
    before = server.indices.stats(index=second)["indices"][second]["primaries"]["indexing"]["index_total"]
    report = other.crawl("-a", "limit=5", code=1)
    assert "belongs to another catalog" in report["projections"]["search"]["error"]
    assert server.indices.stats(index=second)["indices"][second]["primaries"]["indexing"]["index_total"] == before
    assert list(names(server, prefix)) == [second]
    assert other.scrapy("sync", "search", "--rebuild").returncode == 0
    assert other.status()["projections"]["search"]["documents"] == 5
    assert len(names(server, prefix)) == 1


def test_a_server_that_dies_does_not_stop_the_crawl(project: Project, url: str) -> None:
    dead = False

    def answer(method: str, path: str, body: bytes) -> Answer | None:
        nonlocal dead
        dead = dead or "_bulk" in path
        return None if dead else forwarded(url, method, path, body)

    with served(answer) as between:
        project.environment["ELASTICSEARCH_URL"] = between
        report = project.crawl("-a", "mode=census", code=1)
    assert report["records"]["new"] == 60
    assert report["projections"]["search"]["backlog"] == 60
    assert "\n" not in report["projections"]["search"]["error"]
    project.environment["ELASTICSEARCH_URL"] = url
    report = project.crawl("-a", "mode=census")
    assert report["records"]["unchanged"] == 60
    told = report["projections"]["search"]
    assert (told["backlog"], told["documents"]) == (0, 60)


def test_one_document_that_the_server_refuses_is_all_that_is_missing(
    tmp_path: Path, url: str, prefix: str, new_store: NewStore, server: Elasticsearch
) -> None:
    result = {"task": {"type": "fill-mask"}, "dataset": {"type": "glue", "name": "GLUE"}}
    metrics = [{"type": "accuracy", "value": 0.5}, {"type": "f1", "value": 0.25}]
    card = {"model-index": [{"name": "tested", "results": [result | {"metrics": metrics}]}]}
    records = [model(n) for n in range(1_000)]
    records[500] |= {"model-index": card["model-index"], "cardData": card}
    assert new_store().open() is None
    limit = "index.mapping.nested_objects.limit"
    server.indices.put_settings(index=f"{prefix}-things", settings={limit: 1})
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        project = Project(tmp_path / "data", hub.url, ELASTICSEARCH_URL=url, ELASTICSEARCH_INDEX_PREFIX=prefix)
        report = project.crawl("-a", "mode=census", code=1)
    told = report["projections"]["search"]
    assert (told["written"], told["failed"], told["backlog"], told["documents"]) == (999, 1, 1, 999)
    assert told["errors"].keys() == {f"huggingface/model/{records[500]['_id']}"}
    assert "nested documents" in next(iter(told["errors"].values()))
    assert project.scrapy("sync", "search").returncode == 1
    server.indices.put_settings(index=f"{prefix}-things", settings={limit: 2})
    assert project.scrapy("sync", "search").returncode == 0
    status = project.status()["projections"]["search"]
    assert (status["backlog"], status["documents"]) == (0, 1_000)


def expected(project: Project) -> dict[str, Any]:
    """The documents by id, as they follow from the catalog."""
    reader = CatalogReader(project.data_dir)
    rows = reader._execute("SELECT platform || '/' || kind || '/' || key FROM record ORDER BY sequence").fetchall()
    operations = [
        [json.loads(line) for line in operation(change)[0]] for change in Feed(reader).changes_of([k for (k,) in rows])
    ]
    reader.close()
    return {target["index"]["_id"]: told[0] for target, *told in operations if told}


@pytest.mark.parametrize("platform", ARGUMENTS)
def test_every_platform_is_in_the_index_as_in_the_catalog(
    tmp_path: Path, server: Elasticsearch, url: str, prefix: str, platform: str
) -> None:
    with made_up(platform) as (variables, change):
        stores = {"ELASTICSEARCH_URL": url, "ELASTICSEARCH_INDEX_PREFIX": prefix}
        project = Project(tmp_path / "data", "http://127.0.0.1:9", **variables, **stores)
        for run in range(3):
            report = project.crawl(*ARGUMENTS[platform], spider=platform)
            told = report["projections"]["search"]
            assert (report["verdict"], told["backlog"], told["failed"]) == ("complete", 0, 0)
            found = server.search(index=f"{prefix}-things", query={"exists": {"field": "iri"}}, size=1_000)
            assert {hit["_id"]: hit["_source"] for hit in found["hits"]["hits"]} == expected(project)
            if not run:
                change()
            elif run == 1:
                assert report["records"]["changed"] >= 1
            else:
                assert bool(report["records"]["deleted"]) == ("accept_deletions=true" in ARGUMENTS[platform])


QUERIES = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "data-model.md").read_text("utf-8"), re.DOTALL)


def test_the_documented_queries_find_something(tmp_path: Path, server: Elasticsearch, url: str, prefix: str) -> None:
    assert len(QUERIES) >= 6
    with SampleHub(models=300) as hub:
        project = Project(tmp_path / "data", hub.url, ELASTICSEARCH_URL=url, ELASTICSEARCH_INDEX_PREFIX=prefix)
        project.crawl("-a", "mode=census")
    for query in map(json.loads, QUERIES):
        answer = server.search(index=f"{prefix}-things", **query)
        assert answer["hits"]["total"]["value"], query
        assert ("aggs" in query) == ("doc_count" in str(answer.get("aggregations"))), query
