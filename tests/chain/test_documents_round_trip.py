"""Documents that are exported for other readers, and imported again, are the same documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.articles import BLOG, Texts, page, prose
from support.crawling import CatalogProject
from support.stored_texts import stored_texts

from mlentory_crawl.catalog.queries.description import describe
from mlentory_crawl.catalog.reader import CatalogReader

pytestmark = pytest.mark.extra(name="documents")

HUB = "https://huggingface.co/"
TEXT = prose(300, 1)


def exported(project: CatalogProject, folder: Path) -> dict[str, bytes]:
    """The files that an export writes, by their names."""
    done = project.scrapy("export", folder, "--format", "llm-twin")
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_bytes() for path in folder.glob("*Document.json")}


def test_documents_come_back_as_they_left(tmp_path: Path) -> None:
    first, second = (CatalogProject(tmp_path / name, "http://127.0.0.1:9") for name in ("first", "second"))
    links = [f"{HUB}acme/Elm-3-8B", "https://arxiv.org/abs/2401.00001", "https://github.com/acme/elm/tree/main"]
    with Texts(first.data_dir) as texts:
        texts.add(
            page(
                "elm", TEXT, title="Elm 3 8B", subtitle="A look", links=links, license="CC-BY-4.0", image=f"{BLOG}i.png"
            ),
            seed={"user_full_name": "Paula Example"},
            robots_allowed=True,
        )
        texts.add(page("mirror", f"Home.\n{TEXT}", published="2026-03-06T10:00:00Z", authors=[{"name": "Bob Other"}]))
        texts.add(page("zwei", prose(200, 5), language="de", published=None, tags=[]))
        texts.add(page("forbidden", prose(200, 6), noai=True))
    sent = exported(first, tmp_path / "twin")
    report = second.crawl("-a", f"dir={tmp_path / 'twin'}", spider="documents")
    assert (report["records"]["new"], report["field_issues"]) == (5, {})
    assert exported(second, tmp_path / "again") == sent
    assert [each["platform"] for each in json.loads(sent["ArticleDocument.json"])] == ["article"] * 3
    unchanged = second.crawl("-a", f"dir={tmp_path / 'again'}", spider="documents")
    assert (unchanged["records"]["unchanged"], unchanged["records"]["fetched"]) == (5, 5)
    texts_sent = {iri: text for iri, text in stored_texts(first.data_dir).items() if text and "forbidden" not in iri}
    assert {iri: text for iri, text in stored_texts(second.data_dir).items() if text} == texts_sent
    reader = CatalogReader(second.data_dir)
    elm = describe(reader, f"{BLOG}elm")
    assert elm.root["mentions"] == [
        f"{HUB}acme/Elm-3-8B",
        "https://arxiv.org/abs/2401.00001",
        "https://github.com/acme/elm",
    ]
    assert elm.root["about"] == [f"{HUB}acme/Elm-3-8B"]
    assert [each.iri for each in elm.alike] == [f"{BLOG}mirror"]
    assert describe(reader, f"{HUB}acme/Elm-3-8B").written.count == 1
    reader.close()
