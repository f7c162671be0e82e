"""Crawls of arXiv, against a made-up one, for what models of a made-up hub name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler
from support.arxiv_server import Arxiv, entry, feed, served_arxiv
from support.crawling import CatalogProject, Project, model, write_records
from support.http_servers import Answer

from fair4ml.platforms.arxiv import BATCH
from fair4ml.platforms.arxiv.source import entries
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.spiders.arxiv import ArxivSpider

AT_ONCE = ("-s", 'DOWNLOAD_SLOTS={"arxiv.api": {"concurrency": 1, "delay": 0, "jitter": 0}}')
QUICK = ("-s", "RETRY_TIMES=1", "-s", "RETRY_BACKOFF=0.01")
NAMED = ["2401.00001", "2401.00002", "math/0309136"]


@pytest.fixture
def server() -> Iterator[Arxiv]:
    with served_arxiv() as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, server: Arxiv) -> Project:
    return CatalogProject(tmp_path / "data", "http://127.0.0.1:9", ARXIV_ENDPOINT=server.url)


def crawl(project: Project, *words: str, code: int = 0) -> dict[str, Any]:
    done = project.scrapy("crawl", "arxiv", *AT_ONCE, *QUICK, *words)
    assert done.returncode == code, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    return project.report()


def requested(report: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in report["requested"].items() if count}


def test_articles_that_models_name_are_fetched_once(project: Project, server: Arxiv, tmp_path: Path) -> None:
    tags = [f"arxiv:{id}" for id in (*NAMED, "2401.00002v3")]
    records = write_records(tmp_path / "records.jsonl", [model(n, tags=tags) for n in range(3)])
    with SampleHub(records=records) as hub:
        project.environment["HF_ENDPOINT"] = hub.url
        project.crawl("-a", "mode=census")
    assert crawl(project, "-a", "limit=1")["records"]["new"] == 1
    report = crawl(project)
    assert (report["mode"], report["coverage"], report["verdict"]) == ("catalog", "ids", "complete")
    assert requested(report) == {"asked": 2, "found": 2}
    assert server.asked == [["2401.00001"], ["2401.00002", "math/0309136"]]
    assert report["requests"]["by_slot"] == {"arxiv.api": 1}
    shown = json.loads(project.scrapy("show", "https://arxiv.org/abs/2401.00002", "--json").stdout)
    assert shown["root"]["name"] == "On a made-up thing"
    # What is known is not asked for again.
    assert crawl(project)["records"]["fetched"] == 0
    assert crawl(project, "-a", "ids=2401.00001,2401.00002v1")["records"]["fetched"] == 0
    assert len(server.asked) == 2
    assert crawl(project, "-a", "refresh=true")["records"]["unchanged"] == 3
    assert crawl(project, "-a", "ids=2401.00001", "-a", "refresh=true")["records"]["unchanged"] == 1
    assert [len(ids) for ids in server.asked[2:]] == [3, 1]


@pytest.fixture
def catalog_with_names(project: Project, tmp_path: Path) -> Project:
    """A catalog in which one article is named twice, another one by a model with more downloads than the third."""
    tags = ([NAMED[0]], [NAMED[2]], [NAMED[1], NAMED[2]])
    records = [model(n, tags=[f"arxiv:{id}" for id in ids]) for n, ids in enumerate(tags)]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        project.environment["HF_ENDPOINT"] = hub.url
        project.crawl("-a", "mode=census")
    return project


def test_in_the_mode_of_all_look_ups_it_requests_the_most_wanted_first(
    catalog_with_names: Project, server: Arxiv
) -> None:
    project = catalog_with_names
    words = ("-a", "mode=enrich", "-a", "enrich=articles")
    report = crawl(project, *words, "-a", "limit=2")
    assert (report["mode"], report["coverage"], report["verdict"]) == ("enrich", "limit", "complete")
    assert (report["lookups"], requested(report)) == ({"articles": {"asked": 2, "found": 2}}, {})
    assert server.asked == [["math/0309136", "2401.00002"]]
    refused: Answer = (429, {"Content-Type": "text/plain"}, b"Rate exceeded.")
    server.answers = [refused]
    stopped = crawl(project, *words, code=1)
    assert stopped["lookups"] == {"articles": {"asked": 1, "blocked": 1}}
    report = crawl(project, *words)
    assert (report["run_id"], report["coverage"]) == (stopped["run_id"], "ids")
    assert report["lookups"] == {"articles": {"asked": 1, "found": 1}}
    again = crawl(project, *words)
    assert (again["lookups"], again["notes"]) == ({}, [again["notes"][0]])
    assert len(server.asked) == 3


def test_the_hub_s_look_ups_bring_articles_too(catalog_with_names: Project, server: Arxiv) -> None:
    server.missing = {NAMED[2]}
    project = catalog_with_names
    words = ("-a", "mode=enrich", "-a", "enrich=articles", "-a", "limit=2")
    report = project.crawl(*AT_ONCE, *words)
    assert (report["platform"], report["lookups"]) == (
        "huggingface", {"articles": {"asked": 2, "found": 1, "missing": 1}},
    )  # fmt: skip
    assert server.asked == [["math/0309136", "2401.00002"]]
    assert project.status()["waiting"]["arxiv"] == {"articles": {"count": 1, "days": None}}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("enrich=articles",), "enrich=articles goes with mode=enrich"),
        (("mode=enrich", "enrich=owners"), "-a enrich='owners': expected articles"),
        (("mode=enrich", "ids=2401.00001"), "mode=ids and ids=FILE_OR_LIST go together"),
        (("mode=enrich", "refresh=true"), "refresh goes with mode=catalog and mode=ids"),
    ],
)
def test_look_ups_have_their_own_arguments(project: Project, words: tuple[str, ...], told: str) -> None:
    done = project.scrapy("crawl", "arxiv", *(part for word in words for part in ("-a", word)))
    assert (done.returncode, told in done.stderr) == (2, True)


def test_nothing_named_is_nothing_asked_for(project: Project, server: Arxiv) -> None:
    assert crawl(project)["verdict"] == "complete"
    assert server.asked == []


def test_ids_of_all_spellings_go_in_batches(project: Project, server: Arxiv, tmp_path: Path) -> None:
    numbered = [f"2402.{n:05}" for n in range(1, BATCH + 1)]
    file = tmp_path / "ids.txt"
    file.write_text(
        "\n".join(
            ["# made up", *numbered, "https://arxiv.org/pdf/2403.00001v2.pdf", "arXiv:math.GT/0309136", "2403.00001"]
        )
        + "\nno-id\n"
    )
    server.missing = {"2402.00007"}
    report = crawl(project, "-a", f"ids={file}")
    assert requested(report) == {"asked": 204, "found": 201, "missing": 1, "duplicate": 1, "invalid": 1}
    assert server.asked == [numbered, ["2403.00001", "math/0309136"]]
    assert (report["records"]["new"], report["verdict"]) == (201, "complete")


def test_an_id_that_spoils_a_batch_is_found_by_halves(project: Project, server: Arxiv) -> None:
    server.malformed = {"2401.00003"}
    report = crawl(project, "-a", "ids=" + ",".join(f"2401.{n:05}" for n in range(1, 6)))
    assert requested(report) == {"asked": 5, "found": 4, "missing": 1}
    assert report["records"]["new"] == 4
    assert server.asked[0] == [f"2401.{n:05}" for n in range(1, 6)]
    assert ["2401.00003"] in server.asked


def test_an_article_that_cannot_be_read_costs_no_other(project: Project, server: Arxiv) -> None:
    server.unreadable = {"2401.00001", "2401.00004"}
    report = crawl(project, *QUICK, "-a", "ids=" + ",".join(f"2401.{n:05}" for n in range(1, 8)), code=1)
    assert requested(report) == {"asked": 7, "found": 7}
    assert (report["records"]["new"], report["records"]["quarantined"]) == (5, 2)
    assert report["problems"] == ["2 of 7 records were quarantined"]


def test_characters_that_xml_forbids_are_dropped() -> None:
    for odd in ("\x0b", "\x1f", "\ufffe", "&#27;", "&#x1B;", "&#0000;"):
        (told,) = entries(feed(entry("2401.00001").replace("On a", f"On{odd} a")))
        assert told["title"].startswith("On a\n")


def test_a_429_ends_the_crawl_and_the_next_one_goes_on(project: Project, server: Arxiv, tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_text("\n".join(f"2402.{n:05}" for n in range(1, 3 * BATCH + 1)))
    refused: Answer = (429, {"Content-Type": "text/plain"}, b"Rate exceeded.")
    good = server.handle("GET", "/api/query?max_results=1&id_list=2402.00001", b"")
    server.answers = [good, refused]
    server.asked.clear()
    report = crawl(project, "-a", f"ids={file}", code=1)
    assert (report["verdict"], len(server.asked)) == ("failed", 2)
    assert "returned HTTP 429" in report["problems"][0]
    assert f"{BATCH} more articles were not requested" in report["problems"][0]
    assert requested(report) == {"asked": 2 * BATCH, "found": 1, "missing": BATCH - 1, "blocked": BATCH}
    assert crawl(project, "-a", f"ids={file}")["records"]["new"] == 3 * BATCH - 1


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, b"<!doctype html><title>Sorry</title>", "not valid XML"),
        (200, b"<html><title>Sorry</title></html>", "expected an Atom feed, got the element 'html'"),
        (200, feed("<entry><id>http://arxiv.org/abs/2401.00001v1</id>")[:-9], "not valid XML"),
        (
            200,
            b'<!DOCTYPE x [<!ENTITY a "b">]><feed xmlns="http://www.w3.org/2005/Atom"/>',
            "XML with a document type or in an unsupported encoding is not accepted",
        ),
        (200, b"", "not valid XML"),
        (200, b'{"feed": []}', "not valid XML"),
        (503, b"Rate exceeded.", "returned HTTP 503"),
        (403, b"Forbidden", "returned HTTP 403"),
    ],
)
def test_what_is_no_feed_fails_in_one_line(
    project: Project, server: Arxiv, status: int, body: bytes, told: str
) -> None:
    server.answers = [(status, {"Content-Type": "text/html"}, body)] * 2
    done = project.scrapy("crawl", "arxiv", *AT_ONCE, *QUICK, "-a", "ids=2401.00001")
    report = project.report()
    assert (done.returncode, report["verdict"], report["records"]["fetched"]) == (1, "failed", 0)
    assert sum(told in line for line in done.stderr.splitlines() if "ERROR" in line and "Problem" not in line) == 1
    assert told in report["problems"][0]


def test_a_feed_without_entries_says_that_there_is_no_such_article(project: Project, server: Arxiv) -> None:
    server.missing = {"2401.00001"}
    report = crawl(project, "-a", "ids=2401.00001")
    assert requested(report) == {"asked": 1, "missing": 1}


def test_arxiv_is_asked_once_in_three_seconds() -> None:
    settings = Settings()
    settings.setmodule("mlentory_crawl.settings")
    assert settings["DOWNLOAD_SLOTS"]["arxiv.api"] == {"concurrency": 1, "delay": 3.0, "jitter": 0}


def test_pages_of_articles_are_understood(tmp_path: Path) -> None:
    crawler = get_crawler(ArxivSpider, {"ARXIV_ENDPOINT": "https://arxiv.test", "MLENTORY_DATA_DIR": str(tmp_path)})
    crawler.spider = spider = crawler._create_spider()
    assert isinstance(spider, ArxivSpider)
    for url in (
        "https://arxiv.org/abs/2401.00001v2",
        "http://www.arxiv.org/pdf/2401.00001",
        "https://doi.org/10.48550/arXiv.2401.00001",
        "https://huggingface.co/papers/2401.00001",
    ):
        assert ArxivSpider.handles_request(Request(url))
        request = spider.seed_request(url, Seed(0, "list:1", url))
        assert request is not None
        assert request.url == "https://arxiv.test/api/query?id_list=2401.00001&max_results=1"
    assert spider.seed_request("https://arxiv.org/list/cs.LG/recent", Seed(0, "list:1", "")) is None
    assert not ArxivSpider.handles_request(Request("https://doi.org/10.1000/182"))
    run_of(crawler).close()
