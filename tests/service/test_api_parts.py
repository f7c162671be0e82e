"""Parts of the API by themselves: what a client prefers, and answers that are kept."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from mlentory_crawl.service.cached import AGE, KEPT, LONG, OLDEST, Cache
from mlentory_crawl.service.negotiation import HTML, JSON, JSON_LD, TURTLE, preferred

pytestmark = pytest.mark.extra(name="serve")

OFFERED = (HTML, JSON, JSON_LD, TURTLE)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, HTML),
        ("", HTML),
        ("*/*", HTML),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("application/json", JSON),
        ("application/ld+json, application/json;q=0.5", JSON_LD),
        ("text/turtle", TURTLE),
        ("TEXT/TURTLE ; Q=0.3 , */*;q=0.1", TURTLE),
        ("application/*", JSON),
        ("*/*, text/html;q=0", JSON),
        ("image/png", HTML),
        ("application/json;q=2", JSON),
        (",;q,;;=", HTML),
        ("a" * 100_000, HTML),
    ],
)
def test_a_client_gets_what_it_prefers(accept: str | None, chosen: str) -> None:
    assert preferred(accept, OFFERED) == chosen


def counting() -> Callable[[], int]:
    calls = iter(range(100))
    return lambda: next(calls)


def test_an_answer_is_kept_while_it_is_true() -> None:
    cache, make = Cache(Clock()), counting()
    assert [cache.get("a", "c-1", make) for _ in range(3)] == [(0, "c-1")] * 3
    assert cache.get("a", "c-2", make) == (1, "c-2")
    assert cache.get("b", "c-2", make) == (2, "c-2")


def test_an_answer_that_took_long_is_given_a_little_longer() -> None:
    clock = Clock()
    cache, make = Cache(clock), counting()

    def slowly() -> int:
        clock.time += LONG
        return make()

    assert cache.get("a", "c-1", slowly) == (0, "c-1")
    assert cache.get("a", "c-2", slowly) == (0, "c-1")
    assert cache.get("a", "another-2", slowly) == (1, "another-2")
    clock.time += OLDEST
    assert cache.get("a", "another-3", slowly) == (2, "another-3")


def test_an_older_answer_is_given_while_another_one_is_made() -> None:
    clock, make, may_end, ended = Clock(), counting(), threading.Event(), threading.Event()
    cache = Cache(clock)

    def slowly() -> int:
        clock.time += LONG
        return make()

    def in_the_background() -> int:
        assert may_end.wait(5)
        ended.set()
        return slowly()

    assert cache.get("a", "c-1", slowly) == (0, "c-1")
    clock.time += AGE
    assert [cache.get("a", "c-2", in_the_background) for _ in range(2)] == [(0, "c-1")] * 2
    may_end.set()
    assert ended.wait(5)
    cache.close(wait=True)
    assert cache.get("a", "c-2", slowly) == (1, "c-2")


def test_only_so_many_answers_are_kept() -> None:
    cache = Cache(Clock())
    for number in range(KEPT + 1):
        cache.get(number, "c-1", lambda: "old")
    assert cache.get(0, "c-1", lambda: "new") == ("new", "c-1")
    assert cache.get(KEPT, "c-1", lambda: "new") == ("old", "c-1")


def test_a_failure_is_not_kept() -> None:
    cache = Cache(Clock())
    with pytest.raises(ZeroDivisionError):
        cache.get("a", "c-1", lambda: 1 // 0)
    assert cache.get("a", "c-1", lambda: 1) == (1, "c-1")


def test_who_asks_at_the_same_time_waits_for_one_answer() -> None:
    cache, made, begun = Cache(), [], threading.Event()

    def slowly() -> int:
        made.append(1)
        begun.wait(5)
        return len(made)

    answers: list[tuple[int, str]] = []
    threads = [threading.Thread(target=lambda: answers.append(cache.get("a", "c-1", slowly))) for _ in range(4)]
    for thread in threads:
        thread.start()
    begun.set()
    for thread in threads:
        thread.join()
    assert answers == [(1, "c-1")] * 4
