"""Records of OpenML as FAIR4ML."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings, strategies as st
from support.captured_openml import captured_records
from support.openml_server import dataset, described_dataset, described_flow, evaluation, flow, task
from support.payloads import LEAVES

from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.document import Document
from fair4ml.entities import Description, Entity, MLModel, PropertyValue
from fair4ml.merge import RecordState, merge
from fair4ml.platforms import describe, precedence, source_model
from fair4ml.platforms.openml.answers import Malformed, Refused, Unavailable, decoded, native_id, native_key, rows
from fair4ml.platforms.openml.provenance import FURTHER_SOURCES, PROVENANCE
from fair4ml.platforms.openml.source import KINDS
from fair4ml.write.property_graph import graph

SITE = "https://www.openml.org/"


def mapped(kind: str, record: Any) -> tuple[Description, list[str]]:
    """The description of a record, and the fields of which something was left out."""
    source, issues = parse(source_model("openml", kind), record)
    description = describe(source)
    return description, [issue.field for issue in (*issues, *description.issues)]


def stored(thing: Entity) -> dict[str, Any]:
    return dict(orjson.loads(orjson.dumps(thing.document())))


def values(description: Description) -> dict[str, Any]:
    """Values by property, and by name where they have one."""
    parts = [part.document() for part in description.parts]
    return {
        part["propertyID"] + (f" {part['name']}" if "name" in part else ""): part["value"]
        for part in parts
        if part["class"] == "PropertyValue"
    }


def test_a_flow_of_the_list() -> None:
    description, issues = mapped("flow", flow(5, tags=["a", "a", "b"]))
    assert issues == []
    assert stored(description.root) | {"additionalProperty": []} == {
        "class": "MLModel",
        "iri": f"{SITE}f/5",
        "url": f"{SITE}f/5",
        "name": "acme.Sorter5",
        "identifier": ["5", "acme.Sorter5(1)"],
        "version": "1",
        "sharedBy": [f"{SITE}u/7"],
        "keywords": ["a", "b"],
        "additionalProperty": [],
    }
    assert values(description) == {"external_version": "acme==5.0"}


def test_the_description_of_a_flow() -> None:
    component = {"identifier": "step", "flow": {"id": "17", "name": "acme.Step", "parameter": {"name": "inner"}}}
    record = described_flow(flow(5), class_name="acme.Sorter", component=component, licence="BSD-3-Clause")
    description, issues = mapped("flow_description", record)
    assert issues == []
    root = stored(description.root)
    assert root["description"] == "Sorts leaves."
    assert root["datePublished"] == "2021-06-07"
    assert root["license"] == ["https://spdx.org/licenses/BSD-3-Clause"]
    assert root["modelCategory"] == ["acme.Sorter"]
    assert root["keywords"] == ["sorting", "leaves"]
    parts = {part.iri: part.document() for part in description.parts}
    assert [parts[iri]["name"] for iri in root["author"]] == ["Cleo Blatt"]
    assert [(parts[iri]["name"], parts[iri].get("softwareVersion")) for iri in root["softwareRequirements"]] == [
        ("acme", "1.2"),
        ("numpy", None),
    ]
    assert values(description) == {
        "external_version": "acme==5.0",
        "language": "English",
        "parameter depth": "3",
        "parameter_without_default seed": "seed",
        "component step": f"{SITE}f/17",
    }
    assert all(iri.startswith(f"{SITE}f/5#") for iri in parts)


@pytest.mark.parametrize(
    ("text", "libraries"),
    [
        ("Weka_3.7.5", [("Weka", "3.7.5")]),
        ("sklearn==0.21.2\nnumpy>=1.6.1\nscipy", [("sklearn", "0.21.2"), ("numpy", None), ("scipy", None)]),
        ("mlr_2.11, R_3.4", [("mlr", "2.11"), ("R", "3.4")]),
        ([], []),
    ],
)
def test_libraries_are_told_with_their_versions(text: Any, libraries: list[tuple[str, str | None]]) -> None:
    description, issues = mapped("flow_description", described_flow(flow(1), dependencies=text))
    found = [part.document() for part in description.parts if part.document()["class"] == "SoftwareApplication"]
    assert [(part["name"], part.get("softwareVersion")) for part in found] == libraries
    assert issues == []


def test_a_dataset_of_the_list() -> None:
    description, issues = mapped("dataset", dataset(61, quality={"name": "NumberOfClasses", "value": "3.0"}))
    assert issues == []
    assert stored(description.root)["identifier"] == ["61"]
    assert values(description) == {"status": "active", "format": "ARFF", "NumberOfClasses": 3}


def test_the_description_of_a_dataset() -> None:
    record = described_dataset(dataset(61), collection_date="1936", parquet_url="https://data.example.org/61.pq")
    description, issues = mapped("dataset_description", record)
    assert issues == []
    root, parts = stored(description.root), {part.iri: part.document() for part in description.parts}
    assert root["license"] == ["https://spdx.org/licenses/CC-BY-4.0"]
    assert root["languageTag"] == ["en"]
    assert [parts[iri]["name"] for iri in root["creator"]] == ["Ada Wiese", "Ben Halm"]
    assert "contributor" not in root
    assert [(parts[iri]["contentUrl"], parts[iri]["encodingFormat"]) for iri in root["distribution"]] == [
        ("https://data.example.org/61/meadow.arff", "ARFF"),
        ("https://data.example.org/61.pq", "application/vnd.apache.parquet"),
    ]
    assert values(description)["collection_date"] == "1936"


@pytest.mark.parametrize(
    ("fields", "articles", "place"),
    [
        ({"paper_url": "https://arxiv.org/pdf/2401.00001v3"}, ["https://arxiv.org/abs/2401.00001"], None),
        ({"paper_url": "https://doi.org/10.1234/TERNS.7"}, ["https://doi.org/10.1234/terns.7"], None),
        ({"paper_url": "https://example.org/paper.pdf"}, [], None),
        ({"citation": "arXiv:2401.00001"}, ["https://arxiv.org/abs/2401.00001"], "citation"),
        ({"citation": "@article{a, doi={10.1234/b}}"}, ["https://doi.org/10.1234/b"], "citation"),
        (
            {"paper_url": "2401.00001", "citation": "@misc{a, eprint={2401.00002}, archivePrefix={arXiv}}"},
            ["https://arxiv.org/abs/2401.00001", "https://arxiv.org/abs/2401.00002"],
            "paper_url, citation",
        ),
        # These may be the data's own.
        ({"citation": "https://doi.org/10.1234/data"}, [], None),
        ({"citation": "@misc{a, doi={10.1234/data}}"}, [], None),
        ({"citation": "Terns by A. Wiese, arXiv:2401.00001, and what else there is"}, [], None),
    ],
)
def test_articles_are_linked_where_they_are_named(
    fields: dict[str, str], articles: list[str], place: str | None
) -> None:
    description, issues = mapped("dataset_description", described_dataset(dataset(1), **fields))
    assert issues == []
    assert stored(description.root).get("referencePublication", []) == articles
    assert {stub.iri for stub in description.stubs if stub.cls == "ScholarlyArticle"} == set(articles)
    assert description.exceptions.get("referencePublication") == place


@pytest.mark.parametrize(
    ("stated", "license"),
    [
        ("Public", "public"), ("public", "public"), ("CC0", "CC0-1.0"), ("CC BY-NC-SA 4.0", "CC-BY-NC-SA-4.0"),
        ("GPL-3", "GPL-3.0"), ("https://www.gnu.org/licenses/lgpl-2.1.txt", "LGPL-2.1"), ("MIT", "MIT"),
        ("unknown", None), ([], None),
    ],
)  # fmt: skip
def test_licenses_are_known_ones_or_named(stated: Any, license: str | None) -> None:
    description, _ = mapped("dataset_description", described_dataset(dataset(1), licence=stated))
    names = {stub.iri: stub.name for stub in description.stubs} | {part.iri: part.name for part in description.parts}
    assert [names[iri] for iri in stored(description.root).get("license", [])] == ([license] if license else [])


def test_a_task_tells_data_type_and_procedure() -> None:
    description, issues = mapped("task", task(59, dataset(61)))
    assert issues == []
    root = stored(description.root)
    assert (root["class"], root["name"]) == ("CreativeWork", "Task 59: meadow-61 (Supervised Classification)")
    assert root["about"] == [f"{SITE}d/61", f"{SITE}tt/1", f"{SITE}api/v1/estimationprocedure/1"]
    assert values(description) == {"target_feature": "kind"}
    assert {(stub.cls, stub.name) for stub in description.stubs} == {
        ("Dataset", "meadow-61"),
        ("DefinedTerm", "Supervised Classification"),
        ("DefinedTerm", "Estimation procedure 1"),
    }


def test_an_evaluation_refers_to_flow_dataset_and_task() -> None:
    row = evaluation(100, flow(5), task(59, dataset(61)), value="0.839")
    description, issues = mapped("evaluation", row)
    assert issues == []
    root, (result, of) = stored(description.root), description.parts
    assert root["iri"].startswith(f"{SITE}r/100#evaluation-")
    assert root["evaluatedMLModel"] == [f"{SITE}f/5"]
    assert root["evaluationDataset"] == [f"{SITE}d/61"]
    assert root["about"] == [f"{SITE}t/59"]
    assert root["evaluationMetrics"] == ["accuracy"]
    assert root["isBasedOn"] == [f"{SITE}r/100"]
    assert result.document()["value"] == 0.839
    named = f"{SITE}f/5"
    assert of.document() == {"iri": named, "class": "MLModel", "url": named, "hasEvaluation": [root["iri"]]}
    stubs = [stub.document() for stub in description.stubs]
    document: Document = {"root": root, "parts": [stored(part) for part in description.parts], "stubs": stubs}
    for state in (document, merge([RecordState(f"openml/evaluation/{n}", document, {}) for n in (1, 2)], precedence())):
        found = graph(state)
        (node,) = (node for node in found.nodes if node.iri == f"{SITE}f/5")
        assert (node.properties, node.described) == ({"name": row["flow_name"]}, False)
        edges = [(edge.source, edge.type) for edge in found.edges if edge.target == root["iri"]]
        assert edges == [(f"{SITE}f/5", "HAS_EVALUATION")]
    # The JSON of the same row names neither dataset nor engine.
    less, _ = mapped("evaluation", {name: row[name] for name in row if name not in ("data_id", "evaluation_engine_id")})
    assert less.root.iri == description.root.iri


def test_evaluations_of_a_run_are_told_apart_by_measure_and_engine() -> None:
    of, on = flow(5), task(59, dataset(61))
    others = [
        evaluation(100, of, on),
        evaluation(100, of, on, "f_measure"),
        evaluation(100, of, on, evaluation_engine_id=2),
        evaluation(101, of, on),
    ]
    assert len({mapped("evaluation", row)[0].root.iri for row in others}) == 4
    assert len({native_key("evaluation", row) for row in others}) == 4
    assert (
        mapped("evaluation", {**others[0], "value": "0.1"})[0].root.iri == mapped("evaluation", others[0])[0].root.iri
    )


@pytest.mark.parametrize(
    ("value", "found"), [("0.5", 0.5), (1, 1.0), (0.25, 0.25), ("NaN", "NaN"), ([], None), (None, None), ("?", "?")]
)
def test_values_are_numbers_where_they_can_be(value: Any, found: Any) -> None:
    description, _ = mapped("evaluation", evaluation(1, flow(1), task(1, dataset(1)), value=value))
    values = [part.document()["value"] for part in description.parts if isinstance(part, PropertyValue)]
    assert values == ([] if found is None else [found])
    assert any(isinstance(part, MLModel) for part in description.parts) is (found is not None)


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("flow", {"name": "a"}), ("flow", {"id": "x"}), ("flow", {"id": []}), ("flow", 3), ("flow", {"id": 0}),
        ("evaluation", {"run_id": 1}), ("evaluation", {"run_id": 1, "function": "a b"}), ("task", {"task_id": "1/2"}),
        ("evaluation", {"run_id": 1, "function": "a", "evaluation_engine_id": "b"}), ("dataset", {"did": True}),
    ],
)  # fmt: skip
def test_what_cannot_be_told_from_others_is_no_record(kind: str, record: Any) -> None:
    with pytest.raises(InvalidRecord):
        mapped(kind, record)


def test_values_of_wrong_types_are_left_out_and_told() -> None:
    record = described_flow(flow(1), upload_date="yesterday", creator=["Ada", 7, {}], parameter=[{"name": []}, 5])
    description, issues = mapped("flow_description", record)
    assert issues == ["creator.2", "upload_date", "parameter.1", "creator.1", "parameter.0"]
    assert len(stored(description.root)["author"]) == 1


ONE_OF_EACH = {
    "dataset": dataset(1),
    "dataset_description": described_dataset(dataset(1)),
    "task": task(1, dataset(1)),
    "estimation_procedure": {"id": "1", "name": "10-fold Crossvalidation"},
    "flow": flow(1),
    "flow_description": described_flow(flow(1), class_name="a", installation_notes="b", licence="MIT"),
    "evaluation": evaluation(1, flow(1), task(1, dataset(1))),
}


def test_the_source_of_every_property_is_declared() -> None:
    assert set(ONE_OF_EACH) == set(KINDS)
    for kind, record in ONE_OF_EACH.items():
        description, _ = mapped(kind, record)
        assert stored(description.root).keys() - {"iri", "class"} <= PROVENANCE[kind].keys()
        assert FURTHER_SOURCES[kind].keys() <= PROVENANCE[kind].keys()


TELLING = ["1", "2021-01-02 03:04:05", "0000-00-00", "a==1\nb_2", "https://a.org/", "CC0", "English", "1e999"]
JSON = st.recursive(
    LEAVES | st.sampled_from(TELLING),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "value", "flow", "id", "identifier"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_nothing_that_is_sent_breaks_the_mapping(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    names = sorted({*ONE_OF_EACH[kind], *KINDS[kind].model_fields})
    record = {**ONE_OF_EACH[kind], **data.draw(st.dictionaries(st.sampled_from(names), JSON, max_size=6))}
    native_key(kind, record)
    try:
        description, _ = mapped(kind, record)
    except InvalidRecord:
        return
    orjson.dumps([description.root.document(), *[part.document() for part in description.parts]])
    again, _ = mapped(kind, record)
    assert again == description


# Answers


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: f"<a>{text}</a>".encode())
    | JSON.map(repr).map(str.encode)
)
def test_any_bytes_are_an_answer_or_told_to_be_none(body: bytes) -> None:
    try:
        told = decoded(body)
    except (Malformed, Refused, Unavailable):
        return
    assert isinstance(told, dict)
    with contextlib.suppress(Malformed):
        assert isinstance(rows(told, "flow"), list)


@pytest.mark.parametrize(
    "body",
    [
        b'{"flows":{"flow":[{"id":1}]}}', b'{"flows":{"flow":{"id":1}}}', b' {"flow":{"flow":[{"id":1}]}}',
        b'<oml:flows xmlns:oml="http://openml.org/openml"><oml:flow><oml:id>1</oml:id></oml:flow></oml:flows>',
    ],
)  # fmt: skip
def test_rows_are_found_in_all_forms(body: bytes) -> None:
    assert [native_id("flow", row) for row in rows(decoded(body), "flow")] == ["1"]


@pytest.mark.parametrize("body", [b'{"flows":[]}', b'{"flows":{}}', b'{"flows":{"flow":[]}}', b"<flows/>"])
def test_no_rows_are_found_in_all_forms(body: bytes) -> None:
    assert rows(decoded(body), "flow") == []


def test_an_error_says_whether_there_is_nothing() -> None:
    with pytest.raises(Refused) as nothing:
        decoded(b'{"error":{"code":"372","message":"No results","additional_information":"none"}}')
    assert nothing.value.is_empty
    with pytest.raises(Refused) as other:
        decoded(b"<oml:error xmlns:oml='x'><oml:code>107</oml:code><oml:message>Database</oml:message></oml:error>")
    assert (other.value.is_empty, other.value.is_overload) == (False, True)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<oml:flows xmlns:oml="http://openml.org/openml"><oml:flow><oml:id>&b;</oml:id></oml:flow></oml:flows>"""


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "not valid JSON"),
        (b"[1]", "expected an object"),
        (b'{"a":', "not valid JSON"),
        (b"<a><b></a>", "not valid XML"),
        (b"<a>" * 100_000, "not valid XML"),
        (BOMB, "document type"),
        (b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "document type"),
    ],
)
def test_what_is_no_answer_is_named(body: bytes, told: str) -> None:
    with pytest.raises(Malformed, match=told):
        decoded(body)


def test_xml_says_the_same_as_json() -> None:
    body = b"""<oml:flow xmlns:oml="http://openml.org/openml"><oml:id>5</oml:id><oml:tag>a</oml:tag><oml:tag>b</oml:tag>
    <oml:licence></oml:licence><oml:component><oml:identifier>s</oml:identifier><oml:flow><oml:id>6</oml:id></oml:flow>
    </oml:component></oml:flow>"""
    assert decoded(body) == {
        "flow": {
            "id": "5",
            "tag": ["a", "b"],
            "licence": [],
            "component": {"identifier": "s", "flow": {"id": "6"}},
        }
    }


# Real answers


def test_real_answers_are_described(corpus: Path) -> None:
    seen = dict.fromkeys(KINDS, 0)
    issues: dict[str, int] = {}
    for kind, record in captured_records(corpus):
        if str(record.get("id")).startswith("-"):  # of a client's tests, and never on OpenML
            continue
        description, found = mapped(kind, record)
        seen[kind] += 1
        assert stored(description.root)["name"]
        for field in found:
            name = field.partition(".")[0]
            issues[name] = issues.get(name, 0) + 1
    assert min(seen[kind] for kind in KINDS if kind != "estimation_procedure") >= 1, seen
    assert issues.keys() <= {"creator", "quality"}, issues
