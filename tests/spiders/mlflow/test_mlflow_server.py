"""Crawls of a real MLflow tracking server, and of one that asks who one is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from support.crawling import Project
from support.mlflow_server import MODELS, PASSWORD, RUNS, USER, Tracking, fill, tracking_server

pytestmark = pytest.mark.extra(name="mlflow")


@dataclass(frozen=True)
class Crawled:
    project: Project
    tracking: Tracking
    ids: dict[str, str]

    def crawl(self, *words: str, code: int = 0) -> dict[str, Any]:
        done = self.project.scrapy("crawl", "mlflow", *words)
        assert done.returncode == code, done.stderr[-3000:]
        return self.project.report()

    def show(self, key: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.project.scrapy("show", f"mlflow/{key}", "--json").stdout)
        return told


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("mlflow")
    with tracking_server(folder / "server") as url:
        tracking = Tracking(url)
        ids = fill(tracking)
        project = Project(folder / "data", "http://127.0.0.1:9", MLFLOW_TRACKING_URI=url)
        made = Crawled(project, tracking, ids)
        report = made.crawl()
        assert (report["verdict"], report["coverage"]) == ("complete", "census")
        yield made


def test_a_census_has_everything(crawled: Crawled) -> None:
    kinds = crawled.project.status()["catalog"]["records"]["mlflow"]
    assert {kind: counts["live"] for kind, counts in kinds.items()} == {
        "registered_model": MODELS,
        "model_version": MODELS + 2,
        "model_version_run": MODELS + 1,
        "run": RUNS,
        "experiment": 3,
        "logged_model": 1,
    }


def test_what_is_stated_is_linked(crawled: Crawled) -> None:
    api, hub = f"{crawled.tracking.url}/api/2.0/mlflow", "https://huggingface.co"
    model = crawled.show("registered_model/model-0")["root"]
    assert model["license"] == ["https://spdx.org/licenses/Apache-2.0"]
    assert model["wasDerivedFrom"] == [f"{hub}/acme/base"]
    first, second = (crawled.show(f"model_version/model-0/{number}")["root"] for number in (1, 2))
    assert first["wasGeneratedBy"] == [f"{api}/runs/get?run_id={crawled.ids['run']}"]
    assert first["trainedOn"] == [f"{hub}/datasets/acme/rows"]
    assert first["isVersionOf"] == second["isVersionOf"] == [model["iri"]]
    assert second["wasDerivedFrom"] == [f"{hub}/acme/other"]
    assert "models:/model-0@champion" in second["identifier"]
    logged = crawled.show(f"logged_model/{crawled.ids['logged_model']}")
    assert crawled.show("model_version/model-2/2")["root"]["wasDerivedFrom"] == [logged["root"]["iri"]]
    (evaluation,) = (part for part in logged["parts"] if part["class"] == "MLModelEvaluation")
    assert evaluation["evaluationMetrics"] == ["f1"]
    assert evaluation["evaluationDataset"] == logged["root"]["evaluatedOn"]
    # The evaluation dataset of the run and that of the logged model are one.
    assert logged["root"]["evaluatedOn"] == first["evaluatedOn"]


def test_every_thing_has_the_address_that_gives_it(crawled: Crawled) -> None:
    lines = crawled.project.export("all.jsonl").splitlines()
    roots = [json.loads(line)["root"] for line in lines]
    for name in ("model-3", "model-3/1", "run-3", "churn", crawled.ids["logged_model"]):
        (iri,) = (root["iri"] for root in roots if root.get("name") == name)
        path = iri.removeprefix(f"{crawled.tracking.url}/api/2.0/mlflow/")
        assert name.split("/")[0] in json.dumps(crawled.tracking("GET", path))


def test_a_delta_finds_what_was_updated_and_the_census_what_is_gone(crawled: Crawled) -> None:
    tracking = crawled.tracking
    number, gone = "model-7", "model-8"
    tracking("PATCH", "registered-models/update", name=number, description="told anew")
    run = tracking.post("runs/create", experiment_id=crawled.ids["experiment"], run_name="late", start_time=1)
    tracking("DELETE", "registered-models/delete", name=gone)
    tracking.post("runs/delete", run_id=crawled.ids["other_run"])
    report = crawled.crawl()
    assert (report["coverage"], report["verdict"]) == ("delta", "complete")
    assert (report["records"]["new"], report["records"]["deleted"]) == (1, 0)
    assert report["records"]["changed"] >= 1
    assert crawled.show(f"registered_model/{number}")["root"]["description"] == "told anew"
    assert crawled.show(f"run/{run['run']['info']['run_id']}")["root"]["name"] == "late"
    for _ in range(2):
        report = crawled.crawl("-a", "mode=census")
        assert report["verdict"] == "complete"
    assert report["records"]["deleted"] == 3
    for key in (f"registered_model/{gone}", f"model_version/{gone}/1", f"run/{crawled.ids['other_run']}"):
        assert "deletedAt" in crawled.show(key)


def test_names_of_every_form_are_understood(crawled: Crawled) -> None:
    ids = crawled.ids
    names = ["model-0@champion", "models:/model-1/1", f"runs:/{ids['run']}", f"models:/{ids['logged_model']}", "nobody"]
    report = crawled.crawl("-a", f"ids={','.join(names)}")
    assert report["requested"] | {"found": 4, "missing": 1, "asked": 5} == report["requested"]


def test_basic_authentication(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("auth")
    with tracking_server(folder / "server", app="basic-auth") as url:
        Tracking(url, (USER, PASSWORD)).post("registered-models/create", name="guarded")
        given = {"MLFLOW_TRACKING_URI": url, "MLFLOW_TRACKING_USERNAME": USER}
        project = Project(folder / "data", "http://127.0.0.1:9", **given, MLFLOW_TRACKING_PASSWORD=PASSWORD)
        done = project.scrapy("crawl", "mlflow")
        assert done.returncode == 0, done.stderr[-3000:]
        assert project.status()["catalog"]["records"]["mlflow"]["registered_model"]["live"] == 1
        assert PASSWORD not in done.stderr
        wrong = Project(folder / "other", "http://127.0.0.1:9", **given, MLFLOW_TRACKING_PASSWORD="wrong-word")
        done = wrong.scrapy("crawl", "mlflow")
        assert done.returncode == 1
        assert "returned HTTP 401" in done.stderr
        assert "wrong-word" not in done.stderr
