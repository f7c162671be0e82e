"""Parents and datasets of models on the Hub: which of several statements holds, and what is left out."""

from __future__ import annotations

from typing import Any

import pytest

from fair4ml.describe.draft import Draft
from fair4ml.describe.source_record import parse
from fair4ml.entities import CreativeWork, Dataset, Derivation, Description, MLModel, Stub
from fair4ml.platforms.huggingface.lineage import add_new_version, dataset, datasets, named_dataset, parents
from fair4ml.platforms.huggingface.source import ModelInfo

HUB = "https://huggingface.co/"
ROOT = f"{HUB}acme/oak"


def model(**stated: Any) -> ModelInfo:
    return parse(ModelInfo, {"id": "acme/oak", **stated})[0]


def finished(draft: Draft) -> Description:
    return draft.finish(CreativeWork(iri=ROOT), {})


def derived(
    *tags: str, found: dict[str, Any] | None = None, **card: Any
) -> tuple[dict[str, str | None], dict[str, str], list[tuple[str, str]]]:
    """Each parent with the kind of derivation, where parents come from, and the issues."""
    draft = Draft(ROOT)
    told = parents(draft, model(baseModels=found, cardData=card), list(enumerate(tags, 7)))
    description = finished(draft)
    derivations = {part.iri: part for part in description.parts if isinstance(part, Derivation)}
    assert [(derivations[each.derivation].entity, derivations[each.derivation].type) for each in told] == [
        (each.iri, each.relation) for each in told
    ]
    names = {stub.iri: stub.name or "" for stub in description.stubs}
    of_parts = {f"{iri.removeprefix(ROOT)[1:]}.entity": names[part.entity or ""] for iri, part in derivations.items()}
    places = {of_parts.get(key, key): place for key, place in draft.exceptions.items()}
    issues = [(issue.field, issue.reason) for issue in description.issues]
    return {names[each.iri]: each.relation for each in told}, places, issues


@pytest.mark.parametrize("kind", ["adapter", "finetune", "merge", "quantized"])
def test_the_kind_of_a_derivation_is_stated_anywhere(kind: str) -> None:
    expected = {"acme/elm": kind}
    assert derived(found={"relation": kind, "models": ["acme/elm"]}) == (expected, {}, [])
    assert derived(f"{kind}:acme/elm")[0] == derived("acme/elm", f"{kind}:acme/elm")[0] == expected
    assert derived(base_model="acme/elm", base_model_relation=kind)[0] == expected
    assert derived("acme/elm", base_model="acme/elm", base_model_relation=kind)[0] == expected


def test_where_parents_are_named_is_told() -> None:
    assert derived("acme/elm")[1] == {"wasDerivedFrom": "tags"}
    assert derived(base_model="acme/elm")[1] == {"wasDerivedFrom": "cardData.base_model"}
    assert derived("acme/elm", found={"models": ["acme/elm"]})[1] == {}
    # A place that names more than those before it adds some, and each parent tells its place.
    assert derived("acme/elm", found={"models": []}, base_model=["acme/ash", "acme/elm"])[:2] == (
        {"acme/elm": None, "acme/ash": None},
        {"wasDerivedFrom": "tags, cardData.base_model", "acme/elm": "tags", "acme/ash": "cardData.base_model"},
    )
    # One that names as many calls them by former names.
    assert derived("acme/elm", base_model="acme/former")[:2] == ({"acme/elm": None}, {"wasDerivedFrom": "tags"})


def test_the_same_model_is_one_parent_in_any_case() -> None:
    assert derived("Acme/Elm", "acme/elm", base_model="ACME/elm")[0] == {"Acme/Elm": None}
    assert derived("adapter:Acme/Elm", base_model=["acme/elm", f"{HUB}acme/elm"])[0] == {"Acme/Elm": "adapter"}


def test_what_is_no_parent_is_an_issue() -> None:
    assert derived("ACME/Oak", "elm", "a b/c", "adapter:acme/elm", "merge:acme/elm", "cousin:acme/ash")[2] == [
        ("tags.7", "refers to the model itself"),
        ("tags.8", "is not the id of a model"),
        ("tags.9", "is not the id of a model"),
        ("tags.11", "has a second kind of derivation; the first is kept"),
        ("tags.12", "is not the id of a model"),
    ]
    assert derived(base_model=[None, "acme/elm"], base_model_relation="cousin") == (
        {"acme/elm": None},
        {"wasDerivedFrom": "cardData.base_model"},
        [("cardData.base_model.1", "has an unknown kind of derivation")],
    )


def test_what_the_hub_has_looked_up_is_a_model_whatever_it_is_called() -> None:
    odd = "acme/model.gguf"
    assert derived(odd)[0] == {}
    assert derived(found={"models": [odd, {"id": None}, None]}) == ({odd: None}, {}, [])
    assert derived(odd, found={"relation": "merge", "models": [odd]}) == ({odd: "merge"}, {}, [])
    assert derived(found={"models": ["elm"]})[2] == [("baseModels.models.0", "is not the id of a model")]


@pytest.mark.parametrize(
    ("text", "name", "url"),
    [
        ("our nuts", "our nuts", None),
        (" our nuts ", "our nuts", None),
        ("https://example.org/nuts/", "example.org/nuts", "https://example.org/nuts/"),
        ("http://example.org/nuts?x=1", "example.org/nuts?x=1", "http://example.org/nuts?x=1"),
        ("[Nuts](https://example.org/nuts)", "Nuts", "https://example.org/nuts"),
        ("the [Nuts](https://example.org/nuts) of ours", "the Nuts of ours", "https://example.org/nuts"),
        ("[A](https://a.example) and [B](https://b.example)", "A and B", None),
        ("[https://a.example/x](https://b.example)", "a.example/x", "https://a.example/x"),
        ("nuts at https://example.org", "nuts at https://example.org", None),
        ("[Nuts](nuts.csv)", "[Nuts](nuts.csv)", None),
    ],
)
def test_a_dataset_that_has_but_a_name_is_a_part(text: str, name: str, url: str | None) -> None:
    draft = Draft(ROOT)
    iri = named_dataset(draft, text)
    (part,) = finished(draft).parts
    assert isinstance(part, Dataset)
    assert (part.iri, part.name, part.url) == (iri, name, url)
    assert part.iri.startswith(f"{ROOT}#dataset-")


@pytest.mark.parametrize("text", ["", " ", "unknown", "[...](https://example.org)", "?!", "imagefolder"])
def test_what_names_no_dataset(text: str) -> None:
    draft = Draft(ROOT)
    assert named_dataset(draft, text) is dataset(draft, text) is None
    assert (finished(draft).parts, finished(draft).stubs) == ([], [])


def test_an_id_of_a_dataset_is_a_stub() -> None:
    draft = Draft(ROOT)
    assert dataset(draft, "acme/nuts") == f"{HUB}datasets/acme/nuts"
    assert dataset(draft, f"{HUB}datasets/acme/nuts/viewer") == f"{HUB}datasets/acme/nuts"
    assert finished(draft).stubs == [Stub(f"{HUB}datasets/acme/nuts", "Dataset", "acme/nuts")]


def trained(*tags: str, **card: Any) -> tuple[list[str], str | None, list[tuple[str, str]]]:
    """What a model was trained on, where that comes from if not from the card, and the issues."""
    draft = Draft(ROOT)
    found = datasets(draft, model(cardData=card) if card else model(), list(enumerate(tags, 7)))
    issues = [(issue.field, issue.reason) for issue in finished(draft).issues]
    return [iri.removeprefix(f"{HUB}datasets/") for iri in found], draft.exceptions.get("trainedOn"), issues


def test_the_card_and_the_tags_name_datasets() -> None:
    assert trained("acme/nuts") == (["acme/nuts"], "tags", [])
    assert trained("acme/nuts", datasets=[None]) == (["acme/nuts"], "tags", [])
    assert trained(datasets=["acme/nuts", None, "acme/nuts", "acme/elms"]) == (["acme/nuts", "acme/elms"], None, [])
    assert trained("acme/nuts", "acme/ashes", datasets="acme/nuts") == (["acme/nuts", "acme/ashes"], None, [])
    # What the tags repeat is told once.
    reason = "does not name a dataset"
    assert trained("unknown", "none", datasets=["acme/nuts", "unknown"]) == (
        ["acme/nuts"], None, [("cardData.datasets.1", reason), ("tags.8", reason)],
    )  # fmt: skip


def revised(text: str | None) -> tuple[list[tuple[str, str | None, list[str]]], list[tuple[str, str]]]:
    draft = Draft(ROOT)
    add_new_version(draft, model(cardData={"new_version": text}))
    description = finished(draft)
    told = [(part.iri, part.name, part.was_revision_of) for part in description.parts if isinstance(part, MLModel)]
    return told, [(issue.field, issue.reason) for issue in description.issues]


def test_a_new_version_revises_the_model() -> None:
    assert revised(f"{HUB}acme/oak2") == ([(f"{HUB}acme/oak2", "acme/oak2", [ROOT])], [])
    assert revised(None) == ([], [])
    for text in ("Acme/Oak", "version 2"):
        assert revised(text) == ([], [("cardData.new_version", "is not the id of another model")])
    draft = Draft(ROOT)
    add_new_version(draft, model())
    assert finished(draft).parts == []
