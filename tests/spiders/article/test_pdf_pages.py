"""Crawls of PDF files beside pages, against a made-up site."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.crawling import CatalogProject, Project
from support.http_servers import Answer, served
from support.pdf_files import pdf_file
from support.stored_texts import stored_texts
from support.web_pages import PARAGRAPHS, article_page

pytestmark = pytest.mark.extra(name="documents")

MODEL = "https://huggingface.co/acme/Tern-Counter-3B"
PAPER = pdf_file(
    "\n".join(PARAGRAPHS),
    f"The weights are at {MODEL} and have no license.",
    info={"Title": "Counting terns with Tern-Counter-3B", "Author": "Ada Example", "CreationDate": "D:20260304050607Z"},
    language="en",
)
PDF, HTML = "application/pdf", "text/html; charset=utf-8"
ANSWERS: dict[str, tuple[str, bytes, dict[str, str]]] = {
    "/terns": (HTML, article_page().encode(), {}),
    "/paper.pdf": (PDF, PAPER, {}),
    "/called-a-page": (HTML, pdf_file("\n".join(PARAGRAPHS)), {}),
    "/called-a-file.pdf": (PDF, article_page(title="Terns as a page").encode(), {}),
    "/copy.pdf": (PDF, PAPER, {"Link": '</paper.pdf>; rel="canonical"'}),
    "/hidden.pdf": (PDF, PAPER, {"X-Robots-Tag": "noindex"}),
    "/no-ai.pdf": (PDF, PAPER, {"X-Robots-Tag": "noai"}),
    "/scanned.pdf": (PDF, pdf_file("", ""), {}),
    "/locked.pdf": (PDF, pdf_file("x", encrypt="/Filter /Standard /V 1 /R 2 /O (o) /U (u) /P -4"), {}),
    "/broken.pdf": (PDF, PAPER[:200], {}),
}


def answer(method: str, path: str, body: bytes) -> Answer:
    if path not in ANSWERS:
        return 404, {"Content-Type": HTML}, b"<p>No</p>"
    type, content, headers = ANSWERS[path]
    return 200, {"Content-Type": type, **headers}, content


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, dict[str, Any], str]]:
    """A project with everything that the site has, the report, and the site's address."""
    with served(answer) as url:
        data_dir: Path = tmp_path_factory.mktemp("pdf") / "data"
        project = CatalogProject(data_dir, "http://127.0.0.1:9", ALLOWED_PRIVATE_HOSTS="127.0.0.1", PAGE_DELAY="0")
        ids = ",".join(url + path for path in ANSWERS)
        yield project, project.crawl("-a", f"ids={ids}", spider="article"), url


def test_each_file_is_an_article_or_has_a_state(crawled: tuple[Project, dict[str, Any], str]) -> None:
    project, _, url = crawled
    (path,) = (project.data_dir / "runs").glob("*.seeds.jsonl")
    ended = {line["url"].removeprefix(url): line for line in map(json.loads, path.read_text().splitlines())}
    assert {name: (line["outcome"], line["reason"]) for name, line in ended.items()} == {
        "/terns": ("found", None),
        "/paper.pdf": ("found", None),
        "/called-a-page": ("found", None),
        "/called-a-file.pdf": ("found", None),
        "/copy.pdf": ("found", None),
        "/hidden.pdf": ("blocked", "noindex (X-Robots-Tag)"),
        "/no-ai.pdf": ("blocked", "noai (X-Robots-Tag)"),
        "/scanned.pdf": ("invalid", "has less than 200 characters of text on its first 10 pages"),
        "/locked.pdf": ("invalid", "is an encrypted PDF file"),
        "/broken.pdf": ("invalid", "is a damaged PDF file (PdfStreamError)"),
    }


def test_a_file_is_stored_as_pages_are(crawled: tuple[Project, dict[str, Any], str]) -> None:
    project, _, url = crawled
    told = json.loads(project.scrapy("show", f"{url}/paper.pdf", "--json").stdout)
    root = told["root"]
    assert (root["name"], root["dateCreated"], root["languageTag"]) == (
        "Counting terns with Tern-Counter-3B",
        "2026-03-04T05:06:07Z",
        ["en"],
    )
    assert root["about"] == root["mentions"] == [MODEL]
    assert "datePublished" not in root
    texts = stored_texts(project.data_dir)
    assert (texts[f"{url}/paper.pdf"] or "").startswith(PARAGRAPHS[0])
    assert {key.removeprefix(url) for key in texts} == {"/terns", "/paper.pdf", "/called-a-page", "/called-a-file.pdf"}


def test_a_copy_is_the_record_of_its_original(crawled: tuple[Project, dict[str, Any], str]) -> None:
    _, report, _ = crawled
    assert (report["records"]["new"], report["records"]["duplicate"]) == (4, 1)
