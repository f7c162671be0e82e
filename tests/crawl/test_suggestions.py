"""Misspelled names are answered by the similar ones, in the same words everywhere."""

from __future__ import annotations

import pytest

from mlentory_crawl.suggestions import did_you_mean, suggested

COMMANDS = ("search", "serve", "show", "status", "sync")


@pytest.mark.parametrize(
    ("given", "most", "asked"),
    [
        ("serach", 1, "did you mean search?"),
        ("serch", 2, "did you mean search or serve?"),
        ("zzz", 3, "mlentory -h lists them"),
    ],
)
def test_the_most_similar_names_are_suggested(given: str, most: int, asked: str) -> None:
    assert did_you_mean(given, iter(COMMANDS), "mlentory -h lists them", most=most) == asked


def test_what_is_less_alike_than_asked_is_not_suggested() -> None:
    assert did_you_mean("HF_TOKKEN", ["HF_TOKEN"], alike=0.85) == "did you mean HF_TOKEN?"
    assert did_you_mean("HOME_TOKEN", ["HF_TOKEN"], alike=0.85) == ""


def test_names_that_were_found_in_another_way_are_suggested_in_the_same_words() -> None:
    assert suggested(["--license (3)", "--limit", "--like"]) == "did you mean --license (3) or --limit or --like?"
    assert suggested([]) == ""
