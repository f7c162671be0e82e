"""Health and metrics, of the service and of crawls; and what is shipped to read them."""

from __future__ import annotations

import asyncio
import json
import random
import re
import stat
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient
from starlette.types import Message
from support.crawling import ROOT, Project
from support.guarded import ELSEWHERE, client_of, served

from mlentory_crawl import __version__
from mlentory_crawl.catalog.queries.measures import Measure, projection_measures
from mlentory_crawl.exporters.metrics_file import exposition
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.service.watch import catalog_metrics

pytestmark = pytest.mark.extra(name="serve")

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboard.json"
PUBLIC = {"SERVE_HOSTS": "models.example.org"}

Samples = dict[str, dict[frozenset[tuple[str, str]], float]]


def samples(text: str) -> Samples:
    """The values by name and labels, as Prometheus' own parser reads them."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for each in family.samples:
            values = found.setdefault(each.name, {})
            labels = frozenset(each.labels.items())
            assert labels not in values
            values[labels] = each.value
    return found


def labels(**given: str) -> frozenset[tuple[str, str]]:
    return frozenset(given.items())


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, Path]]:
    """A data directory after two crawls that have written their metrics, and their file."""
    folder = tmp_path_factory.mktemp("watch")
    with SampleHub(models=80) as hub:
        project = Project(folder / "data", hub.url, METRICS_FILE=str(folder / "collector" / "mlentory.prom"))
        project.crawl("-a", "mode=census", "-a", "limit=60")
        project.crawl("-a", "mode=census")
        yield project, folder / "collector" / "mlentory.prom"


@pytest.fixture
def here(crawled: tuple[Project, Path]) -> Iterator[TestClient]:
    with served(crawled[0].data_dir, **PUBLIC) as client:
        yield client


def test_health_says_no_more_than_it_must(here: TestClient) -> None:
    for path, text in (("/healthz", "ok\n"), ("/readyz", "ready\n")):
        answer = client_of(here, ELSEWHERE).get(path)
        assert (answer.status_code, answer.text) == (200, text)
        assert __version__ not in str(answer.headers)
        assert "server" not in answer.headers


def test_without_an_index_it_lives_and_is_not_ready(crawled: tuple[Project, Path]) -> None:
    with served(crawled[0].data_dir) as here:
        index = crawled[0].data_dir / "search"
        index.rename(index.with_name("aside"))
        try:
            assert here.get("/healthz").status_code == 200
            assert here.get("/readyz").status_code == 503
        finally:
            index.with_name("aside").rename(index)
        assert here.get("/readyz").status_code == 200


def test_metrics_of_the_catalog(here: TestClient, crawled: tuple[Project, Path]) -> None:
    answer = here.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    found = samples(answer.text)
    status = crawled[0].status()
    models = status["catalog"]["records"]["huggingface"]["model"]["live"]
    assert found["mlentory_records"][labels(platform="huggingface", kind="model", state="live")] == models
    assert found["mlentory_catalog_sequence"][labels()] == status["catalog"]["sequence"]
    assert found["mlentory_projection_backlog"][labels(projection="search")] == 0
    assert found["mlentory_run_verdict"] == {
        labels(platform="huggingface", verdict=each): float(each == "complete")
        for each in ("complete", "suspect", "stopped", "failed")
    }
    assert found["mlentory_run_records"][labels(platform="huggingface", outcome="quarantined")] == 0
    assert 0 < found["mlentory_field_ratio"][labels(platform="huggingface", kind="model", field="license")] <= 1
    assert set(found["mlentory_last_census_timestamp_seconds"]) == {labels(platform="huggingface")}
    drifted = found["mlentory_drift_psi"]
    assert {dict(each)["distribution"] for each in drifted} >= {"license", "task", "library"}
    assert {(each["platform"], each["kind"], each["since"]) for each in map(dict, drifted)} == {
        ("huggingface", "model", "run")
    }
    assert all(value > 0 for value in drifted.values())


def test_the_catalog_is_not_read_for_each_request(
    here: TestClient, crawled: tuple[Project, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert samples(here.get("/metrics").text)["mlentory_catalog_readable"][labels()] == 1
    catalog = crawled[0].data_dir / "catalog.sqlite"
    catalog.rename(catalog.with_name("aside"))
    try:
        assert samples(here.get("/metrics").text)["mlentory_catalog_readable"][labels()] == 1
        monkeypatch.setattr(catalog_metrics, "EVERY", 0.0)
        found = samples(here.get("/metrics").text)
        assert found["mlentory_catalog_readable"][labels()] == 0
        assert "mlentory_records" not in found
        assert here.get("/readyz").status_code == 503
    finally:
        catalog.with_name("aside").rename(catalog)
    assert "mlentory_records" in samples(here.get("/metrics").text)


def test_whatever_is_asked_there_are_no_more_series(here: TestClient) -> None:
    made_up = random.Random(7)
    asked = 10_000

    def word() -> str:
        return "".join(made_up.choices(string.printable + "é\u202e", k=12))

    async def ask() -> None:
        for number in range(asked):
            scope = {
                "type": "http",
                "method": word() if number % 2 else "GET",
                "path": f"/{word()}",
                "raw_path": b"",
                "query_string": word().encode(),
                "headers": [(b"host", b"localhost" if number % 10 else word().encode())],
                "client": (f"198.51.100.{number % 250}", 1),
                "server": ("127.0.0.1", 8010),
                "scheme": "http",
                "root_path": "",
                "http_version": "1.1",
            }
            await here.app(scope, receive, send)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None: ...

    there = client_of(here, ELSEWHERE)
    for path, headers in (("/nope", {}), ("/nope", {"Host": "evil.example"}), ("/no%00pe", {}), ("/metrics", {})):
        there.get(path, headers=headers)
    here.get("/metrics")
    before = samples(here.get("/metrics").text)
    asyncio.run(ask())
    after = samples(here.get("/metrics").text)
    assert {name: set(values) for name, values in after.items()} == {name: set(each) for name, each in before.items()}
    of_others = labels(route="other", status="4xx")
    name = "mlentory_http_requests_total"
    assert after[name][of_others] - before[name][of_others] == asked


def test_a_crawl_writes_its_metrics(crawled: tuple[Project, Path], here: TestClient) -> None:
    project, file = crawled
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert stat.S_IMODE(file.stat().st_mode) == 0o644  # node-exporter is another user
    written, live = samples(file.read_text()), samples(here.get("/metrics").text)
    report = project.report()
    of_platform = labels(platform="huggingface")
    assert written["mlentory_run_duration_seconds"][of_platform] == report["seconds"]
    assert written["mlentory_run_peak_memory_bytes"][of_platform] == report["peak_rss_mb"] * 1024 * 1024
    for outcome, count in report["records"].items():
        assert written["mlentory_run_records"][labels(platform="huggingface", outcome=outcome)] == count
    # Both tell the same, by the same names.
    assert set(written) <= set(live)
    for name in set(written) - {"mlentory_projection_position"}:
        assert written[name] == live[name], name


def test_metrics_that_cannot_be_written_change_no_verdict(crawled: tuple[Project, Path], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = crawled[0].scrapy(
        "crawl", "huggingface", "-a", "limit=1", "-s", f"METRICS_FILE={tmp_path}/file/x.prom",
        "-s", f"MLENTORY_DATA_DIR={tmp_path}/data",
    )  # fmt: skip
    assert done.returncode == 0
    assert "The metrics of the run could not be written" in done.stderr


def test_names_of_strangers_are_text() -> None:
    name = 'a "b"\\c\nmlentory_up 1 # {x="y"} é'
    measure = Measure("mlentory_records", 'Back\\slash, "quotes"\nand a line.')
    measure.add(2, platform=name, kind="")
    found = list(text_string_to_metric_families(exposition([measure, *projection_measures({name: {"backlog": 3}})])))
    assert [each.name for each in found] == [
        "mlentory_records", "mlentory_projection_backlog", "mlentory_projection_readable",
    ]  # fmt: skip
    assert found[0].samples[0].labels == {"platform": name, "kind": ""}
    assert found[0].documentation == measure.meaning
    assert found[1].samples[0].value == 3


# What is shipped


NAME = re.compile(r"\b(mlentory_[a-z0-9_]+|process_[a-z_]+)\b")


def expressions() -> Iterator[tuple[str, str]]:
    """What the rules and the dashboard ask Prometheus, with where they ask it."""
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    dashboard: dict[str, Any] = json.loads(DASHBOARD.read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]


def test_rules_and_dashboard_ask_for_metrics_that_there_are(here: TestClient) -> None:
    here.get("/nope", headers={"Host": "evil.example"})
    found = samples(here.get("/metrics").text)
    asked = [(where, name) for where, text in expressions() for name in NAME.findall(text)]
    assert len(asked) > 20
    assert [(where, name) for where, name in asked if name not in found] == []
    for where, text in expressions():
        for name, selected in re.findall(r"(mlentory_[a-z0-9_]+)\{([^}]*)\}", text):
            known = {label for each in found[name] for label, _ in each}
            used = set(re.findall(r"([a-z_]+)\s*[=!]~?", selected))
            assert used <= known, where


def test_each_rule_says_what_to_do() -> None:
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    assert {rule["alert"] for rule in rules} >= {
        "MlentoryProjectionBehind", "MlentoryCensusTooOld", "MlentoryRunNotComplete", "MlentoryCoverageFallen",
        "MlentoryQuarantineRisen", "MlentoryDrift",
    }  # fmt: skip
    for rule in rules:
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"].keys() == {"summary", "description"}
        assert "mlentory " in rule["annotations"]["description"]  # the command that helps
