"""Records as nodes and edges."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st
from support.documents import HUB, IRI, documents, model_record, stored

from fair4ml.document import Document
from fair4ml.entities import (
    CLASSES,
    Dataset,
    Derivation,
    Kind,
    MLModel,
    MLModelEvaluation,
    PropertyValue,
    Stub,
    properties,
)
from fair4ml.write.property_graph import Edge, Graph, Node, edge_type, edges, graph

PARENT = f"{HUB}google-bert/bert-base-uncased"
EVALUATION = f"{IRI}#evaluation-0000000000000001"


def node(found: Graph, iri: str) -> Node:
    [one] = [each for each in found.nodes if each.iri == iri]
    return one


def with_values(*values: PropertyValue) -> dict[str, Any]:
    """The properties of a model that has these additional ones."""
    model = MLModel(iri=IRI, additional_property=[each.iri for each in values])
    return dict(node(graph(stored(model, values)), IRI).properties)


def value(n: int, **stated: Any) -> PropertyValue:
    return PropertyValue(iri=f"{IRI}#property-{n}", **stated)


def test_a_root_is_a_described_node_with_typed_properties() -> None:
    root = node(graph(model_record()), IRI)
    assert root.labels == ("Entity", "MLModel")
    assert root.described
    assert root.properties == {
        "name": "acme/tiny-bert",
        "url": IRI,
        "identifier": ["https://doi.org/10.57967/hf/1"],
        "description": 'A "tiny" BERT.\n\n\tFor tests \\ only: größer, 小さい, 🤗.',
        "dateCreated": datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
        "dateModified": datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
        "datePublished": date(2024, 1, 3),
        "keywords": ["tiny", "bert", "tiny"],
        "languageTag": ["en-US"],
        "isAccessibleForFree": True,
        "modelCategory": ["BertForMaskedLM"],
        "readme": f"{IRI}/blob/main/README.md",
        "parameterCount": 4_386_178,
        "parameterCount_F32": 4_386_177,
    }
    assert type(root.properties["datePublished"]) is date


def test_everything_else_is_a_node_too_unless_it_is_folded() -> None:
    found = graph(model_record())
    assert {(each.iri, each.labels[1], each.described) for each in found.nodes} == {
        (IRI, "MLModel", True),
        (EVALUATION, "MLModelEvaluation", True),
        (f"{IRI}#license-0000000000000001", "License", True),
        (f"{IRI}#dataset-0000000000000001", "Dataset", True),
        ("https://w3id.org/mlentory/tasks#fill-mask", "DefinedTerm", False),
        ("https://w3id.org/mlentory/tasks#text-classification", "DefinedTerm", False),
        ("http://lexvo.org/id/iso639-3/eng", "Language", False),
        ("https://arxiv.org/abs/1810.04805", "ScholarlyArticle", False),
        (f"{HUB}acme", "Agent", False),
        (f"{HUB}datasets/acme/corpus", "Dataset", False),
        (f"{HUB}datasets/nyu-mll/glue", "Dataset", False),
        (PARENT, "MLModel", False),
        (f"{HUB}models?library=transformers", "SoftwareApplication", False),
    }
    assert node(found, f"{HUB}acme").properties == {"name": "acme"}


def test_references_are_edges() -> None:
    found = {(edge.source, edge.type, edge.target): edge.properties for edge in graph(model_record()).edges}
    assert found == {
        (IRI, "LICENSE", f"{IRI}#license-0000000000000001"): {},
        (IRI, "IN_LANGUAGE", "http://lexvo.org/id/iso639-3/eng"): {},
        (IRI, "SHARED_BY", f"{HUB}acme"): {},
        (IRI, "ML_TASK", "https://w3id.org/mlentory/tasks#fill-mask"): {},
        (IRI, "TRAINED_ON", f"{HUB}datasets/acme/corpus"): {},
        (IRI, "TRAINED_ON", f"{IRI}#dataset-0000000000000001"): {},
        (IRI, "EVALUATED_ON", f"{HUB}datasets/nyu-mll/glue"): {},
        (IRI, "HAS_EVALUATION", EVALUATION): {},
        (IRI, "FINE_TUNED_FROM", PARENT): {},
        (IRI, "WAS_DERIVED_FROM", PARENT): {"type": "finetune"},
        (IRI, "SOFTWARE_REQUIREMENTS", f"{HUB}models?library=transformers"): {},
        (IRI, "REFERENCE_PUBLICATION", "https://arxiv.org/abs/1810.04805"): {},
        (EVALUATION, "ABOUT", "https://w3id.org/mlentory/tasks#text-classification"): {},
        (EVALUATION, "EVALUATED_ML_MODEL", IRI): {},
        (EVALUATION, "EVALUATION_DATASET", f"{HUB}datasets/nyu-mll/glue"): {},
    }


def test_the_result_of_an_evaluation_is_its_value() -> None:
    evaluation = node(graph(model_record()), EVALUATION)
    assert evaluation.properties == {
        "name": "Accuracy on GLUE",
        "evaluationMetrics": ["accuracy"],
        "value": 0.912,
        "value_unit": "1",
        "config": "cola",
    }


def test_several_results_of_an_evaluation_are_named_after_their_metrics() -> None:
    results = [value(1, property_id="accuracy", value=0.9), value(2, property_id="f1", value=0.8)]
    evaluation = MLModelEvaluation(iri=IRI, evaluation_results=[each.iri for each in results])
    assert node(graph(stored(evaluation, results)), IRI).properties == {"accuracy": 0.9, "f1": 0.8}


def test_additional_properties_are_named_so_that_cypher_needs_no_quotes() -> None:
    values = (
        value(1, property_id="weight dtype", name="model-00001.safetensors", value=1),
        value(2, property_id="4-bit", value=True),
        value(3, name="größe", value=2.5, unit_text="GB"),
        value(4, property_id="...", value="odd"),
    )
    assert with_values(*values) == {
        "weight_dtype_model_00001_safetensors": 1,
        "_4_bit": True,
        "größe": 2.5,
        "größe_unit": "GB",
        "value": "odd",
    }


def test_values_of_one_property_share_their_unit() -> None:
    values = [
        value(n, property_id="parameterCount", name=name, value=n, unit_text="1") for n, name in ((1, None), (2, "F32"))
    ]
    assert with_values(*values) == {"parameterCount": 1, "parameterCount_F32": 2, "parameterCount_unit": "1"}


def test_an_additional_property_never_takes_the_place_of_a_declared_one() -> None:
    values = [value(1, property_id="license", value="own"), value(2, property_id="name", value="other")]
    model = MLModel(iri=IRI, name="tiny", additional_property=[each.iri for each in values])
    assert node(graph(stored(model, values)), IRI).properties == {"name": "tiny", "license_": "own", "name_": "other"}


def test_values_of_the_same_name_are_a_list_of_one_type() -> None:
    same = [value(n, property_id="size", value=n) for n in (1, 2, 3)]
    assert with_values(*same) == {"size": [1, 2, 3]}
    assert with_values(*same, value(4, property_id="size", value="large")) == {"size": ["1", "2", "3", "large"]}


def test_a_value_that_is_unknown_is_no_property() -> None:
    assert with_values(value(1, property_id="size"), value(2, property_id="loss", value=float("nan"))) == {}


def test_a_derivation_alone_is_an_edge() -> None:
    derivation = Derivation(iri=f"{IRI}#derivation-1", entity=PARENT, type="quantized")
    found = graph(stored(MLModel(iri=IRI, qualified_derivation=[derivation.iri]), [derivation]))
    assert found.edges == [Edge(IRI, "WAS_DERIVED_FROM", PARENT, {"type": "quantized"})]


def test_all_kinds_of_derivation_from_one_model_are_on_one_edge() -> None:
    names = ("quantized", "merge", "finetune", "adapter")
    kinds = [Derivation(iri=f"{IRI}#derivation-{kind}", entity=PARENT, type=kind) for kind in names]
    unknown = Derivation(iri=f"{IRI}#derivation-unknown", entity=PARENT)
    model = MLModel(iri=IRI, was_derived_from=[PARENT], qualified_derivation=[*(k.iri for k in kinds), unknown.iri])
    assert edges(stored(model, [*kinds, unknown])) == [
        Edge(IRI, "WAS_DERIVED_FROM", PARENT, {"type": "adapter, finetune, merge, quantized"}),
    ]


def test_a_derivation_from_nothing_is_no_edge() -> None:
    derivation = Derivation(iri=f"{IRI}#derivation-1", type="merge")
    assert edges(stored(MLModel(iri=IRI, qualified_derivation=[derivation.iri]), [derivation])) == []


def test_another_thing_that_a_record_states_an_edge_of_is_only_named() -> None:
    successor = MLModel(iri=f"{IRI}-2", name="acme/tiny-bert-2", was_revision_of=[IRI])
    found = graph(stored(MLModel(iri=IRI), [successor]))
    assert node(found, f"{IRI}-2") == Node(
        f"{IRI}-2", ("Entity", "MLModel"), {"name": "acme/tiny-bert-2"}, described=False
    )
    assert found.edges == [Edge(f"{IRI}-2", "WAS_REVISION_OF", IRI, {})]


def test_what_is_described_is_not_named_once_more() -> None:
    stub = Stub(f"{IRI}#dataset-1", "Dataset", "other name")
    found = graph(stored(MLModel(iri=IRI), [Dataset(iri=stub.iri, name="own name")], [stub]))
    assert node(found, stub.iri).properties == {"name": "own name"}


def test_every_edge_ends_at_a_node_of_the_record() -> None:
    found = graph(model_record())
    iris = {each.iri for each in found.nodes}
    assert [edge for edge in found.edges if edge.source not in iris or edge.target not in iris] == []


def has_distinct_things(record: Document) -> bool:
    """Whether no two things of a made-up record have the same IRI, as they never have."""
    iris = [thing["iri"] for thing in (record["root"], *record["parts"])]
    return len(set(iris)) == len(iris)


@given(documents().filter(has_distinct_things))
def test_nodes_and_edges_are_sorted_and_each_is_there_once(record: Document) -> None:
    found = graph(record)
    iris = [each.iri for each in found.nodes]
    ends = [(edge.source, edge.type, edge.target) for edge in found.edges]
    assert iris == sorted(set(iris))
    assert ends == sorted(set(ends))
    assert edges(record) == found.edges


@given(st.randoms(use_true_random=False))
def test_the_order_in_which_a_record_is_kept_does_not_matter(random: Any) -> None:
    record = model_record()
    other: Document = {
        "root": dict(random.sample(list(record["root"].items()), len(record["root"]))),
        "parts": random.sample(record["parts"], len(record["parts"])),
        "stubs": random.sample(record["stubs"], len(record["stubs"])),
    }
    assert graph(other) == graph(record)


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("fineTunedFrom", "FINE_TUNED_FROM"),
        ("mlTask", "ML_TASK"),
        ("evaluatedMLModel", "EVALUATED_ML_MODEL"),
        ("license", "LICENSE"),
        ("hasCO2eEmissions", "HAS_CO2E_EMISSIONS"),
    ],
)
def test_an_edge_has_the_name_of_its_property_in_upper_case(name: str, type_: str) -> None:
    assert edge_type(name) == type_


def test_no_two_properties_of_a_class_are_edges_of_one_type() -> None:
    for class_name in CLASSES:
        names = [name for name, p in properties(class_name).items() if p.kind is Kind.REFERENCE]
        assert len({edge_type(name) for name in names}) == len(names)


def test_what_entities_do_not_declare_is_an_error() -> None:
    with pytest.raises(KeyError):
        graph({"root": {"iri": IRI, "class": "MLModel", "trainedUpon": []}, "parts": [], "stubs": []})
