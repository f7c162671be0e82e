"""An interrupted walk goes on where its pages lead, and owes what it could not have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.runs import opened, page

from mlentory_crawl.crawl.outcomes import Asked
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.items import Page


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
