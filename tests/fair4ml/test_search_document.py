"""Things as flat documents for search engines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from support.documents import HUB, IRI, documents, model_record, stored

from fair4ml.document import Document
from fair4ml.entities import CLASSES, Dataset, MLModel, MLModelEvaluation, PropertyValue, Stub, properties
from fair4ml.write.search_document import EVALUATION_FIELDS, FIELDS, TEXT_LIMIT, FieldType, search_document

TYPES: dict[str, type | tuple[type, ...]] = {"text": str, "keyword": str, "date": str, "number": int}


def searched(record: Mapping[str, Any], **state: Any) -> dict[str, Any]:
    """The search document of a record that stands alone."""
    return search_document({**record, "counters": {}, "platforms": [], **state})


def test_a_model_can_be_found_by_all_that_is_known_of_it() -> None:
    found = searched(
        model_record(),
        key="huggingface/model/1",
        counters={"downloads": 12, "likes": 0, "trending": 3},
        platforms=["huggingface", "paperswithcode"],
    )
    assert found == {
        "key": "huggingface/model/1",
        "iri": IRI,
        "type": "MLModel",
        "platform": ["huggingface", "paperswithcode"],
        "name": "acme/tiny-bert",
        "url": IRI,
        "description": 'A "tiny" BERT.\n\n\tFor tests \\ only: größer, 小さい, 🤗.',
        "created": "2024-01-02T03:04:05Z",
        "modified": "2024-05-06T07:08:09Z",
        "published": "2024-01-03",
        "license": ["acme-license"],
        "keyword": ["tiny", "bert", "tiny"],
        "language": ["en-US"],
        "author": ["acme"],
        "task": ["fill-mask"],
        "category": ["BertForMaskedLM"],
        "dataset": ["acme/corpus", "dcep europarl"],
        "evaluation_dataset": ["nyu-mll/glue"],
        "base_model": ["google-bert/bert-base-uncased"],
        "library": ["transformers"],
        "article": ["arXiv:1810.04805"],
        "derivation": ["finetune"],
        "has": ["card", "license", "data", "evaluation"],
        "parameters": 4_386_178,
        "downloads": 12,
        "likes": 0,
        "evaluations": [
            {"task": "text-classification", "dataset": "nyu-mll/glue", "metric": "accuracy", "value": 0.912}
        ],
    }


def test_what_is_unknown_is_absent() -> None:
    assert searched(stored(Dataset(iri=IRI))) == {"iri": IRI, "type": "Dataset"}


def test_a_reference_without_a_name_shows_its_iri_and_names_occur_once() -> None:
    data = [f"{HUB}datasets/acme/a", f"{HUB}datasets/acme/b", f"{HUB}datasets/acme/c"]
    stubs = [Stub(data[0], "Dataset", "corpus"), Stub(data[1], "Dataset", "corpus"), Stub(data[2], "Dataset")]
    assert searched(stored(MLModel(iri=IRI, trained_on=data), stubs=stubs))["dataset"] == ["corpus", data[2]]


def test_those_who_share_a_model_or_create_a_dataset_are_its_authors() -> None:
    stub = Stub(f"{HUB}acme", "Agent", "acme")
    for thing in (MLModel(iri=IRI, shared_by=[stub.iri]), Dataset(iri=IRI, creator=[stub.iri])):
        assert searched(stored(thing, stubs=[stub]))["author"] == ["acme"]


def test_long_text_is_cut() -> None:
    found = searched(stored(MLModel(iri=IRI, description="x" * (TEXT_LIMIT + 1))))
    assert found["description"] == "x" * TEXT_LIMIT


@pytest.mark.parametrize(
    "stated",
    [
        {"property_id": "parameterCount", "name": "F32", "value": 5},
        {"property_id": "parameterCount", "value": "7B"},
        {"property_id": "parameterCount", "value": True},
        {"property_id": "parameterCount", "value": 7.5},
        {"property_id": "contextLength", "value": 512},
        {"property_id": "parameterCount"},
    ],
    ids=str,
)
def test_only_a_whole_count_of_all_parameters_is_the_number_of_parameters(stated: dict[str, Any]) -> None:
    part = PropertyValue(iri=f"{IRI}#property-1", **stated)
    assert "parameters" not in searched(stored(MLModel(iri=IRI, additional_property=[part.iri]), [part]))


def test_the_parameters_of_something_else_are_not_those_of_the_model() -> None:
    part = PropertyValue(iri=f"{IRI}#property-1", property_id="parameterCount", value=5)
    evaluation = MLModelEvaluation(iri=f"{IRI}#evaluation-1", additional_property=[part.iri])
    assert "parameters" not in searched(stored(MLModel(iri=IRI), [evaluation, part]))


def results(*values: PropertyValue, **stated: Any) -> list[dict[str, Any]]:
    """What the search document of an evaluation shows of it."""
    evaluation = MLModelEvaluation(iri=IRI, evaluation_results=[each.iri for each in values], **stated)
    return list(searched(stored(evaluation, values)).get("evaluations", ()))


def result(n: int, **stated: Any) -> PropertyValue:
    return PropertyValue(iri=f"{IRI}#result-{n}", **stated)


def test_each_result_of_an_evaluation_is_shown() -> None:
    both = (result(1, property_id="accuracy", value=0.9), result(2, property_id="loss", value=2))
    assert results(*both, evaluation_metrics=["accuracy", "loss"]) == [
        {"metric": "accuracy", "value": 0.9},
        {"metric": "loss", "value": 2},
    ]


def test_an_evaluation_of_another_model_is_not_shown() -> None:
    own, copied = (
        MLModelEvaluation(iri=f"{IRI}#evaluation-{n}", evaluated_ml_model=[of], evaluation_metrics=[f"m{n}"])
        for n, of in enumerate((IRI, f"{HUB}acme/other"))
    )
    assert searched(stored(MLModel(iri=IRI), [own, copied]))["evaluations"] == [{"metric": "m0"}]


def test_an_evaluation_without_results_shows_its_metrics() -> None:
    assert results(evaluation_metrics=["accuracy", "loss"]) == [{"metric": "accuracy"}, {"metric": "loss"}]
    assert results() == []


def test_a_result_that_does_not_say_its_metric_is_of_the_only_one() -> None:
    assert results(result(1, value=0.9), evaluation_metrics=["accuracy"]) == [{"metric": "accuracy", "value": 0.9}]
    assert results(result(1, value=0.9), evaluation_metrics=["accuracy", "loss"]) == [{"value": 0.9}]


def test_a_result_that_is_no_number_has_no_value() -> None:
    assert results(result(1, property_id="accuracy", value="good")) == [{"metric": "accuracy"}]
    assert results(result(1, property_id="accuracy", value=True)) == [{"metric": "accuracy"}]


@example(
    Document(
        root={"iri": IRI, "class": "MLModel"},
        parts=[
            {"iri": f"{IRI}#evaluation-1", "class": "MLModelEvaluation", "about": [], "evaluationMetrics": ["loss"]}
        ],
        stubs=[],
    )
)
@given(documents())
def test_every_field_is_of_its_declared_type(record: dict[str, Any]) -> None:
    found = searched(record)
    for name, value in found.items():
        if name == "evaluations":
            assert all(shown.keys() <= EVALUATION_FIELDS.keys() for shown in value)
        else:
            field = FIELDS[name]
            assert isinstance(value, list) == field.multi
            for each in value if isinstance(value, list) else [value]:
                assert isinstance(each, TYPES[field.type])
    assert json.loads(json.dumps(found)) == found


def test_every_property_that_says_so_is_a_field() -> None:
    for class_name in CLASSES:
        for declared in properties(class_name).values():
            assert declared.search is None or declared.search in FIELDS


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("name", FieldType("text")),
        ("description", FieldType("text")),
        ("url", FieldType("keyword")),
        ("modified", FieldType("date")),
        ("license", FieldType("keyword", multi=True, facet=True)),
        ("access", FieldType("keyword", facet=True)),
        ("platform", FieldType("keyword", multi=True, facet=True)),
        ("type", FieldType("keyword", facet=True)),
        ("downloads", FieldType("number")),
    ],
)
def test_fields_are_what_engines_need_to_know_of_them(name: str, field: FieldType) -> None:
    assert FIELDS[name] == field
