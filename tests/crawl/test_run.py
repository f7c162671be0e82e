"""A run commits whole pages, keeps its failures, and knows what it has to erase."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.crawler import Crawler
from scrapy.utils.test import get_crawler
from support.runs import HUB, opened, page, record, refuse, store, stored
from support.small_catalog import SmallCatalog, document

from fair4ml.entities import FieldIssue
from mlentory_crawl.catalog.commits import Answer, Lookup, Missing
from mlentory_crawl.crawl import run as runs
from mlentory_crawl.crawl.current_run import opened_run, run_of
from mlentory_crawl.crawl.outcomes import Asked
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.crawl.verdict import judge
from mlentory_crawl.erasure.redactor import MARKERS
from mlentory_crawl.exceptions import CatalogError
from mlentory_crawl.spiders.huggingface.spider import HuggingFaceSpider


def crawler_of(data_dir: Path, **others: str) -> Crawler:
    settings = {"HF_ENDPOINT": "https://hub.test", "MLENTORY_DATA_DIR": str(data_dir), **others}
    crawler = get_crawler(HuggingFaceSpider, settings)
    crawler.spider = crawler._create_spider(mode="census")
    return crawler


def test_a_slow_run_is_durable_before_it_has_much(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = page(0, "1"), page(1, "2")
    run.open_page(first)
    store(run, first, "1")
    assert stored(run) == []
    monkeypatch.setattr(runs, "COMMIT_SECONDS", -1.0)
    run.open_page(second)
    assert stored(run) == ["1"]


def test_what_was_erased_where_it_was_archived_is_withheld_without_a_mark(run: Run) -> None:
    first = page(0, "1", "2")
    run.open_page(first)
    assert not run.redactor
    assert all(run.withholds(record(first, "1", each)) for each in MARKERS)
    assert not run.withholds(record(first, "2", {"id": "acme/two"}))


def test_a_new_name_that_a_run_finds_holds_in_that_run(tmp_path: Path) -> None:
    before = SmallCatalog(tmp_path)
    before.store("1", document("acme/old"))
    with before.writer.erasing([f"{HUB}acme/old"], "2026-01-01T00:00:00Z"):
        pass
    before.writer.close()
    run = opened(tmp_path)
    for number, key in enumerate("12"):  # the second is somebody else's by its key
        of = page(number, key)
        run.open_page(of)
        assert run.withholds(record(of, key, {"_id": key, "id": "acme/new"}))
        run.pages.withhold(of, "model")
        run.commit()
    assert run.report.records["erased"] == 2
    assert run.withholds(record(page(2, "3"), "3", MARKERS[0]))  # nobody's name
    assert f"{HUB}acme/new" in run.catalog.marks().iris
    run.close()


def test_a_resumed_run_is_as_doubtful_as_what_it_goes_on_with(tmp_path: Path) -> None:
    run = opened(tmp_path)
    run.report.suspicions.append("a page was cut")
    run.keep_counts()
    run.close()
    again = opened(tmp_path)
    assert again.name == run.name
    judge(again.report, interrupted=False, complete=True)
    assert (again.report.verdict, again.report.problems) == ("suspect", ["a page was cut"])
    again.close()


def test_the_data_directory_is_released_also_where_the_catalog_cannot_be_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = opened(tmp_path)
    monkeypatch.setattr(run.catalog, "close", refuse)
    with pytest.raises(CatalogError):
        run.close()
    assert not (tmp_path / "lock.json").exists()
    opened(tmp_path).close()


def test_counts_are_kept_where_no_page_is_finished(tmp_path: Path) -> None:
    run = opened(tmp_path)
    run.before_commit = lambda: run.report.field_issues.update(license=2)
    run.keep_counts()
    assert run.broken is None
    run.close()
    again = opened(tmp_path)
    assert again.report.field_issues == {"license": 2}
    again.close()


def test_another_name_of_what_was_erased_is_erased_too(tmp_path: Path) -> None:
    before = SmallCatalog(tmp_path)
    before.store("1", document("acme/old"))
    with before.writer.erasing([f"{HUB}acme/old"], "2026-01-01T00:00:00Z"):
        pass
    before.writer.close()
    run = opened(tmp_path)
    at = "2026-01-01T00:00:00Z"
    names = [("older", "old"), ("former", "present"), ("none", None)]
    lookups = [Lookup(f"{HUB}acme/{name}", found and f"{HUB}acme/{found}", at) for name, found in names]
    run.open_page(page(0), *(Asked("models", ("described",), each) for each in lookups))
    run.commit()
    assert run.broken is None
    marked = {iri.removeprefix(f"{HUB}acme/") for iri in run.catalog.marks().iris}
    assert marked == {"old", "older"}
    run.close()


def test_each_archived_run_is_replayed_by_a_run_of_its_own(tmp_path: Path) -> None:
    def name(**settings: str) -> str:
        run = run_of(crawler_of(tmp_path, **settings))
        run.close()
        return run.name

    first, second = name(REPLAY_RUN="a"), name(REPLAY_RUN="b")
    crawl = name()
    assert len({first, second, crawl}) == 3
    assert (name(REPLAY_RUN="a"), name(REPLAY_RUN="b"), name()) == (first, second, crawl)


def test_what_a_census_has_not_shown_is_settled(run: Run) -> None:
    first = page(0, "1", "2", "3")
    run.open_page(first)
    for key in "123":
        store(run, first, key)
    run.commit()
    known = run.catalog.lookup(run.id, "huggingface", [("model", key) for key in "123"])
    rows = [known["model", key].id for key in "12"]
    run.settle(iter(rows), [Missing(rows[0], "model", "1", f"{HUB}acme/1", again=True)])
    assert (stored(run), run.broken) == (["2", "3"], None)
    assert run.report.records["deleted"] == 1
    kept = run.catalog.runs.report(run.name)
    assert kept is not None
    assert kept["records"]["deleted"] == kept["kinds"]["huggingface"]["model"]["deleted"] == 1


def test_what_cannot_be_stored_has_failed_and_ends_the_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = page(0, "1", "2"), page(1, "3")
    run.open_page(first)
    for key in "12":
        store(run, first, key, FieldIssue("license", "x"))
    monkeypatch.setattr(run.catalog, "commit", refuse)
    run.commit()
    assert run.broken == "the disk is full"
    told = run.report.records
    assert (told["fetched"], told["new"], told["failed"]) == (2, 0, 2)
    assert not run.report.field_issues
    monkeypatch.undo()
    run.open_page(second)
    store(run, second, "3")
    run.commit()
    run.keep_counts()
    assert stored(run) == []


@pytest.mark.parametrize("attribute", ["runs.save_report", "census.settle"])
def test_a_failure_is_kept_wherever_it_is_met(run: Run, attribute: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, _, method = attribute.partition(".")
    monkeypatch.setattr(getattr(run.catalog, owner), method, refuse)
    if owner == "runs":
        run.keep_counts()
    else:
        run.settle([1], [Missing(1, "model", "1", f"{HUB}acme/1", again=True)])
    assert run.broken == "the disk is full"
    assert run.report.records["deleted"] == 0


def test_much_is_stored_at_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "COMMIT_RECORDS", 3)
    for number, (keys, expected) in enumerate([("12", []), ("3", ["1", "2", "3"]), ("45", ["1", "2", "3"])]):
        of = page(number, *keys)
        run.open_page(of)
        for key in keys:
            store(run, of, key)
        assert stored(run) == expected


def test_seeds_that_nothing_is_asked_for_are_stored_many_at_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "COMMIT_RECORDS", 2)
    seeds = [Seed(n, f"seeds.txt:{n + 1}", f"https://x.example/{n}") for n in range(3)]
    for n, ended in enumerate([set(), {0, 1}, {0, 1}]):
        run.end_seed(Asked(None, ("invalid",), seed=seeds[n], reason="belongs to no platform"))
        assert run.catalog.seeds.finished(run.id) == ended
    run.commit()
    assert run.report.requested["invalid"] == 3
    assert [(seed.place, seed.outcome, seed.reason) for seed in run.catalog.seeds.ended(run.id)] == [
        (f"seeds.txt:{n + 1}", "invalid", "belongs to no platform") for n in range(3)
    ]


def test_there_is_one_run_of_a_crawler(tmp_path: Path) -> None:
    crawler = crawler_of(tmp_path)
    assert opened_run(crawler) is None
    run = run_of(crawler)
    assert run_of(crawler) is opened_run(crawler) is run
    run.close()


def test_an_answer_in_the_archive_is_stored_without_a_page(run: Run) -> None:
    run.archived(Answer("list/1", "ab", "0.zst", "https://x.example/list/1", '{"Etag": ["a"]}'))
    run.keep_counts()
    assert run.catalog._database.execute("SELECT run, place FROM answer").fetchall() == [(run.id, "list/1")]
    assert run.catalog.answers.last_of("https://x.example/list/1") == ("ab", "0.zst", {"Etag": ["a"]})
