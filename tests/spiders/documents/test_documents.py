"""Imports of documents that others have exported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from support.crawling import CatalogProject, Project
from support.exported_documents import LINK, PERSON, article, id_of, repository, user, written
from support.stored_texts import stored_texts

from mlentory_crawl.spiders.documents import UnusableFile, documents_in


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return CatalogProject(tmp_path / "data", "http://127.0.0.1:9")


def crawl(project: Project, folder: Path, *words: str, code: int = 0) -> dict[str, Any]:
    return project.crawl("-a", f"dir={folder}", *words, spider="documents", code=code)


def test_an_export_is_imported_with_its_ids_and_the_same_again_changes_nothing(
    project: Project, tmp_path: Path
) -> None:
    own = {"canonical_url": "https://notes.example/real", "authors": [], "source_author": "Ben Sample"}
    folder = written(
        tmp_path / "warehouse",
        User=[user()],
        Article=[article(10), *(article(n, f"{LINK}-{n}") for n in range(100, 150)), article(11, LINK, **own)],
        Post=[{**article(20), "link": None}],
        Repository=[repository(30)],
    )
    (folder / "README.md").write_text("not read")
    report = crawl(project, folder)
    kinds = {kind: counts["new"] for kind, counts in report["kinds"]["documents"].items()}
    assert kinds == {"user": 1, "article": 52, "post": 1, "repository": 1}
    assert (report["requests"]["by_slot"], report["coverage"]) == ({}, "ids")
    texts = stored_texts(project.data_dir)
    assert texts[LINK] == article(10)["content"]["Content"]
    (source,) = json.loads(project.scrapy("show", LINK, "--json").stdout)["sources"]
    # The person for whom a text was collected need not have written it.
    assert source["seed"] == {
        "file": "ArticleDocument.json",
        "id": id_of(10),
        "platform": "blog.example",
        "author_id": id_of(1),
        "user_full_name": PERSON,
    }
    assert source["source"] == f"urn:uuid:{id_of(10)}"
    (source,) = json.loads(project.scrapy("show", "https://notes.example/real", "--json").stdout)["sources"]
    assert source["seed"]["user_full_name"] == "Ben Sample"
    again = crawl(project, folder)["records"]
    assert (again["unchanged"], again["fetched"]) == (55, 55)
    without = crawl(project, folder, "-a", "content=none", code=1)
    assert (without["verdict"], without["records"]["changed"]) == ("suspect", 54)
    assert set(stored_texts(project.data_dir).values()) <= {None}


def test_documents_of_this_projects_own_export_become_the_same_records(project: Project, tmp_path: Path) -> None:
    page = "https://notes.example/real"
    stated = {
        "canonical_url": page,
        "authors": [{"full_name": "Ben Sample", "url": "https://notes.example/ben"}, {"full_name": "Cleo"}],
        "source_author": PERSON,
        "published_at": "2026-03-01",
        "modified_at": "2026-03-02",
        "tags": ["keys", "merging"],
        "license": ["https://spdx.org/licenses/CC-BY-4.0"],
        "language": "de",
    }
    crawl(
        project,
        written(
            tmp_path / "warehouse",
            User=[user()],
            Article=[article(10), article(11, page, **stated)],
            Post=[{"_id": id_of(20), "content": {"Post_0": "Keys again."}}],
            Repository=[repository(30)],
        ),
    )
    exported = tmp_path / "exported"
    assert project.scrapy("export", exported, "--format", "llm-twin").returncode == 0
    other = CatalogProject(tmp_path / "other", "http://127.0.0.1:9")
    report = crawl(other, exported)
    assert (report["verdict"], report["field_issues"]) == ("complete", {})
    assert set(stored_texts(other.data_dir)) >= set(stored_texts(project.data_dir))
    before, after = (set(of.export("all.nt").splitlines()) for of in (project, other))
    # Only the author with a page, who is an agent of any kind to the article, is a person now.
    agent = b"<https://notes.example/ben>"
    assert {line for line in before ^ after if not line.startswith(agent)} == set()
    assert before != after


def test_the_files_of_a_repository_are_the_same_after_export_and_import(project: Project, tmp_path: Path) -> None:
    content = {"README.md": "# Tool\n", "src/a.py": "def f():\n\treturn  1\n", "50%.txt": "half"}
    crawl(
        project,
        written(tmp_path / "warehouse", Repository=[{**repository(30), "content": content, "other_files": ["a.png"]}]),
    )
    other = CatalogProject(tmp_path / "other", "http://127.0.0.1:9")

    def exported(of: Project, folder: Path) -> dict[str, Any]:
        assert of.scrapy("export", folder, "--format", "llm-twin").returncode == 0
        (found,) = json.loads((folder / "RepositoryDocument.json").read_text())
        return dict(found)

    first = exported(project, tmp_path / "first")
    crawl(other, tmp_path / "first")
    second = exported(other, tmp_path / "second")
    assert {unquote(path): text for path, text in first["content"].items()} == content
    assert first["other_files"] == ["a.png"]
    same = {"content", "content_hash", "other_files", "canonical_url", "name"}
    assert {name: first[name] for name in same} == {name: second[name] for name in same}


def test_what_cannot_be_used_is_named_and_harms_no_neighbor(project: Project, tmp_path: Path) -> None:
    folder = written(
        tmp_path / "warehouse", Article=[article(10), 5, {"_id": "x"}, article(11, f"{LINK}-2"), article(10)]
    )
    (folder / "PostDocument.json").write_text('{"item": []}')
    report = crawl(project, folder, code=1)
    records = report["records"]
    assert (records["new"], records["quarantined"], records["duplicate"]) == (2, 2, 1)
    assert report["problems"][0] == "PostDocument.json is not a JSON list, but begins with '{'"


@pytest.mark.parametrize(
    ("words", "told"),
    [((), "documents needs a folder: -a dir=DIR"), (("-a", "dir={folder}"), "has none of UserDocument.json")],
)
def test_nothing_to_read_is_wrong_usage(project: Project, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = project.scrapy("crawl", "documents", *(word.format(folder=tmp_path) for word in words))
    assert done.returncode == 2
    assert told in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is not a JSON list, but begins with ''"),
        ("<html>", "is not a JSON list, but begins with '<'"),
        ('[{"_id": "a"', "cannot be read to its end"),
        ('[{"_id": nan}]', "cannot be read to its end"),
    ],
)
def test_a_file_that_is_no_list_says_so(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "ArticleDocument.json"
    path.write_text(text)
    with pytest.raises(UnusableFile, match=told):
        list(documents_in(path))


@pytest.mark.parametrize(("text", "found"), [("[]", []), (" [1, {}]\n", [1, {}]), ("\ufeff[2.5]", [2.5])])
def test_a_list_is_read_element_by_element(text: str, found: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "ArticleDocument.json"
    path.write_text(text)
    assert list(documents_in(path)) == found
