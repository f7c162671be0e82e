from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.crawling import Project, model, write_records
from support.fork_server import LOADED
from support.scrapy_process import ROOT, run_scrapy

from mlentory_crawl.sample_hub import SampleHub


def test_a_forked_crawl_has_little_left_to_load(tmp_path: Path) -> None:
    with SampleHub(records=write_records(tmp_path / "records.jsonl", [model(1)])) as hub:
        project = Project(tmp_path / "data", hub.url, **{LOADED: str(tmp_path / "loaded")})
        project.crawl()
    loaded = (tmp_path / "loaded").read_text().split()
    assert "twisted.internet.reactor" in loaded  # so it is a process's own list
    assert len(loaded) < 20, loaded


def test_a_command_that_takes_too_long_is_killed(environment: dict[str, str]) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run_scrapy(["sample-hub"], cwd=ROOT, environment=environment, timeout=1)
