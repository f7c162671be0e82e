"""Crawls survive quotas that services announce, and faults, without harm."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.crawling import ROOT, CatalogProject, Project, model
from support.http_servers import Answer, served

from mlentory_crawl.sample_hub import SampleHub


def test_a_census_waits_for_the_quota(tmp_path: Path) -> None:
    with SampleHub(models=6_000, quota=2, window=5) as hub:
        report = CatalogProject(tmp_path / "data", hub.url).crawl("-a", "mode=census")
        assert report["records"]["new"] == 6_000
        assert hub.stats()["requests"]["models"] == {"200": 6}
        assert report["requests"]["waits"] > 1
        assert report["requests"]["by_slot"] == {"huggingface.api": 6}
        assert report["requests"]["allowed"] == {"huggingface.api": {"requests": 2, "seconds": 5}}


def test_a_quota_that_is_gone_at_the_start_costs_one_answer(tmp_path: Path) -> None:
    with SampleHub(models=2_000, quota=2, window=3) as hub:
        project = CatalogProject(tmp_path / "data", hub.url)
        project.crawl("-a", "mode=census")
        report = project.crawl("-a", "mode=census")
        assert report["verdict"] == "complete"
        assert hub.stats()["requests"]["models"].get("429", 0) <= 2


def test_faults_cost_nothing_but_time(tmp_path: Path) -> None:
    with SampleHub(models=20_000, fail=0.1, seed=3) as hub:
        report = CatalogProject(tmp_path / "data", hub.url).crawl("-a", "mode=census", "-s", "RETRY_BACKOFF=0.1")
        assert report["records"]["new"] == 20_000
        assert sum(hub.stats()["faults"].values()) > 0
        assert report["requests"]["retried"] > 0


def test_a_wait_ends_with_the_crawl(tmp_path: Path) -> None:
    with SampleHub(models=3_000, quota=1, window=600) as hub:
        project = CatalogProject(tmp_path / "data", hub.url)
        walk = subprocess.Popen(
            project.command("crawl", "huggingface", "-a", "mode=census"),
            env=project.environment, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert walk.stderr is not None
        while "Waiting" not in walk.stderr.readline():
            pass
        began = time.monotonic()
        walk.terminate()
        _, log = walk.communicate(timeout=60)
        assert walk.returncode == 3
        assert time.monotonic() - began < 30
        assert project.report()["verdict"] == "stopped"
        assert "Next: the same command resumes\n" in log
        hub.set(quota=0)
        assert project.crawl("-a", "mode=census")["records"]["new"] == 3_000


def test_a_share_that_is_none_is_told(tmp_path: Path) -> None:
    done = CatalogProject(tmp_path / "data", "http://127.0.0.1:9", QUOTA_SHARE="7").scrapy("crawl", "huggingface")
    assert done.returncode == 1
    assert "QUOTA_SHARE" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_crawl_that_nobody_would_wait_for_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(method: str, path: str, body: bytes) -> Answer:
        told = {"RateLimit": '"api";r=0;t=99999999', "Link": f'<{url}/api/models?cursor={path[-9:]}x>; rel="next"'}
        return 200, told, json.dumps([model(len(path))]).encode()

    with served(answer) as url:
        project = Project(tmp_path / "data", url)
        code = (
            "import sys; from mlentory_crawl.middlewares import quota; quota.LONGEST_BACKOFF = 0.2;"
            "from scrapy.cmdline import execute; execute(['scrapy', *sys.argv[1:]])"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, "crawl", "huggingface", "-a", "mode=census"],
            cwd=ROOT, env=project.environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 1, done.stderr
    report = project.report()
    assert report["records"]["new"] == 2
    assert any("its quota resets in 99,999,999 s" in problem for problem in report["problems"])
