"""A thousand lines of a hostile web in one crawl: nobody inside is asked, each has a state, no neighbor is lost."""

from __future__ import annotations

import json
import socket
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from support.crawling import CatalogProject
from support.hostile_addresses import hostile_url
from support.hostile_pages import KINDS, LIARS, hostile_answer, hostile_feed
from support.http_servers import Answer
from support.raw_hosts import raw_host
from support.web_hosts import HTML, NO_HUB, WebHost, redirect, web
from support.web_pages import article_page, paragraphs

from fair4ml.platforms.medium.stories import read_stories
from fair4ml.read.web_page import PageState, read_page
from mlentory_crawl.crawl.outcomes import REQUESTED

pytestmark = pytest.mark.extra(name="documents")

LINES = 1_000
HONEST = tuple("abcdef")
GOOD = 40
ODD_LINES = (
    "http://a b/", "http://\u0000/", "http://\u202egro.elpmaxe/", "http://" + "x" * 5_000, "http://xn--\u00e9/",
    "http://e.example/" + "x" * 5_000, "https://xn--zzzzzzzz.example/", "http://\u00e4\u00f6.example/", "http://[::1",
    "http://[v1.x]/", "http://e.example:x/", "http://e.example:99999/", "http://%00/", "http://e.example/%00%0d%0a",
    "http://.../", "http://-/", "http:///x", "//127.0.0.1/", "http:127.0.0.1", "javascript:alert(1)",
    "data:text/html,x", "file:///etc/passwd", "file://127.0.0.1/x", "gopher://127.0.0.1/", "http://a..example/", "h\u2665ttp://x/",
    "http://" + "a" * 64 + ".example/", "http://" + "a." * 200 + "example/", "http://e.example@127.0.0.1/",
    "http://127.0.0.1#@e.example/", "http://127.0.0.1\\@e.example/", "\u0661\u0662\u0667.0.0.1/", " ", "-",
)  # fmt: skip


class Calendar(WebHost):
    """A host whose pages each lead to another one, at a longer address."""

    def answer(self, method: str, path: str, body: bytes) -> Answer | None:
        self.asked.append(path)
        return (404, {}, b"") if path == "/robots.txt" else redirect(f"{path}/{'next-month-' * 40}")


@dataclass
class Crawled:
    """What became of each line, by its text; the report, and the connections that were made to somebody inside."""

    lines: list[dict[str, Any]]
    good: list[str]
    report: dict[str, Any]
    said: str
    intruded: int
    stored: set[str] = field(default_factory=set)

    @property
    def ended(self) -> dict[str, dict[str, Any]]:
        return {line["url"]: line for line in self.lines}


def pages(random: Random, hosts: dict[str, WebHost], inside: int) -> list[str]:
    """Fill hosts with pages, and return their paths: good ones, hostile ones, and redirects that end inside."""
    paths = []
    for name in HONEST:
        host = hosts[name]
        for n in range(GOOD):
            text = paragraphs(f"<p>This is page {n} of {name}.</p>")
            host.pages[f"/good/{n}"] = 200, HTML, article_page(text, title=f"Page {n} of {name}").encode()
            host.pages[f"/bad/{n}"] = hostile_answer(random) or (lambda before: None)
        for n in range(14):
            to, depth = hostile_url(random, inside), random.randint(0, 9)
            while not to.isascii():
                to = hostile_url(random, inside)
            host.pages[f"/to/{n}"] = redirect(f"/to/{n}/{depth}")
            for step in range(depth, -1, -1):
                host.pages[f"/to/{n}/{step}"] = redirect(to if step == 0 else f"/to/{n}/{step - 1}")
        paths += [f"{name}/{kind}/{n}" for n in range(GOOD) for kind in ("good", "bad")]
        paths += [f"{name}/to/{n}" for n in range(14)]
    return paths


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    folder, random = tmp_path_factory.mktemp("hostile"), Random(18)
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("0.0.0.0", 0), backlog=1_024))]
        port = listeners[0].getsockname()[1]
        with suppress(OSError):
            listeners.append(
                stack.enter_context(socket.create_server(("::1", port), family=socket.AF_INET6, backlog=1_024))
            )
        hosts = stack.enter_context(
            web({name: WebHost() for name in HONEST} | {"calendar": Calendar(), "feeds": WebHost()})
        )
        liars = [stack.enter_context(raw_host(talk, f"127.0.0.{n}")) for n, talk in enumerate(LIARS.values(), 31)]
        paths = pages(random, hosts, port)
        urls = [hosts[path[0]].url + path[1:] for path in paths]
        good = [url for url in urls if "/good/" in url]
        hosts["feeds"].pages |= {f"/@reader{n}": hostile_feed(random) for n in range(16)}
        urls += [f"https://medium.com/@reader{n}" for n in range(16)]
        urls += [f"{hosts['calendar'].url}/{n}" for n in range(8)] + [f"{liar}/x" for liar in liars] + list(ODD_LINES)
        while len(urls) < LINES:
            urls.append(hostile_url(random, port))
        random.shuffle(urls)
        seeds = folder / "seeds.jsonl"
        seeds.write_text("".join(json.dumps({"url": url}) + "\n" for url in urls))
        allowed = {url.split("/")[2].partition(":")[0] for url in (*(host.url for host in hosts.values()), *liars)}
        project = CatalogProject(
            folder / "data", NO_HUB, PAGE_DELAY="0", PAGES_PER_HOST="9999", MEDIUM_ENDPOINT=hosts["feeds"].url,
            ALLOWED_PRIVATE_HOSTS=",".join(sorted(allowed)),
        )  # fmt: skip
        done = project.scrapy("crawl", "dispatcher", "-a", f"seeds={seeds}", "-s", "DOWNLOAD_TIMEOUT=2")
        intruded = sum(map(accepted, listeners))
    (path,) = (project.data_dir / "runs").glob("*.seeds.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    stored = {json.loads(line)["root"]["iri"] for line in project.export("all.jsonl").splitlines()}
    return Crawled(lines, good, project.report(), done.stderr, intruded, stored)


def accepted(listener: socket.socket) -> int:
    """The number of connections that were made to a socket."""
    listener.setblocking(False)
    count = 0
    with suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            count += 1
    return count


def test_nobody_inside_is_asked(crawled: Crawled) -> None:
    assert crawled.intruded == 0


def test_every_line_has_a_state(crawled: Crawled) -> None:
    assert len(crawled.lines) == LINES
    assert {line["outcome"] for line in crawled.lines} <= set(REQUESTED)
    assert [line for line in crawled.lines if not line["state"]] == []
    assert [line for line in crawled.lines if line["outcome"] != "found" and not line["reason"]] == []
    assert sum(crawled.report["states"].values()) == LINES


def test_no_component_fails(crawled: Crawled) -> None:
    assert "Traceback" not in crawled.said
    assert not [line for line in crawled.said.splitlines() if "the spider failed" in line or "Unhandled" in line]


def test_memory_is_bounded(crawled: Crawled) -> None:
    assert crawled.report["peak_rss_mb"] < 600


def test_no_neighbor_is_lost(crawled: Crawled) -> None:
    assert {crawled.ended[url]["state"] for url in crawled.good} == {"new"}
    assert set(crawled.good) <= crawled.stored


def test_the_web_is_hostile_enough(crawled: Crawled) -> None:
    states = Counter(line["state"] for line in crawled.lines)
    expected = {
        "refused_address", "invalid", "too_large", "redirects", "unreadable", "not_html", "not_feed", "unreachable",
        "refused", "robots", "quarantined", "noindex",
    }  # fmt: skip
    assert expected <= states.keys(), states


STATES = {state.value for state in PageState}


@given(st.sampled_from(sorted(KINDS)), st.integers(0, 2**32).map(Random))
@settings(max_examples=150)
def test_every_hostile_page_has_a_state(kind: str, random: Random) -> None:
    _, headers, body = KINDS[kind](random) or (200, HTML, b"")
    read = read_page(body, "https://blog.example/x", headers.get("Content-Type"), headers)
    assert read["state"] in STATES
    json.dumps(read)


@given(st.integers(0, 2**32).map(Random))
@settings(max_examples=30)
def test_every_hostile_feed_has_a_state(random: Random) -> None:
    _, headers, body = hostile_feed(random)
    read = read_stories(body, "https://medium.com/feed/@reader", headers, 10, "@reader")
    assert read["state"]
    assert len(read.get("entries", ())) <= 10
    json.dumps(read)
