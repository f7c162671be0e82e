"""Conflicts with licenses further up, as far as the rules can tell them."""

from __future__ import annotations

import pytest

from fair4ml.describe.licensing import NOT_NAMED
from fair4ml.normalize.licenses import license_stub
from mlentory_crawl.catalog.queries.inherited_conflicts import inherited
from mlentory_crawl.catalog.queries.license_summary import conflicts

LICENSES: dict[str, dict[str, str]] = {"": {}, NOT_NAMED: {"https://example.org/model#license": NOT_NAMED}}


def judged(chain: dict[str, str], *pairs: str) -> tuple[list[str], list[str]]:
    """What models inherit, and which are not judged.

    Args:
        chain: the license of each model, by a letter.
        pairs: each child with its parent; each model derives from the one before if there are none.
    """
    known = {}
    for model, license in chain.items():
        stub = license_stub(license)
        known[model] = LICENSES[license] if stub is None else {stub.iri: license}
    names = list(chain)
    steps = pairs or [child + parent for child, parent in zip(names[1:], names[:-1], strict=True)]
    found = inherited([(step[0], step[1]) for step in steps], known)
    return [f"{each.child}{each.parent}" for each in found.conflicts], found.unjudged


@pytest.mark.parametrize(
    ("licenses", "inheriting"),
    [
        (("llama3.1", "mit", "mit", "mit"), ["ca", "da"]),
        (("llama3.1", "mit", "llama3.1", "mit"), []),
        (("llama3.1", "mit", "apache-2.0"), ["ca"]),
        (("llama3.1", "llama3.1", "mit"), []),
        # Each goes together with the next, though the first not with the last.
        (("cc-by-sa-4.0", "gpl-3.0", "agpl-3.0"), []),
        (("mit", "mit", "mit"), []),
    ],
)
def test_a_conflict_is_inherited_through_models_that_are_in_conflict(
    licenses: tuple[str, ...], inheriting: list[str]
) -> None:
    assert judged(dict(zip("abcd", licenses, strict=False))) == (inheriting, [])


@pytest.mark.parametrize("between", ["", NOT_NAMED])
def test_what_derives_through_a_model_without_a_named_license_is_not_judged(between: str) -> None:
    assert judged({"a": "llama3.1", "b": between, "c": "mit", "d": "llama3.1"}) == ([], ["c"])
    assert judged({"a": "llama3.1", "b": between, "c": "llama3.1"}) == ([], [])


def test_another_way_may_tell_what_one_cannot() -> None:
    chain = {"a": "llama3.1", "b": "mit", "x": "", "c": "mit"}
    assert judged(chain, "ba", "xa", "cb", "cx") == (["ca"], [])
    assert judged(chain, "ba", "xa", "cx", "ca") == ([], [])


def test_a_circle_ends() -> None:
    chain = {"a": "llama3.1", "b": "mit", "c": "mit"}
    assert judged(chain, "ba", "cb", "ac", "bc") == (["ca"], [])


def test_a_license_that_is_not_named_is_not_judged() -> None:
    gpl = license_stub("gpl-3.0")
    assert gpl is not None
    known = {"a": {gpl.iri: "GPL-3.0"}, "b": LICENSES[NOT_NAMED]}
    assert conflicts([("b", "a")], known) == []
