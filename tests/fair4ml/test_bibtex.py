"""Works in BibTeX as people write it."""

from __future__ import annotations

import pytest

from fair4ml.read.bibtex import Reference, references


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ("title={Of Terns}\n author={Wells, Ada}\n year=2021", "Of Terns"),
        ('title = "Of {T}erns"\n\tauthor="Wells"', "Of Terns"),
        ("year=2021\n title={Of Terns},", "Of Terns"),
        ("title={Of Terns\n y = 2x},\n year=2021", "Of Terns y = 2x"),
        ("title={Of} # {Terns}", "Of # Terns"),
    ],
)
def test_a_forgotten_comma_costs_no_field(fields: str, title: str) -> None:
    (reference,), failed = references(f"@article{{wells,\n {fields}\n}}\n")
    assert (reference.title, failed) == (title, 0)


def test_an_article_is_found_beyond_a_forgotten_comma() -> None:
    (reference,), _ = references("@misc{a,\n title={Of Terns}\n eprint={2301.01234}\n archivePrefix={arXiv}\n}")
    assert reference.preprint == "https://arxiv.org/abs/2301.01234"


def test_thousands_of_them_are_read_at_once() -> None:
    many = "@misc{a,\n" + "k = 1\n" * 3_000 + "}"
    assert references(many) == ([Reference(many, "misc")], 0)
