"""Results on a dataset: ranked only among what can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.catalogs import Book
from support.crawling import Project, model, write_records

from fair4ml.document import Document
from mlentory_crawl.catalog.queries.evaluations import results
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.sample_hub import SampleHub


def evaluated(
    number: int, metric: str, value: Any, split: str = "test", on: str = "glue", **source: str
) -> dict[str, Any]:
    result = {
        "task": {"type": "text-classification", "name": "Text Classification"},
        "dataset": {"type": on, "name": on.upper(), "config": "sst2", "split": split},
        "metrics": [{"type": metric, "name": metric, "value": value, "verified": number == 3}],
        **({"source": source} if source else {}),
    }
    return model(number, **{"model-index": [{"name": f"model-{number}", "results": [result]}]})


def measured(*metrics: tuple[str, Any], url: str | None = None, **dataset: Any) -> dict[str, Any]:
    """Fields of a model with one block of results on the nuts."""
    stated = [{"type": metric, "value": value} for metric, value in metrics]
    result = {"dataset": {"type": "acme/nuts", **dataset}, "metrics": stated, "source": {"url": url} if url else None}
    return {"model-index": [{"name": "m", "results": [result]}]}


def entry(value: float, task: str, **fields: Any) -> dict[str, Any]:
    return {"evalResults": [{"data": {"dataset": {"id": "acme/nuts", "task_id": task}, "value": value, **fields}}]}


def learned(number: int, value: Any, task: str = "reinforcement-learning") -> dict[str, Any]:
    """A model with a result in an environment, or on data that are called as one."""
    result = {
        "task": {"type": task, "name": task},
        "dataset": {"type": "Kite-v3", "name": "Kite-v3"},
        "metrics": [{"type": "mean_reward", "value": value}],
    }
    return model(number, **{"model-index": [{"name": "m", "results": [result]}]})


SHOTS = {
    "dataset": {"type": "acme/nuts"},
    "metrics": [{"type": "bleu", "name": f"{n}-shot", "value": value} for n, value in ((0, 0.5), (5, 21.5))],
}
BOARD = "https://huggingface.co/spaces/acme/board?query=acme/model-16"
NUTS = [
    measured(("wer", 14.5), args="oak"),
    measured(("wer", 0.62), args="oak"),
    measured(("wer", 7.25), config="oak"),
    measured(("wer", 1.5), config="oak"),
    measured(("wer", 3.0), args={"language": "elm", "num_few_shot": 5}),
    *[measured(("ndcg_at_10", 71.5), ("ndcg_at_1", 0.9), url=BOARD)] * 3,
    measured(("ndcg_at_10", 0.75), ("ndcg_at_1", 0.5)),
    {"model-index": [{"name": "m", "results": [SHOTS]}]},
    measured(("mean_reward", "-5.5 +/- 2.25")),
    measured(("mean_reward", 12)),
    measured(("mean_reward", "20.25 ± 3")),
    entry(71.5, "nuts_hard", notes="with tools", evaluation_framework="nut-eval"),
    entry(80, "nuts_easy"),
    {"cardData": {"metrics": ["bertscore"]}},
]
RECORDS = [
    evaluated(0, "accuracy", 0.91),
    evaluated(1, "Accuracy", 0.95, url="https://example.org/paper"),
    evaluated(2, "acc", 93.5),
    evaluated(3, "accuracy", 0.93),
    evaluated(4, "accuracy", 0.99, split="validation"),
    evaluated(5, "wer", 12.0),
    evaluated(6, "wer", 9.5),
    evaluated(7, "house score", 3.0),
    evaluated(8, "accuracy", "about 90"),
    evaluated(9, "accuracy", 0.95, on="nyu-mll/glue"),
    model(10),
    *[model(number, **fields) for number, fields in enumerate(NUTS, 11)],
    evaluated(101, "accuracy", 0.7, on="tern-dev"),
    evaluated(102, "accuracy", 0.9, on="tern-dev"),
    learned(103, "12.5 +/- 3.5"),
    learned(104, "-2 +/- 0.25"),
    learned(105, 40),
    learned(106, 41, "robotics"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("leaderboard")
    with SampleHub(records=write_records(folder / "records.jsonl", RECORDS)) as hub:
        crawled = Project(folder / "data", hub.url)
        crawled.crawl("-a", "mode=census")
        yield crawled


def boards(project: Project, *words: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(project.scrapy("leaderboard", *words, "--json").stdout)["boards"]
    return told


def ranked(board: dict[str, Any]) -> list[str]:
    return [result["name"].removeprefix("acme/model-") for result in board["results"]]


def test_one_metric_in_all_spellings_but_scales_and_splits_apart(project: Project) -> None:
    test, *others = boards(project, "--dataset", "glue", "--metric", "ACC")
    assert (test["metric"], test["scale"], test["settings"]) == (
        "accuracy",
        "of 1",
        {"config": "sst2", "split": "test"},
    )
    assert ranked(test) == ["1", "9", "3", "0"]
    assert test["results"][0]["sources"] == ["https://example.org/paper"]
    assert [each["verified"] for each in test["results"]] == [False, False, True, False]
    assert {(board["scale"], board["settings"]["split"], *ranked(board)) for board in others} == {
        ("of 100", "test", "2"), ("of 1", "validation", "4"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "dataset", ["glue", "nyu-mll/glue", *(f"https://huggingface.co/datasets/{id}" for id in ("glue", "nyu-mll/glue"))]
)
def test_a_dataset_is_found_by_its_former_name_too(project: Project, dataset: str) -> None:
    found = results(CatalogReader(project.data_dir), dataset, "accuracy", None)[0]
    assert {result.joined for result in found} == {"https://huggingface.co/datasets/nyu-mll/glue"}
    assert {result.name for result in found} >= {"acme/model-0", "acme/model-9"}


def test_what_two_people_call_alike_may_be_two(project: Project) -> None:
    assert [ranked(board) for board in boards(project, "--dataset", "tern-dev")] == [["101"], ["102"]]


def test_an_environment_is_what_its_name_says(project: Project) -> None:
    first, second = boards(project, "--dataset", "Kite-v3")
    assert ranked(first) == ["105", "103", "104"]
    assert [result["raw"] for result in first["results"]] == [None, "12.5 +/- 3.5", "-2 +/- 0.25"]
    assert ranked(second) == ["106"]


def test_lower_can_be_better_and_what_is_not_known_is_not_ranked(project: Project) -> None:
    (errors,) = boards(project, "--dataset", "glue", "--metric", "wer")
    assert ranked(errors) == ["6", "5"]
    assert errors["higher_is_better"] is False
    (unknown,) = boards(project, "--dataset", "https://huggingface.co/datasets/glue", "--metric", "house score")
    assert unknown["higher_is_better"] is None
    assert "not ranked" in project.scrapy("leaderboard", "--dataset", "glue", "--metric", "house score").stdout


def test_texts_are_told_apart(project: Project) -> None:
    told = json.loads(project.scrapy("leaderboard", "--dataset", "glue", "--json").stdout)
    assert [(each["name"], each["value"]) for each in told["unranked"]] == [("acme/model-8", "about 90")]
    assert len(told["boards"]) == 5


def test_the_table_shares_ranks(project: Project) -> None:
    done = project.scrapy("leaderboard", "--dataset", "glue", "--metric", "accuracy", "--task", "text-classification")
    first, second = (line.split() for line in done.stdout.splitlines()[2:4])
    assert (first[:2], second[:2]) == (["1", "acme/model-1"], ["1", "acme/model-9"])
    assert "higher is better" in done.stdout


def nuts(project: Project, metric: str) -> list[tuple[dict[str, str], str, list[tuple[str, Any]]]]:
    found = boards(project, "--dataset", "acme/nuts", "--metric", metric)
    return [
        (each["settings"], each["scale"], [(name, result["value"]) for name, result in zip(
            ranked(each), each["results"], strict=True)])
        for each in found
    ]  # fmt: skip


def test_arguments_are_settings_and_a_share_is_no_percent(project: Project) -> None:
    assert nuts(project, "WER") == [
        ({"config": "oak"}, "of 100", [("13", 7.25), ("11", 14.5)]),
        ({"num_few_shot": "5", "args": "language: elm"}, "of 100", [("15", 3.0)]),
        ({"config": "oak"}, "of 1", [("12", 0.62)]),
    ]
    told = json.loads(project.scrapy("leaderboard", "--dataset", "acme/nuts", "--metric", "wer", "--json").stdout)
    (unsure,) = told["unranked"]
    assert (unsure["name"], unsure["problem"]) == ("acme/model-14", "it may be a fraction or a percentage")
    done = project.scrapy("leaderboard", "--dataset", "acme/nuts", "--metric", "wer")
    assert "it may be a fraction or a percentage" in done.stdout
    assert "num_few_shot 5" in done.stdout


def test_siblings_tell_the_scale_and_copies_of_a_card_are_the_results_of_its_model(project: Project) -> None:
    assert nuts(project, "ndcg@1") == [({}, "of 1", [("19", 0.5)]), ({}, "of 100", [("16", 0.9)])]
    assert nuts(project, "bleu") == [
        ({"num_few_shot": "0"}, "of 100", [("20", 0.5)]),
        ({"num_few_shot": "5"}, "of 100", [("20", 21.5)]),
    ]
    (copied,) = boards(project, "--dataset", "acme/nuts", "--metric", "ndcg@1")[1]["results"]
    shown = project.scrapy("show", "acme/model-17").stdout
    assert "of acme/model-16" in " ".join(shown.split())
    assert copied["record"] == f"huggingface/model/{RECORDS[16]['_id']}"


def test_a_mean_is_ranked_and_shown_with_its_spread(project: Project) -> None:
    assert nuts(project, "mean reward") == [({}, "as stated", [("23", 20.25), ("22", 12), ("21", -5.5)])]
    assert "-5.5 +/- 2.25" in project.scrapy("leaderboard", "--dataset", "acme/nuts").stdout


def test_the_task_of_an_evaluation_file_is_a_setting(project: Project) -> None:
    hard, easy = sorted(boards(project, "--dataset", "acme/nuts", "--metric", "unnamed"), key=lambda b: -len(str(b)))
    assert (hard["settings"], easy["settings"]) == ({"task": "nuts_hard"}, {"task": "nuts_easy"})
    (result,) = hard["results"]
    assert (result["harness"], result["notes"]) == ("nut-eval", "with tools")
    assert "with tools" in project.scrapy("leaderboard", "--dataset", "acme/nuts").stdout


def test_what_was_left_out_can_be_asked_for(project: Project) -> None:
    words = ("leaderboard", "--dataset", "acme/nuts", "--metric", "mean_reward")
    done = project.scrapy(*words, "--limit", "1", "--offset", "1")
    assert [line.split()[:2] for line in done.stdout.splitlines()[2:3]] == [["2", "acme/model-22"]]
    assert "and 1 more" in done.stdout
    assert project.scrapy(*words, "--offset", "-1").returncode == 2


def test_a_metric_without_a_value_is_no_evaluation(project: Project) -> None:
    told = json.loads(project.scrapy("show", "acme/model-26", "--json").stdout)
    assert "hasEvaluation" not in told["root"]
    assert not [part for part in told["parts"] if part["class"] == "MLModelEvaluation"]


def test_nothing_found_is_told(project: Project) -> None:
    nothing = project.scrapy("leaderboard", "--dataset", "no/such")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert nothing.stderr.startswith("no result on no/such; datasets with results: ")
    known = project.scrapy("leaderboard", "--dataset", "acme/model-0")
    assert known.stderr.startswith("acme/model-0 is known, but no result on it; datasets with results: ")
    assert project.scrapy("leaderboard", "--dataset", "glue", "--task", "translation").returncode == 1
    assert project.scrapy("leaderboard").returncode == 2


def test_a_model_has_the_name_that_the_record_gives_it_wherever(data_dir: Path) -> None:
    flow, data, measured = (f"https://example.org/{name}" for name in ("f/1", "d/1", "r/1"))
    found = {"iri": f"{measured}#result", "class": "PropertyValue", "propertyID": "accuracy", "value": 0.5}
    evaluation: Document = {
        "root": {
            "iri": measured, "class": "MLModelEvaluation", "name": "Run 1", "evaluatedMLModel": [flow],
            "evaluationDataset": [data], "evaluationResults": [found["iri"]],
        },
        "parts": [{"iri": flow, "class": "MLModel", "hasEvaluation": [measured]}, found],
        "stubs": [
            {"iri": flow, "class": "MLModel", "name": "Sorter [v2]"}, {"iri": data, "class": "Dataset", "name": "Nuts"},
        ],
    }  # fmt: skip
    book = Book(data_dir)
    book.crawl({"r/1": evaluation})
    book.close()
    ((result,), _) = results(CatalogReader(data_dir), "Nuts", None, None)
    assert (result.model, result.name) == (flow, "Sorter [v2]")
