"""Stored documents for tests: one written by hand, and any number that hypothesis makes up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import orjson
from hypothesis import strategies as st

from fair4ml.document import Document, document_of
from fair4ml.entities import (
    CLASSES,
    Dataset,
    Derivation,
    Entity,
    Kind,
    License,
    MLModel,
    MLModelEvaluation,
    PropertyValue,
    Stub,
    properties,
)
from fair4ml.write.value_types import value_types

HUB = "https://huggingface.co/"
IRI = f"{HUB}acme/tiny-bert"
SCHEME = "https://w3id.org/mlentory/tasks#"


def stored(root: Entity, parts: Sequence[Entity] = (), stubs: Sequence[Stub] = ()) -> Document:
    """A record as the catalog gives it back."""
    written = orjson.dumps(document_of(root, parts, stubs), option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    document: Document = orjson.loads(written)
    return document


def model_record() -> Document:
    """A model with one of nearly everything that a hub says of models."""
    evaluation = f"{IRI}#evaluation-0000000000000001"
    root = MLModel(
        iri=IRI,
        name="acme/tiny-bert",
        url=IRI,
        identifier=["https://doi.org/10.57967/hf/1"],
        description='A "tiny" BERT.\n\n\tFor tests \\ only: größer, 小さい, 🤗.',
        date_created=datetime(2024, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        date_modified=datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
        date_published=date(2024, 1, 3),
        license=[f"{IRI}#license-0000000000000001"],
        keywords=["tiny", "bert", "tiny"],
        language=["http://lexvo.org/id/iso639-3/eng"],
        language_tag=["en-US"],
        is_accessible_for_free=True,
        additional_property=[f"{IRI}#property-0000000000000001", f"{IRI}#property-0000000000000002"],
        shared_by=[f"{HUB}acme"],
        ml_task=[f"{SCHEME}fill-mask"],
        model_category=["BertForMaskedLM"],
        trained_on=[f"{HUB}datasets/acme/corpus", f"{IRI}#dataset-0000000000000001"],
        evaluated_on=[f"{HUB}datasets/nyu-mll/glue"],
        has_evaluation=[evaluation],
        fine_tuned_from=[f"{HUB}google-bert/bert-base-uncased"],
        was_derived_from=[f"{HUB}google-bert/bert-base-uncased"],
        qualified_derivation=[f"{IRI}#derivation-0000000000000001"],
        software_requirements=[f"{HUB}models?library=transformers"],
        reference_publication=["https://arxiv.org/abs/1810.04805"],
        readme=f"{IRI}/blob/main/README.md",
    )
    parts = [
        PropertyValue(
            iri=f"{IRI}#property-0000000000000002", property_id="parameterCount", name="F32", value=4_386_177
        ),
        PropertyValue(iri=f"{IRI}#property-0000000000000001", property_id="parameterCount", value=4_386_178),
        Derivation(
            iri=f"{IRI}#derivation-0000000000000001", entity=f"{HUB}google-bert/bert-base-uncased", type="finetune"
        ),
        License(iri=f"{IRI}#license-0000000000000001", name="acme-license", url=f"{IRI}/blob/main/LICENSE"),
        Dataset(iri=f"{IRI}#dataset-0000000000000001", name="dcep europarl"),
        MLModelEvaluation(
            iri=evaluation,
            name="Accuracy on GLUE",
            about=[f"{SCHEME}text-classification"],
            evaluated_ml_model=[IRI],
            evaluation_dataset=[f"{HUB}datasets/nyu-mll/glue"],
            evaluation_metrics=["accuracy"],
            evaluation_results=[f"{IRI}#result-0000000000000001"],
            additional_property=[f"{IRI}#config-0000000000000001"],
        ),
        PropertyValue(
            iri=f"{IRI}#result-0000000000000001", property_id="accuracy", name="Accuracy", value=0.912, unit_text="1"
        ),
        PropertyValue(iri=f"{IRI}#config-0000000000000001", property_id="config", value="cola"),
    ]
    stubs = [
        Stub(f"{SCHEME}fill-mask", "DefinedTerm", "fill-mask"),
        Stub(f"{SCHEME}text-classification", "DefinedTerm", "text-classification"),
        Stub("http://lexvo.org/id/iso639-3/eng", "Language", "English"),
        Stub("https://arxiv.org/abs/1810.04805", "ScholarlyArticle", "arXiv:1810.04805"),
        Stub(f"{HUB}acme", "Agent", "acme"),
        Stub(f"{HUB}datasets/acme/corpus", "Dataset", "acme/corpus"),
        Stub(f"{HUB}datasets/nyu-mll/glue", "Dataset", "nyu-mll/glue"),
        Stub(f"{HUB}google-bert/bert-base-uncased", "MLModel", "google-bert/bert-base-uncased"),
        Stub(f"{HUB}models?library=transformers", "SoftwareApplication", "transformers"),
    ]
    return stored(root, parts, stubs)


ANY_IRI = st.one_of(
    st.text(),
    st.builds("{}:{}".format, st.sampled_from(["https", "name", "iri", "schema", "@id", "_"]), st.text()),
    st.builds("https://{}/{}?{}#{}".format, st.text(), st.text(), st.text(), st.text()),
)
"""What a store must not hold, but could."""

_VALUES: dict[type, st.SearchStrategy[Any]] = {
    str: st.text(),
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    date: st.dates().map(date.isoformat),
    datetime: st.datetimes(timezones=st.just(UTC)).map(lambda t: f"{t:%Y-%m-%dT%H:%M:%S}Z".zfill(20)),
}


@st.composite
def things(draw: st.DrawFn) -> dict[str, Any]:
    """A thing of any class, with any of its properties."""
    class_name = draw(st.sampled_from(sorted(CLASSES)))
    thing: dict[str, Any] = {"iri": draw(ANY_IRI), "class": class_name}
    types = value_types(class_name)
    for name in draw(st.lists(st.sampled_from(sorted(types)), unique=True, max_size=6)):
        values = st.one_of(*(_VALUES[each] for each in sorted(types[name].types, key=str)))
        if properties(class_name)[name].kind is not Kind.LITERAL:
            values = ANY_IRI
        thing[name] = draw(st.lists(values, max_size=3) if types[name].many else values)
    return thing


def documents() -> st.SearchStrategy[Document]:
    """A record whose things need not have to do with each other."""
    named = st.builds(lambda i, c, n: Stub(i, c, n).document(), ANY_IRI, st.sampled_from(sorted(CLASSES)), st.text())
    return st.builds(Document, root=things(), parts=st.lists(things(), max_size=3), stubs=st.lists(named, max_size=3))
