"""A run counts each end of a record once, stores whole pages only, and knows what it has to forget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.catalogs import rejected
from support.small_catalog import BSD, SmallCatalog, document

from mlentory_crawl.catalog.codec import encode
from mlentory_crawl.catalog.commits import Entry, Lookup
from mlentory_crawl.crawl import run as runs
from mlentory_crawl.crawl.outcomes import Asked, Duplicate
from mlentory_crawl.crawl.plan import CrawlPlan
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.erasure.redactor import MARKER
from mlentory_crawl.items import Page, RawRecord

HUB = "https://huggingface.co/"


def opened(data_dir: Path, *, ordered: bool = True) -> Run:
    plan = CrawlPlan("huggingface", "census", "census", {}, {"mode": "census"}, resumable=True, ordered=ordered)
    return Run(data_dir, lambda catalog: plan)


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


def store(run: Run, of: Page, key: str) -> None:
    text, digest = encode(stated := document(f"acme/{key}"))
    entry = Entry(
        platform="huggingface", kind="model", key=key, iri=stated["root"]["iri"], hash=digest, modified=None,
        known=run.pages.known(record(of, key)), document=stated, text=text,
        provenance={"source": "x", "fetched_at": "2026-01-01T00:00:00Z"}, counters={},
    )  # fmt: skip
    run.pages.store(record(of, key), entry, [])


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
    assert not run.forgotten
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
