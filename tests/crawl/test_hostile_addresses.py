"""Whatever seeds and pages name, no connection is made into a private network."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from scrapy import Request
from scrapy.settings import Settings
from support.hostile_addresses import hostile_url
from support.web_hosts import WebHost, crawl_pages, redirect, web
from twisted.internet.defer import Deferred, succeed

from mlentory_crawl.crawl.outcomes import RefusedAddress
from mlentory_crawl.crawl.web import WEB
from mlentory_crawl.middlewares.private_addresses import PrivateAddressMiddleware


class Inside:
    """A resolver that says what the C library does of numbers, and has every other name inside."""

    def getHostByName(self, name: str) -> Deferred[str]:  # noqa: N802  (Twisted's name)
        with suppress(OSError):
            return succeed(socket.inet_ntoa(socket.inet_aton(name)))
        return succeed("10.0.0.7")


@given(st.randoms(use_true_random=False), st.booleans(), st.booleans())
@settings(max_examples=1_000)
def test_no_spelling_is_let_through(random: Random, is_page: bool, has_proxy: bool) -> None:
    resolver: Any = Inside()
    guard = PrivateAddressMiddleware(Settings({"ENDPOINT_SETTINGS": {}}), resolver)
    meta = {WEB: is_page, **({"proxy": "http://proxy.example:3128"} if has_proxy else {})}
    with suppress(ValueError):  # no address at all
        request = Request(hostile_url(random, 8080), meta=meta)
        with pytest.raises(RefusedAddress):
            asyncio.run(guard.process_request(request))


@pytest.fixture
def listeners() -> Iterator[list[socket.socket]]:
    """Sockets on one port of the loopback, of both families if this machine has both."""
    with ExitStack() as stack:
        first = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1_024))
        found = [first]
        with suppress(OSError):
            address = ("::1", first.getsockname()[1])
            found.append(stack.enter_context(socket.create_server(address, family=socket.AF_INET6, backlog=1_024)))
        yield found


def test_a_crawl_of_hostile_addresses_connects_to_nobody(listeners: list[socket.socket], tmp_path: Path) -> None:
    port, random = listeners[0].getsockname()[1], Random(18)
    addresses = sorted({hostile_url(random, port) for _ in range(400)})
    outside = WebHost({f"/{n}": redirect(url) for n, url in enumerate(addresses) if n % 2 and url.isascii()})
    with web({"outside": outside}):
        direct = [url for n, url in enumerate(addresses) if f"/{n}" not in outside.pages]
        redirected = [outside.url + path for path in outside.pages]
        words = ("-s", "CONCURRENT_REQUESTS=100")
        crawled = crawl_pages(
            tmp_path, [*direct, *redirected], *words, ALLOWED_PRIVATE_HOSTS="127.0.0.11", PAGES_PER_HOST="9999"
        )
    assert len(crawled.pages) == len(addresses)
    states = Counter(told["state"] for told in crawled.pages.values())
    assert states == {"refused_address": len(addresses)}
    assert set(crawled.report["requests"]["by_host"]) == {outside.url.removeprefix("http://")}
    for listener in listeners:
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
