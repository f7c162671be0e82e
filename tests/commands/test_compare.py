"""Models and runs side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from support.crawling import Project, model, write_records
from support.made_up_tracking import filled, run_id, tracking

from mlentory_crawl.sample_hub import SampleHub

RESULTS = [
    {
        "task": {"type": "text-classification"},
        "dataset": {"type": "glue", "name": "GLUE", "config": "sst2", "split": "test"},
        "metrics": [{"type": "accuracy", "value": 0.91}],
    }
]
RECORDS = [
    model(0, **{"model-index": [{"name": "m", "results": RESULTS}], "safetensors": {"total": 7}}),
    model(1, tags=["license:apache-2.0", "dataset:acme/rows"]),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("compare")
    with tracking() as server, SampleHub(records=write_records(folder / "records.jsonl", RECORDS)) as hub:
        filled(server)
        crawled = Project(folder / "data", hub.url, MLFLOW_TRACKING_URI=server.url)
        crawled.crawl("-a", "mode=census")
        assert crawled.scrapy("crawl", "mlflow").returncode == 0
        yield crawled


def rows(project: Project, *names: str) -> dict[tuple[str, str], list[list[Any]]]:
    told = json.loads(project.scrapy("compare", *names, "--json").stdout)
    assert len(told["things"]) == len(names)
    return {(row["section"], row["name"]): row["values"] for row in told["rows"]}


def test_models_of_the_hub(project: Project) -> None:
    found = rows(project, "acme/model-0", "acme/model-1")
    assert found["facts", "license"] == [["MIT"], ["Apache-2.0"]]
    assert found["facts", "parameterCount"] == [[7], []]
    assert found["data", "trainedOn"] == [[], ["acme/rows"]]
    assert found["metrics", "accuracy on nyu-mll/glue (sst2, test)"] == [[0.91], []]


def test_versions_runs_and_models_of_several_platforms(project: Project) -> None:
    found = rows(project, "model-1/1", "run-2", f"mlflow/run/{run_id(3)}", "acme/model-0")
    assert found["parameters", "depth"] == [["1"], ["2"], ["3"], []]
    assert found["metrics", "accuracy"] == [[0.1], [0.2], [0.3], []]
    assert found["facts", "wasGeneratedBy"] == [["run-1"], [], [], []]
    assert found["facts", "license"] == [[], [], [], ["MIT"]]


def test_a_table_for_people(project: Project) -> None:
    shown = project.scrapy("compare", "acme/model-0", "model-1/1").stdout
    for text in ("acme/model-0", "model-1/1", "license", "MIT", "0.91", "depth"):
        assert text in shown


def test_what_is_only_named_is_compared_as_far_as_it_is_known(project: Project) -> None:
    told = json.loads(project.scrapy("compare", "acme/base", "ACME/model-0", "--json").stdout)
    assert [(thing["name"], thing["described"]) for thing in told["things"]] == [
        ("acme/base", False), ("acme/model-0", True),
    ]  # fmt: skip
    assert "acme/base is named only" in project.scrapy("compare", "acme/base", "acme/model-0").stdout


def test_what_is_not_there_is_told_in_one_line(project: Project) -> None:
    done = project.scrapy("compare", "acme/model-0", "nobody/nothing")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert project.scrapy("compare", "acme/model-0").returncode == 2
    assert project.scrapy("compare").returncode == 2
