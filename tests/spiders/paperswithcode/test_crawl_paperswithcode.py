"""Crawls of Papers with Code: its API on the loopback, and its archive."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rdflib
from support.crawling import CatalogProject, Project
from support.http_servers import Answer
from support.paperswithcode_server import (
    Catalog,
    archived_paper,
    evaluation,
    leaderboard,
    paper,
    paperswithcode,
    row,
    small_archive,
    table,
    write_archive,
)
from support.walking import made, walked

from mlentory_crawl.spiders.paperswithcode.dump import DamagedArchive, Position, archive_files, pages
from mlentory_crawl.spiders.paperswithcode.spider import PapersWithCodeSpider

FAST = ("-s", "DOWNLOAD_SLOTS={}", "-s", "RETRY_BACKOFF=0.01")
needs_archive = pytest.mark.extra(name="parquet")
Report = dict[str, Any]


def project_at(tmp_path: Path, endpoint: str = "http://127.0.0.1:9/") -> Project:
    return CatalogProject(tmp_path / "data", "http://127.0.0.1:9/", PAPERSWITHCODE_ENDPOINT=endpoint)


def crawl(project: Project, *words: str | Path, code: int = 0) -> Report:
    done = project.scrapy("crawl", "paperswithcode", *FAST, *words)
    assert done.returncode == code, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    report = project.report()
    records = report["records"]
    ends = ("new", "changed", "unchanged", "duplicate", "quarantined", "failed")
    assert records["fetched"] == sum(records[end] for end in ends)
    return report


def kinds(project: Project) -> dict[str, int]:
    told = project.status()["catalog"]["records"]["paperswithcode"]
    return {kind: counts["live"] for kind, counts in told.items()}


@pytest.mark.parametrize("keys", [("count", "results"), ("total", "items")])
def test_a_census_walks_every_list_and_finds_nothing_new_the_second_time(tmp_path: Path, keys: tuple[str, str]) -> None:
    catalog = Catalog(keys=keys, largest=3)  # the server may make pages smaller than they were asked for
    with paperswithcode(catalog) as endpoint:
        project = project_at(tmp_path, endpoint)
        first = crawl(project, "-a", "mode=census")
        again = crawl(project, "-a", "mode=census")
    assert (first["verdict"], first["coverage"]) == ("complete", "census")
    assert kinds(project) == {"paper": 7, "task": 2, "method": 1, "dataset": 2, "evaluation": 5}
    assert again["records"]["unchanged"] == again["records"]["fetched"] == 17
    assert catalog.asked["papers/"] == 6
    assert first["requests"]["by_slot"] == {"paperswithcode.api": 9}


def test_evaluations_become_results_that_leaderboards_show(tmp_path: Path) -> None:
    catalog = Catalog()
    rows = catalog.lists["evaluations"]
    for each in rows[1:3]:
        del each["id"]
    rows.append(dict(rows[1]))  # is the same row once more
    with paperswithcode(catalog) as endpoint:
        project = project_at(tmp_path, endpoint)
        report = crawl(project, "-a", "mode=census")
    assert (report["verdict"], report["records"]["quarantined"]) == ("complete", 0)
    told = json.loads(project.scrapy("leaderboard", "--dataset", "Bench 9", "--metric", "Accuracy", "--json").stdout)
    (board,) = told["boards"]
    assert {each["value"] for each in board["results"]} == {84.1}
    assert {each["raw"] for each in board["results"]} == {"84.1%"}
    assert len(board["results"]) == 5
    graph = rdflib.Graph().parse(data=project.export("all.ttl", "--provenance"), format="turtle")
    assert (None, rdflib.RDF.type, rdflib.URIRef("https://w3id.org/fair4ml#MLModelEvaluation")) in graph
    # The API states no license.
    assert (None, rdflib.DCTERMS.license, None) not in graph


def test_the_latest_papers_come_with_their_evaluations_and_a_delta_with_those_since(tmp_path: Path) -> None:
    catalog = Catalog()
    with paperswithcode(catalog) as endpoint:
        project = project_at(tmp_path, endpoint)
        latest = crawl(project, "-a", "limit=3")
        assert (latest["mode"], latest["coverage"]) == ("latest", "limit")
        assert kinds(project) == {"paper": 3, "evaluation": 5}
        crawl(project, "-a", "mode=census")
        catalog.lists["papers"].append(paper(8, published="2999-01-01"))
        catalog.lists["evaluations"].append(evaluation(99, 8, 10))
        catalog.asked.clear()
        delta = crawl(project)
        assert (delta["mode"], delta["coverage"]) == ("delta", "delta")
        assert (delta["records"]["new"], delta["records"]["fetched"]) == (2, 2)
        catalog.confirms = False
        refused = crawl(project, code=1)
    assert "in applied_filters, got None" in " ".join(refused["problems"])
    assert refused["records"]["fetched"] == 0


def _always(body: bytes, status: int = 200) -> Callable[[Catalog], None]:
    def set_up(catalog: Catalog) -> None:
        catalog.override["papers/"] = [(status, {}, body)] * 10

    return set_up


def _endless(catalog: Catalog) -> None:
    page: Answer = (200, {}, json.dumps({"results": [paper(1)], "next_page": 1}).encode())
    catalog.override["papers/"] = [page] * 1_000


def _same_again(catalog: Catalog) -> None:
    page: Answer = (200, {}, json.dumps({"results": [paper(1), paper(2)], "count": 1_000_000}).encode())
    catalog.override["papers/"] = [page] * 1_000


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (_always(b"<!DOCTYPE html><title>Moved</title>"), "not valid JSON"),
        (_always(b'{"count": 7, "results": [{"id": "1", "ti'), "not valid JSON"),
        (_always(b'["a", "list"]'), "expected an object, got list"),
        (_always(b'{"count": 7, "results": {"id": "1"}}'), "expected a list in the field results or items, got none"),
        (_always(b'{"count": 7, "page": 4, "results": []}'), "expected page 1 of papers, got page 4"),
        (_always(b'{"detail": "no such order"}', 422), "returned HTTP 422: no such order"),
        (_always(b"gone", 410), "returned HTTP 410"),
        (_endless, "expected 2 as the page after page 1 of papers, got 1"),
        (_same_again, "is the same as page 1"),
    ],
    ids=["html", "cut", "list", "no list", "other page", "refused", "gone", "endless", "same again"],
)
def test_what_is_no_page_is_one_failure_and_no_record(
    tmp_path: Path, trouble: Callable[[Catalog], None], told: str
) -> None:
    catalog = Catalog()
    trouble(catalog)
    spider = made(PapersWithCodeSpider, tmp_path, "https://papers.test/api/v1", mode="census")
    _, records = walked(spider, catalog.answer)
    (failure,) = spider.failures
    assert told in failure
    assert "\n" not in failure
    # The one page that was one is kept, and the other lists are walked.
    assert len(records) == (12 if trouble is _same_again else 10)


def test_what_is_no_page_is_one_line_and_no_record(tmp_path: Path) -> None:
    catalog = Catalog()
    _same_again(catalog)
    with paperswithcode(catalog) as endpoint:
        project = project_at(tmp_path, endpoint)
        report = crawl(project, "-a", "mode=census", code=1)
    assert report["verdict"] == "failed"
    assert ["is the same as page 1" in problem and "\n" not in problem for problem in report["problems"]].count(
        True
    ) == 1
    assert report["records"]["fetched"] == 12


def test_the_same_command_goes_on_when_what_was_in_the_way_is_gone(tmp_path: Path) -> None:
    catalog = Catalog(largest=3)
    catalog.override["datasets/"] = [(200, {}, b"<html>")] * 10
    with paperswithcode(catalog) as endpoint:
        project = project_at(tmp_path, endpoint)
        assert crawl(project, "-a", "mode=census", code=1)["records"]["new"] == 10
        catalog.override.clear()
        catalog.asked.clear()
        report = crawl(project, "-a", "mode=census")
    assert (report["verdict"], report["records"]["new"]) == ("complete", 17)
    assert catalog.asked["papers/"] == 0


def test_papers_are_asked_for_by_id_and_address(tmp_path: Path) -> None:
    with paperswithcode(Catalog()) as endpoint:
        project = project_at(tmp_path, endpoint)
        asked = "2401.00001v1,https://paperswithcode.co/paper/2,2401.00001,2401.99999,some prose"
        report = crawl(project, "-a", f"ids={asked}")
    told = report["requested"]
    assert {name: told[name] for name in ("asked", "found", "missing", "invalid", "duplicate")} == {
        "asked": 5,
        "found": 2,
        "missing": 1,
        "invalid": 1,
        "duplicate": 1,
    }
    assert "Paper 1" in project.scrapy("show", "https://arxiv.org/abs/2401.00001").stdout


@needs_archive
@pytest.mark.parametrize("ending", [".json", ".json.gz", ".parquet", "/part-1.json.gz"])
def test_the_archive_is_read_without_the_network(tmp_path: Path, ending: str) -> None:
    folder = write_archive(tmp_path / "archive", small_archive(), ending)
    project = project_at(tmp_path)
    first = crawl(project, "-a", f"archive={folder}")
    again = crawl(project, "-a", f"archive={folder}")
    assert (first["mode"], first["coverage"]) == ("archive", "limit")
    assert kinds(project) == {
        "archived-paper": 7,
        "archived-code": 5,
        "archived-method": 1,
        "archived-dataset": 1,
        "archived-table": 3,
        "archived-result": 5,
    }
    # A row that names no model is none.
    assert (first["records"]["fetched"], first["records"]["quarantined"]) == (23, 1)
    assert again["records"]["unchanged"] == 22
    assert first["requests"]["by_slot"] == {}


@needs_archive
def test_runs_of_either_way_are_replayed(tmp_path: Path) -> None:
    folder = write_archive(tmp_path / "archive", small_archive())
    with paperswithcode(Catalog(largest=3)) as endpoint:
        project = project_at(tmp_path, endpoint)
        crawl(project, "-a", "mode=census")
        crawl(project, "-a", f"archive={folder}")
    replayed = project_at(tmp_path / "replayed")
    done = replayed.scrapy("replay", "--all", "--from", project.data_dir, "--json")
    assert [run["as_before"] for run in json.loads(done.stdout)] == [True, True], done.stderr
    assert replayed.export("all.jsonl") == project.export("all.jsonl")


@needs_archive
def test_what_comes_from_the_archive_keeps_its_license(tmp_path: Path) -> None:
    folder = write_archive(tmp_path / "archive", small_archive())
    project = project_at(tmp_path)
    crawl(project, "-a", f"archive={folder}", "-s", "PROJECTIONS=turtle")
    exported = project.export("all.ttl", "--provenance")
    graph = rdflib.Graph().parse(data=exported, format="turtle")
    license = rdflib.URIRef("https://spdx.org/licenses/CC-BY-SA-4.0")
    described = set(graph.subjects(rdflib.RDF.type, rdflib.URIRef("http://www.w3.org/ns/prov#Entity")))
    assert len(described) == 22
    assert described == set(graph.subjects(rdflib.DCTERMS.license, license))
    about = json.loads((tmp_path / "all.ttl.about.json").read_bytes())
    assert about["licenses"] == {"paperswithcode": {str(license): 22}}
    (of_run,) = (project.data_dir / "rdf").rglob("*.ttl")
    assert "CC-BY-SA-4.0" in of_run.read_text()


@needs_archive
def test_a_model_has_the_results_that_its_paper_states_of_it(tmp_path: Path) -> None:
    folder = write_archive(tmp_path / "archive", small_archive())
    project = project_at(tmp_path)
    crawl(project, "-a", f"archive={folder}")
    lines = [json.loads(line) for line in project.export("all.jsonl").splitlines()]
    models = [line for line in lines if line["root"]["class"] == "MLModel"]
    assert sorted(model["root"]["name"] for model in models) == ["Net-A", "Net-A", "Net-A", "Net-B"]
    (merged,) = (model for model in models if model["root"]["name"] == "Net-B")
    assert merged["root"]["iri"].startswith("https://arxiv.org/abs/2401.00001#model-")
    # On the data and on a part of it: three values each.
    assert len(merged["root"]["hasEvaluation"]) == 6
    inside = merged["root"]["iri"] + "-"
    assert {part["iri"][: len(inside)] for part in merged["parts"]} == {inside}
    assert project.status()["catalog"]["entities"] > 0


@needs_archive
def test_a_crawl_of_the_archive_that_was_killed_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    rows = [row(f"Net-{n}", f"https://arxiv.org/abs/2401.{n % 50:05d}") for n in range(3_000)]
    parts: dict[str, list[Any]] = {
        "papers-with-abstracts": [archived_paper(n) for n in range(2_500)],
        "evaluation-tables": [table("Sorting", [leaderboard("Cards", rows)])],
    }
    folder = write_archive(tmp_path / "archive", parts, ".json.gz")
    whole, killed = project_at(tmp_path / "whole"), project_at(tmp_path / "killed")
    crawl(whole, "-a", f"archive={folder}")
    command = killed.command("crawl", "paperswithcode", "-a", f"archive={folder}")
    catalog = killed.data_dir / "catalog.sqlite-wal"
    kills = 0
    for size in (400_000, 2_500_000):
        process = subprocess.Popen(command, env=killed.environment, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 90
        while process.poll() is None and time.monotonic() < until:
            if catalog.exists() and catalog.stat().st_size > size:
                process.send_signal(signal.SIGKILL)
                kills += 1
                break
            time.sleep(0.05)
        process.wait()
    assert kills
    report = crawl(killed, "-a", f"archive={folder}")
    assert report["records"]["fetched"] == report["records"]["new"] == 5_501
    assert killed.export("all.jsonl") == whole.export("all.jsonl")


@needs_archive
@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("methods.json", b'[{"url": "https://paperswithcode.com/method/a", "na', "methods.json: "),
        ("methods.json", b'{"papers": []}', "expected a JSON list, got text that begins with"),
        ("methods.json", b"", "expected a JSON list, got text that begins with"),
        ("methods.json", b"<html></html>", "expected a JSON list, got text that begins with"),
        ("methods.json.gz", b"[]", "methods.json.gz: "),
        ("methods.json.gz", gzip.compress(b"[" + b" " * 100_000 + b"]", mtime=0)[:-12], "methods.json.gz: "),
        ("methods.parquet", b"PAR1 and no more", "methods.parquet: "),
        ("something.else", b"", "expected at least one part of the archive"),
    ],
)
def test_a_damaged_archive_is_one_line(tmp_path: Path, name: str, body: bytes, told: str) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / name).write_bytes(body)
    report = crawl(project_at(tmp_path), "-a", f"archive={folder}", code=1)
    assert report["records"]["fetched"] == 0
    assert [told in problem for problem in report["problems"]].count(True) == 1


def test_without_its_library_an_archive_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "methods.parquet").write_bytes(b"[]")
    with pytest.raises(DamagedArchive, match=r"methods\.parquet needs pyarrow: .*mlentory-crawl\[parquet\]"):
        list(pages(archive_files(tmp_path), Position()))


@pytest.mark.parametrize(
    "words",
    [("-a", "mode=archive"), ("-a", "archive=/nowhere"), ("-a", "mode=census", "-a", "ids=1"), ("-a", "limit=0")],
)
def test_wrong_arguments_are_wrong_usage(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = project_at(tmp_path).scrapy("crawl", "paperswithcode", *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
