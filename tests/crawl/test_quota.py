"""Quotas that services announce, in whatever words, are kept."""

from __future__ import annotations

import asyncio
import time

import pytest
from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http import Headers, Response, TextResponse
from scrapy.utils.test import get_crawler

from mlentory_crawl.crawl.outcomes import QuotaGone, Stopping
from mlentory_crawl.crawl.web import WEB
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.middlewares.quota import (
    LONGEST_BACKOFF,
    QuotaMiddleware,
    Slot,
    _announced,
    _is_refusal,
)


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


def test_a_slot_tells_how_many_requests_it_allows() -> None:
    slot = Slot()
    assert slot.allowed(0.9) is None
    slot.learn(headers(51, 200), 100.0)
    assert slot.allowed(0.9) == {"requests": 450, "seconds": 300}
    slot.learn(headers(51, 200, quota=3), 100.0)
    assert slot.allowed(0.5) == {"requests": 2, "seconds": 300}
    # GitHub does not announce how long a window is.
    of_github = Slot()
    of_github.learn(Headers({f"X-RateLimit-{name}": "9" for name in ("Limit", "Remaining", "Reset")}), 100.0)
    assert (of_github.quota, of_github.allowed(1.0)) == (9, None)


def test_a_delay_between_requests_is_a_rate_too() -> None:
    slots = {"slow.api": {"delay": 3.0}, "quick.api": {"delay": 0}, "other.api": {"delay": 1.0}}
    quota = QuotaMiddleware.from_crawler(
        get_crawler(settings_dict={"QUOTA_ENABLED": True, "QUOTA_SHARE": "0.9", "DOWNLOAD_SLOTS": slots})
    )
    for name in ("slow.api", "quick.api", "hub.api"):
        quota.slots[name].learn(headers(51, 200) if name == "hub.api" else Headers(), 0.0)
    assert quota.allowed() == {
        "slow.api": {"requests": 1, "seconds": 3.0},
        "hub.api": {"requests": 450, "seconds": 300},
    }


def test_a_window_ends_at_the_moment_that_was_announced() -> None:
    slot = Slot()
    slot.learn(headers(0, 100), 0.0)
    assert slot.pause(100.9, 0.9) == pytest.approx(0.1)
    assert slot.left == 0
    assert slot.pause(101.0, 0.9) == 0
    assert slot.left is None
    # Beyond what a window can be: an answer to what was asked at that moment is one to the trial.
    slot.learn(headers(0, 99_999_999), 200.0)
    assert (slot.resets_at, slot.tried) == (200 + LONGEST_BACKOFF + 1, False)
    slot.learn(headers(0, 99_999_999), slot.resets_at)
    assert slot.tried


def test_the_slots_share_is_rounded_down_and_what_is_blocked_waits() -> None:
    slot = Slot(left=3, quota=35, resets_at=50.0)
    assert slot.pause(0.0, 0.9) == 50.0  # a tenth of 35 is 3
    slot.left = 4
    assert slot.pause(0.0, 0.9) == 0.0
    slot.blocked_until = 7.0
    assert (slot.pause(0.0, 0.9), slot.pause(8.0, 0.9)) == (7.0, 0.0)
    slot.left = 0
    assert slot.pause(0.0, 1.0) == 50.0


def test_an_answer_of_the_next_window_counts_as_it_is() -> None:
    slot = Slot()
    slot.learn(headers(10, 100), 0.0)
    slot.learn(headers(40, 101), 0.9)  # within two seconds of the same end
    assert slot.left == 10
    slot.learn(headers(40, 103), 1.0)
    assert (slot.left, slot.resets_at) == (40, 105.0)
    slot.learn(Headers({"RateLimit": '"api";r=9;t=103'}), 1.0)
    assert (slot.left, slot.quota) == (9, 500)  # without a policy the quota is that of before
    slot.learn(Headers(), 2.0)
    assert slot.left == 9


def test_answers_that_overtake_each_other_leave_the_smaller_rest() -> None:
    slot = Slot()
    slot.learn(headers(60, 200), 100.0)
    slot.learn(headers(61, 200), 100.2)
    assert slot.left == 60
    slot.learn(headers(499, 300), 301.0)
    assert slot.left == 499


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
    quota = middleware()
    request = Request(response.url)
    then = quota.process_response(request, response)
    assert (then.status if isinstance(then, Response) else None) == status
    assert quota.slots["default"].blocked_until == pytest.approx(time.monotonic() + waits if waits else 0.0, abs=1)
    # After the last retry it is still no thing that nobody may see.
    last = quota.process_response(request.replace(meta={"quota_retries": quota.retries}), response)
    assert isinstance(last, Response)
    assert last.status == (status or 429)


def middleware(backoff: float = 1.0) -> QuotaMiddleware:
    crawler = get_crawler()
    crawler.crawling = True
    return QuotaMiddleware(crawler, share=1.0, backoff=backoff, retries=10)


def test_a_service_that_always_refuses_is_asked_so_often_and_no_more() -> None:
    quota, request = middleware(), Request("https://api.test/models")
    for _ in range(quota.retries):
        again = quota.process_response(request, Response(request.url, status=429))
        assert isinstance(again, Request)
        request = again
    assert isinstance(quota.process_response(request, Response(request.url, status=429)), Response)


def test_pages_of_the_web_have_a_pace_of_their_own() -> None:
    quota, request = middleware(backoff=60), Request("https://blog.test/", meta={WEB: True, "retry_times": 3})
    asyncio.run(asyncio.wait_for(quota.process_request(request), 5))
    for status in (403, 429):
        refused = Response(request.url, status=status, headers={"Retry-After": "60", "RateLimit": '"api";r=0;t=99'})
        assert quota.process_response(request, refused) is refused
    assert not quota.slots


def test_a_request_that_waits_for_no_quota_is_refused_at_once() -> None:
    quota, request = middleware(), Request("https://api.test/models", meta={"dont_wait_for_quota": True})
    assert isinstance(quota.process_response(request, Response(request.url, status=429)), Response)


def test_a_refusal_by_a_quota_is_tried_again_twice_as_often_as_other_failures() -> None:
    crawler = get_crawler(
        settings_dict={"RETRY_TIMES": 1, "RETRY_BACKOFF": 1.0, "QUOTA_ENABLED": True, "QUOTA_SHARE": 1}
    )
    assert QuotaMiddleware.from_crawler(crawler).retries == 2


def test_what_says_nothing_is_asked_less_and_less_often() -> None:
    quota = middleware(backoff=2)
    assert [quota._unannounced(n, False) for n in range(5)] == [10, 20, 40, 60, 60]
    assert quota._unannounced(0, True) == 60


def test_a_retry_waits_first() -> None:
    quota = middleware(backoff=0.2)
    asyncio.run(quota.process_request(Request("https://api.test/models")))
    assert quota.waited == 0
    asyncio.run(quota.process_request(Request("https://api.test/models", meta={"retry_times": 1})))
    assert quota.waited >= 0.1


def test_each_retry_waits_twice_as_long_and_clients_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    quota, spans, waits = middleware(backoff=2), [], []

    async def wait(name: str, seconds: float) -> None:
        waits.append((name, seconds))

    def uniform(low: float, high: float) -> float:
        spans.append((low, high))
        return high

    monkeypatch.setattr(quota, "_wait", wait)
    monkeypatch.setattr("mlentory_crawl.middlewares.quota.random.uniform", uniform)
    for n in range(7):
        request = Request("https://api.test/models", meta={"retry_times": n, "download_slot": "api"})
        asyncio.run(quota.process_request(request))
    assert spans == [(1, 2), (2, 4), (4, 8), (8, 16), (16, 32), (30, 60)]
    assert waits == [("api", high) for _, high in spans]


def test_requests_of_a_slot_wait_for_its_quota_and_use_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    quota, waits = middleware(), []

    async def wait(name: str, seconds: float) -> None:
        waits.append((name, round(seconds)))
        quota.slots[name].resets_at = quota.slots[name].blocked_until = 0.0

    def ask(slot: str) -> None:
        asyncio.run(quota.process_request(Request("https://api.test/x", meta={"download_slot": slot})))

    monkeypatch.setattr(quota, "_wait", wait)
    for slot in ("a", "b"):
        told = Response("https://api.test/x", headers={"RateLimit": '"api";r=2;t=99'})
        assert quota.process_response(Request("https://api.test/x", meta={"download_slot": slot}), told) is told
    for _ in range(3):
        ask("a")
    assert waits == [("a", 100)]
    ask("b")
    assert waits == [("a", 100)]
    assert (quota.slots["a"].left, quota.slots["b"].left) == (None, 1)
    refused = Response("https://api.test/x", status=429, headers={"Retry-After": "7"})
    again = quota.process_response(Request("https://api.test/x", meta={"download_slot": "b", "x": 1}), refused)
    assert isinstance(again, Request)
    assert (again.meta, again.dont_filter) == ({"download_slot": "b", "x": 1, "quota_retries": 1}, True)
    assert quota.crawler.stats.get_value("retry/count") == 1
    ask("b")
    assert waits == [("a", 100), ("b", 7)]


def test_who_waits_is_told_until_when_and_ends_with_the_crawl() -> None:
    quota = middleware()

    async def observed() -> float:
        waiting = asyncio.create_task(quota._wait("api", 0.05))
        await asyncio.sleep(0)
        until = quota.waiting["api"] - time.monotonic()
        await waiting
        return until

    assert 0 < asyncio.run(observed()) <= 0.05
    assert quota.waiting == {}
    assert 0.05 <= quota.waited < 1
    quota.crawler.crawling = False
    with pytest.raises(Stopping):
        asyncio.run(quota._wait("api", 30.0))
    assert quota.waited < 1
    assert quota.waiting.keys() == {"api"}  # others of it may still wait


def test_a_429_is_waited_for_as_announced() -> None:
    def blocked(**headers: str) -> float:
        quota, request = middleware(), Request("https://api.test/models")
        told = {name.replace("_", "-"): text for name, text in headers.items()}
        assert isinstance(quota.process_response(request, Response(request.url, status=429, headers=told)), Request)
        return round(quota.slots["default"].blocked_until - time.monotonic())

    assert blocked() == 5
    assert blocked(Retry_After="7") == 7
    assert blocked(Retry_After="1800") == 900
    assert blocked(RateLimit='"api";r=0;t=30') == 31
    assert blocked(RateLimit='"api";r=0;t=30', Retry_After="7") == 7
    assert blocked(RateLimit='"api";r=3;t=30') == 31


@pytest.mark.parametrize("share", ["0", "-0.1", "1.01"])
def test_a_share_is_one(share: str) -> None:
    with pytest.raises(MlentoryError, match="QUOTA_SHARE: expected a number above 0 and at most 1, got "):
        QuotaMiddleware.from_crawler(get_crawler(settings_dict={"QUOTA_ENABLED": True, "QUOTA_SHARE": share}))
    with pytest.raises(NotConfigured):
        QuotaMiddleware.from_crawler(get_crawler(settings_dict={"QUOTA_ENABLED": False, "QUOTA_SHARE": share}))


@pytest.mark.parametrize("told", [{"X-RateLimit-Remaining": "0"}, {"Retry-After": "60"}])
def test_a_refusal_is_one_without_words(told: dict[str, str]) -> None:
    assert _is_refusal(TextResponse("https://api.test/repos/a/b", status=403, headers=told))
    assert not _is_refusal(TextResponse("https://api.test/repos/a/b", status=403))


def announced(left: int, reset: int, **others: str) -> Headers:
    told = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": str(reset)}
    return Headers({**told, **others})


def test_without_a_date_the_clock_of_this_machine_holds() -> None:
    told = _announced(announced(3, int(time.time()) + 100))
    assert told is not None
    assert 98 <= told[1] <= 101


LONG = "9" * 5_000


@pytest.mark.parametrize(
    "told",
    [
        {"RateLimit": f'"api";r={LONG};t=5'},
        {"RateLimit": f'"api";r=5;t={LONG}'},
        {"RateLimit": f'"api";r=5;t={LONG}', "RateLimit-Policy": f"q={LONG}"},
        {"X-RateLimit-Limit": "500", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": LONG},
        {"X-RateLimit-Limit": "५००", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "5"},
    ],
)
def test_numbers_that_nobody_can_mean_announce_nothing(told: dict[str, str]) -> None:
    assert _announced(Headers({name: value.encode() for name, value in told.items()})) is None


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 0001 00:00:00 +2300", "soon"])
def test_a_date_beyond_all_dates_is_none(date: str) -> None:
    assert _announced(announced(3, int(time.time()) + 100, Date=date)) is not None


def test_a_quota_that_never_begins_anew_is_asked_once_more() -> None:
    slot = Slot()
    slot.learn(headers(0, 99_999_999), 100.0)
    assert slot.pause(100.0, 0.9) == LONGEST_BACKOFF + 1
    slot.learn(headers(0, 99_999_999), 101.0)  # an answer that was under way
    assert slot.pause(130.0, 0.9) == LONGEST_BACKOFF + 1 - 29
    now = 101.0 + LONGEST_BACKOFF + 1
    assert slot.pause(now, 0.9) == 0
    for late in (1, 2):  # several have waited, and asked
        slot.learn(headers(0, 99_999_999), now + late)
        with pytest.raises(QuotaGone, match="99,999,999 s"):
            slot.pause(now + late, 0.9)
    slot.learn(headers(400, 200), now + 3)
    assert slot.pause(now + 3, 0.9) == 0
    assert slot.left == 400


def test_a_window_of_an_hour_is_waited_for() -> None:
    slot = Slot()
    for since in (0, 1_000, 3_000):
        slot.learn(headers(0, 3_600 - since), 100.0 + since)
        assert slot.pause(100.0 + since, 0.9) == 3_601 - since


def test_a_date_of_asking_again_that_is_years_away_is_tried_once() -> None:
    quota, request = middleware(), Request("https://api.test/models")
    refused = Response(request.url, status=429, headers={"Retry-After": "99999999"})
    again = quota.process_response(request, refused)
    assert isinstance(again, Request)
    assert quota.slots["default"].blocked_until <= time.monotonic() + LONGEST_BACKOFF
    assert isinstance(quota.process_response(again, refused), Response)


def test_what_is_left_is_used_however_far_away_the_next_window_is() -> None:
    slot, far, later = Slot(), 99_999_999, LONGEST_BACKOFF + 2
    slot.learn(headers(0, far), 0.0)
    assert slot.pause(0.0, 0.9) == LONGEST_BACKOFF + 1
    assert slot.pause(later, 0.9) == 0
    slot.learn(headers(400, far), later)
    assert slot.pause(later, 0.9) == 0
    slot.learn(headers(0, far), later)
    with pytest.raises(QuotaGone):
        slot.pause(later, 0.9)


def test_a_limit_may_be_written_with_blanks() -> None:
    told = Headers({"RateLimit": '"api" ; r = 5 ; t = 7', "RateLimit-Policy": '"api"; q = 9; w=300'})
    assert _announced(told) == (5, 7, 9, 300)
