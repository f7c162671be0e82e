"""Which requests of a page the crawl makes in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from scrapy import Request
from scrapy.http import Response

from mlentory_crawl.crawl.outcomes import RobotsRefused
from mlentory_crawl.crawl.web import WEB
from mlentory_crawl.rendering import page_requests
from mlentory_crawl.rendering.page_requests import Answer, PageRequests, Scripts

PAGE = "https://terns.test/a"
API = "https://api.terns.test/text"


class Web:
    """Answers requests, and keeps them.

    Args:
        size: of each answer.
        slow: whether answers come only once `let_go` is set.
    """

    def __init__(self, size: int = 1, *, slow: bool = False) -> None:
        self.asked: list[Request] = []
        self.let_go = asyncio.Event()
        self.size = size
        if not slow:
            self.let_go.set()

    async def download(self, request: Request) -> Response:
        self.asked.append(request)
        if "forbidden" in request.url:
            raise RobotsRefused("the robots.txt forbids it")
        await self.let_go.wait()
        headers = {"Content-Type": "text/plain", "Set-Cookie": "a=b", "Access-Control-Allow-Origin": "*"}
        return Response(request.url, headers=headers, body=b"x" * self.size)

    def of_page(self, url: str = PAGE, *allowed: str, scripts: Scripts | None = None) -> PageRequests:
        return PageRequests(url, self.download, frozenset(allowed), scripts or Scripts())


def asked(
    kind: str = "fetch", method: str = "GET", url: str = API, page: str = PAGE, allowed: str = "", **headers: str
) -> tuple[Answer | None, list[Request]]:
    """The answer to one request of a page, and what was requested for it."""

    async def ask() -> tuple[Answer | None, list[Request]]:
        web = Web()
        answer = await web.of_page(page, *filter(None, [allowed])).answer(kind, method, url, headers)
        return answer, web.asked

    return asyncio.run(ask())


def test_a_request_is_made_as_one_for_a_page_and_without_what_the_page_adds() -> None:
    answer, (request,) = asked(url=f"{API}#part", accept="*/*", cookie="a=b", authorization="Bearer x")
    assert request.url == API
    assert request.meta[WEB]
    assert request.headers.to_unicode_dict() == {"Accept": "*/*"}
    assert answer == Answer(200, {"content-type": "text/plain", "access-control-allow-origin": "*"}, b"x")


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        *((kind, "GET") for kind in "image media font websocket eventsource ping manifest other stylesheet".split()),
        *(("fetch", method) for method in "POST PUT DELETE PATCH OPTIONS".split()),
    ],
)
def test_other_requests_are_not_made(kind: str, method: str) -> None:
    assert asked(kind, method) == (None, [])


@pytest.mark.parametrize("url", ["http://[::1", "https://", "/text", "https://terns.test:x/"])
def test_addresses_that_are_none_are_not_requested(url: str) -> None:
    answer, requests = asked(url=url)
    assert answer is None or requests


def test_a_refused_request_has_no_answer() -> None:
    answer, requests = asked(url="https://terns.test/forbidden")
    assert answer is None
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("page", "may"), [(PAGE, False), ("https://WIKI.inside.test./a", True), ("https://inside.test/", False)]
)
def test_a_page_of_the_web_reads_nothing_from_allowed_private_hosts(page: str, may: bool) -> None:
    answer, requests = asked(url="https://wiki.inside.test/secret", page=page, allowed="wiki.inside.test")
    assert (answer is not None, len(requests)) == (may, int(may))


def test_a_host_gets_one_request_at_a_time_and_none_once_the_page_is_closed() -> None:
    async def ask() -> tuple[list[Answer | None], list[str]]:
        web = Web(slow=True)
        page = web.of_page()
        names = [f"https://{host}.test/{number}" for host in ("a", "b") for number in range(3)]
        waiting = asyncio.gather(*(page.answer("fetch", "GET", name, {}) for name in names))
        await asyncio.sleep(0.05)
        page.closed.set()
        answers = await asyncio.wait_for(waiting, 5)
        web.let_go.set()
        await asyncio.sleep(0.05)
        return answers, [each.url for each in web.asked]

    assert asyncio.run(ask()) == ([None] * 6, ["https://a.test/0", "https://b.test/0"])


@pytest.mark.parametrize(("name", "most", "size", "made"), [("MOST_REQUESTS", 3, 1, 3), ("MOST_BYTES", 25, 10, 3)])
def test_a_page_is_closed_when_it_asks_for_too_much(
    name: str, most: int, size: int, made: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_requests, name, most)

    async def ask() -> tuple[int, bool]:
        web = Web(size)
        page = web.of_page()
        for number in range(6):
            await page.answer("xhr", "GET", f"{API}/{number}", {})
        return len(web.asked), page.closed.is_set()

    assert asyncio.run(ask()) == (made, True)


def run(of: Callable[[], Awaitable[list[str]]]) -> list[str]:
    async def each() -> list[str]:
        return await of()

    return asyncio.run(each())


def test_pages_share_scripts_but_not_what_these_ask_for() -> None:
    async def ask() -> list[str]:
        web, scripts = Web(), Scripts()
        for number in range(2):
            page = web.of_page(f"{PAGE}{number}", scripts=scripts)
            assert await page.answer("script", "GET", "https://terns.test/app.js", {}) is not None
            await page.answer("fetch", "GET", API, {})
        return [each.url for each in web.asked]

    assert run(ask) == ["https://terns.test/app.js", API, API]


def test_the_scripts_that_are_kept_have_a_limited_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_requests, "MOST_KEPT", 25)
    scripts = Scripts()
    for name in "abc":
        scripts.keep(name, Answer(200, {}, b"x" * 10))
        scripts.get("a")
    scripts.keep("missing", Answer(404, {}, b""))
    assert [name for name in ("a", "b", "c", "missing") if scripts.get(name)] == ["a", "c"]


def test_a_page_is_quiet_when_nothing_has_been_under_way_for_a_while() -> None:
    async def ask() -> list[str]:
        web = Web(slow=True)
        page = web.of_page()
        told = []
        request = asyncio.ensure_future(page.answer("fetch", "GET", API, {}))
        quiet = asyncio.ensure_future(page.quiet(0.1))
        await asyncio.sleep(0.3)
        told.append("quiet" if quiet.done() else "not quiet")
        web.let_go.set()
        await asyncio.wait_for(quiet, 5)
        told.append("answered" if request.done() else "not answered")
        return told

    assert run(ask) == ["not quiet", "answered"]
