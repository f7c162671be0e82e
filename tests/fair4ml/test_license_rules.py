"""Rules about licenses of what derives from each other."""

from __future__ import annotations

import json
from collections import Counter
from importlib.resources import files

import pytest

from fair4ml.identifiers import spdx
from fair4ml.normalize.license_compatibility import _iri, _rules, conflict
from fair4ml.normalize.licenses import license_stub

RULES = json.loads((files("fair4ml") / "data" / "license_rules.json").read_bytes())["rules"]
TEXTS = {
    "openrail": "huggingface.co/blog/open_rail",
    "creativeml-openrail-m": "spaces/CompVis/stable-diffusion-license",
    "bigscience-openrail-m": "/bigscience-openrail-m",
    "bigscience-bloom-rail-1.0": "spaces/bigscience/license",
    "bigcode-openrail-m": "spaces/bigcode/",
    "openrail++": "stable-diffusion-xl-base-1.0/blob/main/LICENSE",
    "llama2": "ai.meta.com/llama/license/",
    "llama3": "/llama3/license/",
    "llama3.1": "/llama3_1/license/",
    "llama3.2": "/llama3_2/license/",
    "llama3.3": "/llama3_3/license/",
    "llama4": "/llama4/license/",
    "gemma": "ai.google.dev/gemma/terms",
}
"""What the addresses of texts have that nobody reads as a license."""


@pytest.mark.parametrize(("license", "source"), [each for rule in RULES for each in rule["of"].items()])
def test_the_source_of_a_rule_is_the_text_of_the_license_that_it_is_about(license: str, source: str) -> None:
    address = source.split(" ", maxsplit=1)[0]
    published = license_stub(address)
    if published is None:
        assert TEXTS[license] in address
    else:
        # One text is that of the GPL 3.0, whether or not later versions are allowed.
        assert license.removesuffix("-only").removesuffix("-or-later") == published.name


def test_no_text_is_the_source_for_two_licenses() -> None:
    texts = {license: source.split(" ")[0] for rule in RULES for license, source in rule["of"].items()}
    shared = Counter(text for text in texts.values() if "gnu.org" not in text)
    assert [text for text, count in shared.items() if count > 1] == []


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
