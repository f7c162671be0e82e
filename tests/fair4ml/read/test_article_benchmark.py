"""The texts of real articles against what people marked as such."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from benchmarks.articles import LOW, agreement, ours, pages

pytestmark = pytest.mark.extra(name="documents")


def test_the_text_is_that_of_the_article(corpus: Path) -> None:
    scores = {page.url: agreement(ours(page), page.text) for page in pages(corpus / "html" / "article-benchmark")}
    assert len(scores) == 40
    assert statistics.mean(scores.values()) >= 0.97
    assert {url: score for url, score in scores.items() if score < LOW} == {}


def test_agreement_counts_sequences_of_words() -> None:
    assert agreement("one two three four five", "One, two three four five!".lower()) == 1
    assert agreement("one two three four", "four three two one") == 0
    assert agreement("one two three four five", "one two three four") == pytest.approx(2 / 3)
