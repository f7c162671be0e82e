"""How results of cards were measured, and of which model."""

from __future__ import annotations

from typing import Any

import pytest

from fair4ml.describe.source_record import parse
from fair4ml.entities import MLModelEvaluation, PropertyValue
from fair4ml.platforms import describe
from fair4ml.platforms.huggingface.results import setup, shots, source_model
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
        ({"config": "oak", "args": "config: oak, split=test"}, {"config": "oak", "split": "test"}),
        ({"config": "elm", "args": {"config": "oak"}}, {"config": "elm", "args": "config: oak"}),
        ({"args": {"revision": " 0a1b ", "split": "dev"}}, {"revision": "0a1b", "split": "dev"}),
        ({"args": {"language": "test"}, "split": "test"}, {"split": "test"}),
        ({"args": {"language": "0a1b"}, "revision": "0a1b"}, {"revision": "0a1b", "args": "language: 0a1b"}),
        ({"args": {" b ": " x ", "a": True, "c": ""}}, {"args": "a: true, b: x"}),
        ({"args": " language : oak , b= elm "}, {"args": "b: elm, language: oak"}),
        ({"args": "language:oak"}, {"config": "language:oak"}),
        ({"args": "a=b=c"}, {"config": "a=b=c"}),
        ({"args": "a=b, elm"}, {"config": "a=b, elm"}),
        ({"args": "a=b, c=d, e: f"}, {"args": "a: b, c: d, e: f"}),
        *(({"args": text}, {}) for text in ("", " ", "-", "n/a", "none", "NULL", "Unknown")),
        *(
            ({"args": {name: 5}}, {"num_few_shot": "5"})
            for name in ("few_shot", "fewshot", "n_few_shot", "n_shot", "n_shots", "num_fewshot", "num_shots", "shots")
        ),
        ({"args": {"n_shot": 5, "shots": 3}}, {"num_few_shot": "5", "args": "shots: 3"}),
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
        ({"type": "bleu", "config": "default"}, "bleu", {}),
        ({"type": "bleu", "config": " "}, "bleu", {}),
        ({"type": "recall", "args": "Macro"}, "recall_macro", {}),
        ({"type": "recall", "args": {"average": "Weighted"}}, "recall_weighted", {}),
        ({"type": "recall", "name": "Recall@10", "args": {"k": 10}}, "recall@10", {}),
        ({"type": "recall", "name": "Recall@10", "args": {"k": 1}}, "recall@10", {"metric_args": "k: 1"}),
        ({"type": "map", "name": "mAP@0.75", "args": {"iou": 0.7}}, "map@0.75", {"metric_args": "iou: 0.7"}),
        (
            {"type": "recall", "name": "macro recall", "args": {"mode": "macro"}},
            "recall_macro",
            {"metric_args": "mode: macro"},
        ),
        ({"type": "bleu", "args": {"n": 2, "m": None}}, "bleu", {"metric_args": "n: 2"}),
        ({"type": None, "name": None}, None, {}),
    ],
)
def test_arguments_of_a_metric_are_its_variant_or_settings(
    metric: dict[str, Any], name: str | None, settings: dict[str, str]
) -> None:
    assert measured({}, **metric) == (name, settings)


def test_what_a_metric_repeats_of_its_dataset_is_said_once() -> None:
    data = {"config": "oak", "split": "test"}
    assert measured(data, type="bleu", config="oak", args={"a": "oak", "b": "test", "c": "elm"})[1] == {
        **data, "metric_args": "c: elm",
    }  # fmt: skip
    assert measured(data, type="bleu", config="test", args="oak")[1] == {**data, "metric_config": "test"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        *((text, "5") for text in ("5-shot", "Nuts (5 Shots)", "5_shot", "5shot", "005-shot", "5-shot, so 5 shots")),
        ("123-shot", "123"), ("zero shot", "0"), ("ZERO-SHOT", "0"), ("one-shot", "1"), ("0 shots or zero-shot", "0"),
        *(
            (text, None)
            for text in ("few-shot", "two-shot", "1234-shot", "x5-shot", "5-shotgun", "5--shot", "5xshot", "5", "shot",
                         "zero-shot, then one-shot", "\u0665-shot", "")
        ),
    ],
)  # fmt: skip
def test_the_number_of_examples_in_a_text(text: str, told: str | None) -> None:
    assert shots(text) == shots(None, text) == told


def test_texts_that_tell_two_numbers_of_examples_tell_none() -> None:
    assert shots("5-shot", "5 shots") == "5"
    assert shots("5-shot", "3-shot") is None


@pytest.mark.parametrize(
    ("url", "model"),
    [
        ("https://huggingface.co/spaces/acme/board?query=acme/oak", "acme/oak"),
        ("https://huggingface.co/spaces/acme/board?query=acme%2Foak&tab=1", "acme/oak"),
        ("https://acme-board.hf.space/?model=acme/oak", "acme/oak"),
        ("https://huggingface.co/acme/oak", "acme/oak"),
        ("https://huggingface.co/acme/oak/blob/main/README.md", "acme/oak"),
        ("https://www.huggingface.co/acme/oak", "acme/oak"),
        ("https://HF.co//acme//oak/", "acme/oak"),
        ("https://huggingface.co/spaces?query=acme/oak", "acme/oak"),
        ("https://huggingface.co/spaces/acme/board?a=b/c/d&note=a+b/c&query=acme/oak", "acme/oak"),
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
        ("https://huggingface.co/?query=acme/oak", None),
        ("https://huggingface.co/acme/oak%20tree", None),
        ("https://huggingface.co/acme/o--k", None),
        ("https://huggingface.co/spaces/acme/board?query=acme/oak+tree", None),
        ("https://huggingface.co/spaces/acme/board?query=acme/acorn&query=acme/acorn", None),
        ("https://example.org/spaces/acme/board?query=acme/oak", None),
        ("https://hf.space.example/?query=acme/oak", None),
        ("https://hf.co.example/acme/oak", None),
        *(
            (f"https://huggingface.co/{page}/oak?query=acme/oak", None)
            for page in (
                "api",
                "blog",
                "collections",
                "datasets",
                "docs",
                "learn",
                "models",
                "papers",
                "posts",
                "tasks",
            )
        ),
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


INDEX = {
    "task": {"type": "text-classification", "name": "Sorting"},
    "dataset": {"type": "acme/nuts", "name": "Nuts", "config": "de", "split": "test", "revision": "0a1b"},
    "source": {"url": "https://example.org/board", "name": "The board"},
}
METRIC = {
    "type": "f1",
    "name": "F1",
    "value": "84.5%",
    "config": "hard",
    "args": {"average": "macro"},
    "verified": True,
}


def of_metric(metric: dict[str, Any], **changed: Any) -> tuple[MLModelEvaluation, PropertyValue]:
    """The evaluation of a metric of a card, and its result."""
    source, _ = parse(ModelInfo, {"id": "bob/oak", "model-index": [{"results": [{"metrics": [metric], **changed}]}]})
    return evaluation_of(source)


def evaluation_of(source: ModelInfo) -> tuple[MLModelEvaluation, PropertyValue]:
    parts = {part.iri: part for part in describe(source).parts}
    (evaluation,) = [part for part in parts.values() if isinstance(part, MLModelEvaluation)]
    (result,) = [parts[iri] for iri in evaluation.evaluation_results]
    assert isinstance(result, PropertyValue)
    return evaluation, result


def test_all_that_a_card_states_of_a_metric() -> None:
    evaluation, result = of_metric(METRIC, **INDEX)
    assert (evaluation.name, evaluation.keywords) == ("F1 on Nuts (de, test)", ["verified"])
    assert [about.rpartition("#")[2] for about in evaluation.about] == ["text-classification"]
    assert (evaluation.citation, evaluation.is_based_on) == (["The board"], ["https://example.org/board"])
    assert evaluation.evaluated_ml_model == ["https://huggingface.co/bob/oak"]
    assert evaluation.evaluation_dataset == ["https://huggingface.co/datasets/acme/nuts"]
    assert evaluation.evaluation_metrics == ["f1_macro"]
    assert len(evaluation.additional_property) == 4
    assert result.iri == evaluation.iri.replace("evaluation", "result")
    assert (result.name, result.property_id, result.value) == ("F1", "f1_macro", 84.5)
    assert (result.unit_text, result.description) == ("%", "84.5%")
    assert result.measurement_technique == 'config: hard, args: {"average": "macro"}'


def test_what_a_card_does_not_state_of_a_metric_is_absent() -> None:
    evaluation, result = of_metric({"type": "f1", "value": 7})
    assert (evaluation.name, evaluation.keywords, evaluation.about) == ("f1", [], [])
    assert (evaluation.citation, evaluation.is_based_on, evaluation.evaluation_dataset) == ([], [], [])
    assert evaluation.additional_property == []
    assert (result.name, result.value, result.unit_text, result.description) == ("f1", 7, None, None)
    assert result.measurement_technique is None


def test_a_task_that_nobody_knows_is_a_keyword() -> None:
    assert of_metric(METRIC, task={"type": "nut-sorting"})[0].keywords == ["nut-sorting", "verified"]
    assert of_metric(METRIC, task={"type": "nut-sorting", "name": "Sorting"})[0].keywords == ["Sorting", "verified"]
    assert of_metric({**METRIC, "verified": False}, task={"name": "Sorting"})[0].keywords == ["Sorting"]


@pytest.mark.parametrize(
    "change",
    [
        *({"task": {**INDEX["task"], name: "x"}} for name in INDEX["task"]),
        *({"dataset": {**INDEX["dataset"], name: "x"}} for name in (*INDEX["dataset"], "args")),
        *({"source": {**INDEX["source"], name: "https://example.org/x"}} for name in INDEX["source"]),
        *({"metrics": [{**METRIC, name: "accuracy"}]} for name in ("type", "name", "config", "args")),
    ],
    ids=str,
)
def test_what_tells_evaluations_apart(change: dict[str, Any]) -> None:
    same, other = {"metrics": [METRIC], **INDEX}, {"metrics": [METRIC], **INDEX, **change}
    assert len(found_in({"model-index": [{"results": [same, other, same]}]})[0]) == 2


def found_in(record: dict[str, Any]) -> tuple[list[Any], list[tuple[str, str]]]:
    """The values of the results of a record's evaluations, and its issues."""
    source, _ = parse(ModelInfo, {"id": "bob/oak", **record})
    found = describe(source)
    parts = {part.iri: part for part in found.parts}
    evaluations = [part for part in found.parts if isinstance(part, MLModelEvaluation)]
    results = [parts[iri] for each in evaluations for iri in each.evaluation_results]
    return [each.document()["value"] for each in results], [(issue.field, issue.reason) for issue in found.issues]


def test_of_two_values_of_one_evaluation_the_first_counts() -> None:
    second = "has a second value for the same evaluation; the first is kept"
    values = (7, 8, 7, "?", None)
    metrics = [{"type": "f1", "value": value} for value in values]
    place = "model-index.0.results.0.metrics"
    assert found_in({"model-index": [{"results": [{"metrics": metrics}]}]}) == (
        [7], [(f"{place}.1", second), (f"{place}.3", "has no value"), (f"{place}.4", "has no value")],
    )  # fmt: skip
    entries = [{"dataset": {"id": "acme/nuts"}, "value": value} for value in values]
    assert found_in({"evalResults": entries}) == (
        [7],
        [("evalResults.1", second), ("evalResults.3", "has no value"), ("evalResults.4", "has no value")],
    )


def test_what_no_evaluation_can_be_made_of_is_an_issue() -> None:
    results = [
        {"metrics": [{"value": 7}, None, {"type": "f1", "value": 7}]},
        {"dataset": {"name": "n/a"}, "metrics": [{"type": "wer", "value": 8}]},
    ]
    entries = [{"dataset": {"task_id": "x"}, "value": 7}, {"value": 7}, {"error": "no YAML"}, None]
    assert found_in({"model-index": [None, {"results": [None, *results]}], "evalResults": entries}) == (
        [7, 8],
        [
            ("model-index.1.results.1.metrics.0", "does not name a metric"),
            ("model-index.1.results.2.dataset", "does not name a dataset"),
            ("evalResults.0", "does not name a dataset"),
            ("evalResults.1", "does not name a dataset"),
            ("evalResults.2", "is malformed, according to the platform"),
        ],
    )


ENTRY: dict[str, Any] = {
    "dataset": {"id": "acme/nuts", "task_id": "hard", "revision": "0a1b"}, "value": "84.5%", "date": "2024-02-03",
    "notes": "with tools", "source": {"url": "https://example.org/board", "name": "The board", "org": "acme"},
    "evaluation_framework": "kit",
}  # fmt: skip


def test_all_that_an_entry_of_an_evaluation_file_states() -> None:
    source, _ = parse(ModelInfo, {"id": "bob/oak", "evalResults": [{"filename": "a.yaml", "data": ENTRY}]})
    evaluation, result = evaluation_of(source)
    assert (evaluation.name, evaluation.description) == ("hard on acme/nuts", "with tools")
    assert evaluation.document()["dateCreated"] == "2024-02-03"
    assert evaluation.author == ["https://huggingface.co/acme"]
    assert (evaluation.citation, evaluation.is_based_on) == (["The board"], ["https://example.org/board"])
    assert evaluation.evaluated_ml_model == ["https://huggingface.co/bob/oak"]
    assert evaluation.evaluation_dataset == ["https://huggingface.co/datasets/acme/nuts"]
    assert not evaluation.evaluation_metrics + evaluation.keywords
    assert (result.name, result.property_id, result.value) == ("hard", None, 84.5)
    assert (result.unit_text, result.description, result.measurement_technique) == ("%", "84.5%", None)


@pytest.mark.parametrize(
    "change",
    [
        *({"dataset": {**ENTRY["dataset"], name: "acme/x"}} for name in ENTRY["dataset"]),
        *({"source": {**ENTRY["source"], name: "https://example.org/x"}} for name in ("url", "name", "org", "user")),
        {"notes": "x"}, {"evaluation_framework": None},
    ],
    ids=str,
)  # fmt: skip
def test_what_tells_entries_apart(change: dict[str, Any]) -> None:
    assert len(found_in({"evalResults": [ENTRY, {**ENTRY, **change}, {**ENTRY, "date": "2024-02-04"}]})[0]) == 2


@pytest.mark.parametrize(
    ("split", "validated", "tested"),
    [
        *((split, True, False) for split in ("dev", "val", "valid", "validation", " Dev ")),
        *((split, False, True) for split in ("test", "TEST")),
        *((split, False, False) for split in ("train", "", None)),
    ],
)
def test_a_split_tells_what_a_dataset_of_the_training_was_for(split: str | None, validated: bool, tested: bool) -> None:
    nuts, elms = ("https://huggingface.co/datasets/acme/nuts", "https://huggingface.co/datasets/acme/elms")
    results = [
        {"dataset": {"type": f"acme/{name}", "split": split}, "metrics": [{"type": "f1", "value": 7}]}
        for name in ("nuts", "elms")
    ]
    source, _ = parse(
        ModelInfo, {"id": "bob/oak", "tags": ["dataset:acme/nuts"], "model-index": [{"results": results}]}
    )
    root = describe(source).root.document()
    assert (root["trainedOn"], root["evaluatedOn"]) == ([nuts], [nuts, elms])
    assert root.get("validatedOn", []) == [nuts] * validated
    assert root.get("testedOn", []) == [nuts] * tested


def test_where_evaluations_come_from_is_told() -> None:
    def sources(record: dict[str, Any]) -> str | None:
        source, _ = parse(ModelInfo, {"id": "bob/oak", **record})
        return describe(source).exceptions.get("hasEvaluation")

    index = [{"results": [{"metrics": [{"type": "f1", "value": 7}]}]}]
    more = [{"results": [{"metrics": [{"type": "f1", "value": 7}, {"type": "wer", "value": 7}]}]}]
    entries = [{"dataset": {"id": "acme/nuts"}, "value": 2}]
    assert sources({"model-index": index}) is None
    assert sources({"model-index": index, "cardData": {"model-index": index}}) is None
    assert sources({"model-index": index, "cardData": {"model-index": more}}) == "model-index, cardData.model-index"
    assert sources({"cardData": {"model-index": index}}) == "cardData.model-index"
    assert sources({"evalResults": entries}) == "evalResults"
