"""Records of datasets and owners of the Hugging Face Hub, one for each oddity; all of them are written by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from support.descriptions import assert_closed, stored
from support.documents import stored as record_of
from support.payloads import PAYLOADS
from support.shapes import complaints, parsed

from fair4ml.describe.digest import digest
from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.entities import Description
from fair4ml.normalize.tasks import SCHEME_IRI
from fair4ml.platforms import declared_sources, dependencies, describe, source_model
from fair4ml.platforms.huggingface.provenance import PROVENANCE

KEY = "650000000000000000000001"
IRI = "https://huggingface.co/datasets/ada-labs/tides"
OWNER = {"_id": KEY, "name": "ada-labs", "fullname": "Ada Labs", "kind": "organization"}


def mapped(kind: str, payload: Any) -> tuple[Description, list[str]]:
    """The description of a record, and the fields of which something was left out."""
    source, issues = parse(source_model("huggingface", kind), payload)
    description = describe(source)
    return description, [issue.field for issue in (*issues, *description.issues)]


def dataset(**fields: Any) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """What a dataset's record becomes: the root, everything else by IRI, and what was left out."""
    description, issues = mapped("dataset", {"_id": KEY, "id": "ada-labs/tides", **fields})
    assert_closed(description, PROVENANCE["dataset"])
    document = record_of(description.root, description.parts, description.stubs)
    assert complaints(parsed(document)) == set()
    return stored(description.root), {thing["iri"]: thing for thing in document["parts"] + document["stubs"]}, issues


def named(root: dict[str, Any], things: Mapping[str, Any], name: str) -> list[str]:
    return [things[iri]["name"] for iri in root.get(name, [])]


def values(root: dict[str, Any], things: Mapping[str, Any]) -> list[tuple[str, Any, str | None]]:
    stated = [things[iri] for iri in root.get("additionalProperty", [])]
    return [(value["propertyID"], value["value"], value.get("name")) for value in stated]


def test_a_whole_record() -> None:
    sha = "a" * 40
    root, things, issues = dataset(
        author="ada-labs",
        sha=sha,
        createdAt="2024-01-02T03:04:05.000Z",
        lastModified="2024-05-06T07:08:09.000Z",
        private=False,
        gated="manual",
        disabled=False,
        tags=[
            *("task_categories:text-classification", "language:de", "license:mit", "size_categories:n<1K"),
            *("format:csv", "modality:text", "library:datasets", "arxiv:2301.00001", "doi:10.57967/hf/1"),
            *("region:us", "tides", "two words"),
        ],
        citation="@misc{tides}",
        description="Tides of a harbor.",
        paperswithcode_id="tides",
        downloads=12,
        downloadsAllTime=99,
        likes=3,
        trendingScore=1,
        cardData={"pretty_name": "Tides", "license": "mit", "language": ["de"], "tags": ["tides"]},
        siblings=[{"rfilename": "README.md"}],
    )
    assert issues == []
    assert root == {
        "iri": IRI,
        "class": "Dataset",
        "name": "ada-labs/tides",
        "alternateName": ["Tides"],
        "url": IRI,
        "identifier": ["ada-labs/tides", "https://doi.org/10.57967/hf/1"],
        "sameAs": ["https://paperswithcode.com/dataset/tides"],
        "description": "Tides of a harbor.",
        "creator": ["https://huggingface.co/ada-labs"],
        "dateCreated": "2024-01-02T03:04:05Z",
        "dateModified": "2024-05-06T07:08:09Z",
        "license": ["https://spdx.org/licenses/MIT"],
        "keywords": ["tides", "two words"],
        "inLanguage": ["http://lexvo.org/id/iso639-3/deu"],
        "languageTag": ["de"],
        "version": sha,
        "citation": ["@misc{tides}"],
        "referencePublication": ["https://arxiv.org/abs/2301.00001"],
        "conditionsOfAccess": "gated: the owner decides on each request",
        "about": [f"{SCHEME_IRI}#text-classification"],
        "additionalProperty": root["additionalProperty"],
        "archivedAt": [f"{IRI}/tree/{sha}"],
        "discussionUrl": f"{IRI}/discussions",
    }
    assert values(root, things) == [("sizeCategory", "n<1K", None), ("format", "csv", None), ("modality", "text", None)]
    assert things["https://huggingface.co/ada-labs"]["class"] == "Agent"


def test_counters_are_no_properties() -> None:
    payload = {"_id": KEY, "id": "ada-labs/tides", "downloads": 12, "downloadsAllTime": 99, "likes": 3}
    description, _ = mapped("dataset", payload)
    assert description.counters == {"downloads": 12, "downloadsAllTime": 99, "likes": 3}
    kind = source_model("huggingface", "dataset")
    before, after = digest(kind, payload), digest(kind, {**payload, "downloads": 13})
    assert before is not None
    assert after is not None
    assert (before[0], after[1]["downloads"]) == (after[0], 13)


def test_a_dataset_without_an_owner() -> None:
    description, issues = mapped("dataset", {"id": "tides"})
    root = stored(description.root)
    assert root["iri"] == "https://huggingface.co/datasets/tides"
    assert "creator" not in root
    assert issues == []


def test_what_was_created_before_creation_was_recorded_has_no_date() -> None:
    assert "dateCreated" not in dataset(createdAt="2022-03-02T23:29:04.000Z")[0]


@pytest.mark.parametrize("text", [None, "", "  \n", "none", "N/A"])
def test_no_description_and_no_citation(text: str | None) -> None:
    root, _, issues = dataset(description=text, citation=text)
    assert not {"description", "citation"} & root.keys()
    assert issues == []


def test_a_description_is_freed_from_what_the_hub_puts_around_it() -> None:
    told = (
        "\n\t\n\t\t\n\t\tDataset Card for Tides\n\t\n\n\t\n\t\t\n\t\tUse\n\t\n\nfor tide in tides:\n    print(tide)…"
        f"\n See the full description on the dataset page: {IRI}."
    )
    root, _, _ = dataset(description=told)
    assert root["description"] == "Dataset Card for Tides\n\nUse\n\nfor tide in tides:\n    print(tide)…"


@pytest.mark.parametrize(
    ("fields", "tags", "issues"),
    [
        ({"cardData": {"language": ["de", "en"]}, "tags": ["language:fr"]}, ["de", "en"], []),
        ({"cardData": {"language": False}}, ["no"], []),
        ({"cardData": {"language": "code"}}, None, []),
        ({"tags": ["language:pt-BR", "language:multilingual", "language:xx-yy-zz"]}, ["pt-BR"], ["tags.2"]),
        ({"cardData": {"language": []}, "tags": ["language:de"]}, ["de"], []),
        ({"cardData": {"language": ["en-de"]}}, None, ["cardData.language.0"]),
    ],
)
def test_languages(fields: dict[str, Any], tags: list[str] | None, issues: list[str]) -> None:
    root, _, found = dataset(**fields)
    assert (root.get("languageTag"), found) == (tags, issues)


@pytest.mark.parametrize(
    ("fields", "licenses"),
    [
        ({"cardData": {"license": ["cc-by-sa-3.0", "gfdl"]}}, ["CC-BY-SA-3.0", "gfdl"]),
        ({"tags": ["license:mit"]}, ["MIT"]),
        ({"cardData": {"license": "other", "license_name": "harbor-1.0", "license_link": "LICENSE"}}, ["harbor-1.0"]),
        ({"cardData": {"license": "ask the harbor master"}}, ["ask the harbor master"]),
        ({"cardData": {"license": "unknown"}}, []),
        ({"cardData": {"license": []}}, []),
    ],
)
def test_licenses(fields: dict[str, Any], licenses: list[str]) -> None:
    root, things, issues = dataset(**fields)
    assert (named(root, things, "license"), issues) == (licenses, [])


def test_a_license_that_only_a_file_of_the_dataset_holds() -> None:
    root, things, _ = dataset(cardData={"license": "other", "license_link": "LICENSE.md"})
    assert root["license"] == [f"{IRI}/blob/main/LICENSE.md"]
    assert things[root["license"][0]]["class"] == "License"


@pytest.mark.parametrize(
    ("fields", "tasks", "issues"),
    [
        ({"cardData": {"task_categories": ["translation"], "task_ids": "extractive-qa"}}, 2, []),
        ({"cardData": {"task_categories": {"a": ["translation"], "b": ["fill-mask", "translation"]}}}, 2, []),
        ({"tags": ["task_categories:translation", "task_ids:extractive-qa"]}, 2, []),
        ({"cardData": {"task_categories": ["other"]}, "tags": ["task_categories:other"]}, 0, []),
        (
            {"cardData": {"task_ids": ["other-tides"]}, "tags": ["task_ids:other-tides"]},
            0,
            ["cardData.task_ids.0"],
        ),
        ({"cardData": {"task_ids": []}}, 0, []),
    ],
)
def test_tasks(fields: dict[str, Any], tasks: int, issues: list[str]) -> None:
    root, _, found = dataset(**fields)
    assert (len(root.get("about", [])), found) == (tasks, issues)


@pytest.mark.parametrize(
    "sizes",
    ["n<1K", ["n<1K"], {"default": ["n<1K"]}, {"a": "n<1K", "b": ["n<1K"]}, ["n<1K", "unknown", None, "n<1K"]],
)
def test_a_size_category_however_it_is_written(sizes: Any) -> None:
    root, things, issues = dataset(cardData={"size_categories": sizes}, tags=["size_categories:n<1K"])
    assert (values(root, things), issues) == ([("sizeCategory", "n<1K", None)], [])


def test_rows_and_bytes() -> None:
    splits = [{"name": "train", "num_bytes": 900, "num_examples": 30}, {"name": "test", "num_examples": 3.0}]
    info = [
        {"config_name": "de", "splits": splits, "dataset_size": 1000, "download_size": 300},
        {"config_name": "en", "splits": [{"name": "train", "num_examples": None}], "dataset_size": 2.5},
        {"config_name": "de", "dataset_size": 7},
    ]
    root, things, issues = dataset(cardData={"dataset_info": info})
    assert values(root, things) == [
        ("datasetSize", 1000, "de"),
        ("downloadSize", 300, "de"),
        ("rowCount", 30, "de/train"),
        ("rowCount", 3, "de/test"),
    ]
    assert issues == ["cardData.dataset_info.1.dataset_size", "cardData.dataset_info.2"]
    units = {thing["propertyID"]: thing["unitText"] for thing in things.values() if thing["class"] == "PropertyValue"}
    assert units == {"datasetSize": "bytes", "downloadSize": "bytes", "rowCount": "rows"}


def test_a_single_configuration_needs_no_name() -> None:
    root, things, issues = dataset(cardData={"dataset_info": {"splits": {"name": "train", "num_examples": 5}}})
    assert (values(root, things), issues) == ([("rowCount", 5, "train")], [])


def test_what_a_card_says_of_origin_and_terms() -> None:
    root, things, _ = dataset(
        cardData={
            "annotations_creators": ["found"],
            "source_datasets": "original",
            "license_details": "for harbors",
            "extra_gated_prompt": "Be kind.",
            "extra_gated_eu_disallowed": True,
        },
        tags=["multilinguality:monolingual", "annotations_creators:found"],
        gated="auto",
    )
    assert values(root, things) == [
        ("multilinguality", "monolingual", None),
        ("annotationsCreator", "found", None),
        ("sourceDataset", "original", None),
        ("licenseDetails", "for harbors", None),
        ("extraGatedPrompt", "Be kind.", None),
    ]
    assert root["conditionsOfAccess"].split("; ") == [
        "gated: conditions have to be accepted",
        "not available in the European Union",
    ]


@pytest.mark.parametrize(("id", "issues"), [(None, []), ("null", []), ("a b", ["paperswithcode_id"]), ("../x", None)])
def test_what_is_no_id_of_papers_with_code(id: str | None, issues: list[str] | None) -> None:
    root, _, found = dataset(paperswithcode_id=id)
    assert "sameAs" not in root
    assert found == (["paperswithcode_id"] if issues is None else issues)


def test_the_cards_id_of_papers_with_code_where_the_hub_has_none() -> None:
    description, _ = mapped("dataset", {"id": "a/b", "cardData": {"paperswithcode_id": "tides"}})
    assert stored(description.root)["sameAs"] == ["https://paperswithcode.com/dataset/tides"]
    assert description.exceptions["sameAs"] == "cardData.paperswithcode_id"


def test_a_tag_that_is_neither_word_nor_known_prefix_is_a_keyword() -> None:
    root, _, _ = dataset(
        tags=["benchmark:official", " ", None, "deploy:x", "中文"], cardData={"tags": ["a", "license:x"]}
    )
    assert root["keywords"] == ["benchmark:official", "中文", "a"]


@pytest.mark.parametrize("payload", [{}, {"_id": 5, "id": "a/b"}, {"id": "a b"}, {"id": "../.."}, [], None, "a/b"])
def test_what_is_no_record_of_a_dataset(payload: Any) -> None:
    with pytest.raises(InvalidRecord):
        mapped("dataset", payload)


@given(PAYLOADS)
def test_whatever_a_record_holds_its_description_is_closed_and_always_the_same(payload: dict[str, Any]) -> None:
    for name in ("_id", "modelId"):
        payload.pop(name, None)
    payload["id"] = "ada-labs/tides"
    description, issues = mapped("dataset", payload)
    assert_closed(description, PROVENANCE["dataset"])
    assert (description, issues) == mapped("dataset", json.loads(json.dumps(payload)))


def test_a_dataset_of_the_corpus(corpus: Path) -> None:
    found = sorted((corpus / "huggingface" / "list-and-detail").glob("dataset-*.json"))
    assert found
    for path in found:
        description, issues = mapped("dataset", json.loads(path.read_bytes()))
        assert_closed(description, PROVENANCE["dataset"])
        document = record_of(description.root, description.parts, description.stubs)
        assert complaints(parsed(document)) == set()
        assert issues == []


# Owners


@pytest.mark.parametrize(("kind", "cls"), [("organization", "Organization"), ("user", "Person")])
def test_an_owner(kind: str, cls: str) -> None:
    description, issues = mapped("owner", {**OWNER, "kind": kind, "avatarUrl": "x", "numFollowers": 7, "orgs": [{}]})
    assert_closed(description, PROVENANCE["owner"])
    iri = "https://huggingface.co/ada-labs"
    assert stored(description.root) == {
        "iri": iri,
        "class": cls,
        "name": "Ada Labs",
        "url": iri,
        "identifier": ["ada-labs"],
    }
    assert (description.parts, description.stubs, description.counters, issues) == ([], [], {}, [])
    assert complaints(parsed(record_of(description.root))) == set()


@pytest.mark.parametrize("fullname", [None, "", "  ", 7])
def test_an_owner_without_another_name(fullname: Any) -> None:
    description, _ = mapped("owner", {**OWNER, "fullname": fullname})
    assert description.root.name == "ada-labs"
    assert description.exceptions == {"name": "name"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"kind": "robot"}, "kind"), ({"kind": None}, "kind"), ({"name": "a/b"}, "name"), ({"name": ""}, "name"),
     ({"name": ".."}, "name"), ({"_id": "7"}, "_id")],
)  # fmt: skip
def test_what_is_no_owner(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRecord) as refusal:
        mapped("owner", OWNER | wrong)
    assert refusal.value.field == field


def test_the_key_of_an_owner_outlives_renames() -> None:
    kind = source_model("huggingface", "owner")
    assert parse(kind, OWNER)[0].model_dump()["object_id"] == KEY
    assert mapped("owner", {"name": "ada-labs", "kind": "user"})[0].root.name == "ada-labs"


# What is declared


@pytest.mark.parametrize("kind", ["model", "files", "dataset", "croissant", "owner"])
def test_every_kind_declares_where_its_properties_come_from(kind: str) -> None:
    assert declared_sources("huggingface", kind)["name"]
    assert dependencies("huggingface", kind).keys() == declared_sources("huggingface", kind).keys()


def test_what_depends_on_what() -> None:
    assert dependencies("huggingface", "dataset")["license"] == {"cardData", "tags"}
    assert dependencies("huggingface", "croissant")["license"] == {"croissant"}
    assert "license" not in dependencies("huggingface", "owner")
