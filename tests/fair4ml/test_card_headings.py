"""Headings of model cards, and the topics that they announce."""

from __future__ import annotations

import pytest

from fair4ml.read.card_headings import topics_of


@pytest.mark.parametrize(
    ("heading", "topics"),
    [
        ("Uses", {"intended use"}),
        ("🎯 Intended Use:", {"intended use"}),
        ("2. Intended Use Cases", {"intended use"}),
        ("Intended uses & limitations", {"intended use", "limitations"}),
        ("Limitations and bias", {"limitations"}),
        ("Bias, Risks, and Limitations", {"limitations"}),
        ("Out-of-Scope Use Cases", {"limitations"}),
        ("Ethical Considerations and Limitations", {"ethical considerations", "limitations"}),
        ("How to use", {"usage"}),
        ("How to use the discriminator in `transformers`", {"usage"}),
        ("Usage (Sentence-Transformers)", {"usage"}),
        ("Training and evaluation data", {"training data", "evaluation data"}),
        ("BibTeX entry and citation info", {"citation"}),
        ("Citing & Authors", {"citation"}),
        ("Training procedure", set()),
        ("Results", set()),
    ],
)
def test_headings_are_known_in_their_usual_forms(heading: str, topics: set[str]) -> None:
    assert topics_of(heading) == frozenset(topics)


@pytest.mark.parametrize("heading", ["", "Tern", "Useful links", "Limitation of liability", "Usages of the crown", "!"])
def test_other_headings_are_unknown(heading: str) -> None:
    assert topics_of(heading) is None
