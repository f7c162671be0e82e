"""What stays of things that are gone."""

from __future__ import annotations

from fair4ml.tombstones import tombstone

HUB = "https://huggingface.co/"


def test_a_person_leaves_no_name() -> None:
    root = {"iri": f"{HUB}ada", "class": "Person", "name": "Ada Example", "identifier": ["ada"]}
    assert tombstone({"root": root, "parts": [], "stubs": []})["root"] == {
        "iri": f"{HUB}ada", "class": "Person", "identifier": ["ada"],
    }  # fmt: skip


def test_a_model_keeps_identity_and_lineage_and_loses_what_people_wrote() -> None:
    parent = {"iri": f"{HUB}acme/base", "class": "MLModel", "name": "acme/base"}
    owner = {"iri": f"{HUB}ada", "class": "Agent", "name": "ada"}
    root = {
        "iri": f"{HUB}acme/a", "class": "MLModel", "name": "acme/a", "description": "by Ada Example",
        "sharedBy": [owner["iri"]], "wasDerivedFrom": [parent["iri"]],
    }  # fmt: skip
    left = tombstone({"root": root, "parts": [], "stubs": [parent, owner]})
    assert left["root"] == {
        "iri": f"{HUB}acme/a",
        "class": "MLModel",
        "name": "acme/a",
        "wasDerivedFrom": [parent["iri"]],
    }
    assert left["stubs"] == [parent]
