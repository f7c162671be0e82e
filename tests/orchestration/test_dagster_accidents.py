"""Crawls and steps that are killed or interrupted: the same run goes on, and no process is left behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from support.crawling import CatalogProject, model, write_records
from support.orchestrating import CRAWL, DEFINITIONS, MARKED, Orchestrated, configured, kept, program, secrets_in

from mlentory_crawl.data_directory import locked
from mlentory_crawl.orchestration.program import PROGRAM
from mlentory_crawl.sample_hub import SampleHub

pytestmark = pytest.mark.extra(name="dagster")

MODELS = 2_050
"""Three pages."""
PATIENCE = 60.0
KILLED = """
import pathlib, signal, subprocess, time
done, raw = pathlib.Path(__file__).with_suffix(".done"), pathlib.Path(os.environ["MLENTORY_DATA_DIR"], "raw")
if sys.argv[1] != "crawl" or done.exists():
    os.execv(sys.executable, COMMAND)
done.touch()
crawl = subprocess.Popen(COMMAND)
while crawl.poll() is None and not any(path.stat().st_size for path in raw.rglob("answers.jsonl")):
    time.sleep(0.02)
crawl.kill()
crawl.wait()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleHub]:
    records = write_records(tmp_path_factory.mktemp("records") / "records.jsonl", [model(n) for n in range(MODELS)])
    with SampleHub(records=records) as hub:
        yield hub


@pytest.fixture
def hub(served: SampleHub) -> Iterator[SampleHub]:
    """The hub, which takes its time while the test does not say otherwise."""
    served.set(latency=1_000)
    yield served
    served.set(latency=0)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, served: SampleHub) -> bytes:
    """The export after a census that nothing happens to."""
    project = CatalogProject(tmp_path_factory.mktemp("undisturbed") / "data", served.url)
    assert project.crawl("-a", "mode=census")["records"]["new"] == MODELS
    return project.export("all.nt")


@pytest.fixture
def project(
    undisturbed: bytes, hub: SampleHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Orchestrated]:
    """A project with all secrets set, and with Dagster's runs in files, as the processes of steps find them."""
    made = Orchestrated(monkeypatch, tmp_path / "data", hub.url, **MARKED, DAGSTER_HOME=str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    shipped = Path(made.view.__file__).with_name("dagster.yaml")
    (tmp_path / "home" / "dagster.yaml").write_bytes(shipped.read_bytes())
    with dg.DagsterInstance.get() as made.instance:
        yield made


def launched(project: Orchestrated) -> subprocess.Popen[bytes]:
    """A process that executes a census, after the first page of it."""
    path = project.data_dir.parent / "run.yaml"
    path.write_text(json.dumps(configured("huggingface", {"mode": "census"})))
    step = subprocess.Popen(
        [sys.executable, "-m", "dagster", "job", "execute", "-m", DEFINITIONS, "-j", "huggingface", "-c", str(path)],
        env=project.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not any(path.stat().st_size for path in project.data_dir.rglob("answers.jsonl")):
        assert step.poll() is None
        time.sleep(0.02)
    return step


def assert_whole(project: Orchestrated, run: str, undisturbed: bytes) -> None:
    """Check that there is one run with everything, and that no secret has become known."""
    report, status = project.report(), project.status()
    assert [each["run_id"] for each in status["runs"]] == [report["run_id"]] == [run]
    assert len(list((project.data_dir / "runs").glob("*.json"))) == 1
    assert report["records"]["fetched"] == report["records"]["new"] == MODELS
    assert report["verdict"] == "complete"
    assert project.export("all.nt") == undisturbed
    assert secrets_in(kept(project.data_dir.parent / "home")) == []


def test_a_crawl_that_is_killed_goes_on_in_the_next_attempt(
    project: Orchestrated, hub: SampleHub, undisturbed: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hub.set(latency=200)
    monkeypatch.setenv(PROGRAM, program(tmp_path / "killed.py", KILLED))
    done = project.run("huggingface", "huggingface/model", mode="census")
    assert done.success
    assert done.attempts(CRAWL) == 2
    told = done.metadata["huggingface/model"]
    assert (told["new"], told["verdict"]) == (MODELS, "complete")
    assert done.tags["mlentory/verdict"] == "complete"
    assert_whole(project, told["run_id"], undisturbed)


def test_a_crawl_dies_with_its_step_and_goes_on_in_the_next_run(
    project: Orchestrated, hub: SampleHub, undisturbed: bytes
) -> None:
    with launched(project) as step:
        hub.set(latency=10 * PATIENCE * 1_000)
        step.kill()
    with locked(project.data_dir, PATIENCE):  # which the crawl would hold for much longer
        (begun,) = project.status()["runs"]
    assert begun["verdict"] is None
    hub.set(latency=0)
    done = project.run("huggingface", "huggingface/model", mode="census")
    assert done.success
    assert done.tags["mlentory/run"] == begun["run_id"]
    assert_whole(project, begun["run_id"], undisturbed)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_crawl_whose_step_is_interrupted_stores_what_it_has_and_reports(
    project: Orchestrated, number: signal.Signals
) -> None:
    with launched(project) as step:
        step.send_signal(number)
    assert step.returncode != 0
    with locked(project.data_dir, 0):  # which nobody holds any more
        stopped = project.report()
    assert stopped["verdict"] == "stopped"
    assert 0 < stopped["records"]["fetched"] == project.status()["catalog"]["records"]["huggingface"]["model"]["live"]
    (run,) = project.instance.get_runs()
    assert stopped["job"] == run.run_id
    assert run.status is dg.DagsterRunStatus.FAILURE
    log = kept(project.data_dir.parent / "home")
    assert f"Run {stopped['run_id']}: stopped".encode() in log
    assert secrets_in(log) == []
