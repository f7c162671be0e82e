"""The run report: it adds up, and its verdict is honest."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from mlentory_crawl.crawl.report import Report
from mlentory_crawl.crawl.verdict import judge


def report(coverage: str = "census", **records: int) -> Report:
    made = Report("run", "huggingface", "census", {}, "2026-01-01T00:00:00Z", coverage)
    made.records.update(records)
    return made


@pytest.mark.parametrize(
    ("made", "judged", "verdict", "code"),
    [
        (report(fetched=10, new=10), {"complete": True, "census": 10}, "complete", 0),
        (report("limit", fetched=0), {"complete": True}, "complete", 0),
        (report(fetched=0), {"complete": True, "census": 0}, "suspect", 1),
        (report(fetched=10, new=10), {"complete": True, "census": 10, "previous_census": 12}, "suspect", 1),
        (report(fetched=10, new=10), {"complete": True, "census": 10, "previous_census": 11}, "complete", 0),
        (report(fetched=100, new=94, quarantined=6), {"complete": True, "census": 100}, "suspect", 1),
        (report(fetched=100, new=95, quarantined=5), {"complete": True, "census": 100}, "complete", 0),
        (report(fetched=10, new=9, failed=1), {"complete": True, "census": 10}, "failed", 1),
        (report(fetched=10, new=10), {"complete": False}, "failed", 1),
        (report(fetched=10, new=10), {"complete": False, "interrupted": True}, "stopped", 3),
    ],
)
def test_verdicts(made: Report, judged: dict[str, Any], verdict: str, code: int) -> None:
    judge(made, **{"interrupted": False, **judged})
    assert (made.verdict, made.exit_code) == (verdict, code)
    assert bool(made.problems) == (verdict in ("failed", "suspect"))


@pytest.mark.parametrize("told", [{"backlog": 1}, {"backlog": 0, "error": "down"}])
def test_a_projection_that_is_behind_fails_the_run(told: dict[str, Any]) -> None:
    made = report(fetched=1, new=1)
    made.projections["search"] = told
    judge(made, interrupted=False, complete=True, census=1)
    assert made.verdict == "failed"


@pytest.mark.parametrize(
    ("requested", "verdict"),
    [
        ({"invalid": 7}, "failed"),
        ({"invalid": 3, "duplicate": 4}, "failed"),
        ({"invalid": 3, "blocked": 1}, "failed"),
        ({"invalid": 6, "found": 1}, "complete"),
        ({"invalid": 6, "missing": 1}, "complete"),
        ({"invalid": 6, "erased": 1}, "complete"),
        ({"invalid": 6, "known": 1}, "complete"),
        ({"blocked": 7}, "complete"),
        ({"missing": 7}, "complete"),
    ],
)
def test_a_list_of_which_nothing_can_be_asked_for_fails_the_run(requested: dict[str, int], verdict: str) -> None:
    made = report("ids")
    made.requested.update(requested)
    judge(made, interrupted=False, complete=True)
    assert made.verdict == verdict
    assert len(made.problems) == (verdict == "failed")


def test_a_list_that_was_interrupted_may_have_something_yet() -> None:
    made = report("ids")
    made.requested.update(invalid=7)
    judge(made, interrupted=True, complete=False)
    assert made.verdict == "stopped"


def test_a_refused_field_is_suspect() -> None:
    made = report("limit", fetched=1, new=1)
    made.refused_fields = ["gguf"]
    judge(made, interrupted=False, complete=True)
    assert made.verdict == "suspect"


def test_a_resumed_run_has_one_report() -> None:
    first = report(fetched=1000, new=990, quarantined=10)
    first.requested.update(found=3, missing=1)
    allowed: dict[str, dict[str, float]] = {
        "hub": {"requests": 450, "seconds": 300},
        "files": {"requests": 1, "seconds": 3.0},
    }
    first.count_requests({"hub": 2}, {"200": 2}, {"hub.example": (2, "documented API")}, 1, 0.5, allowed)
    resumed = Report.resumed(orjson.loads(first.json()))
    resumed.records.update(fetched=5, new=5)
    of_token: dict[str, dict[str, float]] = {"hub": {"requests": 900, "seconds": 300}}
    resumed.count_requests({"hub": 1}, {"200": 1, "503": 1}, {"cdn.example": (1, "redirected")}, 2, 0.0, of_token)
    told = resumed.told()
    assert told["records"]["fetched"] == 1005
    assert told["requested"]["asked"] == 4
    assert told["requests"] == {
        "by_slot": {"hub": 3},
        "by_status": {"200": 3, "503": 1},
        "by_host": {
            "hub.example": {"requests": 2, "rule": "documented API"},
            "cdn.example": {"requests": 1, "rule": "redirected"},
        },
        "retried": 3,
        "probes": 0,
        "waits": 0.5,
        "allowed": {**allowed, **of_token},
    }
    assert resumed.seconds >= told["seconds"]
    assert told["started_at"] == "2026-01-01T00:00:00Z"
