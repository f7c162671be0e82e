"""Articles whose text is put there by scripts, from a page to the catalog."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.crawling import CatalogProject, Project
from support.splash_server import EMPTY, splash
from support.stored_texts import stored_texts
from support.web_hosts import HTML, NO_HUB, WebHost, web
from support.web_pages import PARAGRAPHS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
TEXT = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
ARTICLE = f"<article><h1>Terns from a script</h1>{TEXT}</article>"
PAGE = f"<html><head><title>Terns</title></head><body>{EMPTY}<script src=/app.js></script></body></html>"
SCRIPT = f"document.getElementById('root').innerHTML = {json.dumps(ARTICLE)};"


def blog() -> WebHost:
    pages = {"/a": (200, HTML, PAGE.encode()), "/app.js": (200, {"Content-Type": "text/javascript"}, SCRIPT.encode())}
    return WebHost({**pages, "/short": (200, HTML, b"<html><body><p>Terns.</p></body></html>")})


@contextmanager
def crawled(folder: Path, spider: str, code: int = 0, **settings: str) -> Iterator[tuple[Project, dict[str, Any], str]]:
    """A crawl of two pages: the project, the report, and the address of the first."""
    with web({"blog": blog()}) as hosts:
        url = f"{hosts['blog'].url}/a"
        seeds = folder / "seeds.txt"
        seeds.write_text(f"{url}\n{hosts['blog'].url}/short\n")
        project = CatalogProject(
            folder / "data", NO_HUB, PAGE_DELAY="0", ALLOWED_PRIVATE_HOSTS="127.0.0.11", **settings
        )
        report = project.crawl("-a", f"{'ids' if spider == 'article' else 'seeds'}={seeds}", spider=spider, code=code)
        yield project, report, url


@pytest.mark.extra(name="playwright")
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("spider", ["article", "dispatcher"])
def test_chromium_makes_a_page_an_article(tmp_path: Path, spider: str) -> None:
    with crawled(tmp_path, spider, PLAYWRIGHT_CHROMIUM=CHROMIUM) as (project, report, url):
        assert report["requested"]["found"] == 1
        (text,) = stored_texts(project.data_dir).values()
        assert text is not None
        assert PARAGRAPHS[0] in text
        again = project.crawl("-a", f"ids={url}", spider="article")
        assert again["records"]["unchanged"] == 1


@pytest.mark.extra(name="splash")
def test_splash_makes_a_page_an_article(tmp_path: Path) -> None:
    with splash(ARTICLE) as server, crawled(tmp_path, "dispatcher", SPLASH_URL=server.url) as (project, report, _):
        assert report["requested"]["found"] == 1
        assert [each["url"].rpartition("/")[2] for each in server.asked] == ["a"]
        (text,) = stored_texts(project.data_dir).values()
        assert text is not None
        assert PARAGRAPHS[0] in text


@pytest.mark.extra(name="splash")
def test_nothing_is_rendered_by_default(tmp_path: Path) -> None:
    with crawled(tmp_path, "article", code=1) as (_, report, _url):
        assert report["requested"]["found"] == 0
        assert report["requested"]["blocked"] == 1
