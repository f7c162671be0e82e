"""Crawls of the BioImage Model Zoo, against a made-up one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rdflib
from scrapy import Request
from scrapy.utils.test import get_crawler
from support.ai4life_server import LIST, Zoo, artifact, served_zoo, zoo
from support.crawling import CatalogProject, Project
from support.walking import made, walked

from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.spiders.ai4life import Ai4LifeSpider

MODELS = 60
RECORDS = MODELS + 2
HERE = "https://hypha.aicell.io/bioimage-io/artifacts/"
QUICK = ("-s", "RETRY_TIMES=1", "-s", "RETRY_BACKOFF=0.01")


@pytest.fixture
def server() -> Iterator[Zoo]:
    with served_zoo(zoo(MODELS)) as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, server: Zoo) -> Project:
    return CatalogProject(tmp_path / "data", "http://127.0.0.1:9", AI4LIFE_ENDPOINT=server.url)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, Zoo]]:
    """A zoo that was crawled in part, with its crawls' project."""
    with served_zoo(zoo(3)) as served:
        project = Project(
            tmp_path_factory.mktemp("ai4life") / "data", "http://127.0.0.1:9", AI4LIFE_ENDPOINT=served.url
        )
        crawl(project, "-a", "limit=3")
        yield project, served


def crawl(project: Project, *words: str, code: int = 0) -> dict[str, Any]:
    done = project.scrapy("crawl", "ai4life", *words)
    assert done.returncode == code, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    return project.report()


def live_and_deleted(project: Project) -> tuple[int, int]:
    told = project.status()["catalog"]["records"]["ai4life"].values()
    return sum(kind["live"] for kind in told), sum(kind["deleted"] for kind in told)


def test_the_whole_zoo_is_one_silent_request_and_unchanged_the_second_time(project: Project, server: Zoo) -> None:
    report = crawl(project, "-s", "PROJECTIONS=search")
    assert (report["mode"], report["coverage"], report["verdict"]) == ("census", "census", "complete")
    assert (report["records"]["fetched"], report["records"]["new"]) == (RECORDS, RECORDS)
    ((path, query),) = server.asked
    assert path == LIST
    assert query["silent"] == ["true"]
    assert report["requests"]["by_slot"] == {"ai4life.api": 1}
    # Of 60 models the one that names itself as its parent says something impossible.
    assert report["field_issues"] == {"manifest.parent.id: refers to the resource itself": 1}
    kinds = project.status()["catalog"]["records"]["ai4life"]
    assert {kind: told["live"] for kind, told in kinds.items()} == {"model": MODELS, "dataset": 1, "application": 1}
    assert report["projections"]["search"]["documents"] == RECORDS
    exported = project.export("first.ttl")
    graph = rdflib.Graph().parse(data=exported, format="turtle")
    assert (None, None, rdflib.URIRef(f"{HERE}slide%20viewer")) not in graph
    assert (rdflib.URIRef(f"{HERE}slide%20viewer"), rdflib.RDF.type, None) in graph
    server.artifacts[0]["download_count"] += 1
    server.artifacts[1]["download_count"] = 12  # whole numbers are no other counters
    assert crawl(project)["records"]["unchanged"] == RECORDS
    assert crawl(project)["records"]["unchanged"] == RECORDS
    assert project.export("second.ttl") == exported
    counted = project.export("counted.nt", "--counters")
    assert counted.count(b"schema.org/InteractionCounter") == RECORDS


def test_what_changes_is_changed(project: Project, server: Zoo) -> None:
    crawl(project)
    server.artifacts[4]["manifest"]["license"] = "CC-BY-4.0"
    records = crawl(project)["records"]
    assert (records["changed"], records["unchanged"]) == (1, RECORDS - 1)


@pytest.mark.parametrize("bare", [False, True])
def test_a_list_in_pages_is_walked_to_its_end(project: Project, server: Zoo, bare: bool) -> None:
    server.artifacts = zoo(1_100)
    server.bare = bare
    assert crawl(project)["records"]["new"] == 1_102
    assert [query["offset"] for _, query in server.asked] == [["0"], ["1000"]]


def test_a_limit_is_no_census(project: Project, server: Zoo) -> None:
    report = crawl(project, "-a", "limit=7")
    assert (report["coverage"], report["records"]["new"]) == ("limit", 7)
    assert project.status()["catalog"]["watermarks"] == {}


def test_two_censuses_and_a_denial_make_a_tombstone(project: Project, server: Zoo) -> None:
    crawl(project)
    server.remove("tidy-animal-7")
    server.hidden.add("tidy-animal-8")
    assert crawl(project, "-a", "accept_deletions=true")["records"]["deleted"] == 0
    assert live_and_deleted(project) == (RECORDS, 0)
    report = crawl(project, "-a", "accept_deletions=true")
    assert (report["records"]["deleted"], report["requests"]["probes"]) == (1, 2)
    assert live_and_deleted(project) == (RECORDS - 1, 1)
    assert all(query["silent"] == ["true"] for _, query in server.asked)
    shown = json.loads(project.scrapy("show", f"{HERE}tidy-animal-7", "--json").stdout)
    assert shown["deletedAt"]
    assert shown["root"]["license"] == ["https://spdx.org/licenses/MIT"]
    assert "author" not in shown["root"]
    assert "deletedAt" not in json.loads(project.scrapy("show", f"{HERE}tidy-animal-8", "--json").stdout)
    # One that comes back is a record as before.
    server.artifacts.append(artifact("tidy-animal-7"))
    assert crawl(project)["records"]["new"] == 1


def test_what_is_said_to_be_deleted_is_gone(project: Project, server: Zoo) -> None:
    crawl(project)
    server.artifacts[6]["manifest"]["status"] = "deleted"
    assert crawl(project)["records"]["deleted"] == 0
    assert crawl(project)["records"]["deleted"] == 1


def test_a_census_that_lacks_too_much_deletes_nothing(project: Project, server: Zoo) -> None:
    crawl(project)
    server.remove("tidy-animal-7", "tidy-animal-8")
    for _ in range(2):
        report = crawl(project, code=1)
        assert report["verdict"] == "suspect"
        assert "2 of 62 model/dataset/application records are missing" in report["problems"][0]
    assert live_and_deleted(project) == (RECORDS, 0)


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, b"<!doctype html><title>Sorry</title>", "not valid JSON"),
        (200, b'{"items": [{"id": "bioimage-io/a", "ty', "not valid JSON"),
        (200, b"", "not valid JSON"),
        (200, b'"nothing"', "expected a list of artifacts, got str"),
        (200, b'{"detail": "busy"}', "expected a list of artifacts, got dict"),
        (200, b'{"items": {"a": 1}, "total": 1}', "expected a list of artifacts, got dict"),
        (200, b'{"items": [], "total": 0}', "expected a list of artifacts, got an empty list"),
        (200, b"[]", "expected a list of artifacts, got an empty list"),
        (404, b'{"detail": "Parent artifact not found"}', "returned HTTP 404: Parent artifact not found"),
        (403, b'{"detail": "Permission denied"}', "returned HTTP 403"),
        (500, b'{"detail": "Internal server error."}', "returned HTTP 500"),
    ],
)
def test_what_is_no_list_is_one_failure_and_no_record(tmp_path: Path, status: int, body: bytes, told: str) -> None:
    spider = made(Ai4LifeSpider, tmp_path, "https://zoo.test")
    _, records = walked(spider, lambda *given: (status, {}, body))
    assert records == []
    (failure,) = spider.failures
    assert told in failure
    assert "\n" not in failure


def test_what_is_no_list_fails_in_one_line_and_deletes_nothing(crawled: tuple[Project, Zoo]) -> None:
    project, server = crawled
    server.answer = (200, {"Content-Type": "text/html"}, b"<!doctype html><title>Sorry</title>")
    done = project.scrapy("crawl", "ai4life", *QUICK)
    report = project.report()
    assert (done.returncode, report["verdict"], report["records"]["fetched"]) == (1, "failed", 0)
    told = "not valid JSON"
    assert sum(told in line for line in done.stderr.splitlines() if "ERROR" in line and "Problem" not in line) == 1
    assert told in report["problems"][0]
    assert live_and_deleted(project) == (3, 0)


def test_what_cannot_be_told_from_others_goes_to_the_quarantine(project: Project, server: Zoo) -> None:
    unusable: list[Any] = [{"type": "model", "manifest": {}}, {"id": 5, "type": "model"}, {"id": "x"}, "y", None]
    listed = [*server.artifacts, *unusable]
    server.answer = (200, {}, json.dumps({"items": listed, "total": len(listed)}).encode())
    report = crawl(project, code=1)
    assert report["records"]["quarantined"] == len(unusable)
    assert report["records"]["new"] == RECORDS


def test_ids_and_addresses_are_asked_for_one_by_one(project: Project, server: Zoo) -> None:
    asked = ",".join(
        [
            "tidy-animal-3",
            "bioimage-io/tidy-animal-4",
            "https://bioimage.io/#/?id=tidy-animal-5",
            "https://bioimage.io/#/artifacts/tidy-animal-5",
            f"{HERE}slide%20viewer",
            "nobody",
            "https://example.org/x",
            "a:b",
        ]
    )
    report = crawl(project, "-a", f"ids={asked}")
    told = {name: count for name, count in report["requested"].items() if count}
    assert told == {"asked": 8, "found": 4, "missing": 1, "duplicate": 1, "invalid": 2}
    assert (report["coverage"], report["records"]["new"]) == ("ids", 4)
    assert all(query == {"silent": ["true"]} for _, query in server.asked)


def test_a_thing_of_another_kind_is_a_failure_of_one_line(project: Project) -> None:
    report = crawl(project, "-a", "ids=some-notebook", code=1)
    assert report["requested"]["failed"] == 1
    assert "expected a model, dataset or application, got '" in report["problems"][0]


@pytest.mark.parametrize(
    ("url", "alias"),
    [
        ("https://bioimage.io/#/?id=affable-animal", "affable-animal"),
        ("https://bioimage.io/#/?tags=unet&id=affable-animal&type=model", "affable-animal"),
        ("https://bioimage.io/#/artifacts/affable-animal", "affable-animal"),
        ("https://hypha.aicell.io/bioimage-io/artifacts/affable-animal/files/rdf.yaml?silent=true", "affable-animal"),
        ("https://hypha.aicell.io/bioimage-io/artifacts/slide%20viewer", "slide%20viewer"),
        ("https://bioimage.io/#/?id=10.5281%2Fzenodo.123", "10.5281%2Fzenodo.123"),
        ("https://bioimage.io/#/about", None),
        ("https://bioimage.io/docs", None),
        ("https://hypha.aicell.io/bioimage-io/artifacts/bioimage.io/children", None),
        ("https://hypha.aicell.io/another/artifacts/affable-animal", None),
        ("https://bioimage.io.example.org/#/?id=affable-animal", None),
    ],
)
def test_pages_lead_to_what_they_are_about(tmp_path: Path, url: str, alias: str | None) -> None:
    crawler = get_crawler(Ai4LifeSpider, {"AI4LIFE_ENDPOINT": "https://zoo.test", "MLENTORY_DATA_DIR": str(tmp_path)})
    crawler.spider = spider = crawler._create_spider()
    assert isinstance(spider, Ai4LifeSpider)
    request = spider.seed_request(url, Seed(0, "list:1", url))
    expected = None if alias is None else f"https://zoo.test/bioimage-io/artifacts/{alias}?silent=true"
    assert (None if request is None else request.url) == expected
    if alias is not None:
        assert Ai4LifeSpider.handles_request(Request(url))
