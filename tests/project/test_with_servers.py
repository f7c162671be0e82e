from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TELL = "import os, sys; print(os.environ.get('NEO4J_URI')); sys.exit(7)"


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """The script in a checkout that has nothing beside it."""
    (tmp_path / "checkout" / "tools").mkdir(parents=True)
    return Path(shutil.copy(ROOT / "tools" / "with_servers.py", tmp_path / "checkout" / "tools"))


def run(script: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), sys.executable, "-c", TELL]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_servers_that_are_named_are_used_and_the_exit_code_is_the_commands(alone: Path) -> None:
    done = run(alone, NEO4J_URI="bolt://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (7, "bolt://127.0.0.1:9\n")


def test_without_servers_the_command_is_left_out_and_one_line_says_why(alone: Path, tmp_path: Path) -> None:
    done = run(alone, PATH=str(tmp_path), HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "")
    (line,) = done.stderr.splitlines()
    assert "skipped" in line
    assert "Docker" in line


def test_no_command_is_wrong_usage() -> None:
    script = ROOT / "tools" / "with_servers.py"
    assert subprocess.run([sys.executable, script], capture_output=True, check=False).returncode == 2
