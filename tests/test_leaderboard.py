"""Results on a dataset: ranked only among what can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from crawling import Project, model, write_records

from mlentory_crawl.catalog.evaluations import results
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
    evaluated(11, "accuracy", 0.7, on="tern-dev"),
    evaluated(12, "accuracy", 0.9, on="tern-dev"),
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
    found = list(results(CatalogReader(project.data_dir), dataset, "accuracy", None))
    assert {result.joined for result in found} == {"https://huggingface.co/datasets/nyu-mll/glue"}
    assert {result.name for result in found} >= {"acme/model-0", "acme/model-9"}


def test_what_two_people_call_alike_may_be_two(project: Project) -> None:
    assert [ranked(board) for board in boards(project, "--dataset", "tern-dev")] == [["11"], ["12"]]


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


def test_nothing_found_is_told(project: Project) -> None:
    assert project.scrapy("leaderboard", "--dataset", "no/such").returncode == 1
    assert project.scrapy("leaderboard", "--dataset", "glue", "--task", "translation").returncode == 1
    assert project.scrapy("leaderboard").returncode == 2
