"""A crawl that is to end does not wait for a server that says nothing."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Response
from support.crawling import Project
from support.http_servers import Answer, served
from twisted.internet.defer import Deferred, succeed

from mlentory_crawl.crawl.outcomes import Stopping
from mlentory_crawl.middlewares import download_handler
from mlentory_crawl.middlewares.download_handler import DownloadHandler


def downloaded(
    monkeypatch: pytest.MonkeyPatch, seconds: float, *, crawling: bool = True, then: Callable[[Any], None] | None = None
) -> tuple[Response, Any]:
    """What comes of a download that takes so long, and the crawler; `then` is done to it while it goes on."""
    slot = SimpleNamespace(delay=3.0)
    engine = SimpleNamespace(downloader=SimpleNamespace(slots={"api": slot}))
    crawler: Any = SimpleNamespace(crawling=crawling, engine=engine)

    async def download(self: HTTP11DownloadHandler, request: Request) -> Response:
        if then is not None:
            then(crawler)
        await asyncio.sleep(seconds)
        return Response(request.url)

    monkeypatch.setattr(HTTP11DownloadHandler, "download_request", download)
    monkeypatch.setattr(download_handler, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(download_handler, "GRACE_SECONDS", 0.3)
    handler = DownloadHandler.__new__(DownloadHandler)
    handler._crawler = crawler
    request = Request("https://hub.test/")
    try:
        return asyncio.run(asyncio.wait_for(handler.download_request(request), 30)), slot
    except Stopping:
        return Response("stopped:"), slot


@pytest.mark.parametrize("is_slow", [True, False])
def test_connections_are_given_the_time_to_close_and_no_more(is_slow: bool) -> None:
    handler: Any = DownloadHandler.__new__(DownloadHandler)
    closed: Deferred[None] = Deferred() if is_slow else succeed(None)
    handler._pool = SimpleNamespace(closeCachedConnections=lambda: closed)
    handler._disconnect_timeout = 0.05
    asyncio.run(asyncio.wait_for(handler.close(), 30))
    if is_slow:
        closed.callback(None)  # raises an error if somebody else has done so


def stop(crawler: Any) -> None:
    crawler.crawling = False


def test_a_download_takes_as_long_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    response, slot = downloaded(monkeypatch, 0.6)
    assert (response.url, slot.delay) == ("https://hub.test/", 3.0)


def test_what_is_about_to_come_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert downloaded(monkeypatch, 0.1, then=stop)[0].url == "https://hub.test/"


def test_what_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert downloaded(monkeypatch, 600, then=stop)[0].url == "stopped:"


def test_what_has_not_begun_does_not_begin_nor_wait_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    response, slot = downloaded(monkeypatch, 0, crawling=False)
    assert (response.url, slot.delay) == ("stopped:", 0.0)


def test_a_signal_ends_a_crawl_whose_server_is_silent(tmp_path: Path) -> None:
    asked, over = threading.Event(), threading.Event()

    def answer(method: str, path: str, body: bytes) -> Answer:
        asked.set()
        over.wait(100)
        return 200, {}, b"[]"

    with served(answer) as url:
        project = Project(tmp_path / "data", url)
        with subprocess.Popen(
            project.command("crawl", "huggingface", "-a", "mode=census"),
            env=project.environment, stderr=subprocess.DEVNULL,
        ) as crawl:  # fmt: skip
            assert asked.wait(60)
            crawl.send_signal(signal.SIGTERM)
            try:
                assert crawl.wait(60) == 3
            finally:
                over.set()
                crawl.kill()
    report = project.report()
    assert (report["verdict"], report["problems"]) == ("stopped", [])
