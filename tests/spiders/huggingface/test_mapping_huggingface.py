from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from support.captured import hugging_face_models
from support.descriptions import assert_closed, stored
from support.payloads import PAYLOADS

from fair4ml.describe.source_record import InvalidRecord, SourceRecord, parse
from fair4ml.entities import Description
from fair4ml.platforms import describe
from fair4ml.platforms.huggingface.provenance import PROVENANCE
from fair4ml.platforms.huggingface.repository import is_disabled, is_gated
from fair4ml.platforms.huggingface.source import ModelInfo

CASES = sorted((Path(__file__).parents[2] / "data" / "huggingface_models").glob("*.json"))


def mapped(record: Any) -> tuple[Description, list[str]]:
    """The description of a record, and the fields of which something was left out."""
    model, issues = parse(ModelInfo, record)
    description = describe(model)
    return description, [issue.field for issue in (*issues, *description.issues)]


def matches(expected: Any, found: Any, root: str) -> bool:
    """Whether a value is as expected; ``#kind`` stands for the IRI of a part of that kind."""
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(expected) == len(found)
            and all(matches(e, f, root) for e, f in zip(expected, found, strict=True))
        )
    if isinstance(expected, str) and re.fullmatch("#[a-z_]+", expected):
        return re.fullmatch(re.escape(root + expected) + "-[0-9a-f]{16}", found) is not None
    return type(expected) is type(found) and expected == found


def differences(expected: dict[str, Any], found: dict[str, Any], root: str) -> list[str]:
    return [
        f"{name}: {found.get(name)!r} instead of {value!r}"
        for name, value in expected.items()
        if not matches(value, found.get(name), root)
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_record_is_described_as_expected(case: Path) -> None:
    stated = json.loads(case.read_text())
    record, expect, why = stated["record"], stated["expect"], stated["why"]
    if "invalid" in expect:
        with pytest.raises(InvalidRecord) as refusal:
            mapped(record)
        assert refusal.value.field == expect["invalid"], why
        return
    description, issues = mapped(record)
    root = stored(description.root)
    assert differences(expect.get("root", {}), root, root["iri"]) == [], why
    assert sorted(issues) == sorted(expect.get("issues", [])), why
    if expect.get("only"):
        assert root.keys() == expect["root"].keys(), why
    if "stubs" in expect:
        assert sorted([stub.cls, stub.name] for stub in description.stubs) == sorted(expect["stubs"]), why
    for name in ("counters", "exceptions"):
        if name in expect:
            assert getattr(description, name) == expect[name], why
    if "parts" in expect:
        left = [stored(part) for part in description.parts]
        for part in expect["parts"]:
            found = next((each for each in left if not differences(part, each, root["iri"])), None)
            assert found is not None, f"{why}: no part like {part} in {left}"
            left.remove(found)
        assert left == [], why


def test_there_are_at_least_forty_of_them() -> None:
    assert len(CASES) >= 40


@given(PAYLOADS)
def test_whatever_a_record_holds_its_description_is_closed_and_always_the_same(payload: dict[str, Any]) -> None:
    for name in ("_id", "modelId"):
        payload.pop(name, None)
    payload["id"] = "ada-labs/tiny"
    description, issues = mapped(payload)
    assert_closed(description, PROVENANCE["model"])
    again, issues_again = mapped(json.loads(json.dumps(payload)))
    assert (description, issues) == (again, issues_again)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_descriptions_of_the_examples_are_closed(case: Path) -> None:
    stated = json.loads(case.read_text())
    if "invalid" not in stated["expect"]:
        assert_closed(mapped(stated["record"])[0], PROVENANCE["model"])


WORDS = st.sampled_from(["acc", "Accuracy", "wer", "test", "squirrels", "a b", "", "no", "https://x.org/", None, 1])


@given(st.dictionaries(st.sampled_from(["type", "name", "value", "config", "args", "verified"]), WORDS), st.integers())
def test_a_corrected_value_keeps_the_evaluation(metric: dict[str, Any], value: int) -> None:
    def evaluations(value: Any) -> set[str]:
        index = [{"results": [{"dataset": {"type": "squirrels"}, "metrics": [{**metric, "value": value}]}]}]
        description, _ = mapped({"id": "ada-labs/tiny", "model-index": index})
        return {part.iri for part in description.parts if type(part).__name__ == "MLModelEvaluation"}

    assert evaluations(1) == evaluations(value)


def test_a_stub_is_the_same_whoever_names_it() -> None:
    first, _ = mapped({"id": "ada-labs/a", "tags": ["base_model:x/y", "dataset:d/e", "license:mit", "en"]})
    second, _ = mapped(
        {"id": "bob/b", "cardData": {"base_model": ["x/y"], "datasets": "d/e", "license": ["MIT"], "language": "eng"}}
    )
    mine, yours = ({stub.iri: stub for stub in each.stubs} for each in (first, second))
    shared = mine.keys() & yours.keys()
    assert len(shared) == 4
    assert all(mine[iri] == yours[iri] for iri in shared)


def test_a_platform_without_a_mapping_of_such_records() -> None:
    class Strange(SourceRecord):
        pass

    with pytest.raises(TypeError, match="Strange"):
        describe(Strange())


def test_the_corpus_is_described_and_closed(corpus: Path) -> None:
    refused = 0
    for record in hugging_face_models(corpus):
        try:
            description, _ = mapped(record)
        except InvalidRecord:
            refused += 1
        else:
            assert_closed(description, PROVENANCE["model"])
    assert refused == 0


@pytest.mark.parametrize("disabled", [True, False, None])
@pytest.mark.parametrize("gated", ["auto", "manual", True, "later", False, None])
@pytest.mark.parametrize("further", [{}, {"private": True}, {"cardData": {"extra_gated_eu_disallowed": True}}])
def test_whether_files_can_be_read_is_known_from_the_description(
    gated: bool | str | None, disabled: bool | None, further: dict[str, Any]
) -> None:
    record = {"_id": "65f0a1b2c3d4e5f601234567", "id": "acme/elm", "gated": gated, "disabled": disabled, **further}
    conditions = stored(mapped(record)[0].root).get("conditionsOfAccess")
    assert (is_gated(conditions), is_disabled(conditions)) == (bool(gated), bool(disabled))
