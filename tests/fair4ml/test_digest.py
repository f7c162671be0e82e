"""What the hash of an unmapped record covers."""

from __future__ import annotations

from typing import Any

from fair4ml.describe.digest import covered, digest
from fair4ml.platforms import source_model


def test_only_what_maps_records_maps_them_again() -> None:
    names = {str(file).rpartition("/fair4ml/")[2] for file in covered("github")}
    assert {"entities.py", "data/spdx.json", "read/front_matter.py", "platforms/github/mapping.py"} <= names
    others = ("write/", "merge.py", "document.py", "platforms/__init__.py", "platforms/openml/")
    assert not [name for name in names if name.startswith(others) or name.endswith(".pyc")]


def test_each_platform_has_a_hash_of_its_own() -> None:
    payload = {"id": 1}
    kinds = [source_model(*each) for each in (("github", "repository"), ("openml", "flow"), ("openml", "task"))]
    github, flow, task = (digest(kind, payload) for kind in kinds)
    assert github != flow == task


def test_what_is_no_object_has_none() -> None:
    model = source_model("huggingface", "model")
    payloads: list[Any] = [[], "text", None, {"id": {1}}, {"downloads": -1}]
    assert [digest(model, each) for each in payloads] == [None] * 5
