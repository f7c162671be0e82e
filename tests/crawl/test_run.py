"""A run counts each end of a record once, stores whole pages only, and knows what it has to forget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.utils.test import get_crawler
from support.catalogs import rejected
from support.small_catalog import BSD, SmallCatalog, document

from fair4ml.entities import FieldIssue
from mlentory_crawl.catalog.codec import encode
from mlentory_crawl.catalog.commits import Entry, Lookup
from mlentory_crawl.crawl import run as runs
from mlentory_crawl.crawl.current_run import opened_run, run_of
from mlentory_crawl.crawl.outcomes import Asked, Duplicate
from mlentory_crawl.crawl.plan import CrawlPlan
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.crawl.verdict import judge
from mlentory_crawl.erasure.redactor import MARKER
from mlentory_crawl.exceptions import CatalogError
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.spiders.huggingface.spider import HuggingFaceSpider

HUB = "https://huggingface.co/"


def opened(data_dir: Path, *, ordered: bool = True) -> Run:
    plan = CrawlPlan("huggingface", "census", "census", {}, {"mode": "census"}, resumable=True, ordered=ordered)
    return Run(data_dir, lambda catalog: plan)


def crawler_of(data_dir: Path, **others: str) -> Crawler:
    settings = {"HF_ENDPOINT": "https://hub.test", "MLENTORY_DATA_DIR": str(data_dir), **others}
    crawler = get_crawler(HuggingFaceSpider, settings)
    crawler.spider = crawler._create_spider(mode="census")
    return crawler


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = opened(tmp_path)
    yield made
    made.close()


def page(number: int, *keys: str) -> Page:
    return Page(number, "x", "huggingface", [("model", key) for key in keys], {"page": number + 1})


def record(of: Page, key: str, payload: Any = None) -> RawRecord:
    return RawRecord(
        platform="huggingface", kind="model", key=key, url=f"{HUB}api/models", payload=payload,
        fetched_at="2026-01-01T00:00:00Z", page=of,
    )  # fmt: skip


def store(run: Run, of: Page, key: str, *issues: FieldIssue) -> None:
    text, digest = encode(stated := document(f"acme/{key}"))
    entry = Entry(
        platform="huggingface", kind="model", key=key, iri=stated["root"]["iri"], hash=digest, modified=None,
        known=run.pages.known(record(of, key)), document=stated, text=text,
        provenance={"source": "x", "fetched_at": "2026-01-01T00:00:00Z"}, counters={},
    )  # fmt: skip
    run.pages.store(record(of, key), entry, issues)


def store_again(run: Run, of: Page, key: str, *, changed: bool = False) -> None:
    known = run.pages.known(record(of, key))
    assert known is not None
    entry = Entry.unchanged("huggingface", "model", key, known, {})
    if changed:
        text, digest = encode(stated := document(f"acme/{key}", BSD))
        entry = replace(entry, document=stated, text=text, hash=digest, provenance={"source": "x"})
    run.pages.store(record(of, key), entry, [])


def stored(run: Run) -> list[str]:
    return run.catalog.keys("huggingface", "model")


def test_what_is_stored_stays_stored_and_a_failure_counts_once(run: Run) -> None:
    first = page(0, "1", "2")
    run.open_page(first)
    store(run, first, "1")
    run.pages.fail(first, "model", "1")  # a component after the catalog failed on it
    assert len(run.pages) == 1
    run.pages.fail(first, "model", "2")
    run.pages.fail(first, "model", "2")  # the page has ended
    run.commit()
    assert len(run.pages) == 0
    assert stored(run) == ["1"]
    told = run.report.records
    assert (told["fetched"], told["new"], told["failed"]) == (2, 1, 1)


def test_pages_of_a_walk_are_stored_in_their_order(run: Run) -> None:
    first, second = page(0, "1"), page(1, "2")
    run.open_page(first)
    run.open_page(second)
    store(run, second, "2")
    run.commit()
    assert (stored(run), len(run.pages)) == ([], 2)
    store(run, first, "1")
    run.commit()
    assert (stored(run), len(run.pages)) == (["1", "2"], 0)


def test_without_an_order_a_page_is_stored_once_all_its_records_have_ended(tmp_path: Path) -> None:
    run = opened(tmp_path, ordered=False)
    first, second = page(0, "1", "2"), page(1, "3")
    run.open_page(first)
    run.open_page(second)
    store(run, first, "1")
    store(run, second, "3")
    run.commit()
    assert (stored(run), len(run.pages)) == (["3"], 1)
    store(run, first, "2")
    run.commit()
    assert (stored(run), len(run.pages)) == (["1", "2", "3"], 0)


def test_a_slow_run_is_durable_before_it_has_much(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = page(0, "1"), page(1, "2")
    run.open_page(first)
    store(run, first, "1")
    assert stored(run) == []
    monkeypatch.setattr(runs, "COMMIT_SECONDS", -1.0)
    run.open_page(second)
    assert stored(run) == ["1"]


def test_what_was_forgotten_where_it_was_archived_is_withheld_without_a_mark(run: Run) -> None:
    first = page(0, "1", "2")
    run.open_page(first)
    assert not run.redactor
    assert run.withholds(record(first, "1", MARKER))
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
        run.pages.withhold(of)
        run.commit()
    assert run.report.records["forgotten"] == 2
    assert run.withholds(record(page(2, "3"), "3", MARKER))  # nobody's name
    assert f"{HUB}acme/new" in run.catalog.marks().iris
    run.close()


def test_each_end_of_a_record_has_its_count(run: Run) -> None:
    first, second = page(0, "1", "2", "3"), page(1, "1", "2", "3", "1", "4")
    run.open_page(first)
    for key in "123":
        run.pages.claim(record(first, key))
        store(run, first, key)
    run.commit()
    run.open_page(second)
    store_again(run, second, "1")
    store_again(run, second, "3")
    store_again(run, second, "2", changed=True)
    run.pages.drop_duplicate(second)
    run.pages.reject(second, rejected("4"))
    run.commit()
    told = run.report.records
    assert {word: n for word, n in told.items() if n} == {
        "fetched": 8, "new": 3, "unchanged": 2, "changed": 1, "duplicate": 1, "quarantined": 1,
    }  # fmt: skip
    assert len(run.pages) == 0


def test_a_record_begins_once_and_again_where_it_failed(run: Run) -> None:
    pages = [page(n, "1", "2") for n in range(3)]
    run.open_page(pages[0])
    run.open_page(pages[1])
    for key in "12":
        run.pages.claim(record(pages[0], key))
        with pytest.raises(Duplicate):  # it is not stored yet
            run.pages.claim(record(pages[1], key))
    store(run, pages[0], "1")
    run.pages.fail(pages[0], "model", "2")
    run.commit()
    with pytest.raises(Duplicate):
        run.pages.claim(record(pages[1], "1"))
    run.open_page(pages[2])
    with pytest.raises(Duplicate):
        run.pages.claim(record(pages[2], "1"))
    run.pages.claim(record(pages[2], "2"))


def test_pages_are_numbered_one_after_the_other(run: Run) -> None:
    assert [run.pages.reserve() for _ in range(3)] == [0, 1, 2]


def test_what_a_page_owes_is_kept_until_one_pays_it(tmp_path: Path) -> None:
    run = opened(tmp_path)
    first, second, third, beside = (page(n, str(n)) for n in range(4))
    first.owed, second.owed = ["?cursor=a", "?cursor=b"], [{"kind": "model", "key": "9"}]
    third.pays, beside.cursor = "?cursor=a", None
    for each in (first, second, third, beside):
        run.open_page(each)
        run.pages.withdraw(each)
    run.commit()
    run.close()
    again = opened(tmp_path)
    assert again.cursor.owed == ["?cursor=b", {"kind": "model", "key": "9"}]
    assert again.cursor.first_page == 3
    assert again.cursor.start is None  # the pages say nothing else of where to go on
    assert again.pages.reserve() == 3
    again.close()


def test_a_page_without_records_moves_the_cursor_too(tmp_path: Path) -> None:
    run = opened(tmp_path)
    empty = page(0)
    empty.owed = ["?cursor=a"]
    run.open_page(empty)
    run.commit()
    run.close()
    again = opened(tmp_path)
    assert (again.cursor.owed, again.cursor.first_page) == (["?cursor=a"], 1)
    again.close()


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


@pytest.mark.parametrize(
    ("owed_before", "owed", "next_place", "failed", "is_as_before"),
    [
        (["a"], ["a"], None, 0, True),
        (["a", {"kind": "model"}], [{"kind": "model"}], None, 1, True),
        (["a"], ["a"], "?cursor=b", 0, False),
        (["a"], [], None, 0, False),
        (["a"], ["a", "b"], None, 0, False),
        (["a"], ["a"], None, 1, False),
        ([{"kind": "model"}], [{"kind": "model"}], None, 2, False),
        ([], [{"kind": "model"}], None, 1, False),
    ],
)
def test_a_walk_that_owes_nothing_new_can_be_closed(
    run: Run, owed_before: list[Any], owed: list[Any], next_place: str | None, failed: int, is_as_before: bool
) -> None:
    run.cursor.owed = owed_before
    last = page(0)
    last.cursor, last.owed = {"next": next_place}, owed
    run.open_page(last, *[Asked("models", ("failed",))] * failed)
    run.commit()
    assert run.owes_as_before is is_as_before


def test_a_walk_that_has_not_come_to_its_end_owes_more(run: Run) -> None:
    run.cursor.owed = ["a"]
    last = page(0)
    last.owed = ["a"]
    run.open_page(last)
    assert not run.owes_as_before


def test_another_name_of_what_was_forgotten_is_forgotten_too(tmp_path: Path) -> None:
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


@pytest.mark.parametrize(("following", "is_closed"), [(None, True), ("p2", False)])
def test_a_walk_is_not_kept_open_for_what_cannot_be_had_by_its_name(
    following: str | None, is_closed: bool, tmp_path: Path
) -> None:
    walked = Page(0, "x", "huggingface", [], {"page": 1, "next": following, "listed": 0, "newest": None})
    for attempt in (1, 2):
        run = opened(tmp_path)
        if attempt == 1:
            run.open_page(walked)
        number = max(run.cursor.first_page, 1)
        run.open_page(Page(number, "y", "huggingface", [], {"page": number + 1}), Asked("owners", ("failed",)))
        run.commit()
        assert run.owes_as_before is (is_closed and attempt == 2)
        run.close()


def test_what_a_closed_walk_owed_the_next_one_asks_for(tmp_path: Path) -> None:
    run = opened(tmp_path)
    last = page(0)
    last.cursor, last.owed = {"next": None}, ["?cursor=a"]
    run.open_page(last)
    run.commit()
    run.catalog.runs.complete(run.id, "2026-01-01T00:00:00Z", watermark=None, census=None)
    run.close()
    again = opened(tmp_path)
    assert again.name != run.name
    assert (again.cursor.owed, again.cursor.start, again.cursor.first_page) == (["?cursor=a"], None, 0)
    again.open_page(page(0))
    again.commit()
    again.close()
    third = opened(tmp_path)
    assert (third.name, third.cursor.owed, third.cursor.first_page) == (again.name, ["?cursor=a"], 1)
    third.close()


def test_a_walk_goes_on_from_where_its_pages_lead(tmp_path: Path) -> None:
    run = opened(tmp_path)
    assert (run.cursor.start, run.cursor.owed, run.cursor.first_page) == (None, [], 0)
    cursors: list[dict[str, Any]] = [{"page": 1, "next": "?cursor=b"}, {"page": 2, "listed": 7}]
    for number, told in enumerate(cursors):
        of = page(number)
        of.cursor = told
        run.open_page(of)
    run.commit()
    run.close()
    again = opened(tmp_path)
    assert (again.name, again.id) == (run.name, run.id)
    assert again.cursor.start == {"page": 2, "next": "?cursor=b", "listed": 7, "owed": []}
    again.close()


def test_each_archived_run_is_replayed_by_a_run_of_its_own(tmp_path: Path) -> None:
    def name(**settings: str) -> str:
        run = run_of(crawler_of(tmp_path, **settings))
        run.close()
        return run.name

    first, second = name(REPLAY_RUN="a"), name(REPLAY_RUN="b")
    crawl = name()
    assert len({first, second, crawl}) == 3
    assert (name(REPLAY_RUN="a"), name(REPLAY_RUN="b"), name()) == (first, second, crawl)


def test_issues_are_counted_by_field_without_positions(run: Run) -> None:
    first = page(0, "1", "2")
    run.open_page(first)
    store(run, first, "1", FieldIssue("tags.17", "is a number"), FieldIssue("tags.3", "is a number"))
    store(run, first, "2", FieldIssue("model-index.0.results.1.value2", "x"), FieldIssue("tags.3", "is null"))
    run.commit()
    assert run.report.field_issues == {"tags: is a number": 2, "model-index.results.value2: x": 1, "tags: is null": 1}


def test_what_a_census_has_not_shown_is_settled(run: Run) -> None:
    first = page(0, "1", "2", "3")
    run.open_page(first)
    for key in "123":
        store(run, first, key)
    run.commit()
    known = run.catalog.lookup(run.id, "huggingface", [("model", key) for key in "123"])
    rows = [known["model", key].id for key in "12"]
    run.settle(iter(rows), rows[:1])
    assert (stored(run), run.broken) == (["2", "3"], None)
    assert run.report.records["deleted"] == 1
    kept = run.catalog.runs.report(run.name)
    assert kept is not None
    assert kept["records"]["deleted"] == 1


def refuse(*given: object, **named: object) -> None:
    raise CatalogError("the disk is full")


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
        run.settle([], [])
    assert run.broken == "the disk is full"


def test_a_walk_counts_the_last_pages_that_hold_nothing_new(run: Run) -> None:
    def fetch(number: int, walk: str | None, *keys: str, again: int = 0) -> int:
        of = page(number, *keys)
        of.walk = walk
        run.open_page(of)
        for n, key in enumerate(keys):
            if n < again:
                run.pages.drop_duplicate(of)
            else:
                store(run, of, key)
        return run.repeated["list"]

    assert fetch(0, "list", "1", "2") == 0
    assert fetch(1, "list", "1", "2", again=2) == 1
    assert fetch(2, "list") == 1  # one that holds nothing tells nothing
    assert fetch(3, None, "3") == 1
    assert fetch(4, "other", "4") == 1
    assert fetch(5, "list", "1", "2", again=2) == 2
    assert fetch(6, "list", "1", "5", again=1) == 0


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
        run.end_seed(Asked(None, ("invalid",), seed=seeds[n]), "belongs to no platform")
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
    run.archived("list/1", "ab", "0.zst")
    run.keep_counts()
    assert run.catalog._database.execute("SELECT * FROM answer").fetchall() == [(run.id, "list/1", "ab", "0.zst")]


def test_a_record_that_begins_again_is_named(run: Run) -> None:
    first = page(0, "1")
    run.open_page(first)
    run.pages.claim(record(first, "1"))
    with pytest.raises(Duplicate, match=r"^huggingface/model/1 "):
        run.pages.claim(record(first, "1"))
    run.pages.fail(page(9, "1"), "model", "1")  # its page is not open
    assert len(run.pages) == 1


def test_what_is_put_into_the_quarantine_has_begun(run: Run) -> None:
    first, second = page(0, "4"), page(1, "4")
    run.open_page(first)
    run.pages.reject(first, rejected("4"))
    run.commit()
    run.open_page(second)
    with pytest.raises(Duplicate):
        run.pages.claim(record(second, "4"))


def test_of_what_a_page_asks_for_more_may_come_with_its_records(run: Run) -> None:
    first = page(0, "1")
    run.open_page(first, Asked("models", ("described",)))
    run.pages.count_asked(first, Asked("models", ("failed",)))
    run.pages.count_asked(first, Asked(None, ("found",)))
    run.commit()
    assert not run.report.lookups
    run.pages.withdraw(first)
    run.commit()
    told = {word: n for word, n in run.report.lookups["models"].items() if n}
    assert (told, run.report.requested["found"]) == ({"described": 1, "failed": 1}, 1)
    assert run.report.records["fetched"] == 0
