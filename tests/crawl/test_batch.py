"""What becomes of records is counted by kind, whatever becomes of the batch and of the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from support.catalogs import rejected
from support.crawling import assert_adds_up
from support.runs import opened, page, refuse, store

from mlentory_crawl.crawl.run import Run
from mlentory_crawl.items import Page

CARD = {"kind": "card", "key": "1", "known": {}}


def mixed(number: int) -> Page:
    """A page with two models and three cards."""
    of = page(number, f"{number}a", f"{number}b")
    of.keys += [("card", f"{number}{place}") for place in "abc"]
    return of


def ended(run: Run, of: Page) -> None:
    """Announce a page, and end its records in different ways."""
    run.open_page(of)
    store(run, of, of.keys[0][1])
    run.pages.reject(of, rejected(of.keys[1][1]))
    run.pages.fail(of, *of.keys[2])
    run.pages.drop_duplicate(of, "card")
    run.pages.withhold(of, "card")
    run.commit()


def by_kind(run: Run) -> Any:
    told = run.report.told()
    assert_adds_up(told)
    return {
        kind: {outcome: count for outcome, count in counts.items() if count}
        for kind, counts in told["kinds"]["huggingface"].items()
    }


def test_outcomes_of_a_page_are_counted_by_kind(run: Run) -> None:
    ended(run, mixed(0))
    assert by_kind(run) == {
        "model": {"fetched": 2, "new": 1, "quarantined": 1},
        "card": {"fetched": 2, "duplicate": 1, "failed": 1},
    }
    assert run.report.records["erased"] == 1


def test_a_page_without_records_counts_for_its_platform(run: Run) -> None:
    run.open_page(page(0))
    run.commit()
    assert by_kind(run) == {}


def test_of_a_batch_that_cannot_be_stored_every_record_has_failed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ended(run, mixed(0))
    before = by_kind(run)
    monkeypatch.setattr(run.catalog, "commit", refuse)
    ended(run, mixed(1))
    assert before["model"] == {"fetched": 2, "new": 1, "quarantined": 1}
    assert by_kind(run) == {
        "model": {"fetched": 4, "new": 1, "quarantined": 1, "failed": 2},
        "card": {"fetched": 4, "duplicate": 1, "failed": 3},
    }
    assert run.report.records["erased"] == 1


@pytest.mark.parametrize("can_be_stored", [True, False])
def test_what_failed_before_and_has_come_counts_once(
    run: Run, monkeypatch: pytest.MonkeyPatch, *, can_be_stored: bool
) -> None:
    ended(run, mixed(0))
    paying = replace(page(1), keys=[("card", "0a")], pays=CARD, is_counted=True)
    run.open_page(paying)
    run.pages.drop_duplicate(paying, "card")
    if not can_be_stored:
        monkeypatch.setattr(run.catalog, "commit", refuse)
    run.commit()
    outcomes = {"duplicate": 2} if can_be_stored else {"duplicate": 1, "failed": 1}
    assert by_kind(run)["card"] == {"fetched": 2, **outcomes}


def test_counts_go_on_in_a_resumed_run(tmp_path: Path) -> None:
    run = opened(tmp_path)
    ended(run, mixed(0))
    run.close()
    again = opened(tmp_path)
    ended(again, mixed(1))
    assert again.name == run.name
    assert by_kind(again)["model"] == {"fetched": 4, "new": 2, "quarantined": 2}
    again.close()


def test_a_run_that_began_without_counts_by_kind_goes_on_without(tmp_path: Path) -> None:
    """Figures of a part of the run would be taken for those of the whole."""
    run = opened(tmp_path)
    ended(run, mixed(0))
    saved = {name: value for name, value in orjson.loads(run.report.json()).items() if name != "kinds"}
    run.catalog.runs.save_report(run.id, orjson.dumps(saved))
    run.close()
    for number in (1, 2):
        again = opened(tmp_path)
        ended(again, mixed(number))
        told = again.report.told()
        assert "kinds" not in told
        assert told["records"]["fetched"] == told["platforms"]["huggingface"]["fetched"] == 4 * (number + 1)
        again.close()
