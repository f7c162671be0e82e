"""Pages are requested as their hosts allow: crawls of hosts on the loopback, with the settings of the project."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.raw_hosts import endless, raw_host, slow
from support.web_hosts import HTML, NO_HUB, PAGE, Crawled, WebHost, crawl_pages, redirect, robots, web

FORBID = "User-agent: *\nDisallow: /private/\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def bomb() -> bytes:
    """One gigabyte of nothing in one megabyte."""
    packed, nothing = zlib.compressobj(9, wbits=31), bytes(1 << 24)
    first, other = (packed.compress(nothing) + packed.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + 63 * other


def refused(before: int) -> tuple[int, dict[str, str], bytes]:
    return (429, {"Retry-After": "0"}, b"") if before < 2 else PAGE


def hosts() -> dict[str, WebHost]:
    return {
        "strict": WebHost({"/robots.txt": robots(FORBID), "/strict.txt": robots(FORBID)}),
        "without": WebHost({"/robots.txt": robots("User-agent: *\nDisallow: /\n", 404)}),
        "html": WebHost({"/robots.txt": (200, HTML, b"<html><p>User-agent: *</p><p>Disallow: /</p></html>")}),
        "down": WebHost({"/robots.txt": robots("", 503)}),
        "limited": WebHost({"/robots.txt": robots("", 429, **{"Retry-After": "86400"})}),
        "circle": WebHost({"/robots.txt": redirect("/robots.txt")}),
        "large": WebHost({"/robots.txt": robots(b"#" * (6 << 20))}),
        "elsewhere": WebHost({"/robots.txt": redirect("/here.txt")}),
        "inside": WebHost({"/robots.txt": redirect("http://10.1.2.3/robots.txt")}),
        "slow": WebHost({"/robots.txt": robots("User-agent: mlentory_crawl\nCrawl-delay: 90\n")}),
        "busy": WebHost({"/a": refused, "/b": (503, {"Retry-After": "86400"}, b"")}),
        "many": WebHost(),
        "odd": WebHost({
            "/circle": redirect("/circle"),
            "/inside": redirect("http://127.0.0.2:9000/"),
            "/file": redirect("file:///etc/passwd"),
            "/port": redirect("http://127.0.0.1:99999/"),
            "/mail": redirect("//mail.example:25/"),
            "/user": redirect("http://me:secret@mail.example/"),
            "/bomb": (200, {"Content-Encoding": "gzip", **HTML}, bomb()),
            "/large": (200, HTML, bytes(6 << 20)),
            "/broken": lambda before: None if before < 2 else PAGE,
        }),
    }  # fmt: skip


@dataclass
class Told:
    """What came of the crawl, and what its hosts were asked."""

    hosts: dict[str, WebHost]
    crawled: Crawled

    def page(self, host: str, path: str = "") -> tuple[str, str]:
        """State and reason of a page."""
        told = self.crawled.pages[self.hosts[host].url + path]
        return told["state"], told.get("reason", "")

    def states(self, host: str) -> Counter[tuple[str, bool | None]]:
        """The pages of a host by state, and by whether that is temporary."""
        url = self.hosts[host].url
        pages = (told for page, told in self.crawled.pages.items() if page.startswith(url))
        return Counter((told["state"], told.get("is_temporary")) for told in pages)


RULED = ("strict", "without", "html", "down", "limited", "circle", "large", "elsewhere", "inside", "slow")
RAW = {
    "headers": endless(OK, b"X-Header: " + b"x" * 1000 + b"\r\n"),
    "body": endless(OK + b"\r\n", b"x" * 65536),
    "drip": slow(OK + b"\r\n"),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with ExitStack() as stack:
        served = stack.enter_context(web(hosts()))
        for number, (name, talk) in enumerate(RAW.items(), 50):
            served[name] = WebHost(url=stack.enter_context(raw_host(talk, f"127.0.0.{number}")))
        served["elsewhere"].pages["/here.txt"] = redirect(f"{served['strict'].url}/strict.txt")
        odd = served["odd"].pages
        odd["/strict"] = redirect(f"{served['strict'].url}/private/from-odd")
        odd["/moved"] = redirect(f"{served['without'].url}/moved")
        odd["/api"] = redirect(f"{NO_HUB}/api/models")
        asked = [f"{served[name].url}/{part}/{n}" for n in range(6) for part in ("private", "posts") for name in RULED]
        asked += [served["busy"].url + path for path in ("/a", "/b", "/c")]
        asked += [f"{served['many'].url}/{n}" for n in range(40)]
        asked += [served["odd"].url + path for path in odd]
        brief = [{"url": served[name].url, "meta": {"download_timeout": 0.5}} for name in RAW]
        allowed = ",".join(urlsplit(host.url).hostname or "" for host in served.values())
        folder = tmp_path_factory.mktemp("pages")
        settings = {"ALLOWED_PRIVATE_HOSTS": allowed, "PAGES_PER_HOST": "30", "MLFLOW_TRACKING_URI": served["many"].url}
        yield Told(served, crawl_pages(folder, [*asked, *brief], **settings))


def test_robots_txt_comes_first_and_what_it_forbids_is_never_requested(told: Told) -> None:
    first, *others = told.hosts["strict"].asked
    assert first == "/robots.txt"
    assert sorted(others) == [*(f"/posts/{n}" for n in range(6)), "/strict.txt"]
    assert told.states("strict") == {("page", None): 6, ("robots", False): 6}
    assert told.page("strict", "/private/3") == (
        "robots",
        "the robots.txt of 127.0.0.11 forbids /private/3 to mlentory_crawl",
    )


def test_one_request_of_a_host_is_under_way_at_a_time(told: Told) -> None:
    assert {host.most_at_once for name, host in told.hosts.items() if name not in RAW} == {1}


@pytest.mark.parametrize("host", ["without", "html"])
def test_a_host_without_rules_allows_everything(told: Told, host: str) -> None:
    assert told.states(host) == {("page", None): 12}
    assert told.hosts[host].asked.count("/robots.txt") == 1


@pytest.mark.parametrize(
    ("host", "reason", "requests"),
    [
        ("down", "it answers 503", 2),
        ("limited", "answers 429 and asks to wait for 86,400 s", 1),
        ("circle", "it redirects too many times", 6),
        ("large", "more than 5,242,880 bytes", 1),
    ],
)
def test_a_host_whose_robots_txt_cannot_be_read_is_left_for_this_run(
    told: Told, host: str, reason: str, requests: int
) -> None:
    assert told.states(host) == {("robots", True): 12}
    assert told.hosts[host].asked == ["/robots.txt"] * requests
    said = told.page(host, "/posts/0")[1]
    assert said.startswith(f"the robots.txt of {urlsplit(told.hosts[host].url).hostname} cannot be read (")
    assert reason in said


def test_a_robots_txt_may_be_that_of_another_host(told: Told) -> None:
    assert told.states("elsewhere") == {("page", None): 6, ("robots", False): 6}
    assert told.hosts["elsewhere"].asked[:2] == ["/robots.txt", "/here.txt"]


def test_a_robots_txt_does_not_lead_into_a_private_network(told: Told) -> None:
    assert told.states("inside") == {("refused_address", False): 12}
    assert told.hosts["inside"].asked == ["/robots.txt"]
    assert told.page("inside", "/posts/0")[1].startswith("10.1.2.3 is in a private network")


def test_a_host_that_asks_for_minutes_between_requests_is_left(told: Told) -> None:
    assert told.states("slow") == {("left", True): 12}
    assert told.hosts["slow"].asked == ["/robots.txt"]


def test_a_host_that_asks_to_wait_is_asked_again_or_left(told: Told) -> None:
    asked = told.hosts["busy"].asked
    assert asked.count("/a") <= 3
    assert asked.count("/b") == 1
    assert told.page("busy", "/b")[0] == "left"
    assert asked[-1] == "/b" or told.page("busy", asked[-1])[0] == "page"


def test_so_many_pages_of_a_host_and_no_more(told: Told) -> None:
    assert told.states("many") == {("page", None): 30, ("left", True): 10}
    assert len(told.hosts["many"].asked) == 31


def test_a_redirected_request_is_ruled_by_the_host_it_leads_to(told: Told) -> None:
    assert told.page("odd", "/strict")[0] == "robots"
    assert told.page("odd", "/moved")[0] == "page"
    assert "/moved" in told.hosts["without"].asked


@pytest.mark.parametrize(
    ("path", "state", "reason"),
    [
        ("/circle", "redirects", "it redirects too many times"),
        ("/inside", "refused_address", "127.0.0.2 is in a private network"),
        ("/api", "refused_address", "127.0.0.1 is in a private network"),
        ("/file", "page", ""),  # with the status of the redirect
        ("/port", "refused_address", "Port out of range"),
        ("/mail", "refused_address", "mail.example:25: the port is that of another protocol"),
        ("/user", "refused_address", "mail.example: the address has a user name"),
        ("/bomb", "too_large", "more than 5,242,880 bytes"),
        ("/large", "too_large", "more than 5,242,880 bytes"),
        ("/broken", "page", ""),
    ],
)
def test_odd_pages(told: Told, path: str, state: str, reason: str) -> None:
    found, said = told.page("odd", path)
    assert found == state
    assert reason in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("host", "state"), [("headers", "unreachable"), ("body", "too_large"), ("drip", "unreachable")]
)
def test_answers_without_an_end_have_one(told: Told, host: str, state: str) -> None:
    assert told.page(host)[0] == state


def test_a_bomb_is_not_unpacked(told: Told) -> None:
    assert told.crawled.report["peak_rss_mb"] < 600


def test_the_report_tells_the_rule_of_each_host(told: Told) -> None:
    by_host = told.crawled.report["requests"]["by_host"]
    rules = dict.fromkeys(by_host, "robots.txt")
    rules[urlsplit(told.hosts["many"].url).netloc] = "documented API of mlflow, robots.txt for pages"
    assert {host: counts["rule"] for host, counts in by_host.items()} == rules
    for host in ("strict", "without", "many", "down"):
        served = told.hosts[host]
        assert by_host[urlsplit(served.url).netloc]["requests"] == len(served.asked)


def test_a_host_that_is_slow_does_not_hold_up_another(tmp_path: Path) -> None:
    slow_one = WebHost({"/robots.txt": robots("User-agent: *\nCrawl-delay: 0.5\n")})
    with web({"slow": slow_one, "other": WebHost()}, first=30) as served:
        asked = [f"{host.url}/{n}" for n in range(6) for name, host in served.items() if name == "other" or n < 3]
        allowed = "127.0.0.30,127.0.0.31"
        crawled = crawl_pages(tmp_path, asked, "-s", "CONCURRENT_REQUESTS=2", ALLOWED_PRIVATE_HOSTS=allowed)
    assert {told["state"] for told in crawled.pages.values()} == {"page"}
    ended = [page.startswith(slow_one.url) for page in crawled.pages]
    # There are two places for requests, and the slow host waits in one of them at a time.
    assert ended[-2:] == [True, True]
