"""Rules about licenses of what derives from each other."""

from __future__ import annotations

import pytest

from fair4ml.identifiers import spdx
from fair4ml.normalize.license_compatibility import _iri, _rules, conflict
from fair4ml.normalize.licenses import license_stub


def test_rules_are_about_licenses_that_exist_and_say_nothing_of_equals() -> None:
    for license, rules in _rules().items():
        assert rules
        for rule in rules:
            assert rule.conflict.source.startswith("https://")
            assert rule.allows is None or not rule.forbids
        no_derivatives = any(rule.allows == frozenset() for rule in rules)
        assert (conflict(license, license) is not None) == no_derivatives


@pytest.mark.parametrize(
    ("original", "derived", "is_conflict"),
    [
        ("cc-by-nc-4.0", "apache-2.0", True),
        ("cc-by-nc-4.0", "cc-by-nc-sa-4.0", False),
        ("cc-by-sa-4.0", "mit", True),
        ("cc-by-sa-4.0", "gpl-3.0", False),
        ("gpl-3.0", "mit", True),
        ("gpl-3.0", "agpl-3.0", False),
        ("apache-2.0", "cc-by-nc-4.0", False),
        ("gemma", "gemma", False),
        ("llama3", "mit", True),
    ],
)
def test_what_the_rules_say(original: str, derived: str, is_conflict: bool) -> None:
    one, other = license_stub(original), license_stub(derived)
    assert one is not None
    assert other is not None
    assert (conflict(one.iri, other.iri) is not None) == is_conflict


def test_what_no_rule_knows_is_not_judged() -> None:
    assert conflict("https://example.org/license", spdx("MIT")) is None


def test_a_license_in_the_data_that_does_not_exist_is_told_by_name() -> None:
    with pytest.raises(ValueError, match="unknown license squirrel-1"):
        _iri("squirrel-1")
