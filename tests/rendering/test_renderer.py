"""Which renderer the settings choose, what they may be, and the request that renders a page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

from mlentory_crawl.archive.store import place_of
from mlentory_crawl.config.environment import ENV_FILE
from mlentory_crawl.crawl.web import RENDERING, WEB
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.rendering import renderer
from mlentory_crawl.rendering.renderer import RendererAddon, check_renderer, rendered

URL = "https://terns.test/a"


def page(body: bytes = b"<div id=root></div>", **meta: Any) -> Response:
    headers = {"Content-Type": "text/html; charset=latin-1", "X-Robots-Tag": "noarchive"}
    return HtmlResponse(URL, headers=headers, body=body, request=Request(URL, meta={WEB: True, **meta}))


def settings(**given: str) -> Settings:
    return Settings({"RENDERING_TIMEOUT": 75.0, **given})


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer, "find_spec", lambda name: name)


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch, installed: None) -> Settings:
    monkeypatch.setenv(ENV_FILE, "/dev/null")
    for name in ("PLAYWRIGHT_CHROMIUM", "SPLASH_URL"):
        monkeypatch.delenv(name, raising=False)
    found = get_project_settings()
    found.set("PLAYWRIGHT_CHROMIUM", None)
    found.set("SPLASH_URL", None)
    return found


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"PLAYWRIGHT_CHROMIUM": sys.executable, "SPLASH_URL": "http://localhost:8050"}, "are both set"),
        ({"PLAYWRIGHT_CHROMIUM": "/no/such/program"}, "^PLAYWRIGHT_CHROMIUM: there is no program /no/such/program$"),
        ({"PLAYWRIGHT_CHROMIUM": __file__}, "^PLAYWRIGHT_CHROMIUM: there is no program"),
        ({"SPLASH_URL": "localhost:8050"}, "^SPLASH_URL: expected the address of a server such as http:"),
        ({"SPLASH_URL": "ftp://localhost"}, "^SPLASH_URL: expected the address"),
        ({"SPLASH_URL": "http://me:secret@localhost:8050"}, "^SPLASH_URL must not contain a user name"),
    ],
)
def test_settings_that_no_page_can_be_rendered_with(given: dict[str, str], message: str) -> None:
    with pytest.raises(SettingError, match=message) as error:
        check_renderer(given)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "extra"),
    [({"PLAYWRIGHT_CHROMIUM": sys.executable}, "playwright"), ({"SPLASH_URL": "http://localhost:8050"}, "splash")],
)
def test_without_its_library_it_is_told_what_to_install(
    given: dict[str, str], extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderer, "find_spec", lambda name: None if name == f"scrapy_{extra}" else name)
    with pytest.raises(SettingError, match=rf"needs scrapy-{extra}: .*'mlentory-crawl\[{extra}\]'$"):
        check_renderer(given)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("given", [{}, {"PLAYWRIGHT_CHROMIUM": sys.executable}, {"SPLASH_URL": "http://splash:8050/"}])
def test_settings_that_are_right(given: dict[str, str]) -> None:
    check_renderer(given)


def test_without_a_setting_nothing_changes_and_nothing_is_rendered(project: Settings) -> None:
    before = project.copy_to_dict()
    RendererAddon().update_settings(project)
    assert project.copy_to_dict() == before
    assert rendered(page(), project) is None


def test_chromium_takes_the_place_of_the_handler_of_downloads(project: Settings) -> None:
    # As by -s, on the command line.
    project.set("PLAYWRIGHT_CHROMIUM", sys.executable, "cmdline")
    RendererAddon().update_settings(project)
    handlers = project.getwithbase("DOWNLOAD_HANDLERS")
    assert {handlers["http"], handlers["https"]} == {"mlentory_crawl.rendering.playwright.RenderingDownloadHandler"}
    assert handlers["file"] is None
    assert project.getdict("DOWNLOAD_SLOTS")[RENDERING] == {"concurrency": 2, "delay": 0.0}


def test_splash_is_asked_after_a_replay_and_before_addresses_are_checked(project: Settings) -> None:
    slots = project.getdict("DOWNLOAD_SLOTS")
    project.set("SPLASH_URL", "http://localhost:8050", "cmdline")
    RendererAddon().update_settings(project)
    order = {path.rpartition(".")[2]: at for path, at in project.getwithbase("DOWNLOADER_MIDDLEWARES").items() if at}
    assert order["ReplayMiddleware"] < order["SplashMiddleware"] < order["PrivateAddressMiddleware"]
    assert project.getdict("DOWNLOAD_SLOTS").items() >= slots.items()


def test_the_request_has_the_page_itself() -> None:
    request = rendered(page(archive=True), settings(SPLASH_URL="http://localhost:8050"))
    assert request is not None
    assert (request.url, request.body) == (URL, b"<div id=root></div>")
    assert request.headers.to_unicode_dict() == {"Content-Type": "text/html; charset=latin-1"}
    # It is no request to the page's host.
    assert WEB not in request.meta
    assert request.meta["archive"]
    assert request.meta["download_timeout"] == 75


def test_the_answer_has_a_place_of_its_own_in_the_archive() -> None:
    chosen = settings(SPLASH_URL="http://localhost:8050")
    requests = [rendered(page(body), chosen) for body in (b"<p>1", b"<p>2", b"<p>1")]
    places = [place_of(request) for request in requests if request is not None]
    assert places[0] == places[2]
    assert len({URL, *places}) == 3


def test_a_replay_asks_for_what_was_rendered(tmp_path: Path) -> None:
    assert rendered(page(), settings(REPLAY_RUN="20260101T000000Z_0123abcd")) is not None
