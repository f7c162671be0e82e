"""Each end of a record counts once, and pages leave whole and in their order."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.catalogs import rejected
from support.runs import opened, page, record, store, store_again, stored

from fair4ml.entities import FieldIssue
from mlentory_crawl.crawl.outcomes import Asked, Duplicate
from mlentory_crawl.crawl.run import Run


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
    run.pages.drop_duplicate(second, "model")
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


def test_issues_are_counted_by_field_without_positions(run: Run) -> None:
    first = page(0, "1", "2")
    run.open_page(first)
    store(run, first, "1", FieldIssue("tags.17", "is a number"), FieldIssue("tags.3", "is a number"))
    store(run, first, "2", FieldIssue("model-index.0.results.1.value2", "x"), FieldIssue("tags.3", "is null"))
    run.commit()
    assert run.report.field_issues == {"tags: is a number": 2, "model-index.results.value2: x": 1, "tags: is null": 1}


def test_a_walk_counts_the_last_pages_that_hold_nothing_new(run: Run) -> None:
    def fetch(number: int, walk: str | None, *keys: str, again: int = 0) -> int:
        of = page(number, *keys)
        of.walk = walk
        run.open_page(of)
        for n, key in enumerate(keys):
            if n < again:
                run.pages.drop_duplicate(of, "model")
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
