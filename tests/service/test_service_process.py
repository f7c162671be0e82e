"""``python -m mlentory_crawl.service``: the process that containers start, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest
from support.crawling import ROOT
from support.served import small

from mlentory_crawl.commands.command_line import main

pytestmark = pytest.mark.extra(name="serve")

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def start(data_dir: Path) -> Iterator[Start]:
    """Starts the process; it is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str, **given: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "mlentory_crawl.service", *words]
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("SERVE_", "OIDC_"))}
        settings = {"MLENTORY_DATA_DIR": str(data_dir), "MLENTORY_ENV_FILE": os.devnull, "COLUMNS": "500"}
        process = subprocess.Popen(
            command, cwd=ROOT, env={**mine, **settings, **given}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def address_of(process: subprocess.Popen[str]) -> str:
    """The address that a process says it listens on."""
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, line or process.communicate()
    return found[0]


def test_it_serves_until_it_is_told_to_stop(start: Start, data_dir: Path) -> None:
    small(data_dir).close()
    process = start("--port", "0", SERVE_HOST="127.0.0.1", SERVE_PORT="nonsense")
    with urlopen(f"{address_of(process)}healthz", timeout=20) as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, "")


def test_without_a_catalog_it_says_so(start: Start) -> None:
    process = start("--host", "0.0.0.0", SERVE_HOSTS="models.example.org", SERVE_PORT="0")
    shown, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert shown == ""
    assert re.fullmatch(r"there is no catalog in \S+ yet: run a crawl first, .+\n", said)


@pytest.fixture
def here(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command in this process."""
    monkeypatch.setenv("MLENTORY_DATA_DIR", str(data_dir))
    monkeypatch.setenv("MLENTORY_ENV_FILE", os.devnull)


@pytest.mark.usefixtures("here")
def test_a_catalog_of_another_version(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small(data_dir).close()
    for version, told in (("9999", "newer version of this program"), ("1", "cannot be migrated")):
        with closing(sqlite3.connect(data_dir / "catalog.sqlite")) as catalog, catalog:
            catalog.execute("UPDATE meta SET value = ? WHERE name = 'schema_version'", (version,))
        assert main(["serve", "--port", "0"]) == 1
        shown, said = capsys.readouterr()
        assert (shown, said.count("\n")) == ("", 1)
        assert told in said


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "given", "told"),
    [
        (["--host", "0.0.0.0"], {}, "SERVE_HOSTS"),
        ([], {"SERVE_HOST": "0.0.0.0"}, "SERVE_HOSTS"),
        (["--port", "x"], {}, "--port x"),
        ([], {"SERVE_PORT": "65536"}, "SERVE_PORT 65536"),
    ],
)
def test_where_it_does_not_listen(
    words: list[str],
    given: dict[str, str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert main(["serve", *words]) == 2
    shown, said = capsys.readouterr()
    assert (shown, said.count("\n")) == ("", 1)
    assert told in said
