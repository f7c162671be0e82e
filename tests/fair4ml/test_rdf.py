"""Records as RDF: the three serializations say the same, whatever a record holds."""

from __future__ import annotations

import json
import logging
import re
import runpy
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import given, strategies as st
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from support.documents import HUB, IRI, documents, model_record, stored

from fair4ml.entities import Dataset, License, MLModel, MLModelEvaluation, PropertyValue
from fair4ml.identifiers import part_iri
from fair4ml.vocabulary import PROV, SCHEMA, is_declared
from fair4ml.write import rdf
from fair4ml.write.rdf_syntax import JsonLd, double

# rdflib's own JSON-LD parser still uses what rdflib is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True, scope="module")
def literals_as_written() -> Iterator[None]:
    """Two ways to write the same number must not pass for the same."""
    rdflib.NORMALIZE_LITERALS = False
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    yield
    rdflib.NORMALIZE_LITERALS = True
    logging.getLogger("rdflib.term").setLevel(logging.NOTSET)


def from_turtle(text: str) -> Graph:
    return Graph().parse(data=rdf.turtle_header() + text, format="turtle")


def from_ntriples(text: str) -> Graph:
    return Graph().parse(data=text, format="nt")


def from_jsonld(document: dict[str, Any]) -> Graph:
    return Graph().parse(data=json.dumps(document), format="json-ld")


def value(class_name: str, name: str, stated: Any) -> str:
    """The one object that a document's property has in N-Triples, other than its type."""
    thing = {"iri": IRI, "class": class_name, name: stated}
    [term] = [o for _, p, o in rdf.triples({"root": thing, "parts": [], "stubs": []}) if p != f"<{RDF.type}>"]
    return term


def test_a_record_says_the_same_in_every_serialization() -> None:
    record = model_record()
    graph = from_turtle(rdf.turtle(record))
    assert isomorphic(graph, from_ntriples(rdf.ntriples(record)))
    assert isomorphic(graph, from_jsonld(rdf.jsonld(record)))
    assert (URIRef(IRI), URIRef("https://w3id.org/fair4ml#mlTask"), None) in graph


@given(documents())
def test_whatever_a_record_holds_it_says_the_same_in_every_serialization(record: dict[str, Any]) -> None:
    graph = from_turtle(rdf.turtle(record))
    assert isomorphic(graph, from_ntriples(rdf.ntriples(record)))
    assert isomorphic(graph, from_jsonld(rdf.jsonld(record)))


@given(documents())
def test_there_are_no_blank_nodes_and_no_undeclared_terms(record: dict[str, Any]) -> None:
    for subject, predicate, term in from_ntriples(rdf.ntriples(record)):
        assert not isinstance(subject, BNode)
        assert not isinstance(term, BNode)
        assert is_declared(str(predicate))
        assert predicate != RDF.type or is_declared(str(term))


@given(documents())
def test_triples_are_the_lines_of_ntriples(record: dict[str, Any]) -> None:
    lines = [f"{s} {p} {o} .\n" for s, p, o in rdf.triples(record)]
    assert "".join(lines) == rdf.ntriples(record)


@given(st.text())
def test_text_is_kept_to_the_letter(text: str) -> None:
    record = stored(MLModel(iri=IRI, description=text))
    for graph in (from_turtle(rdf.turtle(record)), from_ntriples(rdf.ntriples(record))):
        assert [str(each) for each in graph.objects(URIRef(IRI), URIRef(SCHEMA.description))] == [text]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_keeps_its_value(number: float) -> None:
    term = value("PropertyValue", "value", number)
    assert term.endswith(f'"^^<{XSD.double}>')
    assert float(term.split('"')[1]) == number


@pytest.mark.parametrize(
    ("class_name", "name", "stated", "term"),
    [
        ("MLModel", "dateModified", "2024-05-06T07:08:09Z", f'"2024-05-06T07:08:09Z"^^<{XSD.dateTime}>'),
        ("MLModel", "dateModified", "2024-05-06", f'"2024-05-06"^^<{XSD.date}>'),
        ("MLModel", "version", "2024-05-06", '"2024-05-06"'),
        ("MLModel", "isAccessibleForFree", False, f'"false"^^<{XSD.boolean}>'),
        ("MLModel", "keywords", ["true"], '"true"'),
        ("MLModel", "url", f"{IRI}/a b", f"<{IRI}/a%20b>"),
        ("MLModel", "languageTag", ["en"], '"en"'),
        ("MLModel", "inLanguage", ["http://lexvo.org/id/iso639-3/eng"], "<http://lexvo.org/id/iso639-3/eng>"),
        ("PropertyValue", "value", 7, f'"7"^^<{XSD.integer}>'),
        ("PropertyValue", "value", True, f'"true"^^<{XSD.boolean}>'),
        ("PropertyValue", "value", "7", '"7"'),
        ("PropertyValue", "value", 12.0, f'"1.2E1"^^<{XSD.double}>'),
        ("PropertyValue", "value", 0.0, f'"0.0E0"^^<{XSD.double}>'),
        ("PropertyValue", "value", -0.00125, f'"-1.25E-3"^^<{XSD.double}>'),
        ("PropertyValue", "value", 1e300, f'"1.0E300"^^<{XSD.double}>'),
    ],
)
def test_values_have_their_datatype_and_canonical_form(class_name: str, name: str, stated: Any, term: str) -> None:
    assert value(class_name, name, stated) == term


@pytest.mark.parametrize(
    ("stated", "written"),
    [(True, "true"), (False, "false"), (7, "7"), (12.0, "1.2E1"), ("7", '"7"'), ("true", '"true"')],
)
def test_turtle_writes_numbers_and_truth_without_quotation_marks(stated: Any, written: str) -> None:
    [line] = [line for line in rdf.turtle(stored(PropertyValue(iri=IRI, value=stated))).splitlines() if "value" in line]
    assert line == f"    schema:value {written} ."


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.0, "0.0E0"), (-0.0, "-0.0E0"), (1.0, "1.0E0"), (-2.5, "-2.5E0"), (10.0, "1.0E1"), (1200.0, "1.2E3"),
        (0.1, "1.0E-1"), (1e-7, "1.0E-7"), (123456.789, "1.23456789E5"), (5e-324, "5.0E-324"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
    ],
)  # fmt: skip
def test_the_canonical_form_of_a_double(number: float, written: str) -> None:
    assert double(number) == written
    assert float(written) == number


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_an_error(number: float) -> None:
    with pytest.raises(ValueError, match="is not a finite number"):
        double(number)


def test_jsonld_writes_one_value_by_itself_and_several_as_a_sorted_list() -> None:
    def node(**stated: Any) -> dict[str, Any]:
        [written] = rdf.jsonld_nodes(stored(MLModel(iri=IRI, **stated)))
        assert (written.pop("@id"), written.pop("@type")) == (IRI, "MLModel")
        return written

    assert node(keywords=["b"]) == {"keywords": "b"}
    assert node(keywords=["b", "a", "b"]) == {"keywords": ["a", "b"]}
    assert node(license=["x:b"]) == {"license": "x:b"}
    assert node(date_modified=datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)) == {"dateModified": "2024-05-06T07:08:09Z"}
    assert node(is_accessible_for_free=False) == {"isAccessibleForFree": False}


def test_the_header_of_turtle_is_its_prefixes_and_a_blank_line() -> None:
    *prefixes, last, end = rdf.turtle_header().split("\n")
    assert (last, end) == ("", "")
    assert prefixes == sorted(prefixes)
    assert all(re.fullmatch(r"@prefix [a-z0-9]+: <https?://[^<>]+> \.", each) for each in prefixes)


def test_both_forms_of_a_language_have_one_predicate() -> None:
    record = stored(MLModel(iri=IRI, language=["http://lexvo.org/id/iso639-3/eng"], language_tag=["en"]))
    graph = from_turtle(rdf.turtle(record))
    assert set(graph.objects(URIRef(IRI), URIRef(SCHEMA.inLanguage))) == {
        URIRef("http://lexvo.org/id/iso639-3/eng"),
        Literal("en"),
    }
    assert JsonLd().name(SCHEMA.inLanguage) == "inLanguage"


def test_what_a_model_derives_from_it_is_also_based_on() -> None:
    parents = [f"{HUB}acme/a", f"{HUB}acme/b"]
    graph = from_turtle(rdf.turtle(stored(MLModel(iri=IRI, was_derived_from=parents))))
    for predicate in (PROV.wasDerivedFrom, SCHEMA.isBasedOn):
        assert {str(each) for each in graph.objects(URIRef(IRI), URIRef(predicate))} == set(parents)


def test_things_have_all_the_types_of_their_class() -> None:
    named = {"iri": f"{IRI}#license-1", "class": "License"}
    record = {"root": Dataset(iri=IRI).document(), "parts": [named], "stubs": []}
    graph = from_turtle(rdf.turtle(record))
    assert set(graph.objects(URIRef(IRI), RDF.type)) == {
        URIRef("http://mlcommons.org/croissant/Dataset"),
        URIRef(SCHEMA.Dataset),
    }
    assert set(graph.objects(URIRef(f"{IRI}#license-1"), RDF.type)) == {URIRef(SCHEMA.CreativeWork)}


def test_turtle_begins_with_the_type_and_sorts_the_rest() -> None:
    record = stored(
        MLModel(iri=IRI, name="tiny", keywords=[*"bacfdgeb"], ml_task=["https://w3id.org/mlentory/tasks#x"])
    )
    assert rdf.turtle(record) == (
        f"<{IRI}> a fair4ml:MLModel ;\n"
        "    fair4ml:mlTask <https://w3id.org/mlentory/tasks#x> ;\n"
        '    schema:keywords "a", "b", "c", "d", "e", "f", "g" ;\n'
        '    schema:name "tiny" .\n\n'
    )


@given(st.randoms(use_true_random=False))
def test_the_same_record_gives_the_same_bytes_in_whatever_order_it_is_kept(random: Any) -> None:
    def shuffled(stated: Any) -> Any:
        if isinstance(stated, list):
            return random.sample([shuffled(each) for each in stated], len(stated))
        if isinstance(stated, dict):
            return {key: shuffled(stated[key]) for key in random.sample(list(stated), len(stated))}
        return stated

    record = model_record()
    other = shuffled(record)
    assert rdf.turtle(other) == rdf.turtle(record)
    assert rdf.ntriples(other) == rdf.ntriples(record)
    assert json.dumps(rdf.jsonld(other)) == json.dumps(rdf.jsonld(record))


def test_texts_of_many_records_can_be_joined_under_one_header() -> None:
    one = model_record()
    other = stored(MLModel(iri=f"{IRI}-2", name="acme/tiny-bert-2", was_revision_of=[IRI]))
    joined = from_turtle(rdf.turtle(one) + rdf.turtle(other))
    assert isomorphic(joined, from_turtle(rdf.turtle(one)) + from_turtle(rdf.turtle(other)))
    assert isomorphic(joined, from_ntriples(rdf.ntriples(one) + rdf.ntriples(other)))


@pytest.mark.parametrize("thing", [{"class": "MLModle"}, {"class": "MLModel", "keyword": ["a"]}], ids=str)
@pytest.mark.parametrize("write", [rdf.turtle, rdf.ntriples, rdf.jsonld])
def test_what_entities_do_not_declare_is_an_error(write: Any, thing: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        write({"root": {"iri": IRI, **thing}, "parts": [], "stubs": []})


def test_a_value_that_is_null_is_not_stated() -> None:
    record = stored(PropertyValue(iri=IRI, property_id="accuracy", value=float("nan")))
    assert record["root"]["value"] is None
    assert not any(SCHEMA.value in predicate for _, predicate, _ in rdf.triples(record))


def test_an_iri_is_never_taken_for_a_prefixed_name() -> None:
    record = stored(MLModel(iri="schema:name", url="name:x", same_as=["iri:x", "fair4ml:x"]))
    graph = from_jsonld(rdf.jsonld(record))
    assert isomorphic(graph, from_turtle(rdf.turtle(record)))
    assert (URIRef("schema:name"), URIRef(SCHEMA.url), URIRef("name:x")) in graph


def test_counters_are_interaction_statistics() -> None:
    graph = from_turtle(rdf.turtle(model_record(), rdf.counters(IRI, {"downloads": 12, "likes": 3})))
    found = {
        (
            str(counter),
            str(graph.value(counter, URIRef(SCHEMA.interactionType))),
            str(graph.value(counter, URIRef(SCHEMA.userInteractionCount))),
        )
        for counter in graph.objects(URIRef(IRI), URIRef(SCHEMA.interactionStatistic))
    }
    assert found == {
        (part_iri(IRI, "counter", "downloads"), "http://schema.org/DownloadAction", "12"),
        (part_iri(IRI, "counter", "likes"), "http://schema.org/LikeAction", "3"),
    }


def test_what_counts_no_action_is_no_interaction() -> None:
    assert rdf.counters(IRI, {"trending": 5}) == []
    assert rdf.counters(IRI, {}) == []


def test_anything_can_be_counted() -> None:
    data = f"{HUB}datasets/acme/corpus"
    graph = from_turtle(rdf.turtle(stored(Dataset(iri=data)), rdf.counters(data, {"likes": 1})))
    assert len(list(graph.objects(URIRef(data), URIRef(SCHEMA.interactionStatistic)))) == 1


def test_provenance_hangs_on_the_description() -> None:
    described = rdf.provenance(
        IRI,
        "huggingface/model/0123",
        run="urn:mlentory:run:1",
        source="https://huggingface.co/api/models?limit=1000",
        generated_at=datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
    )
    assert rdf.turtle({}, [described]) == (
        f"<{part_iri(IRI, 'record', 'huggingface/model/0123')}> a prov:Entity ;\n"
        '    prov:generatedAtTime "2024-05-06T07:08:09Z"^^xsd:dateTime ;\n'
        "    prov:hadPrimarySource <https://huggingface.co/api/models?limit=1000> ;\n"
        "    prov:wasGeneratedBy <urn:mlentory:run:1> ;\n"
        f"    schema:about <{IRI}> .\n\n"
    )


def test_a_tombstone_is_an_invalidated_description() -> None:
    gone = rdf.provenance(IRI, "huggingface/model/0123", invalidated_at=datetime(2024, 5, 6, tzinfo=UTC))
    graph = from_turtle(rdf.turtle({}, [gone]))
    assert [str(each) for each in graph.objects(None, URIRef(PROV.invalidatedAtTime))] == ["2024-05-06T00:00:00Z"]
    assert not list(graph.objects(None, URIRef(PROV.generatedAtTime)))


def test_what_is_stated_besides_a_record_is_the_same_in_every_serialization() -> None:
    record = model_record()
    extra = [
        *rdf.counters(IRI, {"downloads": 12, "likes": 3}),
        rdf.provenance(IRI, "a/b/c", run="urn:x:1", source="https://a.example", generated_at=datetime.now(UTC)),
    ]
    graph = from_turtle(rdf.turtle(record, extra))
    assert isomorphic(graph, from_ntriples(rdf.ntriples(record, extra)))
    assert isomorphic(graph, from_jsonld(rdf.jsonld(record, extra)))


def test_changing_a_node_object_changes_no_other_record() -> None:
    record = model_record()
    before = json.dumps(rdf.jsonld_nodes(record))
    for node in rdf.jsonld_nodes(record):
        for values in node.values():
            if isinstance(values, list):
                values.clear()
        node.clear()
    assert json.dumps(rdf.jsonld_nodes(record)) == before


def test_the_context_is_what_the_tool_makes() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "make_context.py"))["context"]()
    document = json.loads((files("fair4ml") / "data" / "context.jsonld").read_bytes())
    assert document["@context"] == made
    assert document["generated_by"] == "python -m tools.make_context"


def test_a_stored_document_can_be_read_under_the_context_as_it_is() -> None:
    """All but the types: one class of documents may be two of RDF."""
    evaluation = MLModelEvaluation(iri=IRI, evaluated_ml_model=[f"{HUB}acme/a"], evaluation_metrics=["accuracy"])
    part = License(iri=f"{IRI}#license-1", name="own", date_created=datetime(2024, 5, 6, tzinfo=UTC))
    record = stored(evaluation, [part])
    as_stored = from_jsonld({"@context": rdf.jsonld_context(), "@graph": [record["root"], *record["parts"]]})
    expected = from_turtle(rdf.turtle(record))
    expected.remove((None, RDF.type, None))
    assert isomorphic(as_stored, expected)
