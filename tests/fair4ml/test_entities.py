"""What entities promise to everything that is derived from them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from pydantic import ValidationError
from support.documents import HUB, IRI

from fair4ml.entities import (
    CLASSES,
    Agent,
    Kind,
    License,
    MLModel,
    MLModelEvaluation,
    Organization,
    PropertyValue,
    Stub,
    properties,
)
from fair4ml.vocabulary import SCHEMA
from fair4ml.write.value_types import value_types


def test_a_document_has_what_is_stated_by_its_local_name_and_nothing_else() -> None:
    model = MLModel(iri=IRI, name="tiny", trained_on=[f"{HUB}datasets/acme/corpus"], is_accessible_for_free=False)
    assert model.document() == {
        "iri": IRI,
        "class": "MLModel",
        "name": "tiny",
        "trainedOn": [f"{HUB}datasets/acme/corpus"],
        "isAccessibleForFree": False,
    }


@pytest.mark.parametrize("value", [0, 0.0, False, ""])
def test_a_value_that_is_nothing_much_is_still_a_value(value: Any) -> None:
    document = PropertyValue(iri=IRI, value=value).document()
    assert document["value"] == value
    assert type(document["value"]) is type(value)


def test_dates_stay_dates_and_times_stay_times() -> None:
    model = MLModel(
        iri=IRI,
        date_created=date(2024, 1, 2),
        date_modified=datetime(2024, 1, 2, 5, tzinfo=timezone(timedelta(hours=2))),
        date_published=datetime(2024, 1, 2, tzinfo=UTC),
    )
    stored = orjson.loads(orjson.dumps(model.document(), option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS))
    assert stored["dateCreated"] == "2024-01-02"
    assert stored["datePublished"] == "2024-01-02T00:00:00Z"
    assert datetime.fromisoformat(stored["dateModified"]) == datetime(2024, 1, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "iri", ["", "acme/tiny", "https://a.example/a b", "https://a.example/<x>", "https://a.example/" + "x" * 2048]
)
def test_an_iri_must_be_one(iri: str) -> None:
    with pytest.raises(ValidationError):
        Agent(iri=iri)
    with pytest.raises(ValidationError):
        MLModel(iri=IRI, trained_on=[iri])
    with pytest.raises(ValidationError):
        MLModel(iri=IRI, url=iri)


def test_a_property_that_does_not_exist_cannot_be_stated() -> None:
    with pytest.raises(ValidationError):
        MLModel.model_validate({"iri": IRI, "trained_upon": ["x"]})


@pytest.mark.parametrize("class_name", CLASSES)
def test_every_field_declares_its_property_once(class_name: str) -> None:
    fields = CLASSES[class_name].model_fields.keys() - {"iri"}
    declared = properties(class_name)
    assert len(declared) == len(fields)
    assert value_types(class_name).keys() == declared.keys()
    assert not declared.keys() & {"iri", "class"}


@pytest.mark.parametrize("class_name", CLASSES)
def test_literals_and_iris_of_one_predicate_have_names_of_their_own(class_name: str) -> None:
    for name, declared in properties(class_name).items():
        assert declared.name == name
        same = [each.kind for each in properties(class_name).values() if each.predicate == declared.predicate]
        assert same.count(declared.kind) == 1


def test_what_properties_hold() -> None:
    assert properties("MLModel")["fineTunedFrom"].kind is Kind.REFERENCE
    assert properties("MLModel")["readme"].kind is Kind.URL
    assert properties("MLModel")["languageTag"].predicate == SCHEMA.inLanguage
    assert value_types("MLModel")["trainedOn"].many
    assert not value_types("MLModel")["name"].many
    assert value_types("MLModel")["dateModified"].is_date
    assert not value_types("MLModel")["version"].is_date
    assert value_types("PropertyValue")["value"].types == {int, float, bool, str}
    assert value_types("MLModelEvaluation")["extrinsicEvaluation"].types == {bool}


def test_a_license_is_a_creative_work_and_a_model_is_a_model() -> None:
    assert License.types == (SCHEMA.CreativeWork,)
    assert MLModel.types == ("https://w3id.org/fair4ml#MLModel",)
    assert MLModelEvaluation.types == ("https://w3id.org/fair4ml#MLModelEvaluation",)
    assert set(CLASSES["Dataset"].types) == {"http://mlcommons.org/croissant/Dataset", SCHEMA.Dataset}


def test_an_owner_whose_kind_is_known_is_no_longer_of_unknown_kind() -> None:
    assert issubclass(Organization, Agent)
    assert Organization.types == (SCHEMA.Organization,)


def test_a_class_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        properties("MLModle")
    with pytest.raises(KeyError):
        value_types("Entity")


def test_a_stub_is_stored_with_what_is_known() -> None:
    assert Stub(IRI, "MLModel", "tiny").document() == {"iri": IRI, "class": "MLModel", "name": "tiny"}
    assert Stub(IRI, "MLModel").document() == {"iri": IRI, "class": "MLModel"}
