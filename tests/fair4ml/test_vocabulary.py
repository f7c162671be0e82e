"""The declared vocabularies are closed."""

from __future__ import annotations

import pytest

from fair4ml.entities import CLASSES, properties
from fair4ml.vocabulary import CODEMETA, CR, FAIR4ML, NAMESPACES, RDF_TYPE, SCHEMA, fair4ml_declarations, is_declared

MODEL_PROPERTIES = set(
    """
    codeSampleSnippet ethicalSocial evaluatedOn fineTunedFrom hasCO2eEmissions hasEvaluation intendedUse legal mlTask
    modelCategory modelRisksBiasLimitations sharedBy testedOn trainedOn usageInstructions validatedOn
    """.split()
)
EVALUATION_PROPERTIES = set(
    """
    evaluatedMLModel evaluationDataset evaluationMetrics evaluationResults evaluationSoftware extrinsicEvaluation
    """.split()
)


def test_fair4ml_has_the_terms_that_its_authors_published() -> None:
    assert FAIR4ML.base == "https://w3id.org/fair4ml#"
    assert FAIR4ML.terms == MODEL_PROPERTIES | EVALUATION_PROPERTIES | {"MLModel", "MLModelEvaluation"}
    assert len(MODEL_PROPERTIES) == 16
    assert len(EVALUATION_PROPERTIES) == 6


@pytest.mark.parametrize(
    ("class_name", "names"), [("MLModel", MODEL_PROPERTIES), ("MLModelEvaluation", EVALUATION_PROPERTIES)]
)
def test_everything_that_fair4ml_declares_can_be_stated(class_name: str, names: set[str]) -> None:
    stated = {declared.predicate for declared in properties(class_name).values()}
    assert {iri.removeprefix(FAIR4ML.base) for iri in stated if iri.startswith(FAIR4ML.base)} == names


def test_properties_of_fair4ml_are_stated_of_what_they_are_declared_for() -> None:
    domains = {
        node["@id"].removeprefix("fair4ml:"): node["schema:domainIncludes"]["@id"]
        for node in fair4ml_declarations()
        if node["@type"] == "rdf:Property"
    }
    for class_name, entity in CLASSES.items():
        for declared in properties(class_name).values():
            if declared.predicate.startswith(FAIR4ML.base):
                domain = domains[declared.predicate.removeprefix(FAIR4ML.base)]
                assert domain.replace("fair4ml:", FAIR4ML.base) in entity.types


@pytest.mark.parametrize("class_name", CLASSES)
def test_every_class_and_predicate_of_an_entity_is_declared(class_name: str) -> None:
    used = [*CLASSES[class_name].types]
    for declared in properties(class_name).values():
        used += [declared.predicate, *declared.also]
    assert [iri for iri in used if not is_declared(iri)] == []


@pytest.mark.parametrize(
    ("namespace", "name"),
    [(FAIR4ML, "trainedUpon"), (FAIR4ML, "baseModel"), (SCHEMA, "source"), (CR, "dataset"), (CODEMETA, "readMe")],
    ids=lambda value: getattr(value, "prefix", value),
)
def test_a_term_that_does_not_exist_is_an_error(namespace: object, name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(namespace, name)


def test_a_term_gives_its_iri() -> None:
    assert FAIR4ML.mlTask == "https://w3id.org/fair4ml#mlTask"
    assert SCHEMA.name == "http://schema.org/name"


@pytest.mark.parametrize(
    "iri",
    [
        "https://w3id.org/fair4ml/mlTask",
        "https://w3id.org/fair4ml#baseModel",
        "https://schema.org/name",
        "http://schema.org/",
        "name",
        "http://www.w3.org/2000/01/rdf-schema#label",
    ],
)
def test_what_no_vocabulary_has_is_not_declared(iri: str) -> None:
    assert not is_declared(iri)


def test_types_and_terms_are_declared() -> None:
    assert is_declared(RDF_TYPE)
    assert all(is_declared(namespace.base + term) for namespace in NAMESPACES for term in namespace.terms)


def test_no_namespace_is_part_of_another() -> None:
    """A predicate must have one prefix only."""
    bases = [namespace.base for namespace in NAMESPACES]
    assert not any(one != other and one.startswith(other) for one in bases for other in bases)
    assert len({namespace.prefix for namespace in NAMESPACES}) == len(NAMESPACES)
