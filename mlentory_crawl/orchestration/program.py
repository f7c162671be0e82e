"""The program as an orchestrator runs it: commands in processes that end with the step that started them."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections import deque
from typing import Any, NamedTuple

from mlentory_crawl.projections.process import die_with_parent

PROGRAM = "MLENTORY_SCRAPY"
"""The variable that names the program if it has an environment of its own, such as ``/srv/mlentory/bin/mlentory``."""
PATIENCE = 300.0
"""The number of seconds that an interrupted command has to store what it has, and to report."""


class Ended(NamedTuple):
    """The exit code of a command, its standard output, and the last lines of its log."""

    code: int
    output: str
    log: str


def run(*arguments: str) -> Ended:
    """Run a command; its log goes to the standard error.

    It is interrupted, and its end awaited, when the step is canceled. It dies with the process of the step.
    """
    command = shlex.split(os.environ.get(PROGRAM) or "") or [sys.executable, "-P", "-m", "mlentory_crawl"]
    log: deque[str] = deque(maxlen=20)
    with tempfile.TemporaryFile("w+") as output:
        with subprocess.Popen(
            [*command, *arguments],
            # Projections are assets of their own: a store that is down is no fault of a crawl.
            env={"PROJECTIONS": "none", **os.environ} if arguments[0] == "crawl" else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  (it only calls the kernel)
        ) as child:
            try:
                for line in child.stderr or ():
                    sys.stderr.write(line)
                    log.append(line)
            except BaseException:
                child.terminate()
                try:
                    sys.stderr.write(child.communicate(timeout=PATIENCE)[1])
                finally:
                    child.kill()  # unless it has ended
                raise
        output.seek(0)
        return Ended(child.returncode, output.read(), "".join(log).strip())


def answer(*arguments: str) -> Any:
    """Return what a command answers with ``--json``; None if it cannot."""
    ended = run(*arguments, "--json")
    return json.loads(ended.output) if ended.output and ended.code in (0, 1) else None
