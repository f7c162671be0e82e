"""Walks over documents: renaming, erasure, deletion at the source, and fields that were refused."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from support.catalogs import HUB, model
from support.crawling import model as hub_model
from support.documents import stored

from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.document import Document, EntityDict, by_iri, document_of, entities, is_of, nodes, reachable, references
from fair4ml.document_changes import carry_over, rename, tombstone, without
from fair4ml.entities import Dataset, MLModel, PropertyValue, Stub
from fair4ml.platforms import dependencies, describe
from fair4ml.platforms.huggingface.source import ModelInfo
from mlentory_crawl.sample_hub.models import MadeUpModels
from mlentory_crawl.spiders.huggingface.spider import EXPAND

SECRET = f"{HUB}acme/secret"


# Reading


def test_what_leads_on_is_found_once_depth_first() -> None:
    leads = {"a": "bc", "b": "da", "c": "", "d": "c", "e": "a"}
    parts = {iri: {"iri": iri, "class": "Dataset", "creator": [*to]} for iri, to in leads.items()}
    assert [*references(parts["a"])] == ["b", "c"]
    assert [*reachable(["x", "a", "b"], parts)] == ["a", "b", "d", "c"]
    assert reachable(["x"], parts) == {}


def test_what_a_record_states_of_entities_is_told_the_root_first() -> None:
    parts = [Dataset(iri="x:1", name="nuts"), PropertyValue(iri="x:2", value=7)]
    document = document_of(MLModel(iri="x:0"), iter(parts), iter([Stub("x:3", "Agent", "ada")]))
    assert [each["iri"] for each in entities(document)] == ["x:0", "x:1", "x:2"]
    assert [each["iri"] for each in nodes(document)] == ["x:0", "x:1"]
    assert document["stubs"] == [{"iri": "x:3", "class": "Agent", "name": "ada"}]
    assert by_iri(entities(document)) == {each["iri"]: each for each in entities(document)}


def test_web_addresses_are_references_and_texts_are_none() -> None:
    model = {"iri": "x:0", "class": "MLModel", "url": "x:1", "sameAs": ["x:2"], "name": "x:3", "license": ["x:4"]}
    assert [*references(model)] == ["x:1", "x:2", "x:4"]


def test_a_part_is_of_its_root() -> None:
    for iri, of in ((SECRET, True), (f"{SECRET}#part-1", True), (f"{SECRET}-2", False), (f"{HUB}#part", False)):
        assert is_of(iri, {SECRET}) is of


# Names that an entity has now


def test_several_former_names_of_one_entity_become_one() -> None:
    old, older, new = (f"{HUB}acme/{name}" for name in ("old", "older", "new"))
    document = model("acme/child", base="acme/old")
    document["root"]["wasDerivedFrom"] += [f"{HUB}acme/x", older]
    document["root"] |= {"url": old, "sameAs": [old]}
    document["stubs"].append({"iri": older, "class": "MLModel"})
    now = rename(document, {old: new, older: new}, {new: "acme/new"})
    assert now["root"]["wasDerivedFrom"] == [new, f"{HUB}acme/x"]
    assert now["stubs"] == [{"iri": new, "class": "MLModel", "name": "acme/new"}]
    # An address of the Web is no name.
    assert (now["root"]["url"], now["root"]["sameAs"]) == (old, [old])


def test_an_entity_is_called_by_the_name_that_it_has_now() -> None:
    document = model("acme/child", base="acme/old", owner="acme")
    document["root"]["wasDerivedFrom"].append(f"{HUB}acme/new")
    derivation = {"iri": f"{HUB}acme/child#derivation-1", "class": "Derivation", "entity": f"{HUB}acme/old"}
    document["parts"].append(derivation)
    before = deepcopy(document)
    now = rename(document, {f"{HUB}acme/old": f"{HUB}acme/new"}, {f"{HUB}acme/new": "acme/new"})
    assert document == before
    assert now["root"] == {**before["root"], "wasDerivedFrom": [f"{HUB}acme/new"]}
    assert now["parts"] == [{**derivation, "entity": f"{HUB}acme/new"}]
    assert now["stubs"][0] == {"iri": f"{HUB}acme/new", "class": "MLModel", "name": "acme/new"}
    assert now["stubs"][1:] == before["stubs"][1:]


def test_one_whose_present_name_nobody_knows_keeps_the_former_one_as_its_name() -> None:
    now = rename(model("acme/child", base="acme/old"), {f"{HUB}acme/old": f"{HUB}acme/new"}, {})
    assert now["stubs"] == [{"iri": f"{HUB}acme/new", "class": "MLModel", "name": "acme/old"}]


def test_a_record_that_names_nothing_by_a_former_name_is_the_same_object() -> None:
    document = model("acme/child", base="acme/base")
    assert rename(document, {f"{HUB}acme/old": f"{HUB}acme/new"}, {}) is document


# Erasure


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
    def references(*names: str) -> EntityDict:
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
    # What was taken out hangs on what is erased, or was it.
    if not iris:
        assert kept is document


# Deletion at the source


def test_a_person_leaves_no_name() -> None:
    root = {"iri": f"{HUB}ada", "class": "Person", "name": "Ada Example", "identifier": ["ada"]}
    assert tombstone({"root": root, "parts": [], "stubs": []})["root"] == {
        "iri": f"{HUB}ada", "class": "Person", "identifier": ["ada"],
    }  # fmt: skip


def test_a_model_keeps_identity_and_lineage_and_loses_what_people_wrote() -> None:
    parent = {"iri": f"{HUB}acme/base", "class": "MLModel", "name": "acme/base"}
    owner = {"iri": f"{HUB}ada", "class": "Agent", "name": "ada"}
    root = {
        "iri": f"{HUB}acme/a", "class": "MLModel", "name": "acme/a", "description": "by Ada Example",
        "sharedBy": [owner["iri"]], "wasDerivedFrom": [parent["iri"]],
    }  # fmt: skip
    left = tombstone({"root": root, "parts": [], "stubs": [parent, owner]})
    assert left["root"] == {
        "iri": f"{HUB}acme/a",
        "class": "MLModel",
        "name": "acme/a",
        "wasDerivedFrom": [parent["iri"]],
    }
    assert left["stubs"] == [parent]


def test_a_part_that_is_referred_to_stays_with_what_it_names() -> None:
    iri, parent = f"{HUB}acme/a", f"{HUB}acme/base"
    parts: list[dict[str, Any]] = [
        {"iri": f"{iri}#derivation-1", "class": "Derivation", "entity": parent, "type": "merge", "description": "x"},
        {"iri": f"{iri}#dataset-1", "class": "Dataset", "name": "nuts", "description": "by Ada", "creator": [HUB]},
        {"iri": f"{iri}#evaluation-1", "class": "MLModelEvaluation", "name": "e", "evaluationDataset": [f"{HUB}d"]},
    ]
    root = {
        "iri": iri, "class": "MLModel", "name": "acme/a", "qualifiedDerivation": [parts[0]["iri"]],
        "trainedOn": [parts[1]["iri"]], "hasEvaluation": [parts[2]["iri"]],
    }  # fmt: skip
    stubs = [{"iri": each, "class": "MLModel"} for each in (parent, HUB, f"{HUB}d")]
    left = tombstone({"root": root, "parts": parts, "stubs": stubs})
    assert left["parts"] == [
        {"iri": f"{iri}#derivation-1", "class": "Derivation", "entity": parent, "type": "merge"},
        {"iri": f"{iri}#dataset-1", "class": "Dataset", "name": "nuts"},
    ]
    assert left["stubs"] == stubs[:1]


def test_identity_lineage_license_and_dates_stay() -> None:
    kept = """
        name url identifier sameAs dateCreated dateModified datePublished license version wasDerivedFrom fineTunedFrom
        qualifiedDerivation wasRevisionOf trainedOn"""
    gone = "description keywords sharedBy author hasEvaluation archivedAt"
    root = {"iri": f"{HUB}acme/a", "class": "MLModel", **{name: ["x"] for name in kept.split()}}
    stated = {**root, **{name: ["x"] for name in gone.split()}}
    assert tombstone({"root": stated, "parts": [], "stubs": []})["root"] == root


# Fields that were refused

CASES = sorted((Path(__file__).parents[1] / "data" / "huggingface_models").glob("*.json"))


def stated(record: dict[str, Any]) -> Document:
    """The stored document of a record of the Hub."""
    described = describe(parse(ModelInfo, record)[0])
    return stored(described.root, described.parts, described.stubs)


def records() -> list[dict[str, Any]]:
    written = [json.loads(path.read_bytes())["record"] for path in CASES]
    hub = MadeUpModels(300)
    return [*written, *(hub.record(n) for n in range(300))]


@pytest.mark.parametrize("field", EXPAND)
def test_without_a_field_a_record_is_what_it_was(field: str) -> None:
    carried = 0
    for record in records():
        try:
            before = stated(record)
            now = stated({name: value for name, value in record.items() if name != field})
        except (InvalidRecord, TypeError):  # it is no record, or none that JSON could keep
            continue
        assert carry_over(now, before, dependencies("huggingface", "model"), [field]) is before
        carried += now != before
    unseen = {*ModelInfo.counters, "author", "private"}  # in none of these records anything hangs on them alone
    assert carried or field in unseen


def test_what_other_fields_say_now_is_taken() -> None:
    before = stated(hub_model(1, cardData={"license": "mit", "datasets": ["a/b"]}, sha="0" * 40))
    now = stated(hub_model(1, tags=["license:mit", "new"], sha="1" * 40))
    both = carry_over(now, before, dependencies("huggingface", "model"), ["cardData"])
    assert both["root"]["version"] == "1" * 40
    assert both["root"]["trainedOn"] == ["https://huggingface.co/datasets/a/b"]
    assert "https://huggingface.co/datasets/a/b" in {stub["iri"] for stub in both["stubs"]}


def test_what_depends_on_a_refused_field_is_as_it_was_last() -> None:
    depends = {"license": ("cardData", "tags"), "trainedOn": ("cardData",), "name": ("id",)}
    mit, nuts, elms, other = f"{HUB}#mit", f"{HUB}acme/a#dataset-1", f"{HUB}acme/a#dataset-2", f"{HUB}acme/b"
    stubs = [{"iri": mit, "class": "License", "name": "MIT"}]
    part = {"iri": nuts, "class": "Dataset", "name": "nuts"}
    revised = {"iri": other, "class": "MLModel", "wasRevisionOf": [f"{HUB}acme/a"]}
    root = {"iri": f"{HUB}acme/a", "class": "MLModel"}

    def carried(
        now: EntityDict, before: EntityDict, *refused: str, parts: Any = (), parts_before: Any = ()
    ) -> Document:
        return carry_over(
            {"root": {**root, **now}, "parts": [*parts], "stubs": stubs if "license" in now else []},
            {"root": {**root, **before}, "parts": [*parts_before], "stubs": stubs if "license" in before else []},
            depends,
            refused,
        )

    # What was not stated is not stated now, nor what has but come with another field.
    found = carried({"name": "a", "license": [mit]}, {"name": "b"}, "tags")
    assert (found["root"], found["stubs"]) == ({**root, "name": "a"}, [])
    found = carried({"name": "a"}, {"name": "b", "license": [mit]}, "tags")
    assert (found["root"], found["stubs"]) == ({**root, "name": "a", "license": [mit]}, stubs)
    assert carried({"name": "a"}, {"name": "b", "license": [mit]}, "sha")["root"] == {**root, "name": "a"}
    # Parts come with what refers to them, from then or from now.
    now = {"iri": elms, "class": "Dataset", "name": "elms"}
    found = carried({"trainedOn": [elms]}, {"trainedOn": [nuts]}, "cardData", parts=[now], parts_before=[part])
    assert (found["root"]["trainedOn"], found["parts"]) == ([nuts], [part])
    found = carried({"trainedOn": [elms]}, {"trainedOn": [nuts]}, "tags", parts=[now], parts_before=[part])
    assert (found["root"]["trainedOn"], found["parts"]) == ([elms], [now])
    # What is said of another entity is of the record that says it now, unless it hangs on what was refused.
    assert carried({"name": "a"}, {}, "tags", parts=[revised])["parts"] == [revised]
    assert carried({"name": "a"}, {}, "tags", parts_before=[revised])["parts"] == []


def test_an_entity_that_is_a_part_now_is_no_stub_any_more() -> None:
    before = model("acme/a", base="acme/b", license=["urn:x:license"])
    now = model("acme/a", base="acme/b")
    newer = {"iri": f"{HUB}acme/b", "class": "MLModel", "name": "acme/b", "wasRevisionOf": [f"{HUB}acme/a"]}
    now |= {"parts": [newer], "stubs": []}
    kept = carry_over(now, before, {"license": ["cardData"]}, ["cardData"])
    stub = {"iri": "urn:x:license", "class": "License", "name": "urn:x:license"}
    assert kept == {"root": before["root"], "parts": [newer], "stubs": [stub]}
