"""Pages rendered by a real Chromium, which has no network of its own: the crawl answers their requests, or nobody."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.crawling import ROOT, CatalogProject
from support.http_servers import Answer
from support.web_hosts import HTML, NO_HUB, SPIDER, TEXT, WebHost, crawl_pages, redirect, robots, web

from mlentory_crawl.rendering.page_requests import MOST_REQUESTS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
pytestmark = [
    pytest.mark.extra(name="playwright"),
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
]
SCRIPT = {"Content-Type": "text/javascript"}
JSON = {"Content-Type": "application/json"}
READ_NOTHING = "Read: "


def page(script: str, **headers: str) -> Answer:
    """A page whose text a script puts there."""
    body = f'<html><head><title>Terns</title></head><body><div id="root"></div><script>{script}</script></body></html>'
    return 200, HTML | headers, body.encode()


def shows(expression: str) -> str:
    """A script that puts a text on the page."""
    return f"document.getElementById('root').textContent = {expression};"


@contextmanager
def listeners() -> Iterator[tuple[int, list[str]]]:
    """A port of the loopback, and what came to it: connections and packets."""
    came: list[str] = []
    ended = threading.Event()
    stream, packets = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with stream, packets:
        stream.bind(("127.0.0.1", 0))
        port = stream.getsockname()[1]
        packets.bind(("127.0.0.1", port))
        stream.listen()
        for each in (stream, packets):
            each.settimeout(0.1)

        def connections() -> None:
            while not ended.is_set():
                try:
                    connection, _ = stream.accept()
                except TimeoutError:
                    continue
                came.append("connection")
                connection.close()

        def messages() -> None:
            while not ended.is_set():
                try:
                    packets.recvfrom(2000)
                except TimeoutError:
                    continue
                came.append("packet")

        threads = [threading.Thread(target=each) for each in (connections, messages)]
        for thread in threads:
            thread.start()
        try:
            yield port, came
        finally:
            ended.set()
            for thread in threads:
                thread.join()


def hostile(port: int) -> str:
    """Everything that a page can reach out with, towards a port that it must not reach; then a text."""
    http, ws = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}"
    return f"""
    const tried = [];
    const attempt = (what) => {{ try {{ what() }} catch (error) {{ tried.push(String(error)) }} }};
    const add = (tag, fields) => document.body.appendChild(Object.assign(document.createElement(tag), fields));
    for (const url of ["{http}/secret", "http://localhost:{port}/", "http://[::1]:{port}/", "http://2130706433:{port}/",
                       "http://[::ffff:127.0.0.1]:{port}/", "http://169.254.169.254/latest/meta-data/",
                       "file:///etc/passwd", "http://page.invalid:22/"])
      fetch(url).then(answer => answer.text()).then(text => tried.push("READ " + url)).catch(() => 0);
    fetch("/away").then(answer => answer.text()).then(text => tried.push("READ away")).catch(() => 0);
    attempt(() => new WebSocket("{ws}/socket"));
    attempt(() => new EventSource("{http}/events"));
    attempt(() => navigator.sendBeacon("{http}/beacon", "x"));
    attempt(() => {{
      const call = new RTCPeerConnection({{iceServers: [{{urls: "stun:127.0.0.1:{port}"}}]}});
      call.createDataChannel("x");
      call.createOffer().then(offer => call.setLocalDescription(offer));
    }});
    attempt(() => new WebTransport("https://127.0.0.1:{port}/transport"));
    attempt(() => new Worker(URL.createObjectURL(new Blob(
      ["fetch('{http}/worker').catch(() => 0); new WebSocket('{ws}/worker')"]))));
    attempt(() => navigator.serviceWorker.register("/worker.js").catch(() => 0));
    attempt(() => window.open("{http}/window"));
    attempt(() => import("{http}/module.js").catch(() => 0));
    add("iframe", {{src: "{http}/frame"}});
    add("img", {{src: "{http}/image"}});
    add("video", {{src: "{http}/video"}});
    add("link", {{rel: "stylesheet", href: "{http}/style"}});
    add("link", {{rel: "preconnect", href: "{http}/"}});
    add("link", {{rel: "prefetch", href: "{http}/prefetch"}});
    add("link", {{rel: "icon", href: "{http}/icon"}});
    add("a", {{href: "{http}/file", download: "x"}}).click();
    const form = add("form", {{action: "{http}/form", method: "post", target: "_blank"}});
    attempt(() => form.submit());
    document.cookie = "a=b";
    setTimeout(() => {{ {shows("'" + READ_NOTHING + "' + tried.filter(each => each.startsWith('READ'))")} }}, 300);
    setTimeout(() => {{ location = "{http}/redirected" }}, 350);
    """


ARTICLE = (
    b'<html><head><title>T</title><link rel="stylesheet" href="/style.css"></head><body><div id="root"></div>'
    b'<img src="/i.png"><script src="/app.js" type="module"></script></body></html>'
)
LOADS = f"""
export const load = async () => {{
  const answer = await (await fetch("/api/text")).json();
  {shows("[answer.text, document.cookie, navigator.userAgent].join('|')")}
}}
"""
ELSEWHERE = "fetch('OTHER/text', {headers: {'X-Key': 'x'}}).then(got => got.text()).then(text => { SHOWS })"


def site() -> dict[str, WebHost]:
    """Two hosts: one of articles, and one that their scripts ask."""
    return {
        "blog": WebHost({
            "/robots.txt": robots("User-agent: *\nDisallow: /private/"),
            "/article": (200, HTML | {"X-Robots-Tag": "noarchive", "Set-Cookie": "seen=1"}, ARTICLE),
            "/app.js": (200, SCRIPT, b"import {load} from './load.js'; load()"),
            "/load.js": (200, SCRIPT, LOADS.encode()),
            "/api/text": (200, JSON, b'{"text": "Gulls nest on roofs."}'),
            "/same": page("import('/load.js').then(each => each.load())"),
            "/forbidden": page(f"fetch('/private/text').catch(() => {{ {shows('`not read`')} }})"),
            "/posts": page(f"fetch('/post', {{method: 'POST'}}).catch(() => {{ {shows('`not sent`')} }})"),
            "/leaves": page(f"{shows('`here`')} location = '/left'"),
            "/polls": page(f"{shows('`here`')} setInterval(() => fetch('/poll?' + Math.random()), 20)"),
            "/late": page(f"setTimeout(() => {{ {shows('`late`')} }}, 600)"),
        }),
        "other": WebHost({"/text": (200, TEXT | {"Access-Control-Allow-Origin": "*"}, b"from elsewhere")}),
    }  # fmt: skip


@dataclass
class Rendered:
    """What became of the pages, by name, what their hosts were asked, and what came to a port that nobody may reach."""

    pages: dict[str, dict[str, Any]]
    hosts: dict[str, WebHost]
    came: list[str]
    report: dict[str, Any]

    def shown(self, name: str) -> str:
        found = re.search(r'<div id="root">(.*?)</div>', self.pages[name]["html"])
        assert found
        return found[1]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rendered]:
    with web(site()) as hosts, listeners() as (port, came):
        blog, other = hosts["blog"], hosts["other"]
        elsewhere = ELSEWHERE.replace("OTHER", other.url).replace("SHOWS", shows("text"))
        blog.pages |= {
            "/elsewhere": page(elsewhere),
            "/hostile": page(hostile(port)),
            "/away": redirect(f"http://127.0.0.1:{port}/redirected"),
        }
        named = "article same forbidden posts leaves polls late elsewhere hostile".split()
        crawled = crawl_pages(
            tmp_path_factory.mktemp("rendered"),
            [{"url": f"{blog.url}/{name}", "render": True} for name in named],
            ALLOWED_PRIVATE_HOSTS="127.0.0.11,127.0.0.12",
            PLAYWRIGHT_CHROMIUM=CHROMIUM,
        )
        pages = {url.rpartition("/")[2]: told for url, told in crawled.pages.items()}
        yield Rendered(pages, hosts, came, crawled.report)


def test_a_page_has_what_its_scripts_put_there(rendered: Rendered) -> None:
    told = rendered.pages["article"]
    assert told["at"] == f"{rendered.hosts['blog'].url}/article"
    text, cookies, agent = rendered.shown("article").split("|")
    assert (text, cookies) == ("Gulls nest on roofs.", "")
    assert agent.startswith("mlentory_crawl/")
    assert told["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert told["headers"]["X-Robots-Tag"] == "noarchive"
    assert rendered.shown("late") == "late"


def test_only_what_text_can_come_of_is_requested(rendered: Rendered) -> None:
    asked = rendered.hosts["blog"].asked
    assert not {"/style.css", "/i.png", "/favicon.ico", "/left", "/post"} & {*asked}
    assert asked.count("/article") == asked.count("/app.js") == 1
    assert asked.count("/api/text") == 2
    assert rendered.shown("same") == rendered.shown("article")


def test_robots_txt_rules_what_a_page_asks_for(rendered: Rendered) -> None:
    assert rendered.shown("forbidden") == "not read"
    assert "/private/text" not in rendered.hosts["blog"].asked
    assert rendered.hosts["other"].asked == ["/robots.txt", "/text"]


def test_the_report_has_the_requests_that_were_made(rendered: Rendered) -> None:
    assert rendered.report["requests"]["by_host"] == {
        urlsplit(host.url).netloc: {"requests": len(host.asked), "rule": "robots.txt"}
        for host in rendered.hosts.values()
    }


def test_a_page_reads_from_other_hosts_as_in_a_browser(rendered: Rendered) -> None:
    assert rendered.shown("elsewhere") == "from elsewhere"


def test_nothing_is_sent(rendered: Rendered) -> None:
    assert rendered.shown("posts") == "not sent"


def test_a_page_stays_where_it_is(rendered: Rendered) -> None:
    assert rendered.shown("leaves") == "here"


def test_a_page_has_a_limited_number_of_requests(rendered: Rendered) -> None:
    assert rendered.shown("polls") == "here"
    assert sum(path.startswith("/poll?") for path in rendered.hosts["blog"].asked) <= MOST_REQUESTS


def test_a_page_without_an_end_is_what_it_was(tmp_path: Path) -> None:
    pages = {"/busy": page("for (;;);"), "/huge": page(shows("'x'.repeat(8000000)"))}
    with web({"blog": WebHost({**pages})}) as hosts:
        crawled = crawl_pages(
            tmp_path,
            [{"url": f"{hosts['blog'].url}{path}", "render": True} for path in pages],
            "-s", "RENDERING_TIMEOUT=5", ALLOWED_PRIVATE_HOSTS="127.0.0.11", PLAYWRIGHT_CHROMIUM=CHROMIUM,
        )  # fmt: skip
    assert [told["state"] for told in crawled.pages.values()] == ["not_rendered"] * 2


def test_nothing_that_a_page_tries_reaches_inside(rendered: Rendered) -> None:
    assert rendered.shown("hostile") == READ_NOTHING
    assert rendered.came == []
    assert "/away" in rendered.hosts["blog"].asked  # its redirect was not followed


def test_the_listeners_hear_what_reaches_them() -> None:
    with listeners() as (port, came):
        with socket.create_connection(("127.0.0.1", port)):
            pass
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packets:
            packets.sendto(b"x", ("127.0.0.1", port))
        ends_at = time.monotonic() + 10
        while len(came) < 2 and time.monotonic() < ends_at:
            time.sleep(0.02)
    assert sorted(came) == ["connection", "packet"]


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "interrupted"])
def test_the_browser_ends_with_the_crawl(tmp_path: Path, stop: signal.Signals) -> None:
    with web({"blog": WebHost({"/busy": page("fetch('/begun').then(() => { for (;;); })")})}) as hosts:
        blog = hosts["blog"]
        asked = tmp_path / "asked.jsonl"
        asked.write_text(json.dumps({"url": f"{blog.url}/busy", "render": True}))
        project = CatalogProject(
            tmp_path / "data", NO_HUB, PAGE_DELAY="0", ALLOWED_PRIVATE_HOSTS="127.0.0.11", PLAYWRIGHT_CHROMIUM=CHROMIUM
        )
        words = project.command("runspider", SPIDER, "-a", f"pages={asked}", "-a", f"told={tmp_path / 'told'}")
        crawl = subprocess.Popen(words, cwd=ROOT, env=project.environment, stderr=subprocess.PIPE, text=True)
        try:
            wait_for(lambda: "/begun" in blog.asked)
            browser = descendants(crawl.pid)
            assert len(browser) > 2
            crawl.send_signal(stop)
            _, errors = crawl.communicate(timeout=30)
        finally:
            crawl.kill()
            crawl.wait()
    wait_for(lambda: not any(map(is_running, browser)))
    assert "Traceback" not in errors


def wait_for(condition: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < ends_at
        time.sleep(0.05)


def descendants(parent: int) -> list[int]:
    """The processes that a process has started, with those that these have started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found += [int(folder.name), *descendants(int(folder.name))]
    return found


def is_running(process: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
