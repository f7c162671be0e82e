"""What answers and seeds name does not reach into private networks, unless somebody allows it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import pytest
from scrapy import Request
from scrapy.resolver import CachingThreadedResolver
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import DNSLookupError
from twisted.internet.testing import MemoryReactorClock

from mlentory_crawl.config.values import allowed_hosts
from mlentory_crawl.crawl.outcomes import PrivateAddress, RefusedAddress
from mlentory_crawl.crawl.web import WEB
from mlentory_crawl.middlewares.private_addresses import (
    PrivateAddressMiddleware,
    PublicResolver,
    refuse_private,
)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255",
        "100.64.0.1", "::", "::1", "::2", "::7f00:1", "fd00::1", "fe80::1", "ff02::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "64:ff9b:1::808:808", "2002:a00:1::", "2001:0:a00:1::f5ff:fffe", "192.0.0.8",
        "168.63.129.16", "fec0::1", "3fff::1", "5f00::1", "100:0:0:1::1", "::ffff:0:10.0.0.1", "4000::1",
    ],
)  # fmt: skip
def test_private_addresses(address: str) -> None:
    with pytest.raises(PrivateAddress):
        refuse_private(address, "some.example")


def test_public_addresses() -> None:
    assert refuse_private("8.8.8.8", "some.example") == "8.8.8.8"
    assert refuse_private("2001:4860:4860::8888", "some.example")
    for inside in ("::808:808", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"):
        assert refuse_private(inside, "some.example") == inside


def test_hosts_are_named_with_commas() -> None:
    assert allowed_hosts(Settings({"ALLOWED_PRIVATE_HOSTS": " a.Local, ,B.local.,::1"})) == {
        "a.local",
        "b.local",
        "::1",
    }
    assert allowed_hosts(Settings({"ALLOWED_PRIVATE_HOSTS": None})) == set()


class Names:
    """A resolver that knows a few names, and counts what it is asked."""

    def __init__(self, **known: str) -> None:
        self.known = {name.replace("_", "."): address for name, address in known.items()}
        self.asked: list[str] = []

    def getHostByName(self, name: str) -> Deferred[str]:  # noqa: N802  (Twisted's name)
        self.asked.append(name)
        return succeed(self.known[name]) if name in self.known else fail(DNSLookupError(name))


ENDPOINTS = {
    "HF_ENDPOINT": "https://huggingface.co",
    "MLFLOW_TRACKING_URI": "http://tracking:5000",
    "MLENTORY": "1",
    "ENDPOINT_SETTINGS": {"huggingface": "HF_ENDPOINT", "mlflow": "MLFLOW_TRACKING_URI", "github": "GITHUB_ENDPOINT"},
}
PROXY = "http://127.0.0.1:3128"


def ask(
    url: str, resolver: Names | None = None, *, proxy: str | None = PROXY, is_page: bool = False, **settings: str
) -> None:
    names: Any = resolver or Names()
    guard = PrivateAddressMiddleware(Settings({**ENDPOINTS, **settings}), names)
    meta = {WEB: is_page, **({"proxy": proxy} if proxy else {})}
    asyncio.run(guard.process_request(Request(url, meta=meta)))


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST.", "ip6-localhost", "intranet", "wiki.local", "a.localhost", "db.internal",
        "nas.home.arpa", "printer.lan", "a.intranet", "a.b.private", "a.corp",
        "a.home", "2130706433", "0x7f.3", "0x7f000003", "0177.0.0.3", "127.3", "0", "127.0.0.3.",
        "1.2.3.4.5", "a.0x", "%31%32%37.0.0.3", "\uff11\uff12\uff17.0.0.3", "127。0。0。3",
        "[::127.0.0.3]", "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:3]", "[64:ff9b:1::808:808]", "[2002:7f00:3::]", "[2001:0:a00:1::f5ff:fffe]", "[fe80::1%25lo]",
        "[::]", "224.0.0.1", "[ff02::1]",
    ],
)  # fmt: skip
@pytest.mark.parametrize("port", ["", ":3128", ":443"])
def test_no_spelling_leads_a_proxy_inside(host: str, port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The proxy is what is connected to; it is no place to be sent to.
    monkeypatch.setenv("http_proxy", PROXY)
    monkeypatch.setenv("https_proxy", PROXY)
    for scheme in ("http", "https"):
        with pytest.raises(PrivateAddress):
            ask(f"{scheme}://{host}{port}/x")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://user:pw@10.0.0.1/", "10.0.0.1: the address has a user name"),
        ("https://8.8.8.8:80@blog.example/", "blog.example: the address has a user name"),
        ("https://@blog.example/", "blog.example: the address has a user name"),
        ("ftp://user:pw@blog.example/x", "expected an http or https address with a host, got ftp:blog.example"),
        ("file:///etc/passwd", "expected an http or https address with a host, got file:"),
        ("http:///x", "expected an http or https address with a host, got http:"),
        ("http://blog.example:25/", "blog.example:25: the port is that of another protocol"),
        ("https://blog.example:0/", "blog.example:0: the port is that of another protocol"),
    ],
)
def test_addresses_that_are_none_of_pages(url: str, reason: str) -> None:
    for proxy in (None, PROXY):
        with pytest.raises(RefusedAddress, match=re.escape(reason)) as refused:
            ask(url, Names(blog_example="8.8.8.8"), proxy=proxy)
        assert "pw" not in str(refused.value)


def test_a_server_that_renders_pages_is_reached_and_no_page_leads_there() -> None:
    names, server = Names(splash="10.0.0.2"), "http://splash:8050/"
    ask("http://splash:8050/execute", names, proxy=None, SPLASH_URL=server)
    for url, is_page in (("http://splash:8050/execute", True), ("http://splash:8051/", False)):
        with pytest.raises(PrivateAddress):
            ask(url, names, proxy=None, is_page=is_page, SPLASH_URL=server)


def test_pages_do_not_lead_to_what_is_configured_for_apis() -> None:
    names = Names(tracking="10.0.0.1")
    ask("http://tracking:5000/api", names, proxy=None)
    for proxy in (None, PROXY):
        with pytest.raises(PrivateAddress):
            ask("http://tracking:5000/api", names, proxy=proxy, is_page=True)
    ask("http://tracking:5000/api", names, is_page=True, ALLOWED_PRIVATE_HOSTS="tracking")


@pytest.mark.parametrize("url", ["http://127.0.0.1:3128/x", "https://10.0.0.1/x"])
def test_a_port_makes_no_endpoint(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", PROXY)
    for proxy in (None, PROXY):
        with pytest.raises(PrivateAddress):
            ask(url, proxy=proxy)


def test_a_name_that_leads_inside_is_refused_also_where_a_proxy_would_look_it_up() -> None:
    names = Names(public_example="8.8.8.8", inside_example="10.0.0.1")
    ask("https://public.example/x", names)
    for proxy in (PROXY, None):
        with pytest.raises(PrivateAddress, match=r"inside\.example is in a private network \(10\.0\.0\.1\)"):
            ask("https://inside.example/x", names, proxy=proxy)


def test_a_name_that_only_the_proxy_knows_is_left_to_it_and_looked_up_once() -> None:
    names = Names()
    guard = PrivateAddressMiddleware(Settings(ENDPOINTS), names)  # type: ignore[arg-type]
    for path in "abc":
        request = Request(f"https://unknown.example/{path}", meta={"proxy": PROXY})
        asyncio.run(guard.process_request(request))
    assert names.asked == ["unknown.example"]
    with pytest.raises(DNSLookupError):
        ask("https://unknown.example/a", names, proxy=None)


def test_what_settings_name_is_reached_through_a_proxy_too() -> None:
    ask("http://tracking:5000/api")
    ask("https://huggingface.co:443/api")
    ask("http://wiki.local/x", ALLOWED_PRIVATE_HOSTS="wiki.local, 10.0.0.1")
    ask("http://10.0.0.1/x", ALLOWED_PRIVATE_HOSTS="wiki.local, 10.0.0.1")
    for url in ("http://tracking:5001/api", "http://tracking/api"):
        with pytest.raises(PrivateAddress):
            ask(url)


def test_a_scheme_has_its_port() -> None:
    ask("http://tracking.test:80/", MLFLOW_TRACKING_URI="http://tracking.test")
    ask("http://10.1.1.1/", MLFLOW_TRACKING_URI="http://10.1.1.1:80")
    ask("https://10.1.1.1/", MLFLOW_TRACKING_URI="https://10.1.1.1:443")
    with pytest.raises(PrivateAddress):
        ask("https://10.1.1.1/", MLFLOW_TRACKING_URI="http://10.1.1.1:80")


@pytest.mark.parametrize(
    "address", ["64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8", "2001:0:808:808::f7f7:f7f7"]
)
def test_public_addresses_inside_others(address: str) -> None:
    assert refuse_private(address, "some.example")


def test_only_names_that_settings_reach_may_be_private(monkeypatch: pytest.MonkeyPatch) -> None:
    def inside(resolver: PublicResolver, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        return succeed("10.0.0.1")

    monkeypatch.setattr(CachingThreadedResolver, "getHostByName", inside)
    monkeypatch.setenv("http_proxy", "http://Proxy.test:3128")
    crawler = get_crawler(settings_dict={**ENDPOINTS, "ALLOWED_PRIVATE_HOSTS": "wiki.local"})
    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    resolver = PublicResolver.from_crawler(crawler, reactor)
    told: list[Any] = []
    for name in ("tracking", "TRACKING.", "proxy.test", "wiki.local", "other.test", ""):
        resolver.getHostByName(name).addBoth(told.append)
    assert told[:4] == ["10.0.0.1"] * 4
    assert [type(each.value) for each in told[4:]] == [PrivateAddress] * 2


def test_a_name_that_is_public_only_when_it_is_looked_at_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(("8.8.8.8", "10.0.0.1"))
    monkeypatch.setattr(CachingThreadedResolver, "getHostByName", lambda *given: succeed(next(answers)))
    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    resolver = PublicResolver.from_crawler(get_crawler(settings_dict=ENDPOINTS), reactor)
    guard = PrivateAddressMiddleware(Settings(ENDPOINTS), resolver)
    asyncio.run(guard.process_request(Request("https://rebinding.example/", meta={WEB: True})))
    told: list[Any] = []
    resolver.getHostByName("rebinding.example").addBoth(told.append)
    assert isinstance(told[0].value, PrivateAddress)


def test_proxies_may_be_configured_without_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CachingThreadedResolver, "getHostByName", lambda *given: succeed("10.0.0.1"))
    monkeypatch.setenv("no_proxy", "localhost,tracking")
    monkeypatch.setenv("all_proxy", "proxy.test:3128")
    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    resolver = PublicResolver.from_crawler(get_crawler(settings_dict=ENDPOINTS), reactor)
    told: list[Any] = []
    for name in ("tracking", "localhost"):
        resolver.getHostByName(name).addBoth(told.append)
    assert told[0] == "10.0.0.1"
    assert isinstance(told[1].value, PrivateAddress)
