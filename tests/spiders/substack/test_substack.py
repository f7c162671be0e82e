"""Crawls of publications on Substack, against a made-up one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.crawling import CatalogProject, Project
from support.http_servers import Answer, served
from support.stored_texts import stored_texts
from support.substack_server import SITE, Publication, feed, post, served_publication

pytestmark = pytest.mark.extra(name="documents")

PACE = ("-s", "DOWNLOAD_SLOTS={}", "-s", "RETRY_TIMES=1", "-s", "RETRY_BACKOFF=0.01")
PAID = 5


@pytest.fixture
def publication() -> Iterator[Publication]:
    posts = [post(n, "only_paid" if n % PAID == 0 else "everyone") for n in range(1, 31)]
    with served_publication(posts) as served:
        yield served


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return CatalogProject(tmp_path / "data", "http://127.0.0.1:9", ALLOWED_PRIVATE_HOSTS="127.0.0.1", PAGE_DELAY="0")


def crawl(project: Project, *words: str, code: int = 0) -> dict[str, Any]:
    return project.crawl(*words, *PACE, spider="substack", code=code)


def shown(project: Project, slug: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(project.scrapy("show", f"{SITE}/p/{slug}", "--json").stdout)
    return told


def test_a_publication_is_walked_to_its_end_and_a_second_time_only_its_list(
    project: Project, publication: Publication
) -> None:
    report = crawl(project, "-a", f"ids={publication.url}")
    assert (report["records"]["new"], report["requested"]["found"]) == (30, 1)
    assert len(publication.paths("/api/v1/posts/")) == 24
    assert len(publication.paths("/api/v1/archive")) == 4
    texts = stored_texts(project.data_dir)
    assert texts[f"{SITE}/p/post-1"] is not None
    assert texts[f"{SITE}/p/post-{PAID}"] is None
    told = shown(project, "post-1")
    assert told["counters"] == {"comments": 4, "reactions": 15}
    assert told["root"]["mentions"] == ["https://huggingface.co/example-lab/merged-7b"]
    publication.posts = [post(31), *publication.posts]
    publication.asked.clear()
    again = crawl(project, "-a", f"ids={publication.url}")
    assert (again["records"]["new"], again["requested"]["known"]) == (1, 24)
    assert publication.paths("/api/v1/posts/") == ["/api/v1/posts/post-31"]


def test_single_posts_have_their_states(project: Project, publication: Publication) -> None:
    publication.answers["/api/v1/posts/guarded"] = (
        403, {"Content-Type": "text/html", "cf-mitigated": "challenge"}, b"<title>Just a moment...</title><p>Wait</p>",
    )  # fmt: skip
    publication.answers["/api/v1/posts/page"] = 200, {"Content-Type": "text/html"}, b"<p>Sorry</p>"
    publication.answers["/api/v1/posts/odd"] = 200, {}, b'{"id": 1}'
    slugs = ["post-1?r=abc", "post-1/comments", f"post-{PAID}", "nothing", "guarded", "page", "odd"]
    names = ",".join([*(f"{publication.url}/p/{slug}" for slug in slugs), "https://substack.com/@ada"])
    report = crawl(project, "-a", f"ids={names}", code=1)
    told = {name: count for name, count in report["requested"].items() if count}
    assert told == {"asked": 8, "found": 2, "missing": 1, "blocked": 1, "failed": 2, "invalid": 1, "duplicate": 1}
    assert (report["records"]["new"], report["records"]["fetched"]) == (2, 2)
    assert any("not valid JSON" in problem for problem in report["problems"])
    assert any("expected a post" in problem for problem in report["problems"])
    assert "isAccessibleForFree" in shown(project, f"post-{PAID}")["root"]


def test_the_feed_stands_in_for_a_list_that_cannot_be_read(project: Project, publication: Publication) -> None:
    publication.answers["/api/v1/archive"] = 403, {"Content-Type": "text/html"}, b"<p>No</p>"
    publication.answers["/feed"] = 200, {"Content-Type": "application/xml"}, feed(publication.posts[:6])
    report = crawl(project, "-a", f"ids={publication.url}")
    assert (report["records"]["new"], report["requested"]["found"]) == (6, 1)
    assert any("its feed is read instead" in note for note in report["notes"])
    texts = stored_texts(project.data_dir)
    assert [slug for slug in range(1, 7) if texts[f"{SITE}/p/post-{slug}"] is None] == [PAID]
    assert shown(project, f"post-{PAID}")["root"]["isAccessibleForFree"] is False
    # A feed does not say who may read the others.
    assert "isAccessibleForFree" not in shown(project, "post-1")["root"]


def test_a_publication_that_is_not_there_is_missing(project: Project, publication: Publication) -> None:
    for path in ("/api/v1/archive", "/feed"):
        publication.answers[path] = 404, {"Content-Type": "text/html"}, b"<p>Not found</p>"
    assert crawl(project, "-a", f"ids={publication.url}")["requested"]["missing"] == 1


def test_a_post_whose_text_cannot_be_had_is_asked_for_again(project: Project, publication: Publication) -> None:
    publication.posts = publication.posts[:3]
    publication.answers["/api/v1/posts/post-2"] = 500, {}, b"{}"
    first = crawl(project, "-a", f"ids={publication.url}", code=1)
    assert (first["records"]["new"], first["records"]["failed"]) == (2, 1)
    del publication.answers["/api/v1/posts/post-2"]
    again = crawl(project, "-a", f"ids={publication.url}")
    assert (again["records"]["new"], again["requested"]["known"]) == (1, 2)


def test_odd_items_of_a_list_harm_no_neighbor(project: Project, publication: Publication) -> None:
    publication.posts = [post(1), 5, None, {}, post(2, canonical_url=None)]
    report = crawl(project, "-a", f"ids={publication.url}", code=1)
    assert (report["records"]["new"], report["records"]["quarantined"]) == (2, 3)


def test_a_list_that_repeats_its_first_page_comes_to_an_end(project: Project, publication: Publication) -> None:
    listed = json.dumps([{**each, "body_html": None} for each in publication.posts[:2]])
    publication.answers["/api/v1/archive"] = 200, {}, listed.encode()
    report = crawl(project, "-a", f"ids={publication.url}", "-a", "content=none")
    assert len(publication.asked) == 2
    assert (report["records"]["new"], report["records"]["fetched"]) == (2, 2)


def test_a_refusal_for_the_number_of_requests_is_waited_for(project: Project, publication: Publication) -> None:
    answered = publication.handle
    refused = iter([True])

    def handle(method: str, path: str, body: bytes) -> Answer:
        if path.startswith("/api/v1/posts/") and next(refused, False):
            return 429, {"Retry-After": "1"}, b"Too many requests"
        return answered(method, path, body)

    with served(handle) as url:
        report = crawl(project, "-a", f"ids={url}/p/post-1")
    assert (report["records"]["new"], report["requests"]["retried"]) == (1, 1)
