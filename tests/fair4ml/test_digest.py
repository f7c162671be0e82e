"""What the hash of an unmapped record covers."""

from __future__ import annotations

from typing import Any

import pytest

from fair4ml.describe.digest import covered, digest
from fair4ml.describe.source_record import SourceRecord
from fair4ml.platforms import kinds, platforms, source_model


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


COUNTED = [
    model for platform in platforms() for kind in kinds(platform) if (model := source_model(platform, kind)).counters
]


@pytest.mark.parametrize("model", COUNTED, ids=lambda model: f"{model.__module__}.{model.__name__}")
def test_counters_have_the_same_names_whether_or_not_a_record_is_mapped(model: type[SourceRecord]) -> None:
    sent = {field: n for n, field in enumerate(model.counters)}
    found = digest(model, sent)
    assert found is not None
    attributes = {info.alias or name: name for name, info in model.model_fields.items()}
    values: dict[str, Any] = {attributes[field]: n for field, n in sent.items()}
    mapped = model.model_construct(**values).counted()
    assert found[1] == mapped == {name: sent[field] for field, name in model.counters.items()}
