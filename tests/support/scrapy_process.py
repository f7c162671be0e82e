"""`scrapy` in a process that is forked from one which has loaded what all its commands load.

Loading Scrapy and Twisted takes most of the time of a command that handles a few records. What depends on environment
variables, the settings, is loaded anew; tests that kill or interrupt a command start it from nothing.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from support.fork_client import ask, exit_code

ROOT = Path(__file__).parents[2]


@cache
def _server() -> str:
    """The address of this process's fork server, started at the first call."""
    folder = tempfile.TemporaryDirectory()
    address = f"{folder.name}/socket"
    path = os.pathsep.join(filter(None, [str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH")]))
    server = subprocess.Popen(
        [sys.executable, "-m", "support.fork_server", address],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"

    def end() -> None:
        server.communicate()
        folder.cleanup()

    atexit.register(end)
    return address


def run_scrapy(
    words: Sequence[str | Path], *, cwd: Path, environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end.

    Args:
        words: what comes after `scrapy`.
        cwd: the folder to run it in.
        environment: all its environment variables.
        timeout: seconds.

    Raises:
        subprocess.TimeoutExpired: it has no end by then.
    """
    arguments = ["scrapy", *map(str, words)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, Path(os.devnull).open("rb") as nothing:
        streams = [nothing.fileno(), out.fileno(), err.fileno()]
        with ask(_server(), arguments, str(cwd), dict(environment), streams) as connection:
            connection.settimeout(timeout)
            try:
                code = exit_code(connection)
            except TimeoutError:
                raise subprocess.TimeoutExpired(arguments, timeout) from None
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(arguments, code, out.read().decode(), err.read().decode())
