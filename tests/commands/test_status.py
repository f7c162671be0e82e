"""The state of everything on one screen, and one run in full."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.catalogs import Book, model, rejected
from support.crawling import CatalogProject
from support.kept_catalogs import OLDEST, Kept
from support.terminals import on_terminal

import mlentory_crawl
from mlentory_crawl.catalog.commits import Commit
from mlentory_crawl.catalog.queries.run_details import UnknownRun
from mlentory_crawl.config.variables import VARIABLES
from mlentory_crawl.console import duration
from mlentory_crawl.crawl.plan import CrawlPlan
from mlentory_crawl.crawl.report import Report
from mlentory_crawl.crawl.run_settings import RunSettings


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> CatalogProject:
    return CatalogProject(Kept(OLDEST, tmp_path_factory.mktemp("status")).data_dir, "http://127.0.0.1:9")


@pytest.fixture(scope="module")
def runs(project: CatalogProject) -> list[str]:
    """The names of the runs, the oldest first."""
    return [run["run_id"] for run in reversed(project.status()["runs"])]


def told(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows(text: str) -> dict[str, str]:
    """The rest of each line by its first word."""
    return {line.split()[0]: " ".join(line.split()[1:]) for line in text.splitlines() if line.strip()}


# Everything


@pytest.mark.parametrize("columns", [80, 160])
def test_it_fits_the_terminal_and_every_run_is_whole(project: CatalogProject, runs: list[str], columns: int) -> None:
    code, text = on_terminal("status", environment=project.environment, columns=columns)
    assert code == 0
    lines = text.splitlines()
    assert max(map(len, lines)) <= columns
    shown = {name: line for name in runs for line in lines if line.startswith(name)}
    assert shown.keys() == set(runs)
    assert "huggingface census  complete" in shown[runs[0]]
    is_wide = columns > 80
    (heading,) = (line for line in lines if line.startswith("run "))
    assert ("quarantined" in heading, "stored" in heading) == (is_wide, not is_wide)
    assert text.count("2026-11-29 07:") == (2 if is_wide else 1)  # the last census, and how far the lists are read


def test_only_kinds_that_a_census_lists_have_one(book: Book) -> None:
    book.begin()
    entries = [book.entry("1", model("a/a")), book.entry("2", model("a/b"), platform="arxiv")]
    book.writer.commit(book.run, Commit(entries=entries, report=report("first").json()))
    shown = rows(CatalogProject(book.data_dir, "http://127.0.0.1:9").scrapy("status").stdout)
    assert (shown["huggingface"], shown["arxiv"]) == ("model 1 0 never", "model 1 0 -")
    book.writer.runs.complete(book.run, "2024-01-01T02:03:04Z", watermark=None, census=1)
    shown = rows(CatalogProject(book.data_dir, "http://127.0.0.1:9").scrapy("status").stdout)
    assert (shown["huggingface"], shown["arxiv"]) == ("model 1 0 2024-01-01 02:03", "model 1 0 -")


# One run


@pytest.fixture
def book(data_dir: Path) -> Iterator[Book]:
    made = Book(data_dir)
    yield made
    made.close()


def report(name: str) -> Report:
    """The report of a run that has just begun."""
    return Report.begun(name, CrawlPlan("huggingface", "census", "census", {"accept_deletions": True}, {}))


def test_a_run_is_told_in_full(project: CatalogProject, runs: list[str]) -> None:
    text = project.scrapy("status", runs[2]).stdout
    shown = rows(text)
    assert shown[runs[2]] == "huggingface census, complete"
    assert shown["Arguments:"] == "mode=census, accept_deletions=true"
    assert shown["records"] == "39 fetched: 38 unchanged, 1 quarantined; 1 deleted"
    assert shown["quarantine"] == f"mlentory status {runs[2]} --quarantine"
    assert shown["requests"] == "1 returned 200, 1 returned 401; 0 retried"
    assert shown["search"] == "tantivy 1 0 0"
    assert shown["createdAt"] == "should be a date and time with its zone in ISO 8601 1"
    last = rows(project.scrapy("status", "last").stdout)
    assert last["by"] == "name 2 asked: 1 found, 1 missing; 1 erased"
    assert "quarantine" not in last
    code, text = on_terminal("status", runs[0], environment=project.environment)
    assert (code, max(map(len, text.splitlines())) <= 80) == (0, True)


def test_what_went_wrong_is_told(book: Book) -> None:
    told = report("first")
    told.records.update(fetched=3, new=1, failed=2)
    told.lookups["cards"] = Counter(found=2, failed=1)
    told.field_issues.update({f"field{n}: is [red]odd[/]": 99 - n for n in range(25)})
    told.refused_fields, told.notes = ["gguf"], ["the list of datasets was refused"]
    told.count_requests({}, {"200": 7, "503": 1200}, {}, 3, 75.2)
    told.projections["neo4j"] = {"error": "connection [refused]"}
    told.fail("2 records failed")
    book.writer.runs.open("first", "huggingface", "census", b"{}", "2024-01-01T00:00:00Z", told.json())
    text = CatalogProject(book.data_dir, "http://127.0.0.1:9").scrapy("status", "first").stdout
    shown = rows(text)
    assert shown["first"] == "huggingface census, failed"
    assert (shown["Problem:"], shown["Note:"]) == ("2 records failed", "the list of datasets was refused")
    assert (shown["records"], shown["cards"]) == ("3 fetched: 1 new, 2 failed", "3 asked: 2 found, 1 failed")
    assert shown["ended"].startswith("not yet, or interrupted")
    assert shown["requests"] == "7 returned 200, 1,200 returned 503; 3 retried, waited 1 min 15 s"
    assert shown["neo4j"] == "- - - - connection [refused]"
    assert (shown["field0"], "field20" in shown) == ("is [red]odd[/] 99", False)
    assert shown["and"].startswith("5 more")


def test_settings_that_are_not_the_defaults_are_told(book: Book) -> None:
    def told(**settings: str) -> dict[str, str]:
        told = report("first")
        told.settings = RunSettings.of(VARIABLES, {**{each.name: each.default for each in VARIABLES}, **settings})
        book.writer.runs.save_report(run, told.json())
        return rows(CatalogProject(book.data_dir, "http://127.0.0.1:9").scrapy("status", "first").stdout)

    run = book.writer.runs.open("first", "huggingface", "census", b"{}", "2024-01-01T00:00:00Z", b"{}")
    assert told()["settings"] == "defaults"
    assert told(QUOTA_SHARE="0.5", NEO4J_PASSWORD="x")["settings"] == "NEO4J_PASSWORD=set, QUOTA_SHARE=0.5"


def test_json_is_the_report(project: CatalogProject, runs: list[str]) -> None:
    found = told(project.scrapy("status", runs[0], "--json"))
    with mlentory_crawl.open(project.data_dir) as catalog:
        assert catalog.run(runs[0]) == found
    assert found in project.status()["runs"]
    assert found["run_id"] == runs[0]


def test_a_beginning_that_no_other_run_has_is_enough(project: CatalogProject, runs: list[str]) -> None:
    with mlentory_crawl.open(project.data_dir) as catalog:
        assert [catalog.run(name[:16])["run_id"] for name in runs] == runs
        assert catalog.run("last")["run_id"] == runs[-1]
        with pytest.raises(UnknownRun, match=f"5 runs begin with 2026.*{runs[-1]}.*{runs[0]}"):
            catalog.run("2026")
        with pytest.raises(UnknownRun, match=f"no run {runs[0][:-2]}zz; did you mean {runs[0]}"):
            catalog.run(f"{runs[0][:-2]}zz")
        for unlike in ("", "%", "hello"):
            with pytest.raises(UnknownRun, match="mlentory status lists the last runs"):
                catalog.run(unlike)
    done = project.scrapy("status", "lsat")
    assert (done.returncode, done.stderr) == (1, "there is no run lsat; did you mean last?\n")


def test_a_name_that_begins_another_is_meant(book: Book) -> None:
    for name in ("first", "first_2"):
        book.writer.runs.open(name, "huggingface", "census", b"{}", "2024-01-01T00:00:00Z", report(name).json())
    with mlentory_crawl.open(book.data_dir) as catalog:
        assert catalog.run("first")["run_id"] == "first"


def test_no_run_is_the_last_of_none(book: Book) -> None:
    with mlentory_crawl.open(book.data_dir) as catalog, pytest.raises(UnknownRun, match="no run yet"):
        catalog.run("last")


# The quarantine


def test_the_quarantine_is_read_page_by_page(book: Book) -> None:
    for keys in ("abc", "xyzab"):
        run = book.begin()
        odd = [rejected(key, f"is [b]{key}[/b]\nmissing") for key in keys]
        book.writer.commit(run, Commit(rejected=odd, report=report("run").json()))
    project = CatalogProject(book.data_dir, "http://127.0.0.1:9")
    second = "20240102T000000Z_00000000"
    pages = [
        told(project.scrapy("status", second, "--quarantine", "--json", "--limit", "2", "--offset", n)) for n in "024"
    ]
    assert [[record["key"][-1] for record in page["records"]] for page in pages] == [["a", "b"], ["x", "y"], ["z"]]
    assert {(page["run"], page["total"]) for page in pages} == {(second, 5)}
    assert pages[1]["records"][0] == {
        "key": "huggingface/model/x",
        "url": "https://huggingface.co/api/models/x",
        "field": "id",
        "reason": "is [b]x[/b]\nmissing",
        "fetched_at": "2024-01-01T00:00:00Z",
    }
    text = project.scrapy("status", second, "--quarantine", "--limit", "2", "--offset", "2").stdout
    assert rows(text)["huggingface/model/x"] == "id is [b]x[/b] missing"
    assert text.endswith(f"Quarantine of {second}: records 3 to 4 of 5\n")
    beyond = project.scrapy("status", second, "--quarantine", "--offset", "9").stdout
    assert beyond == f"Quarantine of {second}: 5 records\n"


@pytest.mark.parametrize(
    "words",
    [["a", "b"], ["--quarantine"], ["last", "--limit", "3"], ["last", "--offset", "0"],
     ["last", "--quarantine", "--limit", "0"], ["last", "--quarantine", "--offset", "-1"]],
)  # fmt: skip
def test_wrong_usage(project: CatalogProject, words: list[str]) -> None:
    done = project.scrapy("status", *words)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (0.527, "0.5 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 0 s"),
     (147, "2 min 27 s"), (3599.7, "1 h 0 min"), (3900, "1 h 5 min"), (360_000, "100 h 0 min")],
)  # fmt: skip
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


# What waits


def test_what_waits_is_told_with_the_time_that_it_takes(book: Book) -> None:
    book.crawl({str(n): model(f"a/{n}", owner=f"owner-{n}") for n in range(900)})
    told = report("first")
    told.count_requests({}, {}, {}, 0, 0.0, {"huggingface.api": {"requests": 450, "seconds": 300}})
    book.writer.runs.save_report(book.run, told.json())
    project = CatalogProject(book.data_dir, "http://127.0.0.1:9")
    shown = rows(project.scrapy("status").stdout)
    assert (shown["owners"], shown["cards"]) == ("huggingface 900 20 min 0 s", "huggingface 900 rate unknown")
    assert not shown.keys() & {"datasets", "ancestors", "articles"}
    assert project.status()["waiting"]["huggingface"]["owners"] == {"count": 900, "days": 0.013889}
    told.count_requests({}, {}, {}, 0, 0.0, {"huggingface.api": {"requests": 450, "seconds": 86_400}})
    book.writer.runs.save_report(book.run, told.json())
    assert rows(project.scrapy("status").stdout)["owners"] == "huggingface 900 4.0 days"


def test_without_a_known_rate_nothing_is_said_of_the_time(book: Book) -> None:
    book.crawl({str(n): model(f"a/{n}", owner=f"owner-{n}") for n in range(3)})
    book.writer.runs.save_report(book.run, report("first").json())
    text = CatalogProject(book.data_dir, "http://127.0.0.1:9").scrapy("status").stdout
    assert rows(text)["owners"] == "huggingface 3"
    assert "takes at most" not in text
