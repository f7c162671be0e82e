"""`scrapy` in a process that is forked from one which has loaded what all its commands load.

Loading Scrapy and Twisted takes most of the time of a command that handles a few records. What depends on environment
variables, the settings, is loaded anew; tests that kill or interrupt a command start it from nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path

from scrapy.cmdline import execute
from scrapy.utils.misc import walk_modules_iter

_PACKAGES = ("commands", "extensions", "middlewares", "pipelines", "spiders")

_forks = get_context("forkserver")
_forks.set_forkserver_preload(
    [
        "scrapy.cmdline",
        *(module.__name__ for each in _PACKAGES for module in walk_modules_iter(f"mlentory_crawl.{each}")),
    ]
)


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
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _forks.Process(target=_run, args=(arguments, cwd, dict(environment), out, err))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(arguments, timeout)
        return subprocess.CompletedProcess(arguments, process.exitcode, out.read_text(), err.read_text())


def _run(arguments: list[str], cwd: Path, environment: dict[str, str], out: Path, err: Path) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    written = os.O_WRONLY | os.O_CREAT
    for stream, (path, mode) in enumerate(((Path(os.devnull), os.O_RDONLY), (out, written), (err, written))):
        os.dup2(os.open(path, mode), stream)
    sys.modules.pop("mlentory_crawl.settings", None)
    sys.argv = arguments
    execute()
