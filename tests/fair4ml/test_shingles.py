"""Texts as runs of words, and how much of them they share."""

from __future__ import annotations

import pytest
from support.articles import prose, words

from fair4ml.read.shingles import LONGEST, SHORTEST, WORDS_IN_A_ROW, likeness, shingles


def test_case_punctuation_and_lines_make_no_difference() -> None:
    text = " ".join(words(200))
    spelled = ".\n".join(each.upper() for each in text.split(" "))
    assert shingles(text) == shingles(spelled)
    assert len(shingles(text)) <= 200 - WORDS_IN_A_ROW + 1
    assert all(run.count(" ") == WORDS_IN_A_ROW - 1 for run in shingles(text))


def test_short_texts_have_none() -> None:
    assert shingles(" ".join(words(SHORTEST - 1))) == frozenset()
    assert shingles(" ".join(words(SHORTEST))) != frozenset()
    assert shingles("") == frozenset()


def test_languages_without_spaces_have_words_too() -> None:
    text = "机器学习模型的说明" * 3 + "".join(chr(0x4E00 + n * 7) for n in range(100))
    assert len(shingles(text)) > 100 - WORDS_IN_A_ROW


def test_of_a_book_the_beginning_is_read() -> None:
    book = words(LONGEST + 500, known=100)
    assert shingles(" ".join(book)) == shingles(" ".join(book[:LONGEST]))


@pytest.mark.parametrize(
    ("changed", "least", "most"),
    [
        (lambda text: text, 1.0, 1.0),
        (lambda text: f"Menu Home About Subscribe\n{text}\n{prose(60, 5)}", 0.85, 0.99),
        (lambda text: text[: len(text) // 2], 0.4, 0.6),
        (lambda text: prose(600, 7), 0.0, 0.05),
        (lambda text: "", 0.0, 0.0),
    ],
)
def test_likeness_is_the_share_of_common_runs(changed: object, least: float, most: float) -> None:
    text = prose(600)
    assert callable(changed)
    found = likeness(shingles(text), shingles(changed(text)))
    assert least <= found <= most
    assert found == likeness(shingles(changed(text)), shingles(text))
