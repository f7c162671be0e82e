"""A real MLflow tracking server on the loopback, of the first `mlflow` on PATH, and what tests keep in it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

USER, PASSWORD = "admin", "correct-horse-battery"
STARTUP_SECONDS = 120
MODELS, RUNS = 50, 200
LOGGED = 60
"""So many runs have parameters and metrics: the server takes its time for each writing."""


class Tracking:
    """The REST API of a tracking server.

    Args:
        url: its address.
        user: what to log in as, with a password; None for a server that asks for nobody.
    """

    def __init__(self, url: str, user: tuple[str, str] | None = None) -> None:
        self.url = url
        self._headers = {"Content-Type": "application/json"}
        if user is not None:
            self._headers["Authorization"] = f"Basic {base64.b64encode(':'.join(user).encode()).decode()}"

    def __call__(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/api/2.0/mlflow/{path}",
            data=json.dumps(body).encode() if body else None,
            method=method,
            headers=self._headers,
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                answer: dict[str, Any] = json.loads(response.read() or b"{}")
                return answer
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{method} {path}: {error.code} {error.read()[:500]!r}") from error

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        return self("POST", path, **body)


@contextmanager
def tracking_server(folder: Path, *, app: str | None = None) -> Iterator[str]:
    """The address of a server with a database of its own; the test fails if none can be started.

    Args:
        folder: where it keeps everything.
        app: an app of MLflow's to run in place of the plain server, such as ``basic-auth``.
    """
    command = shutil.which("mlflow")
    if command is None:
        pytest.fail("there is no mlflow on PATH: make test-extras EXTRA=mlflow has one")
    folder.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")},
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "tests",
        "MLFLOW_AUTH_ADMIN_PASSWORD": PASSWORD,
        # A tracking server is a Python program of its own, perhaps in another environment than these tests.
        "PYTHONPATH": "",
    }
    words = [command, "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    words += ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--artifacts-destination", str(folder)]
    words += ["--app-name", app] if app else []
    url = f"http://127.0.0.1:{port}"
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            words, cwd=folder, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        if not _answers(server, f"{url}/health"):
            told = (folder / "server.log").read_text("utf-8", "replace").strip().splitlines()[-1:]
            pytest.fail(f"mlflow cannot be started here: {' '.join(told)[:200]}")
        yield url
    finally:
        # The command starts workers, which are of its process group.
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait(30)


def _answers(server: subprocess.Popen[bytes], url: str) -> bool:
    until = time.monotonic() + STARTUP_SECONDS
    while server.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return True
        except OSError:
            time.sleep(0.2)
    return False


def fill(tracking: Tracking) -> dict[str, str]:
    """50 registered models and 200 runs in 2 experiments, a logged model; the ids of what tests look at."""
    names = ("churn", "fraud")
    experiments = [tracking.post("experiments/create", name=name)["experiment_id"] for name in names]

    def add_run(number: int) -> str:
        run: str = tracking.post(
            "runs/create", experiment_id=experiments[number % 2], run_name=f"run-{number}", start_time=1_700_000_000_000
        )["run"]["info"]["run_id"]
        if number < LOGGED:
            tracking.post(
                "runs/log-batch",
                run_id=run,
                metrics=[
                    {"key": "accuracy", "value": number / RUNS, "timestamp": 1_700_000_001_000, "step": 1},
                    {"key": "epoch", "value": 3, "timestamp": 1_700_000_001_000, "step": 1},
                ],
                params=[{"key": "depth", "value": str(number)}],
                tags=[{"key": "team", "value": "risk"}],
            )
        tracking.post("runs/update", run_id=run, status="FINISHED", end_time=1_700_000_100_000 + number)
        return run

    def add_model(number: int) -> None:
        name = f"model-{number}"
        tracking.post("registered-models/create", name=name, description=f"Model {number}")
        tracking.post("model-versions/create", name=name, source=f"s3://models/{name}", run_id=runs[number])

    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(add_run, range(RUNS)))
        list(pool.map(add_model, range(MODELS)))
    tagged = [("base_model", "https://huggingface.co/acme/base"), ("license", "apache-2.0"), ("team", "risk")]
    for key, value in tagged:
        tracking.post("registered-models/set-tag", name="model-0", key=key, value=value)
    tracking.post("model-versions/create", name="model-0", source="hf:/acme/other")
    tracking.post("registered-models/alias", name="model-0", alias="champion", version="2")
    tracking.post(
        "model-versions/transition-stage",
        name="model-0",
        version="1",
        stage="Production",
        archive_existing_versions=False,
    )
    source = json.dumps({"path": "acme/rows", "split": "train"})
    dataset = {"name": "rows", "digest": "abc", "source_type": "hugging_face", "source": source}
    held_out = {"name": "held-out", "digest": "def", "source_type": "local", "source": "{}"}
    inputs = [
        {"tags": [{"key": "mlflow.data.context", "value": context}], "dataset": given}
        for context, given in (("training", dataset), ("evaluation", held_out))
    ]
    tracking.post("runs/log-inputs", run_id=runs[0], datasets=inputs)
    logged: str = tracking.post(
        "logged-models",
        experiment_id=experiments[0],
        name="classifier",
        model_type="sklearn",
        source_run_id=runs[2],
        params=[{"key": "depth", "value": "2"}],
    )["model"]["info"]["model_id"]
    scored = {"key": "f1", "value": 0.75, "timestamp": 1_700_000_002_000, "step": 1, "model_id": logged}
    tracking.post(
        "runs/log-batch", run_id=runs[2], metrics=[{**scored, "dataset_name": "held-out", "dataset_digest": "def"}]
    )
    tracking.post("model-versions/create", name="model-2", source=f"models:/{logged}", run_id=runs[2], model_id=logged)
    return {"run": runs[0], "other_run": runs[9], "logged_model": logged, "experiment": experiments[0]}
