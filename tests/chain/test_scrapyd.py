"""A real scrapyd on this machine: deploys the egg, and crawls the sample hub with it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from support.crawling import Project

from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.spiders import platforms

pytestmark = pytest.mark.extra(name="scrapyd")
ROOT = Path(__file__).parents[2]
PROJECT = "mlentory_crawl"
SPIDER = "huggingface"
EGG_VERSION = "0.0.1"
MODELS = 4_000
PATIENCE = 60.0

Found = TypeVar("Found")


def wait_for(what: Callable[[], Found | None]) -> Found:
    """What `what` returns once it is true; the test fails if it never is."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.1)
    pytest.fail(f"nothing came after {PATIENCE:.0f} s")


@pytest.fixture(scope="module")
def egg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's egg, of a version that no checkout has: its crawls tell where their code came from."""
    source = tmp_path_factory.mktemp("source")
    for name in ("fair4ml", "mlentory_crawl"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("LICENSE", "NOTICE", "README.md", "pyproject.toml", "setup.py"):
        shutil.copy(ROOT / name, source)
    (source / "mlentory_crawl" / "__init__.py").write_text(f'__version__ = "{EGG_VERSION}"\n')
    subprocess.run([sys.executable, "setup.py", "-q", "bdist_egg"], cwd=source, check=True, capture_output=True)
    (built,) = (source / "dist").glob(f"mlentory_crawl-{EGG_VERSION}-*.egg")
    return built


class Scrapyd:
    """A scrapyd with a folder of its own, and what one asks of it."""

    def __init__(self, home: Path, endpoint: str, **given: str) -> None:
        self.data_dir = home / "data"
        shutil.copy(ROOT / "scrapy.cfg", home)
        (home / "scrapyd.conf").write_text("[scrapyd]\npoll_interval = 0.2\n")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = home / "scrapyd.log"
        environment = {
            **Project(self.data_dir, endpoint).environment,
            # Without the folder of its eggs, what is installed would go before what is deployed.
            "PYTHONPATH": os.pathsep.join([str(home / "eggs" / PROJECT), str(ROOT)]),
            "SCRAPYD_HTTP_PORT": str(port),
            **given,
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "scrapyd", "--pidfile="],
                cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def get(self, page: str, **fields: str) -> dict[str, Any]:
        return self._ask(Request(f"{self.url}/{page}?{urlencode({'project': PROJECT, **fields})}"))

    def post(self, page: str, **fields: str) -> dict[str, Any]:
        return self._ask(Request(f"{self.url}/{page}", urlencode({"project": PROJECT, **fields}).encode()))

    def deploy(self, egg: Path, version: str) -> dict[str, Any]:
        boundary = "synthetic-boundary"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n'
        fields = [(head % (name, "") + value + "\r\n") for name, value in (("project", PROJECT), ("version", version))]
        before, after = "".join([*fields, head % ("egg", '; filename="project.egg"')]), f"\r\n--{boundary}--\r\n"
        body = before.encode() + egg.read_bytes() + after.encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._ask(Request(f"{self.url}/addversion.json", body, headers))

    def _ask(self, request: Request) -> dict[str, Any]:
        with urlopen(request, timeout=PATIENCE) as answer:
            told: dict[str, Any] = json.load(answer)
        assert told["status"] == "ok", told
        return told

    def answers(self) -> bool:
        try:
            return bool(self.get("daemonstatus.json"))
        except URLError:
            return False

    def schedule(self, job: str, **arguments: str) -> None:
        assert self.post("schedule.json", spider=SPIDER, jobid=job, **arguments)["jobid"] == job

    def ended(self, job: str) -> bool:
        return job in {told["id"] for told in self.get("listjobs.json")["finished"]}

    def outcome(self, job: str) -> str:
        """The line with which scrapyd noted the end of a job."""
        (line,) = (
            line for line in self.log.read_text().splitlines()
            if f"job='{job}'" in line and ("Process finished" in line or "Process died" in line)
        )  # fmt: skip
        return line

    def reports(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_bytes()) for path in sorted((self.data_dir / "runs").glob("*.json"))]

    def stored(self) -> int:
        """How many records the catalog has at present."""
        try:
            with closing(sqlite3.connect(f"{(self.data_dir / CATALOG).as_uri()}?mode=ro", uri=True)) as catalog:
                return int(catalog.execute("SELECT count(*) FROM record").fetchone()[0])
        except sqlite3.OperationalError:  # not made yet
            return 0

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def hub() -> Iterator[SampleHub]:
    with SampleHub(models=MODELS) as hub:
        yield hub


@pytest.fixture
def scrapyd(tmp_path: Path, hub: SampleHub) -> Iterator[Scrapyd]:
    hub.set(latency=0)
    server = Scrapyd(tmp_path, hub.url)
    wait_for(server.answers)
    yield server
    server.stop()


def test_the_egg_has_both_packages_with_their_data_and_nothing_else(egg: Path) -> None:
    names = {name for name in zipfile.ZipFile(egg).namelist() if not name.startswith("EGG-INFO/")}
    files = {
        str(path.relative_to(ROOT))
        for package in ("fair4ml", "mlentory_crawl")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if not name.endswith(".pyc")} == files


def test_a_deployed_crawl_stores_everything_and_its_report_names_the_job(
    scrapyd: Scrapyd, egg: Path, tmp_path: Path
) -> None:
    assert scrapyd.deploy(egg, "r1")["spiders"] == len(platforms())
    assert scrapyd.get("listversions.json")["versions"] == ["r1"]
    assert scrapyd.get("listspiders.json")["spiders"] == [spider.name for spider in platforms()]
    config = tmp_path / "nightly.yaml"
    config.write_text("parameters: {mode: latest, limit: 60}")
    scrapyd.schedule("nightly", config=str(config), limit="50", _version="r1", setting="LOG_LEVEL=DEBUG")
    wait_for(lambda: scrapyd.ended("nightly"))
    (report,) = scrapyd.reports()
    assert report["verdict"] == "complete"
    assert report["job"] == "nightly"
    assert report["software_version"] == EGG_VERSION
    assert report["arguments"] == {"mode": "latest", "limit": 50}
    assert report["records"]["new"] == 50
    assert {name: told["backlog"] for name, told in report["projections"].items()} == {"search": 0, "turtle": 0}
    assert report["projections"]["search"]["documents"] == 50
    assert "Process finished" in scrapyd.outcome("nightly")
    with urlopen(f"{scrapyd.url}/logs/{PROJECT}/{SPIDER}/nightly.log", timeout=PATIENCE) as log:
        assert f"Run {report['run_id']}: complete" in log.read().decode()


def test_a_cancelled_census_is_resumed_by_the_next_job(scrapyd: Scrapyd, hub: SampleHub) -> None:
    hub.set(latency=1_000)
    scrapyd.schedule("first", mode="census")
    wait_for(scrapyd.stored)
    assert scrapyd.post("cancel.json", job="first")["prevstate"] == "running"
    wait_for(lambda: scrapyd.ended("first"))
    (stopped,) = scrapyd.reports()
    assert stopped["verdict"] == "stopped"
    assert 0 < stopped["records"]["fetched"] < MODELS
    assert "exitstatus=3" in scrapyd.outcome("first")

    hub.set(latency=0)
    scrapyd.schedule("second", mode="census")
    wait_for(lambda: scrapyd.ended("second"))
    (resumed,) = scrapyd.reports()
    assert resumed["run_id"] == stopped["run_id"]
    assert resumed["verdict"] == "complete"
    assert resumed["job"] == "second"
    assert resumed["records"]["fetched"] == resumed["records"]["new"] == MODELS


def test_one_job_runs_at_a_time_and_a_pending_one_can_be_cancelled(scrapyd: Scrapyd, hub: SampleHub) -> None:
    hub.set(latency=1_000)
    scrapyd.schedule("running", mode="census")
    scrapyd.schedule("pending", mode="latest")
    jobs = wait_for(lambda: told if (told := scrapyd.get("listjobs.json"))["running"] else None)
    assert [job["id"] for job in jobs["running"]] == ["running"]
    assert [job["id"] for job in jobs["pending"]] == ["pending"]
    assert scrapyd.post("cancel.json", job="pending")["prevstate"] == "pending"
    assert scrapyd.get("listjobs.json")["pending"] == []


def test_a_job_that_cannot_begin_is_told_by_its_exit_status(scrapyd: Scrapyd) -> None:
    scrapyd.schedule("wrong", mode="everything")
    wait_for(lambda: scrapyd.ended("wrong"))
    assert "exitstatus=2" in scrapyd.outcome("wrong")
    assert "-a mode='everything'" in scrapyd.log.read_text()
    assert scrapyd.reports() == []


def test_stopping_scrapyd_waits_for_the_report_of_a_running_crawl(scrapyd: Scrapyd, hub: SampleHub) -> None:
    hub.set(latency=1_000)
    scrapyd.schedule("interrupted", mode="census")
    wait_for(scrapyd.stored)
    assert scrapyd.stop() in (0, -signal.SIGTERM)
    (report,) = scrapyd.reports()
    assert report["verdict"] == "stopped"
    assert not [told for told in report["projections"].values() if told["backlog"]]
    assert "exitstatus=3" in scrapyd.outcome("interrupted")


OPEN = {"SCRAPYD_BIND_ADDRESS": "0.0.0.0"}


@pytest.mark.parametrize(
    ("given", "starts"),
    [
        ({}, True),
        ({"SCRAPYD_BIND_ADDRESS": "127.0.0.2"}, True),
        ({"SCRAPYD_BIND_ADDRESS": "::1"}, True),
        ({"SCRAPYD_BIND_ADDRESS": "localhost"}, True),
        (OPEN, False),
        ({"SCRAPYD_BIND_ADDRESS": "::"}, False),
        ({"SCRAPYD_BIND_ADDRESS": "192.168.1.7"}, False),
        ({"SCRAPYD_BIND_ADDRESS": "crawler.example"}, False),
        ({**OPEN, "SCRAPYD_PASSWORD": "secret"}, False),  # scrapyd asks for none then
        ({**OPEN, "SCRAPYD_USERNAME": "scrapyd", "SCRAPYD_PASSWORD": ""}, False),
        ({**OPEN, "SCRAPYD_USERNAME": "scrapyd", "SCRAPYD_PASSWORD": "secret"}, True),
    ],
)
def test_nobody_runs_code_from_outside_without_a_password(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], starts: bool
) -> None:
    from scrapyd.config import Config

    from mlentory_crawl.extensions.scrapyd_launcher import Launcher

    for name in ("BIND_ADDRESS", "USERNAME", "PASSWORD", "PASSWORD_FILE"):
        monkeypatch.delenv(f"SCRAPYD_{name}", raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    app = SimpleNamespace(getComponent=lambda interface: None)
    if starts:
        Launcher(Config({"max_proc": "1"}), app)
    else:
        with pytest.raises(SystemExit, match=r"anyone could run code: set SCRAPYD_USERNAME and SCRAPYD_PASSWORD"):
            Launcher(Config({"max_proc": "1"}), app)


def test_a_password_that_stands_in_a_file_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("100%(x)s%\n")
    given = {"SCRAPYD_USERNAME": "scrapyd", "SCRAPYD_PASSWORD_FILE": str(tmp_path / "password")}
    server = Scrapyd(tmp_path, "http://127.0.0.1:9", **given)

    def status(password: str) -> int:
        token = base64.b64encode(f"scrapyd:{password}".encode()).decode()
        request = Request(f"{server.url}/daemonstatus.json", headers={"Authorization": f"Basic {token}"})
        try:
            with urlopen(request, timeout=PATIENCE) as answer:
                return int(answer.status)
        except HTTPError as error:
            with error:
                return error.code
        except URLError:  # not up yet
            return 0

    try:
        assert wait_for(lambda: status("wrong")) == 401
        assert status("100%(x)s%") == 200
    finally:
        server.stop()
    assert "100%(x)s%" not in server.log.read_text()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"SCRAPYD_PASSWORD_FILE": "none"}, "SCRAPYD_PASSWORD_FILE: none: No such file or directory"),
        (
            {"SCRAPYD_PASSWORD_FILE": "none", "SCRAPYD_PASSWORD": "secret"},
            "SCRAPYD_PASSWORD and SCRAPYD_PASSWORD_FILE are both set (environment): set only one of them",
        ),
    ],
)
def test_without_its_password_it_does_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: dict[str, str], message: str
) -> None:
    from scrapyd.config import Config

    from mlentory_crawl.extensions.scrapyd_launcher import Launcher

    monkeypatch.delenv("SCRAPYD_PASSWORD", raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        Launcher(Config({"max_proc": "1"}), SimpleNamespace(getComponent=lambda interface: None))
    assert (ended.value.code, capsys.readouterr().err) == (2, f"{message}\n")


def test_an_open_scrapyd_does_not_start(tmp_path: Path) -> None:
    shutil.copy(ROOT / "scrapy.cfg", tmp_path)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SCRAPYD_")}
    done = subprocess.run(
        [sys.executable, "-m", "scrapyd", "--pidfile="],
        cwd=tmp_path, env={**environment, **OPEN, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "anyone could run code" in done.stderr
    assert "Traceback" not in done.stderr
