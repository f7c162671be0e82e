"""Pages rendered by a server that speaks as Splash, through scrapy-splash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.splash_server import EMPTY, HTML, JSON, SplashServer, failure, splash
from support.web_hosts import WebHost, crawl_pages, web

pytestmark = pytest.mark.extra(name="splash")

TEXT = "Möwen nisten auf Dächern."
PAGE = f"<html><head><title>Seeschwalben am Fluß</title></head><body>{EMPTY}<script src=/app.js></script></body></html>"
NAMES = ("article", "latin", "slow", "broken", "away", "other", "large")


@dataclass
class Rendered:
    pages: dict[str, dict[str, Any]]
    splash: SplashServer
    host: WebHost
    folder: Path
    requests: dict[str, Any]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rendered]:
    folder = tmp_path_factory.mktemp("splash")
    host = WebHost({f"/{name}": (200, HTML | {"X-Robots-Tag": "noarchive"}, PAGE.encode()) for name in NAMES})
    host.pages["/latin"] = (200, {"Content-Type": "text/html; charset=iso-8859-1"}, PAGE.encode("latin-1"))
    answers = {
        "slow": failure(504, "Timeout exceeded rendering page"),
        "broken": failure(400, "Error happened while executing Lua script"),
        "away": (200, JSON, json.dumps({"html": PAGE, "url": "http://elsewhere.test/away"}).encode()),
        "other": (200, HTML, b"<p>Welcome to nginx!</p>"),
        "large": (200, JSON, json.dumps({"html": "x" * 6_000_000, "url": "http://127.0.0.11/large"}).encode()),
    }
    with splash(TEXT, **answers) as server, web({"host": host}):
        asked = [{"url": f"{host.url}/{name}", "render": True, "meta": {"archive": True}} for name in NAMES]
        settings = {"ALLOWED_PRIVATE_HOSTS": "127.0.0.11", "SPLASH_URL": server.url}
        crawled = crawl_pages(folder, asked, "-s", "RENDERING_TIMEOUT=20", **settings)
        pages = {url.rpartition("/")[2]: told for url, told in crawled.pages.items()}
        yield Rendered(pages, server, host, folder / "data", crawled.report["requests"])


def test_a_page_has_what_its_scripts_put_there(rendered: Rendered) -> None:
    told = rendered.pages["article"]
    assert told["state"] == "rendered"
    assert told["html"] == PAGE.replace(EMPTY, f'<div id="root">{TEXT}</div>')
    assert told["at"] == f"{rendered.host.url}/article"
    assert told["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert told["headers"]["X-Robots-Tag"] == "noarchive"


def test_a_page_in_another_encoding_is_handed_over_as_it_is_meant(rendered: Rendered) -> None:
    assert "Seeschwalben am Fluß" in rendered.pages["latin"]["html"]


def test_the_page_is_handed_over_and_not_requested_again(rendered: Rendered) -> None:
    assert sorted(rendered.host.asked) == sorted(["/robots.txt", *(f"/{name}" for name in NAMES)])
    asked = {each["url"].rpartition("/")[2]: each for each in rendered.splash.asked}
    assert asked["article"]["document"] == PAGE
    assert asked["article"]["timeout"] == 20
    assert asked["article"]["user_agent"].startswith("mlentory_crawl/")
    assert "headers" not in asked["article"]


@pytest.mark.parametrize("name", ["slow", "broken", "away", "other", "large"])
def test_a_page_that_cannot_be_rendered_is_what_it_was(rendered: Rendered, name: str) -> None:
    assert rendered.pages[name]["state"] == "not_rendered"
    assert sum(each["url"].endswith(name) for each in rendered.splash.asked) == 1


def test_a_replay_has_what_was_rendered_without_a_server(rendered: Rendered, tmp_path: Path) -> None:
    (run,) = (path.stem for path in (rendered.folder / "runs").glob("*.json"))
    asked = [{"url": f"{rendered.host.url}/{name}", "render": True} for name in ("article", "slow")]
    before = len(rendered.host.asked)
    again = crawl_pages(tmp_path, asked, "-s", f"REPLAY_FROM={rendered.folder}", "-s", f"REPLAY_RUN={run}")
    assert len(rendered.host.asked) == before
    assert again.pages[f"{rendered.host.url}/article"]["html"] == rendered.pages["article"]["html"]
    assert again.pages[f"{rendered.host.url}/slow"]["state"] == "not_rendered"


def test_the_report_says_that_the_server_was_asked(rendered: Rendered) -> None:
    assert rendered.requests["by_host"] == {
        urlsplit(rendered.host.url).netloc: {"requests": len(rendered.host.asked), "rule": "robots.txt"},
        urlsplit(rendered.splash.url).netloc: {"requests": len(NAMES), "rule": "renders pages (SPLASH_URL)"},
    }
