"""How results of cards were measured, and of which model."""

from __future__ import annotations

from typing import Any

import pytest

from fair4ml.describe.source_record import parse
from fair4ml.entities import MLModelEvaluation, PropertyValue
from fair4ml.platforms import describe
from fair4ml.platforms.huggingface.results import setup, source_model
from fair4ml.platforms.huggingface.source import EvaluationDataset, Metric, ModelInfo, Source


def measured(data: dict[str, Any], **metric: Any) -> tuple[str | None, dict[str, str]]:
    found = setup(EvaluationDataset.model_validate(data), Metric.model_validate({"type": "accuracy", **metric}))
    return found.metric, found.settings


@pytest.mark.parametrize(
    ("data", "settings"),
    [
        ({"args": "oak"}, {"config": "oak"}),
        ({"config": "oak", "args": "oak"}, {"config": "oak"}),
        ({"config": "elm", "args": "oak"}, {"config": "elm", "args": "oak"}),
        ({"config": "oak", "args": "config: oak, split: test"}, {"config": "oak", "split": "test"}),
        ({"args": "config=oak,split=test"}, {"config": "oak", "split": "test"}),
        ({"args": {"num_few_shot": 5}}, {"num_few_shot": "5"}),
        ({"args": {"n_shot": 0, "config_name": "oak"}}, {"num_few_shot": "0", "config": "oak"}),
        ({"name": "Nuts (25-Shot)"}, {"num_few_shot": "25"}),
        ({"name": "Nuts, zero-shot", "args": {"num_few_shot": 3}}, {"num_few_shot": "3"}),
        ({"name": "0-shot and 5-shot nuts, few-shot"}, {}),
        ({"args": {"language": "oak"}, "config": "oak"}, {"config": "oak"}),
        ({"args": {"language": "oak"}, "config": "elm"}, {"config": "elm", "args": "language: oak"}),
        ({"args": {"b": [1], "a": None, "c": "x"}}, {"args": "b: [1], c: x"}),
        ({"args": 7}, {"config": "7"}),
        ({"args": "None"}, {}),
        ({"args": "{oak"}, {"config": "{oak"}),
        ({"args": "https://example.org/oak"}, {"config": "https://example.org/oak"}),
        ({"config": " oak ", "split": "", "revision": "0a1b"}, {"config": "oak", "revision": "0a1b"}),
    ],
)
def test_settings_are_read_wherever_they_stand(data: dict[str, Any], settings: dict[str, str]) -> None:
    assert measured(data)[1] == settings


@pytest.mark.parametrize(
    ("metric", "name", "settings"),
    [
        ({"type": "recall", "args": {"average": "weighted"}}, "recall_weighted", {}),
        ({"type": "recall", "args": "micro"}, "recall_micro", {}),
        ({"type": "recall", "name": "Recall Macro", "args": {"average": "macro"}}, "recall_macro", {}),
        ({"type": "recall", "args": {"average": "binary"}}, "recall", {"metric_args": "average: binary"}),
        ({"args": {"top_k": 3}}, "top_3_accuracy", {}),
        ({"type": "map", "args": {"iou": 0.75}}, "map@0.75", {}),
        ({"type": "bleu", "args": "13a"}, "bleu", {"metric_args": "13a"}),
        ({"type": "bleu", "args": {"max_order": 2}}, "bleu", {"metric_args": "max_order: 2"}),
        ({"type": "bleurt", "config": "bleurt-large-512"}, "bleurt", {"metric_config": "bleurt-large-512"}),
        ({"type": "bleu", "name": "3-shot"}, "bleu", {"num_few_shot": "3"}),
        ({"type": None, "name": None}, None, {}),
    ],
)
def test_arguments_of_a_metric_are_its_variant_or_settings(
    metric: dict[str, Any], name: str | None, settings: dict[str, str]
) -> None:
    assert measured({}, **metric) == (name, settings)


@pytest.mark.parametrize(
    ("url", "model"),
    [
        ("https://huggingface.co/spaces/acme/board?query=acme/oak", "acme/oak"),
        ("https://huggingface.co/spaces/acme/board?query=acme%2Foak&tab=1", "acme/oak"),
        ("https://acme-board.hf.space/?model=acme/oak", "acme/oak"),
        ("https://huggingface.co/acme/oak", "acme/oak"),
        ("https://huggingface.co/acme/oak/blob/main/README.md", "acme/oak"),
        # The card's own model, leaderboards that name none, other sites.
        ("https://huggingface.co/Acme/Acorn", None),
        ("https://huggingface.co/spaces/acme/board?query=ACME/acorn", None),
        ("https://huggingface.co/spaces/acme/board?query=oak", None),
        ("https://huggingface.co/spaces/acme/board?a=acme/oak&b=acme/elm", None),
        ("https://huggingface.co/spaces/acme/board", None),
        ("https://huggingface.co/datasets/acme/oak", None),
        ("https://huggingface.co/papers/2401.00001", None),
        ("https://example.org/acme/oak?query=acme/oak", None),
        ("https://huggingface.co/acme", None),
        (None, None),
    ],
)
def test_a_source_can_name_the_model_that_it_is_of(url: str | None, model: str | None) -> None:
    assert source_model(Source(url=url), "acme/acorn") == model


def test_results_of_a_copied_card_are_of_the_model_that_they_were_copied_from() -> None:
    def result(value: float, **source: str) -> dict[str, Any]:
        return {"dataset": {"type": "acme/nuts"}, "metrics": [{"type": "accuracy", "value": value}], "source": source}

    results = [result(0.5, url="https://huggingface.co/acme/oak"), result(0.25, url="https://example.org/board")]
    payload = {"id": "bob/oak-gguf", "tags": ["dataset:acme/nuts"], "model-index": [{"results": results}]}
    copied = {"dataset": {"id": "acme/elms"}, "value": 7, "source": {"url": "https://huggingface.co/acme/oak"}}
    source, _ = parse(ModelInfo, {**payload, "evalResults": [copied]})
    found = describe(source)
    evaluations = {part.iri: part for part in found.parts if isinstance(part, MLModelEvaluation)}
    root = found.root.document()
    (own,) = root["hasEvaluation"]
    assert root["evaluatedOn"] == ["https://huggingface.co/datasets/acme/nuts"]
    assert evaluations.pop(own).evaluated_ml_model == [root["iri"]]
    assert [each.evaluated_ml_model for each in evaluations.values()] == [["https://huggingface.co/acme/oak"]] * 2
    assert ("https://huggingface.co/acme/oak", "MLModel") in [(stub.iri, stub.cls) for stub in found.stubs]


def described(**stated: Any) -> dict[str, MLModelEvaluation]:
    """The evaluations of a model by their names."""
    source, _ = parse(ModelInfo, {"id": "bob/oak", **stated})
    return {part.name or "": part for part in describe(source).parts if isinstance(part, MLModelEvaluation)}


def test_evaluations_have_names_from_what_is_stated() -> None:
    data = {"type": "acme/nuts", "name": "Nuts", "config": "de"}
    metrics = [{"type": "wer", "name": "Test WER", "value": 7}, {"type": "bleu", "value": 8}]
    elms = {"dataset": {"type": "acme/elms", "split": "test"}, "metrics": [{"type": "cer", "value": 9}]}
    entries = [
        {"dataset": {"id": "acme/elms"}, "value": 1},
        {"dataset": {"id": "acme/nuts", "task_id": "hard"}, "value": 2},
    ]
    index = [{"results": [{"dataset": data, "metrics": metrics}, elms, {"metrics": [{"type": "f1", "value": 0.5}]}]}]
    assert described(**{"model-index": index}, evalResults=entries).keys() == {
        "Test WER on Nuts (de)", "bleu on Nuts (de)", "cer on acme/elms (test)", "f1", "acme/elms", "hard on acme/nuts",
    }  # fmt: skip


def test_an_entry_of_an_evaluation_file_says_how_it_was_measured() -> None:
    entry = {"dataset": {"id": "acme/nuts", "task_id": "hard", "revision": "0a1b"}, "value": 2, "notes": "5-shot"}
    source, _ = parse(ModelInfo, {"id": "bob/oak", "evalResults": [{**entry, "evaluation_framework": "kit"}]})
    found = describe(source)
    assert {part.property_id: part.value for part in found.parts if isinstance(part, PropertyValue)} == {
        None: 2, "task": "hard", "num_few_shot": "5", "revision": "0a1b", "harness": "kit",
    }  # fmt: skip


def test_others_evaluate_as_long_as_they_are_not_the_owner() -> None:
    def author(user: str | None) -> tuple[list[str], bool | None]:
        entry = {"dataset": {"id": "acme/nuts"}, "value": 2, "source": {"user": user}}
        (found,) = described(evalResults=[entry], author="bob").values()
        return found.author, found.extrinsic_evaluation

    hub = "https://huggingface.co/"
    assert author("ada") == ([f"{hub}ada"], True)
    assert author("Bob") == ([f"{hub}Bob"], None)
    assert author(None) == ([], None)
    assert author("the team of ada") == ([], True)
