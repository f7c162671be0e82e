"""The code server: it serves the definitions, and does not leave runs unfinished that nobody works on."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml
from support.orchestrating import Orchestrated, configured, orchestrated

from mlentory_crawl.data_directory import locked
from mlentory_crawl.orchestration import code_server
from mlentory_crawl.orchestration.code_server import LOCATION, SOCKET, give_up, unfinished_runs
from mlentory_crawl.sample_hub import SampleHub

pytestmark = pytest.mark.extra(name="dagster")

SHIPPED = Path(code_server.__file__).parent
LOCATION_TAG = "dagster/code_location"
FAILING = """
import threading, time
from mlentory_crawl.orchestration.code_server import end
threading.excepthook = end
threading.Thread(target=lambda: 1 / 0).start()
time.sleep(60)
"""

IMPATIENT = """
from mlentory_crawl.orchestration import code_server
code_server.NOTICED = 0.0
code_server.main()
"""


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    (tmp_path / "dagster.yaml").write_bytes((SHIPPED / "dagster.yaml").read_bytes())
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dg.DagsterInstance.get() as made:
        yield made


def run_of(instance: dg.DagsterInstance, status: str, location: str = LOCATION) -> str:
    """The id of a run that has begun."""
    job = dg.GraphDefinition(name="nothing").to_job()
    made = instance.create_run_for_job(job, status=dg.DagsterRunStatus(status), tags={LOCATION_TAG: location})
    return str(made.run_id)


def status_of(instance: dg.DagsterInstance, run: str) -> str:
    found = instance.get_run_by_id(run)
    assert found is not None
    return str(found.status.value)


def test_runs_of_an_earlier_server_fail_and_are_started_again(instance: dg.DagsterInstance) -> None:
    begun = run_of(instance, "STARTED")
    assert unfinished_runs() == [begun]
    give_up([begun])
    found = instance.get_run_by_id(begun)
    assert found is not None
    assert found.status is dg.DagsterRunStatus.FAILURE
    assert found.tags["dagster/will_retry"] == "true"
    assert unfinished_runs() == []


def test_runs_that_have_not_begun_have_ended_or_are_of_others_are_left_alone(instance: dg.DagsterInstance) -> None:
    kept = {run_of(instance, status): status for status in ("STARTING", "SUCCESS", "CANCELED", "CANCELING")}
    kept[run_of(instance, "STARTED", "theirs")] = "STARTED"
    assert unfinished_runs() == []
    give_up([run for run, status in kept.items() if status != "STARTED"])
    assert {run: status_of(instance, run) for run in kept} == kept


def test_the_server_ends_with_a_thread_of_it_that_fails() -> None:
    done = subprocess.run([sys.executable, "-c", FAILING], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr


def test_the_shipped_workspace_is_that_of_the_server() -> None:
    (named,) = yaml.safe_load((SHIPPED / "workspace.yaml").read_text())["load_from"]
    assert named["grpc_server"] == {"socket": {"env": SOCKET}, "location_name": LOCATION}


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orchestrated]:
    """A project whose server had an unfinished run from the start, and was stopped during a crawl."""
    home = tmp_path_factory.mktemp("home")
    shipped = yaml.safe_load((SHIPPED / "dagster.yaml").read_text())
    settings = {name: shipped[name] for name in ("telemetry", "nux", "run_monitoring")}
    # Without a queue there is no need of a daemon.
    queue = {"module": "dagster.core.run_coordinator", "class": "DefaultRunCoordinator"}
    (home / "dagster.yaml").write_text(yaml.safe_dump({**settings, "run_coordinator": queue}))
    (home / "run.yaml").write_text(json.dumps(configured("huggingface", {"mode": "census"})))
    given = {"DAGSTER_HOME": str(home), SOCKET: str(home / "server.sock")}
    launch = ["launch", "--job=huggingface", f"--config={home}/run.yaml", f"--workspace={SHIPPED}/workspace.yaml"]
    with SampleHub(models=1_050) as hub, orchestrated(home / "data", hub.url, **given) as project:
        hub.set(latency=1_000)
        with dg.DagsterInstance.get() as project.instance:
            run_of(project.instance, "STARTED")
            command = [sys.executable, "-c", IMPATIENT]
            with subprocess.Popen(command, env=project.environment, stderr=subprocess.DEVNULL) as server:
                try:
                    with socket.socket(socket.AF_UNIX) as client:
                        while client.connect_ex(given[SOCKET]):
                            assert server.poll() is None
                            time.sleep(0.05)
                    launched = [sys.executable, "-m", "dagster", "job", *launch]
                    subprocess.run(launched, env=project.environment, stdout=subprocess.DEVNULL, check=True)
                    while not any(path.stat().st_size for path in project.data_dir.rglob("answers.jsonl")):
                        time.sleep(0.02)
                finally:
                    server.terminate()
            assert server.returncode == 0
            yield project


def test_a_crawl_whose_server_is_stopped_is_interrupted_and_reports(stopped: Orchestrated) -> None:
    with locked(stopped.data_dir, 0):  # which nobody holds any more
        report = stopped.report()
    run = stopped.instance.get_run_by_id(report["job"])
    assert run is not None
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert run.tags[LOCATION_TAG] == LOCATION
    assert report["verdict"] == "stopped"


def test_a_new_server_fails_the_unfinished_runs_of_the_last_one(stopped: Orchestrated) -> None:
    (begun,) = stopped.instance.get_runs(dg.RunsFilter(job_name="nothing"))
    assert begun.status is dg.DagsterRunStatus.FAILURE
