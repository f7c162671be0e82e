from __future__ import annotations

import copy
import json
import math
from typing import Any

import pytest
from hypothesis import given
from support.payloads import JSON, PAYLOADS

from fair4ml.describe.source_record import MAX_ISSUES, InvalidRecord, parse
from fair4ml.entities import FieldIssue
from fair4ml.platforms.huggingface.source import KINDS, ModelInfo

KEY = "650000000000000000000001"


def record(**fields: Any) -> dict[str, Any]:
    return {"_id": KEY, "id": "ada-labs/tiny", **fields}


def issues(payload: dict[str, Any]) -> list[str]:
    return [issue.field for issue in parse(ModelInfo, payload)[1]]


def test_a_record_as_it_should_be_has_no_issues() -> None:
    model, found = parse(ModelInfo, record(tags=["a"], downloads=3, createdAt="2024-01-02T03:04:05.000Z"))
    assert (model.id, model.tags, model.downloads, found) == ("ada-labs/tiny", ["a"], 3, [])
    assert model.created_at is not None
    assert model.created_at.isoformat() == "2024-01-02T03:04:05+00:00"


def test_the_key_is_the_hubs_own_or_else_the_path() -> None:
    assert parse(ModelInfo, record())[0].key == KEY
    assert parse(ModelInfo, {"id": "ada-labs/tiny"})[0].key == "ada-labs/tiny"
    assert parse(ModelInfo, {"modelId": "tiny"})[0].key == "tiny"


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "id"),
        ({"_id": KEY}, "id"),
        ({"_id": 5, "id": "a/b"}, "_id"),
        ({"_id": KEY.upper() + "Z", "id": "a/b"}, "_id"),
        ({"id": ["a/b"]}, "id"),
        ({"modelId": "a b"}, "modelId"),
        ({"id": "a/b/c"}, "id"),
        ({"id": "a/.."}, "id"),
        ({"id": "x" * 501}, "id"),
        ({"id": "\ud83d/x"}, "id"),
        ([], ""),
        ("a/b", ""),
        (None, ""),
    ],
)
def test_what_cannot_be_told_from_other_records_is_refused(payload: Any, field: str) -> None:
    with pytest.raises(InvalidRecord) as refusal:
        parse(ModelInfo, payload)
    assert refusal.value.field == field
    assert refusal.value.reason


def test_one_bad_value_goes_and_its_neighbors_stay() -> None:
    payload = record(
        tags=["a", {"b": 1}, "c", 4, "d"],
        cardData={"license": "mit", "language": ["en", 7], "model-index": [{"results": [{"task": 3, "metrics": []}]}]},
        downloads="many",
        likes=1,
    )
    before = copy.deepcopy(payload)
    model, found = parse(ModelInfo, payload)
    assert model.tags == ["a", "c", "d"]
    assert model.card is not None
    assert (model.card.license, model.card.language) == (["mit"], ["en"])
    assert model.card.model_index[0] is not None
    assert (model.downloads, model.likes) == (None, 1)
    assert [issue.field for issue in found] == [
        "tags.1",
        "tags.3",
        "downloads",
        "cardData.language.1",
        "cardData.model-index.0.results.0.task",
    ]
    assert payload == before


def test_a_wrong_value_inside_a_single_object_that_stands_for_a_list() -> None:
    model, found = parse(ModelInfo, record(**{"model-index": {"results": [{"task": "x", "metrics": {"type": "wer"}}]}}))
    assert model.model_index[0] is not None
    result = model.model_index[0].results[0]
    assert result is not None
    assert result.metrics[0] is not None
    assert (result.task, result.metrics[0].type) == (None, "wer")
    assert [issue.field for issue in found] == ["model-index.results.0.task"]


@pytest.mark.parametrize("count", [2**63, -1, 3.0, 0.5, True, "3", math.nan, math.inf, [], {}])
def test_what_is_no_count_is_left_out(count: Any) -> None:
    assert issues(record(downloads=count)) == ["downloads"]
    assert parse(ModelInfo, record(downloads=count))[0].downloads is None


@pytest.mark.parametrize("count", [0, 2 * 10**16, 2**63 - 1])
def test_what_64_bits_hold_is_kept(count: int) -> None:
    model, found = parse(ModelInfo, record(safetensors={"total": count}))
    assert model.safetensors is not None
    assert (model.safetensors.total, found) == (count, [])


def test_values_that_are_not_finite_are_no_results() -> None:
    metrics = [{"type": "wer", "value": value} for value in (math.nan, math.inf, 1.5)]
    model, found = parse(ModelInfo, record(**{"model-index": [{"results": [{"metrics": metrics}]}]}))
    place = "model-index.0.results.0.metrics"
    assert [issue.field for issue in found] == [f"{place}.0.value", f"{place}.1.value"]
    assert model.model_index[0] is not None
    result = model.model_index[0].results[0]
    assert result is not None
    assert [metric and metric.value for metric in result.metrics] == [None, None, 1.5]


def test_addresses_are_web_addresses() -> None:
    urls = ["javascript:alert(1)", "file:///etc/passwd", f"https://example.org/{'x' * 2100}", "https://example.org/a b"]
    results = [{"source": {"url": url}} for url in (*urls, "https://example.org/a")]
    model, found = parse(ModelInfo, record(**{"model-index": [{"results": results}]}))
    assert len(found) == len(urls)
    assert model.model_index[0] is not None
    assert [r.source.url for r in model.model_index[0].results if r and r.source] == [
        *[None] * 4,
        "https://example.org/a",
    ]


def test_reasons_do_not_hold_the_value() -> None:
    (issue,) = parse(ModelInfo, record(author="s3cret" * 200))[1]
    assert "s3cret" not in issue.reason
    assert len(issue.reason) <= 120


def test_a_flood_of_issues_is_counted_not_told() -> None:
    model, found = parse(ModelInfo, record(tags=["ok", *range(5000)]))
    assert model.tags == ["ok"]
    assert len(found) == MAX_ISSUES + 1
    assert found[-1].reason == f"and {5000 - MAX_ISSUES} more values"


def test_a_huge_record_is_like_any_other() -> None:
    files = [{"rfilename": f"checkpoint-{n}/weights.bin", "size": n} for n in range(30_000)]
    model, found = parse(ModelInfo, record(siblings=files, spaces=["a/b"] * 100, widgetData=files, tags=["a"]))
    assert (model.tags, found) == (["a"], [])


def test_deep_nesting_is_no_way_to_break_out() -> None:
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    payload = record(config=deep, **{"model-index": [{"results": [{"metrics": [{"type": "x", "value": deep}]}]}]})
    assert "config" in issues(payload)


def test_every_kind_is_a_record() -> None:
    assert KINDS["model"] is ModelInfo


def attempted(payload: Any) -> tuple[ModelInfo, list[FieldIssue]] | InvalidRecord:
    try:
        return parse(ModelInfo, payload)
    except InvalidRecord as refusal:
        return refusal


@given(PAYLOADS | JSON)
def test_nothing_but_a_refusal_is_raised(payload: Any) -> None:
    result = attempted(payload)
    if isinstance(result, InvalidRecord):
        assert result.field.split(".")[0] in {"", "_id", "id", "modelId"}
    else:
        model, found = result
        assert model.key
        # What is kept and what is told can be stored.
        assert model.model_dump_json()
        json.dumps([issue.field + issue.reason for issue in found], ensure_ascii=False).encode()


@given(PAYLOADS)
def test_wrong_values_never_cost_a_record_that_has_an_id(payload: dict[str, Any]) -> None:
    wrong = {name: value for name, value in payload.items() if name not in {"_id", "modelId"}}
    assert parse(ModelInfo, {**wrong, "id": "ada-labs/tiny"})[0].id == "ada-labs/tiny"
