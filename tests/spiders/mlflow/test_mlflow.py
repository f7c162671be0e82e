"""Crawls of a tracking server that is made up: what is asked, stored and told, whatever it answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.crawling import CatalogProject, Project
from support.made_up_tracking import Answer, Tracking, filled, run_id, tracking
from support.walking import made, walked

from mlentory_crawl.spiders.mlflow.spider import MlflowSpider

NOW = 1_900_000_000_000
"""After every watermark of these tests."""
QUICK = ("-s", "RETRY_BACKOFF=0.01")


@pytest.fixture
def server() -> Iterator[Tracking]:
    with tracking() as held:
        yield held


@pytest.fixture
def project(server: Tracking, data_dir: Path) -> Project:
    return CatalogProject(data_dir, "http://127.0.0.1:9", MLFLOW_TRACKING_URI=server.url)


def crawl(project: Project, *words: str, code: int = 0) -> tuple[dict[str, Any], str]:
    """The report and the log of a crawl."""
    done = project.scrapy("crawl", "mlflow", *QUICK, *words)
    assert done.returncode == code, done.stderr[-3000:]
    report = project.report()
    records = report["records"]
    ends = ("new", "changed", "unchanged", "duplicate", "quarantined", "failed")
    assert records["fetched"] == sum(records[end] for end in ends)
    return report, done.stderr


def live(project: Project) -> dict[str, int]:
    kinds = project.status()["catalog"]["records"]["mlflow"]
    return {kind: counts["live"] for kind, counts in kinds.items()}


def shown(project: Project, key: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(project.scrapy("show", f"mlflow/{key}", "--json").stdout)
    return told


WHOLE = {
    "registered_model": 5,
    "model_version": 5,
    "model_version_run": 5,
    "experiment": 3,
    "run": 7,
    "logged_model": 1,
}


def test_a_census_has_everything_and_the_next_one_finds_it_unchanged(server: Tracking, project: Project) -> None:
    filled(server)
    report, _ = crawl(project)
    assert (report["mode"], report["verdict"]) == ("census", "complete")
    assert report["records"]["new"] == sum(WHOLE.values())
    assert live(project) == WHOLE
    version = shown(project, "model_version/model-0/1")["root"]
    api = f"{server.url}/api/2.0/mlflow"
    assert version["identifier"] == ["models:/model-0/1", "models:/model-0@champion"]
    assert version["wasGeneratedBy"] == [f"{api}/runs/get?run_id={run_id(0)}"]
    assert len(version["hasEvaluation"]) == 1
    assert shown(project, f"run/{run_id(0)}")["root"]["isPartOf"] == [f"{api}/experiments/get?experiment_id=0"]
    report, _ = crawl(project, "-a", "mode=census")
    assert report["records"]["unchanged"] == report["records"]["fetched"] == sum(WHOLE.values())


def test_an_interrupted_census_goes_on_where_it_was(server: Tracking, project: Project, tmp_path: Path) -> None:
    filled(server)
    whole = CatalogProject(tmp_path / "whole", "http://127.0.0.1:9", MLFLOW_TRACKING_URI=server.url)
    crawl(whole)
    server.answer = lambda path, asked: (503, "busy") if asked.get("run_id") == run_id(3) else None
    report, log = crawl(project, code=1)
    assert report["verdict"] == "failed"
    assert "runs/get returned HTTP 503" in log
    assert live(project) == {**WHOLE, "model_version_run": 4}
    server.answer = lambda path, asked: None
    server.requests.clear()
    resumed, _ = crawl(project)
    assert resumed["run_id"] == report["run_id"]
    assert resumed["records"]["new"] == sum(WHOLE.values())
    assert server.paths() == ["runs/get"]
    assert project.export("resumed.nt") == whole.export("whole.nt")


def test_a_delta_asks_for_what_was_updated_since(server: Tracking, project: Project) -> None:
    filled(server)
    crawl(project)
    server.requests.clear()
    server.records["registered_models"][3]["last_updated_timestamp"] = NOW
    server.records["registered_models"][3]["description"] = "new"
    server.records["runs"][5]["info"] |= {"end_time": NOW, "run_name": "ended"}
    server.records["runs"][6]["info"] |= {"status": "RUNNING", "run_name": "runs"}
    report, _ = crawl(project)
    assert (report["mode"], report["coverage"], report["verdict"]) == ("delta", "delta", "complete")
    assert report["records"]["changed"] == 3
    assert [asked["filter"] for asked in server.asked("model-versions/search")] == ["name='model-3'"]
    assert len(server.asked("registered-models/search")) == 1
    assert all("filter" in asked for asked in server.asked("runs/search"))
    assert shown(project, f"run/{run_id(5)}")["root"]["name"] == "ended"
    assert shown(project, f"run/{run_id(6)}")["root"]["name"] == "runs"


def test_a_delta_needs_a_watermark(project: Project) -> None:
    done = project.scrapy("crawl", "mlflow", "-a", "mode=delta")
    assert done.returncode == 1
    assert "mode=delta needs the watermark of an earlier crawl" in done.stderr.splitlines()[-1]


def test_a_limit_is_of_models_runs_and_logged_models_each(server: Tracking, project: Project) -> None:
    filled(server)
    report, _ = crawl(project, "-a", "limit=3")
    assert report["coverage"] == "limit"
    found = live(project)
    assert (found["registered_model"], found["model_version"], found["run"]) == (3, 3, 3)
    assert project.status()["catalog"]["watermarks"] == {}


def test_things_asked_for_by_name_come_with_their_versions_and_runs(
    server: Tracking, project: Project, tmp_path: Path
) -> None:
    filled(server)
    names = [
        "model-1",
        "models:/model-2/1",
        f"runs:/{run_id(6)}",
        "nobody",
        "a/b/c",
        "model-1",
        f"models:/m-{'a' * 32}",
    ]
    names += [f"{server.url}/#/models/model-3", f"{server.url}/#/experiments/1", "# a comment", ""]
    (tmp_path / "names").write_text("\n".join(names))
    report, _ = crawl(project, "-a", f"ids={tmp_path / 'names'}")
    asked = {name: count for name, count in report["requested"].items() if count}
    assert asked == {"asked": 9, "found": 6, "missing": 1, "invalid": 1, "duplicate": 1}
    assert live(project) == {
        "registered_model": 2,
        "model_version": 3,
        "model_version_run": 3,
        "run": 1,
        "experiment": 1,
        "logged_model": 1,
    }


def test_what_two_censuses_miss_and_the_server_denies_is_gone(server: Tracking, project: Project) -> None:
    filled(server, 30, 31)
    crawl(project)
    removed = {name: server.records[name].pop() for name in ("registered_models", "model_versions", "models")}
    deleted = server.records["runs"][-1]
    deleted["info"]["lifecycle_stage"] = "deleted"
    kept = server.answered

    def without_deleted(path: str, asked: dict[str, Any]) -> Answer:
        status, told = kept(path, asked)
        if path == "runs/search" and isinstance(told, dict):
            told["runs"] = [each for each in told.get("runs", []) if each is not deleted]
        return status, told

    server.answered = without_deleted  # type: ignore[method-assign]
    report, _ = crawl(project, "-a", "mode=census", "-a", "accept_deletions=true")
    assert report["records"]["deleted"] == 0
    report, _ = crawl(project, "-a", "mode=census", "-a", "accept_deletions=true")
    assert report["records"]["deleted"] == 4
    assert {kind: counts["deleted"] for kind, counts in report["kinds"]["mlflow"].items() if counts["deleted"]} == {
        "registered_model": 1,
        "model_version": 1,
        "logged_model": 1,
        "run": 1,
    }
    assert report["requests"]["probes"] == 4
    kinds = project.status()["catalog"]["records"]["mlflow"]
    assert {kind for kind, counts in kinds.items() if counts["deleted"]} == {
        "registered_model",
        "model_version",
        "model_version_run",
        "logged_model",
        "run",
    }
    assert "deletedAt" in shown(project, f"run/{run_id(30)}")
    server.records["registered_models"].append(removed["registered_models"])
    report, _ = crawl(project, "-a", "mode=census")
    assert report["records"]["new"] == 1


def test_many_missing_records_say_more_about_the_census(server: Tracking, project: Project) -> None:
    filled(server)
    crawl(project)
    server.records["registered_models"].clear()
    server.records["model_versions"].clear()
    crawl(project, "-a", "mode=census", code=1)
    report, _ = crawl(project, "-a", "mode=census", code=1)
    assert report["verdict"] == "suspect"
    assert "nothing was marked as deleted" in " ".join(report["problems"])
    assert report["records"]["deleted"] == 0


def refused(status: int, told: str | dict[str, Any], path: str = "registered-models/search") -> Any:
    return lambda asked_path, asked: (status, told) if asked_path == path else None


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (refused(401, "You are not authenticated. Please see the\ndocumentation."), "401: You are not authenticated"),
        (refused(403, {"error_code": "PERMISSION_DENIED", "message": "not yours"}), "PERMISSION_DENIED: not yours"),
        (
            refused(404, "<html>Not Found</html>"),
            "returned HTTP 404: an HTML page: is MLFLOW_TRACKING_URI a tracking server?",
        ),
        (refused(404, {"error_code": "ENDPOINT_NOT_FOUND"}, "runs/search"), "runs/search returned HTTP 404"),
        (refused(400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "bad"}), "INVALID_PARAMETER_VALUE: bad"),
        (refused(500, "broken"), "registered-models/search returned HTTP 500"),
        (refused(200, "<html>Log in</html>"), "not valid JSON: is MLFLOW_TRACKING_URI a tracking server?"),
        (refused(200, {"registered_models": 7}), "expected a list in the field registered_models"),
        (refused(200, {"next_page_token": "x"}), "the field next_page_token does not lead to another page"),
    ],
)
def test_what_cannot_be_had_is_one_failure(
    tmp_path: Path, answer: Callable[[str, dict[str, Any]], Answer | None], line: str
) -> None:
    server = Tracking()
    filled(server, 1, 1)
    server.answer = answer
    spider = made(MlflowSpider, tmp_path, "https://registry.test", mode="census")
    walked(spider, lambda method, path, body: server.handle(path, body))
    (failure,) = spider.failures
    assert line in failure
    assert "\n" not in failure


def test_what_cannot_be_had_is_told_in_one_line(server: Tracking, project: Project) -> None:
    filled(server, 1, 1)
    server.answer = refused(401, "You are not authenticated. Please see the\ndocumentation.")
    report, log = crawl(project, code=1)
    assert report["verdict"] == "failed"
    (told,) = [each for each in log.splitlines() if "[mlflow] ERROR" in each]
    assert "401: You are not authenticated" in told
    assert "Traceback" not in log


def test_a_server_without_logged_models_and_a_run_that_is_purged_are_no_failure(
    server: Tracking, project: Project
) -> None:
    filled(server)
    server.answer = lambda path, asked: (
        (404, "<html>Not Found</html>")
        if path == "logged-models/search"
        else (403, {"error_code": "PERMISSION_DENIED"})
        if asked.get("run_id") == run_id(2)
        else (404, {"error_code": "RESOURCE_DOES_NOT_EXIST"})
        if asked.get("run_id") == run_id(1)
        else None
    )
    report, _ = crawl(project)
    assert report["verdict"] == "complete"
    assert live(project) == {**{k: n for k, n in WHOLE.items() if k != "logged_model"}, "model_version_run": 3}


def test_whatever_is_listed_the_crawl_goes_on(server: Tracking, project: Project) -> None:
    filled(server, 40, 1)
    server.records["registered_models"][1:1] = [7, {"name": 7}, {"name": "both \" and '"}, {"aliases": {}}]
    server.records["experiments"] += [None, {"experiment_id": ["x"]}]
    version = server.records["model_versions"][0]
    server.records["model_versions"] += [{**version, "name": name} for name in ("both \" and '", "both x and y")]
    report, log = crawl(project, code=1)
    assert report["records"]["quarantined"] == 5
    assert report["records"]["failed"] == 0
    assert (live(project)["registered_model"], live(project)["model_version"]) == (41, 41)
    assert report["problems"] == [f"5 of {report['records']['fetched']} records were quarantined"]
    assert "Traceback" not in log


BASIC = f"Basic {base64.b64encode(b'ana:s3cret-word').decode()}"


@pytest.mark.parametrize(
    ("given", "header"),
    [
        ({"MLFLOW_TRACKING_USERNAME": "ana", "MLFLOW_TRACKING_PASSWORD": "s3cret-word"}, BASIC),
        ({"MLFLOW_TRACKING_TOKEN": "s3cret-word"}, "Bearer s3cret-word"),
    ],
)
def test_credentials_go_to_the_server_and_nowhere_else(
    server: Tracking, project: Project, given: dict[str, str], header: str
) -> None:
    filled(server)
    project.environment |= given
    _, log = crawl(project, "-L", "DEBUG")
    assert {authorization for _, _, authorization in server.requests} == {header}
    crawl(project, "-a", "ids=model-0")
    assert {authorization for _, _, authorization in server.requests} == {header}
    secrets = (b"s3cret-word", header.encode(), header.partition(" ")[2].encode())
    files = [path.read_bytes() for path in project.data_dir.rglob("*") if path.is_file()]
    assert files
    assert not [secret for text in (log.encode(), *files) for secret in secrets if secret in text]
    with tracking() as elsewhere:
        server.location = elsewhere.url
        server.answer = lambda path, asked: (302, "moved")
        _, log = crawl(project, "-a", "mode=census", code=1)
        assert elsewhere.requests == []
    assert "redirect to http://127.0.0.1" in log


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"MLFLOW_TRACKING_URI": ""}, "mlflow is not configured: MLFLOW_TRACKING_URI is not set"),
        ({"MLFLOW_TRACKING_URI": "sqlite:///mlflow.db"}, "MLFLOW_TRACKING_URI: expected the address of a server"),
        ({"MLFLOW_TRACKING_URI": "http://ana:hidden@127.0.0.1:9"}, "must not contain a user name or password"),
        (
            {"MLFLOW_TRACKING_USERNAME": "ana"},
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD must be set together",
        ),
        (
            {
                "MLFLOW_TRACKING_USERNAME": "a",
                "MLFLOW_TRACKING_PASSWORD": "b",
                "MLFLOW_TRACKING_TOKEN": "c",
            },
            "MLFLOW_TRACKING_TOKEN cannot be used together with MLFLOW_TRACKING_USERNAME",
        ),
    ],
)
def test_settings_that_cannot_be_meant_are_wrong_usage(project: Project, given: dict[str, str], line: str) -> None:
    project.environment |= given
    done = project.scrapy("crawl", "mlflow")
    assert done.returncode == 2
    assert line in done.stderr.splitlines()[-1]
    assert "hidden" not in done.stderr
    assert not project.data_dir.exists()


def test_spiders_are_listed_without_any_variable(project: Project) -> None:
    del project.environment["MLFLOW_TRACKING_URI"]
    done = project.scrapy("list")
    assert done.returncode == 0
    assert "mlflow" in done.stdout.split()


@pytest.mark.parametrize("words", [["mode=ids"], ["mode=latest"], ["limit=0"], ["accept_deletions=true"]])
def test_arguments_that_cannot_be_meant_are_wrong_usage(project: Project, words: list[str]) -> None:
    assert project.scrapy("crawl", "mlflow", *(each for word in words for each in ("-a", word))).returncode == 2


def test_servers_of_one_catalog_do_not_touch_each_other(server: Tracking, project: Project) -> None:
    filled(server, 2, 1)
    crawl(project)
    with tracking() as other:
        filled(other, 1, 1)
        project.environment["MLFLOW_TRACKING_URI"] = other.url
        for mode in ("census", "census", "delta"):  # what two censuses do not show would be asked for, and be gone
            report, _ = crawl(project, "-a", f"mode={mode}")
            assert (report["verdict"], report["records"]["deleted"]) == ("complete", 0)
        records = project.status()["catalog"]["records"]
        assert [records[of]["registered_model"]["live"] for of in ("mlflow", f"mlflow/{other.url}")] == [2, 1]
        for key, of in ((f"{other.url}/model-0", other), ("model-0", server)):
            assert shown(project, f"registered_model/{key}")["root"]["iri"].startswith(f"{of.url}/")
        last_census = project.status()["catalog"]["last_census"]
        assert set(last_census) == {"mlflow", f"mlflow/{other.url}"}
        server.requests.clear()
        project.environment["MLFLOW_TRACKING_URI"] = server.url
        assert crawl(project, "-a", "mode=census")[0]["records"]["unchanged"] > 0
        assert len(server.asked("registered-models/search")) == 1
