"""What is taken out of a record that refers to what is to be forgotten, and what stays."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, strategies as st
from support.catalogs import HUB, model

from fair4ml.erasure import is_of, without

SECRET = f"{HUB}acme/secret"
Document = dict[str, Any]


def test_references_and_stubs_go() -> None:
    document = model("acme/child", base="acme/secret", owner="acme")
    kept = without(document, {SECRET})
    assert "wasDerivedFrom" not in kept["root"]
    assert [stub["iri"] for stub in kept["stubs"]] == [f"{HUB}acme"]
    assert kept["root"]["sharedBy"] == [f"{HUB}acme"]


def test_of_several_only_the_one_goes() -> None:
    document = model("acme/child", base="acme/other")
    document["root"]["wasDerivedFrom"].append(SECRET)
    document["stubs"].append({"iri": SECRET, "class": "MLModel"})
    assert without(document, {SECRET}) == model("acme/child", base="acme/other")


def test_what_does_not_refer_to_it_is_the_same_object() -> None:
    document = model("acme/child", base="acme/secret-2", owner="acme", description=f"not {SECRET}")
    assert without(document, {SECRET}) is document
    assert without(document, ()) is document


def test_a_part_that_says_how_it_is_referred_to_goes_with_it() -> None:
    document = model("acme/child", base="acme/secret")
    derivation = {"iri": f"{HUB}acme/child#derivation-1", "class": "Derivation", "entity": SECRET, "type": "finetune"}
    document["root"]["qualifiedDerivation"] = [derivation["iri"]]
    document["parts"].append(derivation)
    assert without(document, {SECRET}) == model("acme/child")


def test_another_part_stays_without_the_reference() -> None:
    document = model("acme/child")
    evaluation = {"iri": f"{HUB}acme/child#evaluation-1", "class": "MLModelEvaluation", "name": "glue"}
    document["root"]["hasEvaluation"] = [evaluation["iri"]]
    document["parts"].append({**evaluation, "evaluationDataset": [SECRET], "isBasedOn": [SECRET]})
    kept = without(document, {SECRET})
    assert kept["parts"] == [evaluation]


def test_what_hangs_on_it_alone_goes_too() -> None:
    document = model("acme/child")
    creator = f"{HUB}somebody"
    value = {"iri": f"{SECRET}#property-1", "class": "PropertyValue", "value": 1}
    of_it = {"iri": f"{HUB}acme/child#value-1", "class": "PropertyValue", "value": 2}
    document["root"]["trainedOn"] = [SECRET]
    document["parts"] += [
        {"iri": SECRET, "class": "Dataset", "creator": [creator], "additionalProperty": [value["iri"], of_it["iri"]]},
        value,
        of_it,
    ]
    document["stubs"].append({"iri": creator, "class": "Agent", "name": "somebody"})
    assert without(document, {SECRET}) == model("acme/child")


NAMES = st.sampled_from(["acme/a", "acme/b", "acme/a#part-1", "acme/child#part-1", "acme/child#part-2", "acme/c"])
IRIS = NAMES.map(HUB.__add__)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    def references(*names: str) -> Document:
        found = {name: draw(st.lists(IRIS, max_size=3)) for name in names}
        return {name: value for name, value in found.items() if value}

    root = {"iri": f"{HUB}acme/child", "class": "MLModel", **references("wasDerivedFrom", "trainedOn", "hasEvaluation")}
    parts = [
        {"iri": iri, "class": "Dataset", **references("creator", "license")}
        for iri in draw(st.lists(IRIS, max_size=4, unique=True))
    ]
    stubs = [{"iri": iri, "class": "Agent"} for iri in draw(st.lists(IRIS, max_size=3, unique=True))]
    return {"root": root, "parts": parts, "stubs": stubs}


def mentioned(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {found for each in value.values() for found in mentioned(each)}
    if isinstance(value, list):
        return {found for each in value for found in mentioned(each)}
    return {value}


@given(documents(), st.sets(st.sampled_from([f"{HUB}acme/a", f"{HUB}acme/b"])))
def test_nothing_names_it_any_more(document: Document, iris: set[str]) -> None:
    before = deepcopy(document)
    kept = without(document, iris)
    assert document == before
    assert not any(is_of(text, iris) for text in mentioned(kept))
    assert without(kept, iris) is kept
    things = {thing["iri"] for thing in (*kept["parts"], *kept["stubs"])}
    assert things <= {thing["iri"] for thing in (*document["parts"], *document["stubs"])}
    # What was taken out hangs on what is forgotten, or was it.
    if not iris:
        assert kept is document
