"""Quotas that services announce, and faults, are survived without harm."""

from __future__ import annotations

import subprocess
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from crawling import CatalogProject
from scrapy import Request
from scrapy.http import Headers, Response, TextResponse
from scrapy.utils.test import get_crawler

from mlentory_crawl.middlewares.quota import RETRIES, QuotaMiddleware, Slot, _retry_after
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


def of_github(status: int, left: str, message: str = "") -> TextResponse:
    told = {
        "Date": "Sat, 02 Mar 2024 03:00:00 GMT",
        "X-RateLimit-Limit": "60",
        "X-RateLimit-Remaining": left,
        "X-RateLimit-Reset": "1709350200",
    }
    return TextResponse("https://api.test/repos/a/b", status=status, headers=told, body=message.encode())


def test_quotas_are_also_announced_as_github_does() -> None:
    slot = Slot()
    slot.learn(Headers(of_github(200, "7").headers), 100.0)
    assert (slot.left, slot.quota, slot.resets_at) == (7, 60, 100.0 + 1_800 + 1)
    assert slot.pause(100.0, 0.9) == 0.0
    assert slot.pause(100.0, 0.8) == 1_801
    slot.learn(Headers(of_github(200, "many").headers), 101.0)
    assert slot.left == 7


@pytest.mark.parametrize(
    ("response", "status", "waits"),
    [
        # By the quota: until it begins anew, which is beyond the longest wait.
        (of_github(403, "0", "API rate limit exceeded"), None, 900),
        (of_github(429, "0"), None, 900),
        # By a secondary limit: a minute, where nothing says how long.
        (of_github(403, "50", "You have exceeded a secondary rate limit"), None, 60),
        (of_github(403, "50", "Repository access blocked"), 403, 0),
        (of_github(404, "50", "A page on rate limits"), 404, 0),
    ],
)
def test_a_refusal_by_a_quota_is_one_by_any_status(response: TextResponse, status: int | None, waits: float) -> None:
    quota = QuotaMiddleware(get_crawler(), share=1.0, backoff=1.0)
    request = Request(response.url)
    then = quota.process_response(request, response)
    assert (then.status if isinstance(then, Response) else None) == status
    assert quota.slots["default"].blocked_until == pytest.approx(time.monotonic() + waits if waits else 0.0, abs=1)
    # After the last retry it is still no thing that nobody may see.
    last = quota.process_response(request.replace(meta={"quota_retries": RETRIES}), response)
    assert isinstance(last, Response)
    assert last.status == (status or 429)


def test_a_census_waits_for_the_quota(tmp_path: Path) -> None:
    with SampleHub(models=6_000, quota=2, window=5) as hub:
        report = CatalogProject(tmp_path / "data", hub.url).crawl("-a", "mode=census")
        assert report["records"]["new"] == 6_000
        assert hub.stats()["requests"]["models"] == {"200": 6}
        assert report["requests"]["waits"] > 1
        assert report["requests"]["by_slot"] == {"huggingface.api": 6}


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
        walk.communicate(timeout=60)
        assert walk.returncode == 3
        assert time.monotonic() - began < 30
        assert project.report()["verdict"] == "stopped"
        hub.set(quota=0)
        assert project.crawl("-a", "mode=census")["records"]["new"] == 3_000


def test_a_share_that_is_none_is_told(tmp_path: Path) -> None:
    done = CatalogProject(tmp_path / "data", "http://127.0.0.1:9", QUOTA_SHARE="7").scrapy("crawl", "huggingface")
    assert done.returncode == 1
    assert "QUOTA_SHARE" in done.stderr
    assert "Traceback" not in done.stderr
