"""Quotas that services announce, and faults, are survived without harm."""

from __future__ import annotations

import subprocess
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from crawling import Project
from scrapy.http import Headers

from mlentory_crawl.middlewares.quota import Slot, _retry_after
from mlentory_crawl.sample_hub import SampleHub


def headers(left: int, seconds: int, quota: int = 500) -> Headers:
    return Headers(
        {"RateLimit": f'"api";r={left};t={seconds}', "RateLimit-Policy": f'"fixed window";"api";q={quota};w=300'}
    )


def test_a_slot_pauses_before_its_quota_is_gone() -> None:
    slot = Slot()
    assert slot.pause(100.0, 0.9) == 0.0
    slot.learn(headers(51, 200), 100.0)
    assert slot.pause(100.0, 0.9) == 0.0
    slot.learn(headers(50, 199), 101.0)
    # Whole seconds are rounded down: one more is waited.
    assert slot.pause(101.0, 0.9) == 200.0
    assert slot.pause(101.0, 1.0) == 0.0
    assert slot.pause(301.5, 0.9) == 0.0


def test_answers_that_overtake_each_other_leave_the_smaller_rest() -> None:
    slot = Slot()
    slot.learn(headers(60, 200), 100.0)
    slot.learn(headers(61, 200), 100.2)
    assert slot.left == 60
    slot.learn(headers(499, 300), 301.0)
    assert slot.left == 499


def test_retry_after_is_a_number_or_a_date() -> None:
    assert _retry_after(Headers({"Retry-After": "17"})) == 17.0
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    wait = _retry_after(Headers({"Retry-After": date}))
    assert wait is not None
    assert 28 < wait <= 30
    assert _retry_after(Headers({"Retry-After": "soon"})) is None
    assert _retry_after(Headers()) is None


def test_a_census_waits_for_the_quota(tmp_path: Path) -> None:
    with SampleHub(models=6_000, quota=2, window=5) as hub:
        report = Project(tmp_path / "data", hub.url).crawl("-a", "mode=census")
        assert report["records"]["new"] == 6_000
        assert hub.stats()["requests"]["models"] == {"200": 6}
        assert report["requests"]["waits"] > 1
        assert report["requests"]["by_slot"] == {"huggingface.api": 6}


def test_a_quota_that_is_gone_at_the_start_costs_one_answer(tmp_path: Path) -> None:
    with SampleHub(models=2_000, quota=2, window=3) as hub:
        project = Project(tmp_path / "data", hub.url)
        project.crawl("-a", "mode=census")
        report = project.crawl("-a", "mode=census")
        assert report["verdict"] == "complete"
        assert hub.stats()["requests"]["models"].get("429", 0) <= 2


def test_faults_cost_nothing_but_time(tmp_path: Path) -> None:
    with SampleHub(models=20_000, fail=0.1, seed=3) as hub:
        report = Project(tmp_path / "data", hub.url).crawl("-a", "mode=census", "-s", "RETRY_BACKOFF=0.1")
        assert report["records"]["new"] == 20_000
        assert sum(hub.stats()["faults"].values()) > 0
        assert report["requests"]["retried"] > 0


def test_a_wait_ends_with_the_crawl(tmp_path: Path) -> None:
    with SampleHub(models=3_000, quota=1, window=600) as hub:
        project = Project(tmp_path / "data", hub.url)
        walk = subprocess.Popen(
            project.command("crawl", "huggingface", "-a", "mode=census"),
            env=project.environment, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert walk.stderr is not None
        while "Waiting" not in walk.stderr.readline():
            pass
        began = time.monotonic()
        walk.terminate()
        walk.communicate(timeout=60)
        assert walk.returncode == 3
        assert time.monotonic() - began < 30
        assert project.report()["verdict"] == "stopped"
        hub.set(quota=0)
        assert project.crawl("-a", "mode=census")["records"]["new"] == 3_000


def test_a_share_that_is_none_is_told(tmp_path: Path) -> None:
    done = Project(tmp_path / "data", "http://127.0.0.1:9", QUOTA_SHARE="7").scrapy("crawl", "huggingface")
    assert done.returncode == 1
    assert "QUOTA_SHARE" in done.stderr
    assert "Traceback" not in done.stderr
