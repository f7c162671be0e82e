"""Crawls of what is in repositories, against a made-up GitHub."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.ai4life_server import artifact, served_zoo
from support.crawling import CatalogProject, Project
from support.github_server import API, RAW, GitHub, refused, repository, served_github

from mlentory_crawl.catalog.codec import unpack
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.spiders.github import contents
from mlentory_crawl.spiders.github.contents import File

TOOLS, BARE, VOID = "acme/tools", "acme/bare", "acme/void"
HERE = "https://github.com/"
MODEL = "https://huggingface.co/acme/Elm-3-8B"
AT_ONCE = ("-s", "DOWNLOAD_SLOTS={}", "-s", "RETRY_TIMES=1", "-s", "RETRY_BACKOFF=0.01", "-a", "files=false")
README = f"# Tools\n\nFor [Elm]({MODEL}), as in arXiv:2401.00001.\n"
CODE = "def f():\n\treturn  1  # two spaces\n"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


@pytest.fixture
def server() -> Iterator[GitHub]:
    with served_github([repository(n, name) for n, name in enumerate((TOOLS, BARE, VOID), start=1)]) as served:
        texts: dict[str, str | bytes] = {
            "README.md": README,
            "src/a.b c#d.py": CODE,
            "src/weights.txt": POINTER,
            "src/latin.txt": "caf\xe9".encode("latin-1"),
            "plot.png": b"\x89PNG",
            "poetry.lock": "lock",
            "large.csv": "a" * (contents.FILE_BYTES + 1),
        }
        served.files = {(TOOLS, path): text for path, text in texts.items()}
        served.links = {
            TOOLS: [("link.py", "120000", "blob"), ("module", "160000", "commit"), ("src", "040000", "tree")]
        }
        served.readmes = {TOOLS: "README.md"}
        served.languages = {TOOLS: {"Python": 70, "C": 5}}
        served.releases = {
            TOOLS: [{"tag_name": "v1.10", "published_at": "2024-05-06T07:08:09Z", "assets": [{"id": 1}]}]
        }
        served.empty = {VOID}
        yield served


@pytest.fixture
def project(tmp_path: Path, server: GitHub) -> Project:
    return CatalogProject(tmp_path / "data", "http://127.0.0.1:9", **addresses(server))


def addresses(server: GitHub) -> dict[str, str]:
    return {"GITHUB_ENDPOINT": f"{server.url}{API}", "GITHUB_RAW_ENDPOINT": f"{server.url}{RAW}"}


def crawl(project: Project, ids: str, content: str, *words: str, code: int = 0) -> dict[str, Any]:
    return project.crawl("-a", f"ids={ids}", "-a", f"content={content}", *AT_ONCE, *words, code=code, spider="github")


def shown(project: Project, name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(project.scrapy("show", name, "--json").stdout)
    return told


def values(project: Project, name: str) -> dict[str, Any]:
    parts = (part for part in shown(project, f"{HERE}{name}")["parts"] if part["class"] == "PropertyValue")
    return {" ".join(filter(None, (part["propertyID"], part.get("name")))): part["value"] for part in parts}


def stored(project: Project, kind: str) -> dict[str, Any]:
    """The documents of a kind of records, by the IRI."""
    with closing(sqlite3.connect(f"file:{project.data_dir / CATALOG}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT iri, document FROM record WHERE kind = ?", (kind,)).fetchall()
    return {iri: unpack(document) for iri, document in rows}


def lookups(report: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {by: {name: count for name, count in told.items() if count} for by, told in report["lookups"].items()}


def documents(project: Project, tmp_path: Path) -> list[dict[str, Any]]:
    folder = tmp_path / "exported"
    assert project.scrapy("export", folder, "--format", "llm-twin").returncode == 0
    found: list[dict[str, Any]] = json.loads((folder / "RepositoryDocument.json").read_text())
    return found


def test_a_readme_costs_one_more_request_and_is_found_from_the_model(
    project: Project, server: GitHub, tmp_path: Path
) -> None:
    report = crawl(project, TOOLS, "readme")
    assert server.asked == [f"{API}/repos/{TOOLS}", f"{API}/repos/{TOOLS}/readme"]
    assert (report["records"]["new"], report["field_issues"]) == (2, {})
    told = shown(project, f"{HERE}{TOOLS}")
    assert told["root"]["mentions"] == [MODEL, "https://arxiv.org/abs/2401.00001"]
    assert f"https://api.github.com/repos/{TOOLS}/readme" in {source["source"] for source in told["sources"]}
    (writing,) = shown(project, MODEL)["written"]["newest"]
    assert (writing["iri"], writing["how"], writing["date"]) == (f"{HERE}{TOOLS}", "mentions", "2024-02-03T04:05:06Z")
    assert b"# Tools" not in project.export("all.nt")
    (document,) = documents(project, tmp_path)
    assert (document["content"], document["tags"]) == ({"README%2Emd": README}, ["tools"])
    assert crawl(project, TOOLS, "readme")["records"]["unchanged"] == 2


def test_nothing_of_the_content_is_asked_for_on_request(project: Project, server: GitHub) -> None:
    crawl(project, TOOLS, "none")
    assert server.asked == [f"{API}/repos/{TOOLS}"]


def test_a_tree_comes_with_languages_and_releases(project: Project, server: GitHub) -> None:
    server.truncated = {TOOLS}
    report = crawl(project, TOOLS, "tree")
    assert report["requests"]["by_slot"] == {"github.api": 5}
    assert lookups(report) == {
        name: {"asked": 1, "found": 1} for name in ("readmes", "languages", "releases", "trees")
    }  # fmt: skip
    told = values(project, TOOLS)
    assert told["treeTruncated"] is True
    assert "fileCount" not in told
    assert (told["codeSize Python"], told["release v1.10"]) == (70, "2024-05-06T07:08:09Z")
    files = stored(project, "tree")[f"{HERE}{TOOLS}"]["files"]
    assert (files.keys(), set(files.values())) == (
        {path for _, path in server.files} | {"link.py"}, {None},
    )  # fmt: skip


def test_the_texts_of_files_are_kept_with_all_their_spaces(project: Project, server: GitHub, tmp_path: Path) -> None:
    report = crawl(project, TOOLS, "files")
    assert report["requests"]["by_slot"] == {"github.api": 5, "github.raw": 4}
    told = values(project, TOOLS)
    assert (told["fileCount"], told["filesLeftOut no text"], told["filesLeftOut too large"]) == (8, 5, 1)
    (document,) = documents(project, tmp_path)
    assert document["content"] == {"README%2Emd": README, "src/a%2Eb c#d%2Epy": CODE}
    assert set(document["other_files"]) == {path for _, path in server.files} - {"README.md", "src/a.b c#d.py"} | {
        "link.py"
    }
    assert crawl(project, TOOLS, "files")["records"]["unchanged"] == 5
    # What is replayed is the same.
    again = CatalogProject(tmp_path / "again", "http://127.0.0.1:9", **addresses(server))
    assert again.scrapy("replay", "--all", "--from", project.data_dir).returncode == 0
    assert stored(again, "tree") == stored(project, "tree")
    # A file that is gone is in no document any more.
    del server.files[TOOLS, "src/a.b c#d.py"]
    assert crawl(project, TOOLS, "files")["records"]["changed"] == 1
    (document,) = documents(project, tmp_path)
    assert document["content"] == {"README%2Emd": README}


def test_files_without_a_readme_are_a_document_too(project: Project, server: GitHub, tmp_path: Path) -> None:
    server.readmes.clear()
    crawl(project, TOOLS, "files")
    (document,) = documents(project, tmp_path)
    assert document["content"].keys() == {"README%2Emd", "src/a%2Eb c#d%2Epy"}


def test_what_is_confirmed_is_what_was_sent_before(project: Project, server: GitHub) -> None:
    server.confirms = True
    crawl(project, TOOLS, "tree")
    assert crawl(project, TOOLS, "tree")["records"]["unchanged"] == 5
    report = crawl(project, TOOLS, "tree")
    assert report["requests"]["by_status"] == {"304": 5}
    assert (report["records"]["unchanged"], report["verdict"]) == (5, "complete")
    server.languages[TOOLS]["Rust"] = 1
    report = crawl(project, TOOLS, "tree")
    assert (report["requests"]["by_status"], report["records"]["changed"]) == ({"200": 1, "304": 4}, 1)


def test_the_code_of_a_model_is_joined_and_listed_among_what_is_written_about_it(
    project: Project, server: GitHub
) -> None:
    page = "https://bioimage.io/#/artifacts/tidy-animal"
    server.files[TOOLS, "README.md"] = f"The code of {page} is here."
    with served_zoo([artifact("tidy-animal", git_repo=f"{HERE}{TOOLS}.git")]) as zoo:
        project.environment["AI4LIFE_ENDPOINT"] = zoo.url
        project.crawl("-a", "limit=1", spider="ai4life")
    crawl(project, TOOLS, "readme")
    model = shown(project, page)
    assert model["root"]["codeRepository"] == [f"{HERE}{TOOLS}"]
    assert [writing["iri"] for writing in model["written"]["newest"]] == [f"{HERE}{TOOLS}"]
    code = shown(project, f"{HERE}{TOOLS}")
    assert code["codeOf"]["models"] == [[model["root"]["iri"], model["root"]["name"]]]
    assert code["root"]["mentions"] == [model["root"]["iri"]]


def test_an_empty_repository_and_one_without_a_readme_are_told_apart(project: Project, server: GitHub) -> None:
    report = crawl(project, f"{BARE},{VOID}", "tree")
    assert report["verdict"] == "complete"
    assert lookups(report)["readmes"] == {"asked": 2, "missing": 2}
    assert lookups(report)["trees"] == {"asked": 2, "found": 2}
    assert (values(project, VOID)["empty"], values(project, BARE)["fileCount"]) == (True, 0)
    assert "readme" not in project.status()["catalog"]["records"]["github"]
    # A file that comes first is no longer nothing.
    server.empty.clear()
    assert crawl(project, VOID, "tree")["records"]["changed"] == 1
    assert "empty" not in values(project, VOID)


def test_a_readme_that_is_gone_says_nothing_more(project: Project, server: GitHub, tmp_path: Path) -> None:
    crawl(project, TOOLS, "readme")
    server.readmes.clear()
    assert crawl(project, TOOLS, "none")["records"]["unchanged"] == 1
    assert "mentions" in shown(project, f"{HERE}{TOOLS}")["root"]
    assert crawl(project, TOOLS, "readme")["records"]["changed"] == 1
    assert "mentions" not in shown(project, f"{HERE}{TOOLS}")["root"]
    assert documents(project, tmp_path) == []


def test_a_readme_that_the_api_does_not_return_is_told(project: Project, server: GitHub) -> None:
    server.files[TOOLS, "README.md"] = "a" * 1_000_001
    report = crawl(project, TOOLS, "readme")
    assert (report["verdict"], len(report["field_issues"])) == ("complete", 1)
    assert stored(project, "readme")[f"{HERE}{TOOLS}"]["files"] == {"README.md": None}


@pytest.mark.parametrize(
    "answer",
    [
        refused(403, "You have exceeded a secondary rate limit.", {"Retry-After": "1"}),
        refused(429, "Too many requests", {"Retry-After": "1"}),
    ],
    ids=["secondary", "429"],
)
def test_a_refusal_of_a_part_is_waited_for(project: Project, server: GitHub, answer: Any) -> None:
    server.refusals_of = {f"{API}/repos/{TOOLS}/readme": [answer]}
    report = crawl(project, TOOLS, "readme")
    assert (report["verdict"], report["records"]["new"]) == ("complete", 2)
    assert report["requests"]["waits"] > 0.5


def test_a_part_that_is_withheld_or_cannot_be_had_costs_no_other(project: Project, server: GitHub) -> None:
    server.refusals_of = {
        f"{API}/repos/{TOOLS}/readme": [refused(451, "Repository access blocked", {})],
        f"{API}/repos/{TOOLS}/languages": [(200, {}, b"[]")],
        f"{API}/repos/{TOOLS}/releases?per_page=30": [(200, {}, b"{}")],
    }
    report = crawl(project, TOOLS, "tree", code=1)
    assert {by: next(name for name in told if name != "asked") for by, told in lookups(report).items()} == {
        "readmes": "blocked", "languages": "failed", "releases": "failed", "trees": "found",
    }  # fmt: skip
    assert (report["verdict"], report["records"]["new"], report["records"]["failed"]) == ("failed", 2, 2)


def test_files_that_cannot_all_be_had_leave_what_was_there(project: Project, server: GitHub, tmp_path: Path) -> None:
    crawl(project, TOOLS, "files")
    before = documents(project, tmp_path)
    server.files[TOOLS, "src/a.b c#d.py"] = "changed"
    file = f"{RAW}/{TOOLS}/HEAD/src/a.b%20c%23d.py"
    server.refusals_of = {file: [(500, {}, b"")] * 2}
    report = crawl(project, TOOLS, "files", code=1)
    assert lookups(report)["trees"] == {"asked": 1, "failed": 1}
    assert documents(project, tmp_path) == before
    # A file that is withheld is left out.
    server.refusals_of = {file: [(451, {}, b"")]}
    crawl(project, TOOLS, "files")
    assert values(project, TOOLS)["filesLeftOut not sent"] == 1


def test_a_disabled_repository_is_not_asked_for_its_content(project: Project, server: GitHub) -> None:
    server.repositories.append(repository(9, "acme/shut", disabled=True))
    crawl(project, "acme/shut", "files")
    assert server.asked == [f"{API}/repos/acme/shut"]


def test_what_is_erased_leaves_the_archive_with_its_content(project: Project, server: GitHub) -> None:
    crawl(project, TOOLS, "files")
    assert project.scrapy("erase", f"{HERE}{TOOLS}", "--yes").returncode == 0
    index = "".join(path.read_text() for path in (project.data_dir / "raw").rglob("answers.jsonl"))
    assert TOOLS not in index


def file(path: str, size: int | None = 1, *, is_link: bool = False) -> File:
    return File(path, size, is_link)


def test_files_are_chosen_by_their_names_and_sizes() -> None:
    found = [
        file("README.md"), file("Makefile"), file(".gitignore"), file("a/b.test.TS", None), file("a.PNG"),
        file("web/package-lock.json"), file("weights.safetensors"), file("big.txt", contents.FILE_BYTES + 1),
        file("link.py", is_link=True), file("a/../b.py"), file("/a.py"),
    ]  # fmt: skip
    paths, left_out = contents.chosen(found)
    assert paths == ["README.md", "Makefile", ".gitignore", "a/b.test.TS"]
    assert left_out == {contents.NO_TEXT: 6, contents.TOO_LARGE: 1}


def test_a_large_repository_is_read_in_part_and_the_rest_is_counted() -> None:
    paths, left_out = contents.chosen(file(f"{n}.py") for n in range(contents.MOST_FILES + 5))
    assert (len(paths), left_out) == (contents.MOST_FILES, {contents.TOO_MANY: 5})
    full = contents.TOTAL_BYTES // contents.FILE_BYTES
    paths, left_out = contents.chosen(file(f"{n}.py", contents.FILE_BYTES) for n in range(full + 2))
    assert (len(paths), left_out) == (full, {contents.TOO_MANY: 2})
    listed = [file(f"{n}.py") for n in range(contents.MOST_PATHS + 3)]
    told = contents.tree(listed, truncated=False)
    assert (len(told["paths"]), told["count"]) == (contents.MOST_PATHS, contents.MOST_PATHS + 3)
    assert told["left_out"] == {contents.UNLISTED: 3}


def test_what_is_sent_counts_and_not_what_was_listed() -> None:
    payload: dict[str, Any] = {"texts": {}, "left_out": {}}
    reading = contents.Reading(payload, [], "", "")
    reading.add("large", b"a" * (contents.FILE_BYTES + 1))
    for n in range(contents.TOTAL_BYTES // contents.FILE_BYTES + 1):
        reading.add(str(n), b"a" * contents.FILE_BYTES)
    assert payload["left_out"] == {contents.TOO_LARGE: 1, contents.TOO_MANY: 1}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"\xef\xbb\xbfa  b\r\n", "\ufeffa  b\r\n"),
        (b"", ""),
        (b"a\0b", None),
        (b"\xff\xfea\0", None),
        (POINTER.encode(), None),
    ],
)
def test_a_text_is_what_is_utf_8_and_no_pointer(body: bytes, text: str | None) -> None:
    assert contents.text_of(body) == text


@pytest.mark.parametrize("answer", [None, [], {}, {"path": "a"}, {"path": "a", "content": "", "encoding": "utf-8"}])
def test_what_is_no_readme_is_refused(answer: Any) -> None:
    with pytest.raises(ValueError, match="expected"):
        contents.readme_in(answer)


@pytest.mark.parametrize("answer", [None, [], {}, {"tree": {}}])
def test_what_is_no_tree_is_refused(answer: Any) -> None:
    with pytest.raises(ValueError, match="expected"):
        contents.files_in(answer)
    odd = {"tree": [5, {"type": "blob"}, {"type": "tree", "path": "a"}, {"type": "blob", "path": "b", "size": "1"}]}
    assert contents.files_in(odd) == ([file("b", None)], False)
