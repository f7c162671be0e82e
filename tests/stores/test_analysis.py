"""The terms by which every engine compares texts and searches."""

from __future__ import annotations

import pytest

from mlentory_crawl.stores.search.analysis import LONGEST_WORD, analyze


@pytest.mark.parametrize(
    ("name", "text", "terms"),
    [
        ("words", "DistilBERT-base gpt2", "distilbert base gpt2"),
        ("words", "Größe naïve", "grosse naive"),
        ("words", "東京カメラ", "東 京 カ メ ラ"),
        ("words", " - ", ""),
        ("parts", "DistilBERT-base_v2.1 gpt2", "distil bert base v 2 1 gpt 2"),
        ("parts", "東京", "東 京"),
        ("prose", "Trained models for running translations", "train model for run translat"),
    ],
)
def test_words_parts_and_prose(name: str, text: str, terms: str) -> None:
    assert analyze(name, text) == terms.split()


@pytest.mark.parametrize("name", ["value", "folded"])
def test_values_are_compared_as_a_whole_in_any_case(name: str) -> None:
    assert analyze(name, "Apache-2.0 Größe É") == ["apache-2.0 größe é"]


@pytest.mark.parametrize("letter", ["a", "é"])
def test_words_that_are_too_long_are_left_out(letter: str) -> None:
    longest = letter * ((LONGEST_WORD - 1) // len(letter.encode()))
    assert len(analyze("words", longest)) == 1
    assert analyze("words", longest + letter) == []
