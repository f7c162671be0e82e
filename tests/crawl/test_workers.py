"""What ends a process beside the crawl costs no other call its result, and does not outlive the crawl."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import worker_tasks
from support.crawling import ROOT

from mlentory_crawl.base_spiders.workers import WorkerDied, Workers

SECONDS = 0.3


@pytest.fixture
def workers() -> Iterator[Workers]:
    found = Workers(2, seconds=SECONDS, memory=600_000_000)
    yield found
    found.close()


def together(workers: Workers, *calls: tuple[Any, ...]) -> list[Any]:
    """The results or errors of calls that are made at the same time, in their order."""

    async def all_of_them() -> list[Any]:
        return await asyncio.gather(*(workers.call(task, *given) for task, *given in calls), return_exceptions=True)

    return asyncio.run(all_of_them())


def shown(results: list[Any]) -> list[Any]:
    return [f"{type(each).__name__}: {each}" if isinstance(each, Exception) else each for each in results]


def test_what_takes_too_much_has_no_result_and_the_others_have_theirs(workers: Workers) -> None:
    hostile = [worker_tasks.endless, worker_tasks.greedy, worker_tasks.killed]
    calls: list[Any] = [(worker_tasks.squared, n) for n in range(12)]
    for at, task in zip((9, 5, 1), hostile, strict=True):
        calls.insert(at, (task,))
    results = together(workers, *calls)
    assert [each for each in results if isinstance(each, int)] == [n * n for n in range(12)]
    assert [str(each) for each in results if isinstance(each, WorkerDied)] == ["took too much time or memory"] * 3


def test_a_process_that_ends_by_chance_costs_nothing(workers: Workers, tmp_path: Path) -> None:
    assert together(workers, (worker_tasks.killed_once, str(tmp_path / "mark"))) == ["done"]


def test_a_function_that_fails_ends_no_process(workers: Workers) -> None:
    calls = (worker_tasks.honestly_greedy,), (worker_tasks.failing,), (worker_tasks.squared, 3)
    told = shown(together(workers, *calls))
    assert told == ["WorkerDied: cannot be read (MemoryError)", "WorkerDied: cannot be read (RecursionError)", 9]


def test_each_call_has_the_time_for_itself() -> None:
    workers = Workers(1, seconds=SECONDS)
    assert len(set(together(workers, *[(worker_tasks.busy, SECONDS / 2)] * 4))) == 1
    workers.close()


def test_processes_end_with_a_crawl_that_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    program = (
        "import asyncio, sys\n"
        "from mlentory_crawl.base_spiders.workers import Workers\n"
        "from support.worker_tasks import asleep\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(Workers(1).call(asleep, sys.argv[1]))\n"
    )
    path = tmp_path / "crawl.py"
    path.write_text(program)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    with subprocess.Popen([sys.executable, path, mark], env=environment, stderr=subprocess.PIPE) as crawl:
        _until(lambda: mark.exists() and mark.read_text() != "")
        crawl.send_signal(signal.SIGKILL)
        # The pipe is closed when nobody has it any more.
        assert crawl.stderr is not None
        crawl.stderr.read()
    _until(lambda: not _is_there(int(mark.read_text())))


def test_a_process_that_begins_when_the_crawl_has_been_killed_ends_at_once() -> None:
    program = "import os; from mlentory_crawl.base_spiders.workers import _begin; _begin(2**32, {}); print('there')"
    told = [
        subprocess.run([sys.executable, "-c", program.format(crawl)], cwd=ROOT, capture_output=True, check=True).stdout
        for crawl in ("os.getppid()", "os.getpid()")
    ]
    assert told == [b"there\n", b""]


def _is_there(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)
