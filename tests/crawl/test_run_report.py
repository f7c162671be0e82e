"""However a run ends, its verdict and its exit code are what became of it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.crawling import ROOT, Project, model, write_records

from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.crawl.plan import CrawlPlan
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.exceptions import CatalogError
from mlentory_crawl.extensions import run_report
from mlentory_crawl.extensions.run_report import CaughtErrors, RunReport
from mlentory_crawl.projections.run_files import lacking
from mlentory_crawl.sample_hub import SampleHub


def fail(*args: Any, **kwargs: Any) -> None:
    raise OSError(28, "No space left on device")


def closed(run: Any, *before: tuple[str, str]) -> None:
    extension = RunReport.__new__(RunReport)
    settings = SimpleNamespace(getint=lambda name: 7)
    stats = SimpleNamespace(get_value=lambda name, default: default)
    extension.crawler = SimpleNamespace(  # type: ignore[assignment]
        stats=stats, settings=settings, get_downloader_middleware=lambda cls: None, get_extension=lambda cls: None
    )
    extension.run, extension.closed, extension.errors = run, None, []
    extension.by_slot = extension.by_status = {}  # type: ignore[assignment]
    extension._rules = dict  # type: ignore[method-assign]
    extension.counting = None
    extension._caught_errors = CaughtErrors()
    extension._caught_errors.start()
    for logger, line in before:
        logging.getLogger(logger).error(line)
    extension.spider_closed(SimpleNamespace(name="huggingface", failures=[], watermark=None), "finished")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    plan = CrawlPlan("huggingface", "census", "limit", {}, {})
    return Run(tmp_path, lambda catalog: plan)


def kept(run: Run) -> Any:
    """The report as the catalog has it."""
    with closing(CatalogWriter(run.data_dir)) as catalog:
        return catalog.runs.report(run.name)


def written(run: Run) -> Any:
    return json.loads((run.data_dir / "runs" / f"{run.name}.json").read_bytes())


def test_a_run_that_closes_well_is_complete(run: Run) -> None:
    closed(run)
    assert (run.report.verdict, run.report.exit_code, run.report.problems) == ("complete", 0, [])
    assert written(run)["verdict"] == "complete"


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("catalog.fields", "suspicions"),
        ("catalog.runs", "complete"),
        ("catalog.runs", "save_report"),
        ("", "close"),
        ("run_report", "prune"),
        ("run_report", "_write"),
    ],
)
def test_whatever_fails_at_the_end_fails_the_run(
    run: Run, monkeypatch: pytest.MonkeyPatch, owner: str, name: str
) -> None:
    target: Any = run_report if owner == "run_report" else run
    for part in owner.split(".") if owner.startswith("catalog") else ():
        target = getattr(target, part)
    monkeypatch.setattr(target, name, fail)
    closed(run)
    assert (run.report.verdict, run.report.exit_code) == ("failed", 1)
    assert run.report.problems == ["the run could not be closed: OSError: [Errno 28] No space left on device"]
    # Whoever can still be told is.
    if name != "_write":
        assert written(run)["verdict"] == ("complete" if name in ("save_report", "close") else "failed")
    if name != "save_report":
        assert kept(run)["verdict"] == ("complete" if name == "close" else "failed")


@pytest.mark.parametrize("logger", ["scrapy.core.engine", "scrapy.utils.signal"])
def test_what_scrapy_merely_logs_fails_the_run(run: Run, logger: str) -> None:
    closed(run, (logger, "Scraper close failure"))
    assert run.report.verdict == "failed"
    assert run.report.problems[0] == "Scraper close failure"
    # It does not listen for ever.
    assert not any(isinstance(each, CaughtErrors) for each in logging.getLogger(logger).handlers)


def test_a_failure_without_a_class_to_tell_is_told_as_it_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*given: Any, **named: Any) -> None:
        raise CatalogError("it was deleted")

    monkeypatch.setattr(run.catalog.runs, "complete", gone)
    closed(run)
    assert run.report.problems == ["the run could not be closed: it was deleted"]


def patched(project: Project, patch: str, *words: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys\n{patch}\nfrom scrapy.cmdline import execute\nexecute(['scrapy', *sys.argv[1:]])"
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=ROOT, env=project.environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


CLOSING_FAILS = """
from mlentory_crawl.pipelines.validation import ValidationPipeline
async def close_spider(self):
    raise RuntimeError("this pipeline cannot be closed")
ValidationPipeline.close_spider = close_spider
"""
CATALOG_GOES = """
from mlentory_crawl.crawl.run import Run
store = Run._store_finished
def vanish(self):
    store(self)
    (self.data_dir / "catalog.sqlite").unlink(missing_ok=True)
Run._store_finished = vanish
"""


@pytest.mark.parametrize(
    ("patch", "problem"),
    [(CLOSING_FAILS, "this pipeline cannot be closed"), (CATALOG_GOES, "catalog.sqlite was deleted or replaced")],
)
def test_a_crawl_that_lost_something_is_not_complete(tmp_path: Path, patch: str, problem: str) -> None:
    records = write_records(tmp_path / "records.jsonl", [model(n) for n in range(5)])
    with SampleHub(records=records) as hub:
        project = Project(tmp_path / "data", hub.url)
        done = patched(project, patch, "crawl", "huggingface", "-a", "mode=census")
    assert done.returncode == 1, done.stderr
    report = project.report()
    assert report["verdict"] == "failed"
    assert any(problem in each for each in report["problems"])


def test_files_that_a_run_could_not_write_are_written_by_the_same_command(tmp_path: Path) -> None:
    records = write_records(tmp_path / "records.jsonl", [model(n) for n in range(5)])
    with SampleHub(records=records) as hub:
        project = Project(tmp_path / "data", hub.url)
        (project.data_dir / "rdf").mkdir(parents=True)
        (project.data_dir / "rdf" / "huggingface").write_text("in the way")
        report = project.crawl("-a", "mode=census", code=1)
        assert "the projection turtle is behind; to catch up, run: mlentory sync turtle" in report["problems"]
        assert "File exists" in report["projections"]["turtle"]["error"]
        # Behind until it is mended.
        assert project.crawl("-a", "mode=census", code=1)["projections"]["turtle"]["backlog"] == 2
        (project.data_dir / "rdf" / "huggingface").unlink()
        assert project.crawl("-a", "mode=census")["projections"]["turtle"]["backlog"] == 0
    reader = CatalogReader(project.data_dir)
    assert lacking(reader, project.data_dir) == []
    reader.close()
