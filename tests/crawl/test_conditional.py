"""Answers that a service may confirm instead of sending them again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from mlentory_crawl.archive.bodies import digest_of
from mlentory_crawl.archive.store import REVALIDATE, Archive
from mlentory_crawl.crawl.plan import CrawlPlan
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.middlewares.archive import ArchiveMiddleware
from mlentory_crawl.middlewares.conditional import ConditionalMiddleware

URL = "https://blog.example/terns"
BODY = b"<html><p>Terns</p></html>"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path, lambda catalog: CrawlPlan("article", "ids", "ids", {}, {}, ordered=False))
    yield run
    run.close()


def page(url: str = URL, **meta: Any) -> Request:
    return Request(url, meta={"archive": True, REVALIDATE: True, **meta})


def archived(run: Run, request: Request, **headers: str) -> None:
    """Have an answer that a request brought."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    response = Response(request.url, headers={"Content-Type": "text/html; charset=utf-8", **told}, body=BODY)
    asyncio.run(ArchiveMiddleware(run, "article").process_response(request, response))
    run.keep_counts()


def asked(run: Run, request: Request) -> dict[str, str | None]:
    """The conditions that a request is sent with."""
    ConditionalMiddleware(run).process_request(request)
    names = ("If-None-Match", "If-Modified-Since")
    return {name: value.decode() for name in names if (value := request.headers.get(name))}


def answered(run: Run, request: Request, status: int = 304, **headers: str) -> Request | Response:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    response = Response(request.url, status=status, headers=told)
    return asyncio.run(ConditionalMiddleware(run).process_response(request, response))


def test_an_answer_without_a_version_is_requested_as_before(run: Run) -> None:
    archived(run, page())
    assert asked(run, page()) == {}


def test_versions_and_dates_are_asked_about(run: Run) -> None:
    archived(run, page(), ETag='W/"1"', Last_Modified="Mon, 02 Mar 2026 10:00:00 GMT")
    assert asked(run, page()) == {"If-None-Match": 'W/"1"', "If-Modified-Since": "Mon, 02 Mar 2026 10:00:00 GMT"}
    assert asked(run, page(URL + "/more")) == {}
    assert asked(run, page(URL, **{REVALIDATE: False})) == {}


def test_the_last_answer_counts(run: Run) -> None:
    archived(run, page(), ETag='"1"')
    archived(run, page(), ETag='"2"')
    assert asked(run, page()) == {"If-None-Match": '"2"'}


def test_a_redirected_request_asks_about_the_place_where_it_leads(run: Run) -> None:
    archived(run, page(), ETag='"1"')
    request = page()
    asked(run, request)
    assert asked(run, request.replace(url="https://elsewhere.example/")) == {}


def test_a_confirmed_answer_comes_from_the_archive(run: Run) -> None:
    archived(run, page(), ETag='"1"', X_Robots_Tag="noai", Expires="0")
    response = answered(run, page(), Expires="1", Content_Type="text/plain")
    assert isinstance(response, HtmlResponse)
    assert (response.status, response.body, response.flags) == (200, BODY, ["confirmed"])
    assert response.headers["X-Robots-Tag"] == b"noai"
    assert response.headers["Expires"] == b"1"
    assert response.headers["Content-Type"] == b"text/html; charset=utf-8"


@pytest.mark.parametrize("state", ["damaged", "lost"])
def test_what_the_archive_has_not_is_requested_without_conditions(run: Run, state: str) -> None:
    archived(run, page(), ETag='"1"')
    (body,) = (run.data_dir / "raw").glob("*/*/*.zst")
    body.write_bytes(b"x") if state == "damaged" else body.unlink()
    request = answered(run, page())
    assert isinstance(request, Request)
    assert asked(run, request) == {}
    # A service that goes on so is told from one that confirms.
    assert answered(run, request).status == 304  # type: ignore[union-attr]


def test_an_erasure_forgets_headers_that_may_have_names(run: Run) -> None:
    archived(run, page(), ETag='"1"', Link="<https://blog.example/ada>; rel=canonical")
    run.catalog.answers.forget_headers()
    assert asked(run, page()) == {}
    assert Archive(run.data_dir / "raw", "article", run.name).holds(f"article/{run.name}/{digest_of(BODY)}.zst")
    assert run.catalog.answers.file_of(digest_of(BODY)) is not None
