"""A host of pages is asked as slowly as it wants, one request after the other, and left when it wants too much."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from mlentory_crawl.crawl.outcomes import HostLeft, PrivateAddress, Stopping
from mlentory_crawl.crawl.web import WEB
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.middlewares.pacing import (
    LONGEST_PACE,
    LONGEST_WAIT,
    MOST_FAILURES,
    MOST_REFUSALS,
    REFUSALS,
    Host,
    PacingMiddleware,
    pace,
)
from mlentory_crawl.middlewares.robots import CRAWL_DELAY, ROBOTS_TXT

HOST = "blog.example"


def page(path: str = "a", host: str = HOST, meta: dict[str, Any] | None = None) -> Request:
    return Request(f"https://{host}/{path}", meta={WEB: True, "download_slot": host, **(meta or {})})


class Pacing:
    """The middleware, with waits that take no time and are noted instead."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, delay: str = "1", most: str = "500") -> None:
        settings = {"PAGE_DELAY": delay, "PAGES_PER_HOST": most}
        self.middleware = PacingMiddleware.from_crawler(get_crawler(settings_dict=settings))
        self.waits: list[float] = []
        monkeypatch.setattr(self.middleware, "_wait", self._wait)

    async def _wait(self, seconds: float) -> None:
        self.waits.append(round(seconds))
        for host in self.middleware.hosts.values():
            host.ended_at -= seconds
            host.blocked_until -= seconds

    def ask(self, request: Request) -> None:
        asyncio.run(asyncio.wait_for(self.middleware.process_request(request), 5))

    def answer(self, request: Request, status: int = 200, **headers: str) -> Request | Response:
        self.ask(request)
        told = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.middleware.process_response(request, Response(request.url, status=status, headers=told))

    def fail(self, request: Request, error: Exception) -> None:
        self.ask(request)
        self.middleware.process_exception(request, error)


@pytest.fixture
def pacing(monkeypatch: pytest.MonkeyPatch) -> Pacing:
    return Pacing(monkeypatch)


def test_a_pause_begins_when_the_last_request_has_ended() -> None:
    host = Host(HOST, 1.5)
    assert host.pause(0.0) < 0
    host.ended_at = 100.0
    assert [host.pause(100.0 + late) for late in (0.0, 1.0, 1.5)] == [1.5, 0.5, 0.0]
    host.blocked_until = 130.0
    assert host.pause(100.0) == 30.0
    host.blocked_until = 0.0
    host.failures = 3
    assert host.pause(100.0) == 12.0
    host.failures = 9
    assert host.pause(100.0) == LONGEST_PACE
    host.delay = 0.0
    assert host.pause(100.0) == 0.0


def test_only_pages_are_paced(pacing: Pacing) -> None:
    for _ in range(3):
        request = Request("https://api.example/", meta={"download_slot": HOST})
        response = pacing.answer(request, 429, Retry_After="99999")
        assert isinstance(response, Response)
        pacing.fail(request, OSError())
    assert pacing.waits == []
    assert pacing.middleware.hosts == {}


def test_requests_to_a_host_wait_and_those_to_others_do_not(pacing: Pacing) -> None:
    for path in "abc":
        pacing.answer(page(path))
    assert pacing.waits == [1, 1]
    pacing.answer(page(host="other.example"))
    assert pacing.waits == [1, 1]


def test_a_host_is_asked_one_request_at_a_time(pacing: Pacing) -> None:
    first, second, elsewhere = page("a"), page("b"), page(host="other.example")

    async def go() -> list[str]:
        told: list[str] = []

        async def ask(name: str, request: Request) -> None:
            await pacing.middleware.process_request(request)
            told.append(name)

        await ask("first", first)
        waiting = asyncio.create_task(ask("second", second))
        await ask("elsewhere", elsewhere)
        await asyncio.sleep(0)
        told.append("answer")
        pacing.middleware.process_response(first, Response(first.url))
        await waiting
        return told

    assert asyncio.run(go()) == ["first", "elsewhere", "answer", "second"]


@pytest.mark.parametrize("ends", ["exception", "refused"])
def test_a_request_that_fails_lets_the_next_one_go_on(pacing: Pacing, ends: str) -> None:
    if ends == "exception":
        pacing.fail(page("a"), PrivateAddress("inside"))
    else:
        with pytest.raises(HostLeft):
            pacing.answer(page("a"), 429, Retry_After="99999")
        pacing.middleware.hosts[HOST].left = None
    pacing.ask(page("b"))


def test_robots_txt_may_ask_for_more_than_the_setting(pacing: Pacing) -> None:
    for delay in (None, 10.0, 0.1):
        pacing.answer(page(meta={CRAWL_DELAY: delay}))
    pacing.answer(page(meta={CRAWL_DELAY: 10.0}))
    assert pacing.waits == [10, 10, 10]


def test_a_host_that_asks_for_too_long_a_pause_is_left(pacing: Pacing) -> None:
    pacing.answer(page(meta={CRAWL_DELAY: LONGEST_PACE}))
    for _ in range(2):
        with pytest.raises(HostLeft, match=r"blog\.example asks in its robots\.txt for 61 s between requests"):
            pacing.ask(page(meta={CRAWL_DELAY: LONGEST_PACE + 1}))
    assert pacing.middleware.hosts[HOST].pages == 1


def test_a_429_is_waited_for_and_the_pace_is_halved(pacing: Pacing) -> None:
    again = pacing.answer(page(meta={"x": 1}), 429, Retry_After="7")
    assert isinstance(again, Request)
    assert (again.meta["x"], again.meta[REFUSALS], again.dont_filter) == (1, 1, True)
    assert isinstance(pacing.answer(again), Response)
    pacing.answer(page("b"))
    assert pacing.waits == [7, 2]
    assert pacing.middleware._crawler.stats.get_value("retry/count") == 1


def test_a_503_is_a_refusal_only_if_it_says_until_when(pacing: Pacing) -> None:
    assert isinstance(pacing.answer(page(), 503), Response)
    assert isinstance(pacing.answer(page(), 503, Retry_After="30"), Request)
    pacing.answer(page())
    assert pacing.waits == [2, 30]


def test_a_429_that_says_nothing_is_waited_for_longer_each_time(pacing: Pacing) -> None:
    request: Request | Response = page()
    for _ in range(MOST_REFUSALS):
        assert isinstance(request, Request)
        request = pacing.answer(request, 429)
    assert isinstance(request, Request)
    with pytest.raises(HostLeft, match=r"blog\.example answers 429 also after 3 waits; it is left for the next run"):
        pacing.answer(request, 429)
    assert pacing.waits == [5, 10, 20]


def test_a_host_that_says_to_come_back_later_is_left(pacing: Pacing) -> None:
    assert isinstance(pacing.answer(page(), 429, Retry_After=f"{LONGEST_WAIT:.0f}"), Request)
    with pytest.raises(HostLeft, match="asks to wait for 1 s"):
        pacing.answer(page("b"), 503, Retry_After="1")
    with pytest.raises(HostLeft):
        pacing.ask(page("c"))
    pacing.ask(page(host="other.example"))


def test_a_host_that_fails_is_asked_more_seldom_and_then_left(pacing: Pacing) -> None:
    for n in range(MOST_FAILURES):
        if n % 2:
            assert isinstance(pacing.answer(page(str(n)), 500), Response)
        else:
            pacing.fail(page(str(n)), DownloadTimeoutError("took too long"))
    assert pacing.waits == [2, 4, 8, 16, 32, *[60] * 4]
    with pytest.raises(HostLeft, match="no usable answer to 10 requests in a row, to the last one: answers 500"):
        pacing.ask(page())


def test_failures_with_answers_between_them_leave_no_host(pacing: Pacing) -> None:
    for n in range(2 * MOST_FAILURES):
        pacing.answer(page(str(n)), 500 if n % 3 else 404)
    for _ in range(2 * MOST_FAILURES):
        pacing.fail(page(), DownloadCancelledError())
        pacing.fail(page(), Stopping())
    pacing.ask(page())


def test_so_many_pages_of_a_host_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    pacing = Pacing(monkeypatch, most="2")
    pacing.answer(page("robots.txt", meta={ROBOTS_TXT: True}))
    for again in ({}, {REFUSALS: 1}, {"retry_times": 1}):
        pacing.answer(page("a", meta=again))
    pacing.answer(page("b"))
    with pytest.raises(HostLeft, match="asked for 2 pages, as many as PAGES_PER_HOST allows in a run"):
        pacing.ask(page("c"))
    pacing.answer(page("a", host="other.example"))


def test_a_wait_ends_with_the_crawl() -> None:
    crawler = get_crawler(settings_dict={"PAGE_DELAY": "60", "PAGES_PER_HOST": "5"})
    crawler.crawling = False
    middleware = PacingMiddleware.from_crawler(crawler)
    middleware.hosts[HOST] = Host(HOST, 60.0, ended_at=time.monotonic())

    async def go() -> None:
        for path in "ab":
            with pytest.raises(Stopping):
                await middleware.process_request(page(path))

    asyncio.run(asyncio.wait_for(go(), 5))


@pytest.mark.parametrize(
    ("name", "value"),
    [("PAGE_DELAY", "-1"), ("PAGE_DELAY", "61"), ("PAGE_DELAY", "nan"), ("PAGE_DELAY", "1e1"), ("PAGE_DELAY", ""),
     ("PAGES_PER_HOST", "0"), ("PAGES_PER_HOST", "-3"), ("PAGES_PER_HOST", "many")],
)  # fmt: skip
def test_settings_that_are_no_pace(name: str, value: str) -> None:
    settings = {"PAGE_DELAY": "0.5", "PAGES_PER_HOST": "7"}
    assert pace(settings) == (0.5, 7)
    with pytest.raises(SettingError, match=f"{name}: expected .* got '{value}'"):
        pace({**settings, name: value})
