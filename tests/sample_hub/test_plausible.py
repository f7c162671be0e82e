"""The models of the demo's hub: nobody need ask whether a record is right."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from fair4ml.describe.source_record import parse
from fair4ml.normalize.metrics import metric_name, metric_within
from fair4ml.platforms import describe
from fair4ml.platforms.huggingface.source import ModelInfo
from mlentory_crawl.sample_hub.models import MadeUpModels
from mlentory_crawl.sample_hub.plausible_words import BENCHMARKS, MODALITIES
from mlentory_crawl.sample_hub.story import records as of_story
from mlentory_crawl.sample_hub.words import NAMES


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    models = MadeUpModels(2048, plausible=True)
    return [*map(models.record, range(len(models))), *of_story()]


def results(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [result for index in record.get("model-index") or [] for result in index["results"]]


def test_all_of_each_record_is_understood(records: list[dict[str, Any]]) -> None:
    told = defaultdict(list)
    for record in records:
        source, unread = parse(ModelInfo, record)
        assert source is not None
        for issue in (*unread, *describe(source).issues):
            told[issue.field, issue.reason].append(record["id"])
    assert dict(told) == {}


def test_dates_are_in_order(records: list[dict[str, Any]]) -> None:
    created = {record["id"]: record["createdAt"] for record in records}
    for record in records:
        assert "2023-07-01" <= record["createdAt"] <= record["lastModified"] <= "2026-11-02"
        assert int(record["_id"][:8], 16) > 0
        for parent in record.get("baseModels", {}).get("models", []):
            assert created[parent["id"]] < record["createdAt"]


def test_sizes_fit(records: list[dict[str, Any]]) -> None:
    sizes = {record["id"]: record["safetensors"]["total"] for record in records if "safetensors" in record}
    assert 10_000 < min(sizes.values()) < max(sizes.values()) < 10**11
    compared = 0
    for record in records:
        relation = record.get("baseModels", {}).get("relation")
        for parent in record.get("baseModels", {}).get("models", []):
            if {record["id"], parent["id"]} <= sizes.keys():
                compared += 1
                if relation == "adapter":
                    assert sizes[record["id"]] < sizes[parent["id"]] / 50
                elif relation == "finetune":
                    assert sizes[record["id"]] == sizes[parent["id"]] or "lora" in parent["id"]
    assert compared > 100


def test_results_are_on_what_suits_the_task_and_within_the_metric(records: list[dict[str, Any]]) -> None:
    ordinary = records[:2048]
    assert 0.1 < sum(bool(results(record)) for record in ordinary) / len(ordinary) < 0.4
    for record in ordinary:
        for result in results(record):
            (metric,) = result["metrics"]
            (benchmark,) = (
                each
                for each in BENCHMARKS[result["task"]["type"]]
                if (each.dataset, each.metric) == (result["dataset"]["type"], metric["type"])
            )
            slack = abs(benchmark.best - benchmark.worst) * 0.1 + (0.1 if benchmark.best <= 1 else 1)
            low, high = sorted((benchmark.worst, benchmark.best))
            assert low - slack <= metric["value"] <= high + slack


@pytest.mark.parametrize("task", BENCHMARKS)
def test_the_direction_of_each_metric_is_that_of_its_range(task: str) -> None:
    for benchmark in BENCHMARKS[task]:
        known = metric_within(metric_name(benchmark.metric))
        assert (
            known is None
            or known.higher_is_better is None
            or known.higher_is_better == (benchmark.best > benchmark.worst)
        )


def test_larger_models_are_better_on_average(records: list[dict[str, Any]]) -> None:
    values = defaultdict(list)
    for record in records[:2048]:
        for result in results(record):
            if result["dataset"]["type"] == "harbor-commons/harborqa":
                size = record["id"].partition("/")[2].split("-")[1]
                values[size].append(result["metrics"][0]["value"])
    means = {size: sum(each) / len(each) for size, each in values.items()}
    assert means["1B"] < means["7B"] < means["32B"]


def test_no_topic_is_taken_for_the_name_of_a_family() -> None:
    words = {word for modality in MODALITIES.values() for topic in modality.topics for word in topic.split("-")}
    assert not words & {name.lower() for name in NAMES}


def test_a_quantization_is_smaller_and_a_little_worse_than_what_it_is_made_of() -> None:
    by_id = {record["id"]: record for record in of_story()}
    quantized = [record for record in by_id.values() if record.get("baseModels", {}).get("relation") == "quantized"]
    assert quantized
    for record in quantized:
        (parent,) = (by_id[each["id"]] for each in record["baseModels"]["models"])
        assert record["gguf"]["total"] == parent["safetensors"]["total"]
        assert record["gguf"]["totalFileSize"] == record["usedStorage"] < parent["usedStorage"] / 3
        for own, before in zip(results(record), results(parent), strict=True):
            assert own["dataset"] == before["dataset"]
            assert 0.97 < own["metrics"][0]["value"] / before["metrics"][0]["value"] < 1
