"""A crawl does not wait for ever for the process of a projection, and tells what became of it."""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from mlentory_crawl.crawl.report import Report
from mlentory_crawl.crawl.verdict import judge
from mlentory_crawl.pipelines.projection import ProjectionPipeline
from mlentory_crawl.projections import worker_process

TELL = """import sys, time, json
tell = lambda **told: print(json.dumps(told), flush=True)
settings = sys.stdin.readline()
"""


class Pipeline(ProjectionPipeline):
    name = "search"


def closed(
    monkeypatch: pytest.MonkeyPatch, code: str, *, patience: float = 60.0, crawling: bool = True
) -> dict[str, Any]:
    """What the report says of a projection whose process runs some code."""

    async def spawn(*words: str) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(sys.executable, "-c", TELL + code, stdin=pipe, stdout=pipe)

    monkeypatch.setattr(worker_process, "spawn", spawn)
    report = Report("run", "huggingface", "census", {}, "2026-01-01T00:00:00Z", "census")
    run: Any = SimpleNamespace(report=report, name="run", catalog=SimpleNamespace(sequence=7), commit=lambda: None)
    crawler: Any = SimpleNamespace(crawling=crawling, settings=SimpleNamespace(get=lambda name: None))
    crawler.settings.getfloat = lambda name: patience

    async def carry_out() -> None:
        pipeline = Pipeline(run, crawler)
        await pipeline.open_spider()
        await pipeline.close_spider()

    asyncio.run(asyncio.wait_for(carry_out(), 60))
    judge(report, interrupted=not crawling, complete=crawling)
    return {**report.projections["search"], "verdict": report.verdict}


def test_a_process_that_says_much_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    told = closed(monkeypatch, "tell(errors={'key': 'x' * 1_000_000})\ntell(position=7, written=3, finished=True)")
    assert (told["backlog"], told["written"], told.get("error")) == (0, 3, None)
    assert told["verdict"] == "complete"


def test_a_last_line_may_lack_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert closed(monkeypatch, """sys.stdout.write('{"position":7}')""")["backlog"] == 0


@pytest.mark.parametrize(
    ("code", "patience", "error"),
    [
        (
            "print('no JSON', flush=True)\ntell(position=7)",
            600.0,
            "unexpected output of its process, b'no JSON': JSONDecodeError",
        ),
        ("print('5', flush=True)\ntell(position=7)", 600.0, "unexpected output of its process, b'5': TypeError"),
        (
            "print('no JSON\\n' + 'x' * 1_000_000, flush=True)\ntime.sleep(600)",
            0.5,
            "stopped after 0 s without progress",
        ),
        ("time.sleep(600)", 0.5, "stopped after 0 s without progress"),
        ("tell(position=7)\nimport os; os.close(1)\ntime.sleep(600)", 0.5, "stopped after 0 s without progress"),
        ("tell(position=7)\nsys.exit(5)", 600.0, "its process exited with code 5"),
        ("tell(position=7, error='the store is down')\nsys.exit(1)", 600.0, "the store is down"),
    ],
)
def test_what_went_wrong_is_told(monkeypatch: pytest.MonkeyPatch, code: str, patience: float, error: str) -> None:
    told = closed(monkeypatch, code, patience=patience)
    assert error in told["error"]
    assert told["verdict"] == "failed"


def test_a_crawl_that_is_to_end_does_not_wait_for_what_can_be_done_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "PATIENCE_WHEN_STOPPED", 0.5)
    told = closed(monkeypatch, "while True:\n  tell(position=3)\n  time.sleep(0.1)", crawling=False)
    assert (told["backlog"], told.get("error")) == (4, None)
    assert told["verdict"] == "stopped"


def test_what_no_backlog_can_be_told_of_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: Pipeline) -> int:
        raise OSError("the catalog is gone")

    monkeypatch.setattr(Pipeline, "backlog", gone)
    told = closed(monkeypatch, "tell(position=7)")
    assert (told["backlog"], told["error"], told["verdict"]) == (None, "OSError: the catalog is gone", "failed")


def test_a_projection_that_was_not_closed_is_behind() -> None:
    report = Report("run", "huggingface", "census", {}, "2026-01-01T00:00:00Z", "census")
    report.expected.append("turtle")
    judge(report, interrupted=False, complete=True, census=1)
    assert report.verdict == "failed"
    assert report.problems == ["the projection turtle is behind; to catch up, run: mlentory sync turtle"]
