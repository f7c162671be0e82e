"""Every line of a seed list ends in a state, and with a reason if nothing was found."""

from __future__ import annotations

import pytest

from mlentory_crawl.crawl.outcomes import REQUESTED, Asked
from mlentory_crawl.crawl.seed_list import Seed

SEED = Seed(3, "list.txt:4", "https://blog.example/x")


@pytest.mark.parametrize("outcome", REQUESTED)
def test_a_line_without_more_to_say_has_the_outcome_as_its_state(outcome: str) -> None:
    ended = Asked(None, (outcome,), seed=SEED).ended_seed("article")
    assert (ended.outcome, ended.state) == (outcome, outcome)
    # A line that is no URL brings its own reason.
    assert (ended.reason is None) == (outcome in ("found", "invalid"))


@pytest.mark.parametrize(
    ("outcomes", "of_records", "state"),
    [
        (("blocked", "paywall"), None, "paywall"),
        (("found",), "unchanged", "unchanged"),
        (("found", "trees"), "new", "new"),
    ],
)
def test_what_says_more_is_the_state(outcomes: tuple[str, ...], of_records: str | None, state: str) -> None:
    ended = Asked(None, outcomes, seed=SEED, reason="because").ended_seed("article", of_records)
    assert (ended.state, ended.reason) == (state, "because")
