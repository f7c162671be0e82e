"""What several records about one thing state together."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given, strategies as st
from support.documents import HUB, IRI, model_record, stored

from fair4ml.document import Document
from fair4ml.entities import (
    Agent,
    Dataset,
    Derivation,
    MLModel,
    Organization,
    Person,
    PropertyValue,
    ScholarlyArticle,
    Stub,
)
from fair4ml.merge import Authority, Precedence, RecordState, State, merge
from fair4ml.platforms import precedence
from fair4ml.write import rdf


def state(key: str, document: Document, modified: str | None = None, **counters: int) -> RecordState:
    return RecordState(key, document, counters, modified)


def merged(records: Iterable[RecordState]) -> State:
    """The merged state, which is the same for every order of the records."""
    records = list(records)
    states = [merge(order, precedence()) for order in itertools.permutations(records)]
    assert all(each == states[0] for each in states)
    return states[0]


def test_one_record_is_the_state_as_it_is() -> None:
    record = model_record()
    assert merge([state("huggingface/model/1", record, downloads=5)], precedence()) == {
        "key": "huggingface/model/1",
        **record,
        "counters": {"downloads": 5},
        "platforms": ["huggingface"],
        "conflicts": {},
    }


def test_the_platform_that_knows_best_comes_first() -> None:
    article = "https://arxiv.org/abs/1810.04805"
    own = stored(ScholarlyArticle(iri=article, name="BERT: Pre-training", keywords=["cs.CL"]))
    hearsay = stored(ScholarlyArticle(iri=article, name="BERT", keywords=["nlp", "cs.CL"], version="2"))
    found = merged(
        [
            state("paperswithcode/paper/bert", hearsay, "2025-01-01T00:00:00Z"),
            state("arxiv/article/1810.04805", own, "2019-05-24T20:37:26Z"),
        ]
    )
    assert found["key"] == "arxiv/article/1810.04805"
    assert found["root"] == {
        "iri": article,
        "class": "ScholarlyArticle",
        "name": "BERT: Pre-training",
        "keywords": ["cs.CL", "nlp"],
        "version": "2",
    }
    assert found["conflicts"] == {"name": [("BERT", "paperswithcode/paper/bert")]}
    assert found["platforms"] == ["arxiv", "paperswithcode"]


def test_of_equal_sources_the_one_modified_last_comes_first_then_the_catalog_key() -> None:
    def named(name: str) -> Document:
        return stored(MLModel(iri=IRI, name=name))

    found = merged(
        [
            state("huggingface/model/3", named("undated")),
            state("huggingface/model/2", named("old"), "2024-01-01T00:00:00Z"),
            state("huggingface/model/4", named("new too"), "2024-01-02T00:00:00Z"),
            state("huggingface/model/1", named("new"), "2024-01-02T00:00:00Z"),
        ]
    )
    assert found["root"]["name"] == "new"
    assert found["conflicts"]["name"] == [
        ("new too", "huggingface/model/4"),
        ("old", "huggingface/model/2"),
        ("undated", "huggingface/model/3"),
    ]


SOURCES = (
    "arxiv/article", "github/repository", "openml/flow", "mlflow/run", "huggingface/model", "huggingface/dataset",
    "huggingface/card", "paperswithcode/paper", "zoo/model",
)  # fmt: skip


@pytest.mark.parametrize(("better", "worse"), [*itertools.pairwise(SOURCES)])
def test_each_platform_has_its_place_and_one_that_is_not_listed_comes_last(better: str, worse: str) -> None:
    found = merged(
        [
            state(f"{worse}/1", stored(MLModel(iri=IRI, name="worse")), "2025-01-01"),
            state(f"{better}/1", stored(MLModel(iri=IRI, name="better"))),
        ]
    )
    assert found["root"]["name"] == "better"


def test_a_single_property_may_have_an_order_of_its_own() -> None:
    [source] = precedence().fields["description"]
    found = merged(
        [
            state("huggingface/model/1", stored(MLModel(iri=IRI, name="m", description="short")), "2025-01-01"),
            state(f"{source}/1", stored(MLModel(iri=IRI, name="c", description="long")), "2024-01-01"),
        ]
    )
    assert found["root"]["description"] == "long"
    assert found["root"]["name"] == "m"
    assert found["conflicts"] == {
        "name": [("c", f"{source}/1")],
        "description": [("short", "huggingface/model/1")],
    }


def test_equal_values_are_no_conflict() -> None:
    one = state("huggingface/model/1", stored(MLModel(iri=IRI, name="m")))
    other = state("huggingface/card/1", stored(MLModel(iri=IRI, name="m")))
    assert merged([one, other])["conflicts"] == {}


def test_parts_are_merged_by_iri() -> None:
    same, own, other = (f"{IRI}#property-{n}" for n in range(3))
    one = stored(
        MLModel(iri=IRI, additional_property=[same, own]),
        [PropertyValue(iri=same, value=1), PropertyValue(iri=own, value=2)],
    )
    two = stored(
        MLModel(iri=IRI, additional_property=[other, same]),
        [PropertyValue(iri=other, value=3), PropertyValue(iri=same, value=4, unit_text="GB")],
    )
    found = merged([state("huggingface/card/1", two), state("huggingface/model/1", one, "2024-01-01")])
    assert found["root"]["additionalProperty"] == [same, own, other]
    assert found["parts"] == [
        {"iri": same, "class": "PropertyValue", "value": 1, "unitText": "GB"},
        {"iri": own, "class": "PropertyValue", "value": 2},
        {"iri": other, "class": "PropertyValue", "value": 3},
    ]
    assert found["conflicts"] == {"property-0.value": [(4, "huggingface/card/1")]}


def test_a_list_at_second_hand_holds_only_where_nobody_has_it_at_first_hand() -> None:
    mit, apache = "https://spdx.org/licenses/MIT", "https://spdx.org/licenses/Apache-2.0"
    hub = stored(MLModel(iri=IRI, license=[mit], keywords=["a"]), stubs=[Stub(mit, "License", "MIT")])
    card = stored(
        MLModel(iri=IRI, license=[mit, apache], keywords=["b"], language_tag=["en"]),
        stubs=[Stub(mit, "License", "MIT"), Stub(apache, "License", "Apache-2.0")],
    )
    both = merged([state("huggingface/card/1", card, "2025-01-01"), state("huggingface/model/1", hub)])
    assert both["root"] == hub["root"] | {"languageTag": ["en"]}
    assert both["stubs"] == hub["stubs"]
    assert both["conflicts"] == {"license": [([apache], "huggingface/card/1")]}
    spoken = stored(MLModel(iri=IRI, language=["http://lexvo.org/id/iso639-3/deu"], keywords=["a"]))
    german = merged([state("huggingface/card/1", card), state("huggingface/model/1", spoken)])
    assert german["root"].keys() == {"iri", "class", "inLanguage", "keywords", "license"}
    assert german["conflicts"] == {"languageTag": [(["en"], "huggingface/card/1")]}
    alone = merged([state("huggingface/card/1", card), state("huggingface/files/1", stored(MLModel(iri=IRI)))])
    assert alone["root"] == card["root"]
    assert alone["stubs"] == card["stubs"]


def test_which_sources_have_a_list_at_second_hand() -> None:
    declared = precedence()
    assert declared.second_hand("wasDerivedFrom") == declared.second_hand("languageTag") == {"huggingface/card"}
    assert declared.second_hand("description") == frozenset()


def test_platforms_that_say_nothing_of_themselves_are_alike() -> None:
    one = state("a/model/1", stored(MLModel(iri=IRI, name="one")), "2024-01-01")
    other = state("b/model/1", stored(MLModel(iri=IRI, name="other")), "2025-01-01")
    assert merge([one, other], Precedence({}))["root"]["name"] == "other"
    assert merge([one, other], Precedence({"a": Authority(rank=1)}))["root"]["name"] == "one"


def test_what_depends_on_a_list_holds_or_falls_with_it() -> None:
    old, new, derivation = f"{HUB}acme/old", f"{HUB}acme/new", f"{IRI}#derivation-1"
    card = stored(
        MLModel(iri=IRI, was_derived_from=[old], fine_tuned_from=[old], qualified_derivation=[derivation]),
        [Derivation(iri=derivation, entity=old)],
        [Stub(old, "MLModel", "acme/old")],
    )
    hub = stored(MLModel(iri=IRI, was_derived_from=[new]), stubs=[Stub(new, "MLModel", "acme/new")])
    found = merged([state("huggingface/card/1", card), state("huggingface/model/1", hub)])
    assert (found["root"], found["parts"], found["stubs"]) == (hub["root"], [], hub["stubs"])
    assert found["conflicts"].keys() == {"wasDerivedFrom", "fineTunedFrom", "qualifiedDerivation"}


def test_what_is_described_is_no_stub() -> None:
    data = f"{IRI}#dataset-1"
    one = stored(MLModel(iri=IRI, trained_on=[data]), [Dataset(iri=data, name="europarl")])
    stubs = [Stub(data, "Dataset", "named"), Stub(IRI, "MLModel", "itself"), Stub(f"{HUB}acme", "Agent", "acme")]
    two = stored(MLModel(iri=IRI), stubs=stubs)
    three = stored(MLModel(iri=IRI), stubs=stubs[2:])
    found = merged([state("a/model/1", one), state("b/model/1", two), state("c/model/1", three)])
    assert found["stubs"] == [{"iri": f"{HUB}acme", "class": "Agent", "name": "acme"}]


def test_a_stub_of_a_known_kind_beats_one_of_unknown_kind() -> None:
    owner = f"{HUB}acme"
    one = stored(MLModel(iri=IRI), stubs=[Stub(owner, "Agent", "acme")])
    two = stored(MLModel(iri=IRI), stubs=[Stub(owner, "Organization", "acme")])
    found = merged([state("a/model/1", one), state("b/model/1", two)])
    assert found["stubs"] == [{"iri": owner, "class": "Organization", "name": "acme"}]


@pytest.mark.parametrize("modified", [None, "2025-01-01"])
def test_the_more_specific_class_holds(modified: str | None) -> None:
    owner = f"{HUB}acme"
    found = merged(
        [
            state("huggingface/agent/1", stored(Agent(iri=owner, name="acme")), modified),
            state("huggingface/owner/1", stored(Organization(iri=owner, name="ACME")), "2024-01-01"),
        ]
    )
    assert found["root"]["class"] == "Organization"
    assert "class" not in found["conflicts"]


def test_classes_that_exclude_each_other_are_a_conflict_and_so_is_what_only_the_other_can_have() -> None:
    one = stored(Person(iri=IRI, name="Ada"))
    two = stored(MLModel(iri=IRI, name="Ada", trained_on=[f"{HUB}datasets/acme/corpus"]))
    found = merged([state("a/person/1", one), state("b/model/1", two)])
    assert found["root"] == {"iri": IRI, "class": "Person", "name": "Ada"}
    assert found["conflicts"] == {
        "class": [("MLModel", "b/model/1")],
        "trainedOn": [([f"{HUB}datasets/acme/corpus"], "b/model/1")],
    }
    assert rdf.turtle(found)


def test_counters_are_those_of_the_first_that_has_any() -> None:
    document = stored(MLModel(iri=IRI))
    found = merged(
        [
            state("huggingface/model/2", document, "2024-01-01", downloads=1),
            state("huggingface/model/1", document, "2024-01-02", likes=2),
            state("huggingface/card/1", document, "2024-01-03"),
        ]
    )
    assert found["counters"] == {"likes": 2}
    first, second = state("openml/flow/1", document), state("huggingface/model/1", document, likes=2)
    assert merged([first, second])["counters"] == {"likes": 2}
    assert merged([first])["counters"] == {}


def test_records_are_not_changed() -> None:
    records = [state("a/model/1", model_record()), state("b/model/1", model_record())]
    before = copy.deepcopy(records)
    merge(records, precedence())
    assert records == before


@given(st.lists(st.integers(0, 3), min_size=2, max_size=4))
def test_a_record_that_is_there_twice_adds_nothing(which: list[int]) -> None:
    document = model_record()
    document["root"]["keywords"] = ["tiny", "bert"]
    found = merge(
        [state(f"huggingface/model/{n}", document, f"2024-01-0{n + 1}") for n in dict.fromkeys(which)], precedence()
    )
    assert (found["root"], found["parts"], found["stubs"]) == (document["root"], document["parts"], document["stubs"])
    assert found["conflicts"] == {}


def test_there_must_be_records_about_one_thing() -> None:
    with pytest.raises(ValueError, match="one entity"):
        merge([], precedence())
    with pytest.raises(ValueError, match="one entity"):
        merge(
            [state("a/model/1", stored(MLModel(iri=IRI))), state("a/model/2", stored(MLModel(iri=f"{IRI}-2")))],
            precedence(),
        )
