"""Parts of a graph against the shapes."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Graph
from support.documents import IRI, model_record, stored

from fair4ml.entities import Agent, MLModel
from fair4ml.write import rdf
from mlentory_crawl.shapes.conformance import Conformance

BAD = Path(__file__).parents[1] / "data" / "shapes_bad"
pytestmark = pytest.mark.extra(name="validate")
OTHER = "https://huggingface.co/acme/other"


@pytest.mark.parametrize("path", sorted(BAD.glob("*.ttl")), ids=lambda path: path.stem)
def test_each_shape_is_told_by_name(path: Path) -> None:
    conformance = Conformance()
    conformance.check(Graph().parse(path).serialize(format="nt"))
    assert {shape for shape, _ in conformance.violations} == {path.stem}


def test_a_record_conforms_and_leaves_nothing() -> None:
    conformance = Conformance()
    conformance.check(rdf.ntriples(model_record()))
    assert conformance.violations == {}


def test_violations_of_a_shape_are_counted_with_the_first_as_an_example() -> None:
    conformance = Conformance()
    for name in ("b", "a", "c"):
        conformance.check(rdf.ntriples(stored(Agent(iri=f"https://huggingface.co/{name}"))))
    [(key, found)] = conformance.violations.items()
    assert key == ("name", "schema:name")
    assert (found.count, found.node, found.value) == (3, "https://huggingface.co/b", None)
    assert "Less than 1" in found.message


def test_classes_that_are_told_elsewhere_count_and_are_not_checked_here() -> None:
    parent = MLModel(iri=IRI, name="acme/tiny-bert", url=IRI, fine_tuned_from=[OTHER])
    conformance = Conformance()
    conformance.check(rdf.ntriples(stored(parent)), [(OTHER, "https://w3id.org/fair4ml#MLModel")])
    assert conformance.violations == {}
    conformance.check(rdf.ntriples(stored(parent)))
    [found] = conformance.violations.values()
    assert (found.shape, found.path, found.value) == ("fineTunedFrom-range", "fair4ml:fineTunedFrom", OTHER)


def test_a_path_of_alternatives_is_told_in_full() -> None:
    conformance = Conformance()
    conformance.check("<http://x.org/a> a <http://schema.org/DataDownload> .".replace(" a ", f" <{_TYPE}> "))
    assert ("DataDownload-identified", "schema:name | schema:contentUrl") in conformance.violations


_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def test_what_is_no_rdf_is_an_error() -> None:
    with pytest.raises(ValueError, match="is not valid N-Triples"):
        Conformance().check("<a> <b> .\n")
