"""The table of a run's outcome: what it says to do next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from mlentory_crawl.crawl.outcomes import Asked
from mlentory_crawl.crawl.report import Report
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.crawl.verdict import judge
from mlentory_crawl.extensions.outcome import outcome

CURRENT: dict[str, dict[str, Any]] = {"search": {"written": 100, "backlog": 0}}
BEHIND: dict[str, dict[str, Any]] = {**CURRENT, "neo4j": {"written": 0, "backlog": 100, "error": "no server"}}


def next_of(report: Report) -> str:
    out = Console(width=200)
    with out.capture() as captured:
        out.print(outcome(report.told(), report.again, Path("data")))
    (line,) = (line for line in captured.get().splitlines() if line.startswith("Next "))
    return line.removeprefix("Next ").strip()


@pytest.mark.parametrize(
    ("records", "projections", "census", "suspicions", "expected"),
    [
        ({"new": 100}, CURRENT, 100, [], "mlentory search --sort modified --platform huggingface"),
        ({"new": 100}, {}, 100, [], "mlentory sync"),
        ({"new": 100}, BEHIND, 100, [], "mlentory sync neo4j"),
        ({"new": 50, "failed": 50}, CURRENT, 100, [], "the same command resumes"),
        ({"new": 100}, CURRENT, 50, [], "mlentory status run-1"),
        ({"new": 100}, {}, 50, [], "mlentory status run-1"),
        ({"new": 100}, CURRENT, 100, ["many have lost a field"], "mlentory status run-1"),
        ({"new": 90, "quarantined": 10}, CURRENT, 100, [], "mlentory status run-1 --quarantine"),
        ({"new": 98, "quarantined": 2}, CURRENT, 100, [], "mlentory status run-1 --quarantine"),
        # What is still to be done comes first: nothing that anybody reads about odd records brings it.
        ({"new": 98, "quarantined": 2}, BEHIND, 100, [], "mlentory sync neo4j"),
        ({"new": 97, "quarantined": 2, "failed": 1}, CURRENT, 100, [], "the same command resumes"),
    ],
)
def test_what_makes_sense_next(
    records: dict[str, int], projections: dict[str, Any], census: int, suspicions: list[str], expected: str
) -> None:
    made = Report("run-1", "huggingface", "census", {}, "2026-01-01T00:00:00Z", "census", again="resumes")
    made.records.update(records, fetched=100)
    made.platforms["huggingface"] = made.records
    made.projections = projections
    made.suspicions = suspicions
    judge(made, interrupted=False, complete=True, census=census, previous_census=100)
    assert next_of(made) == expected


def test_a_key_in_the_address_of_a_seed_is_in_no_report() -> None:
    token = "hf_" + "a1B2c3D4" * 4 + "e5"
    url = f"https://notes.example/p?token={token}"
    line = Asked(None, ("failed",), seed=Seed(0, "seeds.csv:2", url), reason=f"{url} is down").ended_seed("article")
    assert (line.url, line.reason) == (
        "https://notes.example/p?token=secret-removed",
        "https://notes.example/p?token=[secret removed] is down",
    )
