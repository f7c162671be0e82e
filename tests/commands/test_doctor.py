"""What the doctor finds, and how it ends."""

from __future__ import annotations

import json
import os
import re
import time
from email.utils import formatdate
from pathlib import Path

import pytest
from support.crawling import CatalogProject, Project
from support.http_servers import Answer, served

from mlentory_crawl.catalog.queries.status import CatalogStatus
from mlentory_crawl.config.environment import ENV_FILE, names_in_environment, read_environment
from mlentory_crawl.data_directory import locked
from mlentory_crawl.face import Status
from mlentory_crawl.health import installation, services
from mlentory_crawl.health.finding import Finding
from mlentory_crawl.health.installation import check_data_directory, check_settings, check_versions, settings_in_effect
from mlentory_crawl.health.services import check_quotas
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.spiders import variables

HELP = Path(__file__).parents[2] / "docs" / "troubleshooting.md"


def told(project: Project, *words: str, code: int) -> list[Finding]:
    done = project.scrapy("doctor", "--json", *words)
    assert done.returncode == code, done.stderr
    return [Finding(**each) for each in json.loads(done.stdout)]


def test_a_new_installation_is_well(tmp_path: Path) -> None:
    with SampleHub(models=3, quota=100) as hub:
        project = Project(tmp_path / "data", hub.url, GITHUB_ENDPOINT=hub.url)
        found = told(project, "--offline", code=0)
        assert {each.check for each in found} >= {"versions", "settings", "data-directory", "disk", "catalog"}
        assert all(each.state != "problem" for each in found)
        assert not project.data_dir.exists()


def test_a_catalog_its_stores_and_the_quota_are_told(tmp_path: Path) -> None:
    with SampleHub(models=3, quota=100) as hub:
        project = Project(tmp_path / "data", hub.url)
        project.crawl("-a", "mode=census")
        found = told(project, code=0)
        by_check = {each.check: each for each in found}
        assert "huggingface 20" in by_check["catalog"].message
        assert by_check["search"].state == "ok"
        # What has no record here is not asked.
        assert [each.message for each in found if each.check == "quota"] == [by_check["quota"].message]
        assert "of 100 requests left" in by_check["quota"].message
        assert by_check["clock"] == Finding("clock", "ok", "agrees with huggingface")
        shown = project.scrapy("doctor").stdout
    assert "All is well." in shown


def test_each_check_has_its_section_in_the_documentation() -> None:
    headings = re.findall(r"^#+ (.+)$", HELP.read_text("utf-8"), re.MULTILINE)
    sections = {heading.lower().replace(" ", "-") for heading in headings}
    sources = (Path(installation.__file__), Path(services.__file__))
    checks = set(re.findall(r'Finding\(\s*"([a-z-]+)"', "".join(path.read_text("utf-8") for path in sources)))
    assert {"versions", "quota"} <= checks
    assert checks | {*services.SECTIONS, "projections"} <= sections


EMPTY = CatalogStatus(sequence=9, entities=9, edges=0, stubs=0, records={}, watermarks={}, last_census={})


@pytest.mark.parametrize(
    ("verdicts", "noted"),
    [
        (("complete", "failed"), []),
        (("failed", "suspect"), ["run 0 (openml census), the last one, is failed: mlentory status last"]),
        (("suspect", "failed"), ["run 0 (openml census), the last one, is suspect: mlentory status last"]),
        (("complete", "stopped", None), ["run 1 ({0}) {1}", "run 2 ({0}) {1}"]),
    ],
)
def test_runs_that_need_something_are_noted(verdicts: tuple[str | None, ...], noted: list[str]) -> None:
    runs = [
        {"run_id": str(place), "platform": "openml", "mode": "census", "verdict": verdict}
        for place, verdict in enumerate(verdicts)
    ]
    _, *notes = services.check_stores(Status(EMPTY, {}, runs))
    has_not_ended = "has not ended: the same command resumes it"
    assert notes == [Finding("catalog", "note", each.format("openml census", has_not_ended)) for each in noted]


@pytest.mark.parametrize(
    ("name", "backend", "section"),
    [
        ("neo4j", "neo4j", "neo4j"),
        ("search", "elasticsearch", "elasticsearch"),
        ("search", "tantivy", "search"),
        ("turtle", "files", "projections"),
    ],
)
def test_a_projection_is_told_in_the_section_of_its_store(name: str, backend: str, section: str) -> None:
    status = Status(EMPTY, {name: {"backend": backend, "position": 2, "backlog": 7}}, [])
    _, note = services.check_stores(status)
    assert note == Finding(section, "note", f"{name} is 7 behind the catalog: mlentory sync {name}")


def test_a_store_that_is_down_is_a_problem(tmp_path: Path) -> None:
    with SampleHub(models=3) as hub:
        project = CatalogProject(tmp_path / "data", hub.url, NEO4J_URI="bolt://127.0.0.1:9")
        project.crawl("-a", "mode=census")
        found = told(project, "--offline", code=1)
    by_check = {each.check: each.state for each in found}
    assert by_check["neo4j"] == "problem"
    assert by_check["search"] == "note"  # left out by the crawl
    shown = project.scrapy("doctor", "--offline").stdout
    assert "troubleshooting.md#neo4j" in shown
    assert "troubleshooting.md#disk" not in shown


def test_a_damaged_catalog_is_a_problem(tmp_path: Path) -> None:
    project = CatalogProject(tmp_path / "data", "http://127.0.0.1:9")
    project.data_dir.mkdir()
    (project.data_dir / "catalog.sqlite").write_bytes(b"no database " * 1_000)
    assert [each.state for each in told(project, "--offline", code=1) if each.check == "catalog"] == ["problem"]


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str | None]:
    for name in names_in_environment(variables()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(ENV_FILE, os.devnull)
    monkeypatch.chdir(tmp_path)
    return read_environment(variables())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUOTA_SHARE", "2"),
        ("QUOTA_SHARE", "much"),
        ("RAW_KEEP_RUNS", "-1"),
        ("PAGE_DELAY", "often"),
        ("PAGES_PER_HOST", "0"),
        ("MLENTORY_DATA_ACCESS", "everybody"),
        ("PROJECTIONS", "serach"),
        ("HF_ENDPOINT", "https://user:secret@hub.example"),
        ("ELASTICSEARCH_URL", "localhost"),
    ],
)
def test_a_setting_that_cannot_work_is_a_problem(settings: dict[str, str | None], name: str, value: str) -> None:
    (problem,) = (each for each in check_settings(variables(), {**settings, name: value}) if each.state == "problem")
    assert name in problem.message
    assert "secret" not in problem.message


def test_default_settings_are_no_finding(settings: dict[str, str | None]) -> None:
    assert list(check_settings(variables(), settings)) == []


def test_settings_in_effect_have_their_origin_and_no_secret(
    settings: dict[str, str | None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv(ENV_FILE, str(tmp_path / "given"))
    (tmp_path / "given").write_text(
        "RAW_KEEP_RUNS=3\nELASTICSEARCH_URL=https://me:secret@search.example:9200\nNEO4J_PASSWORD_FILE=neo4j\n"
    )
    (tmp_path / "neo4j").write_text("secret\n")
    shown = settings_in_effect(variables(), {**read_environment(variables()), "QUOTA_SHARE": "0.5"})
    assert shown == {
        "HF_TOKEN": {"value": "(hidden)", "origin": "environment"},
        "NEO4J_PASSWORD": {"value": "(hidden)", "origin": f"file {tmp_path / 'neo4j'}"},
        "RAW_KEEP_RUNS": {"value": "3", "origin": ".env"},
        "ELASTICSEARCH_URL": {"value": "https://search.example:9200", "origin": ".env"},
        "QUOTA_SHARE": {"value": "0.5", "origin": "command line"},
    }


def test_a_misspelled_setting_in_the_file_is_noted(settings: dict[str, str | None], tmp_path: Path) -> None:
    os.environ.pop(ENV_FILE)
    (tmp_path / ".env").write_text("HF_TOKKEN=x\nSOMETHING_ELSE=y\nHF_TOKEN_FILE=z\n")
    (tmp_path / "z").write_text("hf_x")
    (note,) = check_settings(variables(), settings)
    assert note == Finding("settings", "note", ".env sets HF_TOKKEN, which is no setting: did you mean HF_TOKEN?")


def test_a_held_data_directory_names_its_holder(tmp_path: Path) -> None:
    with locked(tmp_path / "data"):
        found = {each.check: each for each in check_data_directory(tmp_path / "data")}
        assert f"process {os.getpid()}" in found["data-directory"].message
    # What a killed process has left behind holds nothing.
    (tmp_path / "data" / "lock.json").write_text(json.dumps({"pid": 2**22 + 1, "command": "gone"}))
    found = {each.check: each for each in check_data_directory(tmp_path / "data")}
    assert found["data-directory"] == Finding("data-directory", "ok", str(tmp_path / "data"))


def test_a_file_in_its_place_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    assert "problem" in {each.state for each in check_data_directory(tmp_path / "data")}


def test_a_full_disk_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "LEAST_FREE", 1 << 62)
    assert [each.state for each in check_data_directory(tmp_path) if each.check == "disk"] == ["problem"]


def test_versions_out_of_range_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [each for each in check_versions() if each.state == "problem"] == []
    far = ['surely-not-either; extra == "far"', 'pytest<1; extra == "far"']  # is no fault without the rest of the extra
    declared = ["orjson<1", "surely-not-installed>=2", *far, 'pytest<1; extra == "dev"']
    monkeypatch.setattr(installation, "requires", lambda _: declared)
    found = list(check_versions())
    assert [each.state for each in found] == ["ok", "problem", "problem", "note", "ok", "ok"]
    assert found[1].message.endswith("<1 is supported")
    assert found[2].message == "surely-not-installed is not installed"
    assert found[-1].message == "not installed: far"


@pytest.mark.parametrize(
    ("status", "headers", "states"),
    [
        (200, {"RateLimit": '"api";r=7;t=100', "RateLimit-Policy": '"fixed";"api";q=500;w=300'}, ["ok", "ok"]),
        (429, {"RateLimit": '"api";r=0;t=100', "RateLimit-Policy": '"fixed";"api";q=500;w=300'}, ["note", "ok"]),
        (401, {}, ["problem", "ok"]),
        (500, {}, ["problem", "ok"]),
        (302, {"Location": "http://127.0.0.1:9/elsewhere"}, ["problem", "ok"]),
    ],
)
def test_the_quota_is_read_from_an_answer(
    settings: dict[str, str | None], status: int, headers: dict[str, str], states: list[str]
) -> None:
    def answer(_method: str, _path: str, _body: bytes) -> Answer:
        return status, headers, b"[]"

    with served(answer) as url:
        found = list(check_quotas({**settings, "HF_ENDPOINT": url}, {"huggingface"}))
    assert [(each.check, each.state) for each in found] == list(zip(("quota", "clock"), states, strict=True))


@pytest.mark.parametrize(("seconds", "state"), [(-3_600, "problem"), (3_600, "problem"), (-30, "note"), (30, "note")])
def test_the_clock_of_a_service_is_compared(settings: dict[str, str | None], seconds: int, state: str) -> None:
    def answer(_method: str, _path: str, _body: bytes) -> Answer:
        return 200, {"Date": formatdate(time.time() + seconds, usegmt=True)}, b"[]"

    with served(answer) as url:
        *_, clock = check_quotas({**settings, "HF_ENDPOINT": url}, {"huggingface"})
    assert (clock.check, clock.state) == ("clock", state)
    assert ("behind" if seconds > 0 else "ahead of") in clock.message


@pytest.mark.parametrize("seconds", [120, 7_200])
def test_a_quota_is_told_as_the_service_announces_it(settings: dict[str, str | None], seconds: int) -> None:
    def answer(_method: str, _path: str, _body: bytes) -> Answer:
        limits = {"RateLimit": f'"api";r=0;t={seconds}', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}
        return 200, {**limits, "Date": formatdate(usegmt=True)}, b"[]"

    with served(answer) as url:
        quota, _ = check_quotas({**settings, "HF_ENDPOINT": url}, {"huggingface"})
    assert quota.state == "note"
    found = re.fullmatch(r"huggingface: 0 of 500 requests left, reset in ([\d,]+) s", quota.message)
    assert found
    assert seconds - 60 < int(found[1].replace(",", "")) <= seconds + 1


def test_a_service_that_is_down_is_a_problem(settings: dict[str, str | None]) -> None:
    found = check_quotas({**settings, "HF_ENDPOINT": "http://127.0.0.1:9", "GITHUB_ENDPOINT": "http://127.0.0.1:9"}, ())
    assert [(each.check, each.state) for each in found] == [("quota", "problem")] * 2
