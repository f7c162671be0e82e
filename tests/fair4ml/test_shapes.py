"""The shapes of records: what conforms, and for each shape something that does not."""

from __future__ import annotations

import runpy
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from rdflib import RDF, Graph, URIRef
from support.documents import IRI, model_record, stored
from support.shapes import SHAPES, complaints, parsed, shapes

from fair4ml.entities import Agent, Dataset, MLModel, Organization, Stub
from fair4ml.vocabulary import NAMESPACES, is_declared
from fair4ml.write import rdf

ROOT = Path(__file__).parents[2]
BAD = Path(__file__).parents[1] / "data" / "shapes_bad"


def test_the_shapes_are_those_that_the_tool_makes() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "make_shapes.py"))["shapes"]()
    assert (files("fair4ml") / "data" / "shapes.ttl").read_text("utf-8") == made


def test_the_shapes_speak_of_declared_terms_only() -> None:
    bases = tuple(namespace.base for namespace in NAMESPACES)
    terms = {str(term) for triple in shapes() for term in triple if str(term).startswith(bases)}
    assert terms
    assert [term for term in terms if not is_declared(term)] == []


def test_there_is_an_example_that_fails_for_each_shape() -> None:
    defined = {str(shape).removeprefix(SHAPES) for shape in shapes().subjects(RDF.type) if isinstance(shape, URIRef)}
    assert {path.stem for path in BAD.glob("*.ttl")} == defined


@pytest.mark.parametrize("path", sorted(BAD.glob("*.ttl")), ids=lambda path: path.stem)
def test_an_example_that_fails_fails_for_that_reason_alone(path: Path) -> None:
    assert complaints(Graph().parse(path)) == {path.stem}


def test_a_model_with_all_that_is_stated_about_it_conforms() -> None:
    extra = [
        *rdf.counters(IRI, {"downloads": 12, "likes": 3, "trending": 1}),
        rdf.provenance(
            IRI,
            "huggingface/model/1",
            run="urn:mlentory:run:1",
            source="https://huggingface.co/api/models",
            generated_at=datetime(2024, 1, 1, tzinfo=UTC),
        ),
    ]
    assert complaints(parsed(model_record(), extra=extra)) == set()


def test_an_owner_may_be_of_unknown_kind_in_one_record_and_known_in_another() -> None:
    owner = "https://huggingface.co/acme"
    model = stored(
        MLModel(iri=IRI, name="acme/tiny-bert", url=IRI, shared_by=[owner]), stubs=[Stub(owner, "Agent", "acme")]
    )
    known = stored(Organization(iri=owner, name="acme"))
    assert complaints(parsed(model)) == set()
    assert complaints(parsed(model, known)) == set()


def test_a_sample_conforms_only_with_its_neighbors() -> None:
    data = "https://huggingface.co/datasets/acme/corpus"
    model = stored(MLModel(iri=IRI, name="acme/tiny-bert", url=IRI, trained_on=[data]))
    neighbor = stored(Dataset(iri=data, name="acme/corpus", url=data))
    assert complaints(parsed(model)) == {"trainedOn-range"}
    assert complaints(parsed(model, neighbor)) == set()


def test_a_model_that_another_record_names_needs_no_address() -> None:
    successor = MLModel(iri=f"{IRI}-2", name="acme/tiny-bert-2", was_revision_of=[IRI])
    model = stored(MLModel(iri=IRI, name="acme/tiny-bert", url=IRI), [successor])
    assert complaints(parsed(model)) == set()


def test_a_thing_without_a_name_does_not_conform() -> None:
    assert complaints(parsed(stored(Agent(iri="https://huggingface.co/acme")))) == {"name"}
