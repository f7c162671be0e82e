"""Crawls of web pages on made-up hosts."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.crawling import CatalogProject, Project
from support.http_servers import Answer
from support.medium_server import CHALLENGE
from support.stored_texts import stored_texts
from support.web_hosts import HTML, PAGE, WebHost, redirect, robots, web
from support.web_pages import PARAGRAPHS, article_page, json_ld, metas, paragraphs, web_page

from mlentory_crawl.data_directory import CATALOG

pytestmark = pytest.mark.extra(name="documents")

MODEL = "https://huggingface.co/example-lab/tern-counter"
WITH_A_LINK = (
    f'<p>Whoever wants to count terns, too, can take <a href="{MODEL}">our model</a> and needs no telescope.</p>'
)
PAID = json_ld({"@type": "Article", "isAccessibleForFree": False})


def html(page: str, status: int = 200, **headers: str) -> Answer:
    return status, HTML | {name.replace("_", "-"): value for name, value in headers.items()}, page.encode()


def titled(title: str, *more: str) -> str:
    """An article that no other one resembles."""
    text = "".join(f"<p>{title} {n}: {paragraph}</p>" for n, paragraph in enumerate(PARAGRAPHS))
    return article_page(text + "".join(more)).replace("Counting terns", title)


STATES: dict[str, tuple[Answer, str, str | None]] = {
    "article": (html(titled("Terns", WITH_A_LINK), ETag='"1"'), "found", "new"),
    "copy": (html(article_page(head='<link rel="canonical" href="/article">')), "found", "duplicate"),
    "challenge": (html(CHALLENGE.decode(), 403, cf_mitigated="challenge"), "blocked", "challenge"),
    "quiet-challenge": (html(CHALLENGE.decode()), "blocked", "challenge"),
    "paid": (
        html(article_page(head=PAID)),
        "blocked",
        "paywall",
    ),
    "noindex": (html(article_page(head=metas(robots="noindex"))), "blocked", "noindex"),
    "noindex-by-header": (html(article_page(), X_Robots_Tag="noindex"), "blocked", "noindex"),
    "noai": (html(article_page(head=metas(robots="noai"))), "blocked", "noai"),
    "soft": (html(web_page("<h1>Page not found</h1><p>Sorry.</p>", title="404 Not Found")), "missing", "soft_404"),
    "gone": (html("", 410), "missing", "soft_404"),
    "login": (html("", 401), "blocked", "login_wall"),
    "payment": (html("", 402), "blocked", "paywall"),
    "forbidden": (html("", 403), "blocked", "refused"),
    "unavailable": (html("", 451), "blocked", "refused"),
    "linkedin": (html("", 999), "blocked", "refused"),
    "picture": ((200, {"Content-Type": "image/png"}, b"\x89PNG\r\n"), "invalid", "not_html"),
    "short": (html(web_page("<p>Terns.</p>")), "invalid", "too_short"),
    "large": (html(article_page("x" * 6_000_000)), "invalid", "too_large"),
    "to-a-file": (redirect("file:///etc/passwd"), "blocked", "refused_address"),
    "inside": (redirect("http://169.254.169.254/latest/"), "blocked", "refused_address"),
    "in-circles": (redirect("/in-circles"), "invalid", "redirects"),
    "moved": (redirect("/elsewhere"), "found", "new"),
    "elsewhere": (html(titled("Gulls"), Last_Modified="Mon, 02 Mar 2026 10:00:00 GMT"), "found", "duplicate"),
    "drafts/x": (PAGE, "blocked", "robots"),
    "nothing": (html("", 204), "invalid", "not_html"),
    "broken": (html("", 500), "failed", "failed"),
}
"""What each page answers, and the outcome and state of a seed that leads there."""


class Blog(WebHost):
    """A host with these pages."""

    def __init__(self) -> None:
        super().__init__({f"/{path}": answer for path, (answer, *_) in STATES.items()})
        self.pages["/robots.txt"] = robots("User-agent: *\nDisallow: /drafts/\n")

    def of(self, *paths: str) -> str:
        return ",".join(f"{self.url}/{path}" for path in paths)


def project_of(data_dir: Path, **settings: str) -> Project:
    return CatalogProject(
        data_dir,
        "http://127.0.0.1:9",
        **{"ALLOWED_PRIVATE_HOSTS": "127.0.0.11", "PAGE_DELAY": "0", "RETRY_TIMES": "0", **settings},
    )


@pytest.fixture(scope="module")
def blog() -> Iterator[Blog]:
    with web({"blog": Blog()}) as hosts:
        blog = hosts["blog"]
        assert isinstance(blog, Blog)
        yield blog


@pytest.fixture(scope="module")
def crawled(blog: Blog, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, Any]]:
    """A project with everything that the blog has, and the report."""
    project = project_of(tmp_path_factory.mktemp("article") / "data")
    return project, project.crawl("-a", f"ids={blog.of(*STATES, 'article')},ftp://x.test/", spider="article", code=1)


@pytest.fixture
def again(crawled: tuple[Project, dict[str, Any]], tmp_path: Path) -> Project:
    """A copy of the project."""
    shutil.copytree(crawled[0].data_dir, tmp_path / "data")
    return project_of(tmp_path / "data")


def seeds(project: Project) -> dict[str, dict[str, Any]]:
    """What became of the seeds of the last run."""
    path = max((project.data_dir / "runs").glob("*.seeds.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    return {line["place"]: line for line in map(json.loads, path.read_text().splitlines())}


def sequence(project: Project) -> int:
    return int(project.status()["catalog"]["sequence"])


def test_each_page_ends_in_a_state(crawled: tuple[Project, dict[str, Any]]) -> None:
    project, report = crawled
    ended = [(each["outcome"], each["state"]) for each in seeds(project).values()]
    expected = [
        *((outcome, state) for _, outcome, state in STATES.values()),
        ("duplicate", "duplicate"),
        ("invalid", "invalid"),
    ]
    # What is moved and where it moved to are asked for at the same time.
    assert sorted(map(str, ended)) == sorted(map(str, expected))
    assert all(each["reason"] for each in seeds(project).values() if each["outcome"] in ("blocked", "invalid"))
    assert report["states"]["duplicate"] == 3
    assert report["domains"]["127.0.0.11"] == {
        "total": 27, "successful": 4, "unchanged": 0, "duplicate": 3, "missing": 2, "blocked": 14, "invalid": 5,
        "failed": 1,
    }  # fmt: skip


def test_only_articles_are_stored(crawled: tuple[Project, dict[str, Any]], blog: Blog) -> None:
    project, report = crawled
    assert report["records"]["new"] == 2
    texts = stored_texts(project.data_dir)
    assert set(texts) == {f"{blog.url}/article", f"{blog.url}/elsewhere"}
    assert all(PARAGRAPHS[0] in (text or "") for text in texts.values())
    shown = json.loads(project.scrapy("show", f"{blog.url}/article", "--json").stdout)
    assert shown["root"]["mentions"] == [MODEL]
    assert shown["sources"][0]["robots_allowed"] is True


def test_a_second_run_asks_whether_pages_have_changed_and_writes_nothing(again: Project, blog: Blog) -> None:
    before = sequence(again)
    report = again.crawl("-a", f"ids={blog.of('article', 'moved', 'copy')}", spider="article")
    assert report["requests"]["by_status"]["304"] == 2
    assert report["records"]["unchanged"] == 2
    assert report["states"] == {"unchanged": 2, "duplicate": 1}
    assert sequence(again) == before


def test_a_page_that_has_changed_has_two_versions(again: Project, blog: Blog) -> None:
    answer, *_ = STATES["article"]
    blog.pages["/article"] = html(titled("Terns", "<p>And one more.</p>"), ETag='"2"')
    try:
        report = again.crawl("-a", f"ids={blog.of('article')}", spider="article")
    finally:
        blog.pages["/article"] = answer
    assert report["records"]["changed"] == 1
    assert "304" not in report["requests"]["by_status"]
    assert "And one more." in (stored_texts(again.data_dir)[f"{blog.url}/article"] or "")
    with closing(sqlite3.connect(again.data_dir / CATALOG)) as catalog:
        assert catalog.execute("SELECT count(*) FROM version").fetchone() == (1,)


def test_what_the_archive_has_lost_is_sent_again(again: Project, blog: Blog) -> None:
    bodies = list((again.data_dir / "raw").glob("article/*/*.zst"))
    assert bodies
    for body in bodies:
        body.write_bytes(b"damaged")
    report = again.crawl("-a", f"ids={blog.of('article')}", spider="article")
    assert {status: report["requests"]["by_status"][status] for status in ("200", "304")} == {"200": 2, "304": 1}
    assert report["records"]["unchanged"] == 1


def test_an_excerpt_is_kept_where_no_more_is_wanted(blog: Blog, tmp_path: Path) -> None:
    project = project_of(tmp_path / "data")
    project.crawl("-a", f"ids={blog.of('article')}", "-a", "content=excerpt", spider="article")
    assert set(stored_texts(project.data_dir).values()) == {None}
    root = json.loads(project.scrapy("show", f"{blog.url}/article", "--json").stdout)["root"]
    assert 200 < len(root["description"]) <= 301


def test_the_same_command_goes_on_with_the_pages_of_a_host_that_were_too_many(blog: Blog, tmp_path: Path) -> None:
    project = project_of(tmp_path / "data", PAGES_PER_HOST="2")
    command = "-a", f"ids={blog.of('article', 'elsewhere', 'noindex', 'gone', 'short')}"
    reports = [project.crawl(*command, spider="article", code=code) for code in (1, 1, 0)]
    assert len({report["run_id"] for report in reports}) == 1
    assert [report["verdict"] for report in reports] == ["failed", "failed", "complete"]
    assert [report["states"].get("left", 0) for report in reports] == [3, 1, 0]
    assert "as many as PAGES_PER_HOST allows" in reports[0]["problems"][0]
    asked = {name: count for name, count in reports[-1]["requested"].items() if count}
    assert asked == {"asked": 5, "found": 2, "missing": 1, "blocked": 1, "invalid": 1}


def test_a_deeply_nested_page_costs_no_neighbor(blog: Blog, tmp_path: Path) -> None:
    blog.pages["/endless"] = html(web_page("<div>" * 100_000 + paragraphs() + "</div>" * 100_000))
    project = project_of(tmp_path / "data")
    report = project.crawl("-a", f"ids={blog.of('endless', 'article')}", spider="article")
    assert report["records"]["new"] >= 1
    assert sum(report["states"].values()) == 2
