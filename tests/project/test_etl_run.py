"""`make etl-run`: which commands it runs, in which order, and what their exit codes come to."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Stands in for `mlentory`, whose crawls would take a network.
PROGRAM = """
import json, os, sys
with open(sys.argv[1], "a") as file:
    print(json.dumps([sys.argv[3:], os.environ.get("PROJECTIONS")]), file=file)
print("done:", *sys.argv[3:])
sys.exit(json.loads(sys.argv[2]).get(sys.argv[-1], 0))
"""
CRAWLED = ["ai4life", "huggingface", "openml", "paperswithcode", "arxiv"]


class EtlRun:
    """`make etl-run` on a machine without a tracking server.

    Args:
        folder: where commands are noted.
        environment: the environment variables.
    """

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._notes = folder / "commands.jsonl"
        self._script = folder / "program.py"
        self._script.write_text(PROGRAM)
        self._environment = environment

    def run(self, **codes: int) -> tuple[int, str]:
        """Its exit code and what it prints, with those of crawls by platform."""
        program = [sys.executable, str(self._script), str(self._notes), json.dumps(codes)]
        done = subprocess.run(
            [sys.executable, ROOT / "tools" / "etl_run.py"],
            env={**self._environment, "MLENTORY_SCRAPY": shlex.join(program), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def commands(self) -> list[tuple[list[str], str | None]]:
        """The commands that it has run, with the projections that each keeps."""
        return [tuple(json.loads(line)) for line in self._notes.read_text().splitlines()]


@pytest.fixture
def etl_run(tmp_path: Path, environment: dict[str, str]) -> EtlRun:
    return EtlRun(tmp_path, environment)


def test_what_is_configured_is_crawled_without_projections_and_then_projected(etl_run: EtlRun) -> None:
    code, printed = etl_run.run()
    assert code == 0
    assert etl_run.commands() == [*((["crawl", name], "none") for name in CRAWLED), (["sync"], None)]
    assert "mlflow is left out: mlflow is not configured: MLFLOW_TRACKING_URI is not set" in printed
    assert "done: sync" in printed


def test_a_platform_that_fails_keeps_no_other_from_being_crawled(etl_run: EtlRun) -> None:
    code, printed = etl_run.run(huggingface=1)
    assert code == 1
    assert [words for words, _ in etl_run.commands()][-1] == ["sync"]
    assert "ai4life: exit code 0, huggingface: exit code 1, openml: exit code 0" in printed.splitlines()[-1]


def test_a_crawl_that_is_interrupted_ends_it(etl_run: EtlRun) -> None:
    assert etl_run.run(huggingface=3)[0] == 3
    assert [words for words, _ in etl_run.commands()] == [["crawl", "ai4life"], ["crawl", "huggingface"]]
