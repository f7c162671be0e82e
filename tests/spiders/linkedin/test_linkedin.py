"""Exports of members' own data, whole and damaged; and LinkedIn's pages, of which none is requested."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.crawling import CatalogProject, Project
from support.linkedin_export import COMMENTS, PROFILE, SHARES, UPDATE, article, share, table, written
from support.stored_texts import stored_texts

from mlentory_crawl.spiders.linkedin import own_export
from mlentory_crawl.spiders.linkedin.own_export import TABLES, OwnExport, UnusableExport, read_article

needs_documents = pytest.mark.extra(name="documents")
POSTS, MADE_COMMENTS = TABLES
PULSE = "https://www.linkedin.com/pulse/on-keys-ada-example-abcd"
TEXT = "Keys that are almost parallel can be merged while a long prompt is read. " * 8


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return CatalogProject(tmp_path / "data", "http://127.0.0.1:9")


def rows(path: Path) -> list[dict[str, Any]]:
    export = OwnExport(path)
    try:
        return list(export.rows(POSTS))
    finally:
        export.close()


def crawl(project: Project, *words: str, code: int = 0) -> dict[str, Any]:
    return project.crawl(*words, spider="linkedin", code=code)


@needs_documents
def test_an_export_gives_posts_articles_and_comments_and_the_same_ones_again(project: Project, tmp_path: Path) -> None:
    files = {
        "Profile.csv": PROFILE,
        "Shares_123.csv": table(SHARES, *(share(n, f"Post {n}") for n in range(120)), share(7, "The same once more")),
        "Comments.csv": table(COMMENTS, ("2026-01-16 10:00:00", f"{UPDATE}urn%3Ali%3Aactivity%3A9", "Well done")),
        "Articles/Articles/2026-02-20 06:12:00.0-on-keys.html": article(
            "On <b>keys</b>",
            "on-keys-ada-example-abcd?trk=x",
            f"<p>{TEXT}</p><p>See <a href='https://huggingface.co/example-lab/merged-7b'>it</a></p>",
        ),
        "Articles/draft.html": article("Not yet", None, "<p>no</p>"),
        "Connections.csv": "Notes:\nnothing of this is read\n",
    }
    path = written(tmp_path / "export.zip", files)
    report = crawl(project, "-a", f"export={path}")
    kinds = {kind: counts["new"] for kind, counts in report["kinds"]["linkedin"].items()}
    assert kinds == {"post": 120, "comment": 1, "article": 1}
    assert report["records"]["duplicate"] == 1
    assert report["notes"] == ["left out 1 articles that were not published"]
    assert report["requests"]["by_slot"] == {}
    told = json.loads(project.scrapy("show", PULSE, "--json").stdout)
    root = told["root"]
    assert (root["name"], root["datePublished"]) == ("On keys", "2026-02-20")
    assert root["mentions"] == ["https://huggingface.co/example-lab/merged-7b"]
    assert [part["name"] for part in told["parts"]] == ["Ada Example"]
    texts = stored_texts(project.data_dir)
    assert texts[f"{UPDATE}urn:li:share:7"] == "Post 7"
    assert (texts[PULSE] or "").startswith("Keys that are almost")
    again = crawl(project, "-a", f"export={path}")["records"]
    assert (again["unchanged"], again["new"], again["changed"]) == (122, 0, 0)


def test_pages_are_blocked_and_the_reason_says_what_to_do(project: Project) -> None:
    names = "https://www.linkedin.com/in/ada,https://de.linkedin.com/posts/x,https://example.org/"
    report = crawl(project, "-a", f"ids={names}", code=1)
    assert (report["requested"]["blocked"], report["requested"]["invalid"]) == (2, 1)
    (path,) = (project.data_dir / "runs").glob("*.seeds.jsonl")
    first, *_ = map(json.loads, path.read_text().splitlines())
    assert first["state"] == "login_wall"
    assert first["reason"].startswith("LinkedIn asks for a login: import your own export with mlentory crawl linkedin")
    assert report["requests"]["by_slot"] == {}


def test_an_export_without_texts_is_a_failure_that_says_so(project: Project, tmp_path: Path) -> None:
    path = written(tmp_path / "export.zip", {"Profile.csv": PROFILE})
    report = crawl(project, "-a", f"export={path}", code=1)
    assert report["problems"][0].startswith("export.zip has no posts, articles or comments")


def test_nothing_to_do_is_wrong_usage(project: Project) -> None:
    done = project.scrapy("crawl", "linkedin")
    assert done.returncode == 2
    assert "linkedin needs the export of your own data: -a export=FILE.zip" in done.stderr


def test_a_part_of_an_export_is_wrong_usage(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.touch()
    done = project.scrapy("crawl", "linkedin", "-a", f"export={path}", "-a", "limit=3")
    assert done.returncode == 2
    assert "-a limit='3': an export is imported as a whole" in done.stderr


# Files


@pytest.mark.parametrize(
    "encoded",
    [
        str.encode,
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("cp1252"),
        lambda text: f'Notes:\n"Some, remarks"\n\n{text}'.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
    ],
    ids=["utf-8", "mark", "utf-16", "windows", "remarks", "lines"],
)
def test_tables_are_read_whatever_saved_them(encoded: Any, tmp_path: Path) -> None:
    text = table(SHARES, share(1, 'Le mod\u00e8le d\'\u00e9t\u00e9, "merged"'))
    (row,) = rows(written(tmp_path / "export.zip", {"Shares.csv": encoded(text)}))
    assert row["ShareCommentary"] == 'Le mod\u00e8le d\'\u00e9t\u00e9, "merged"'
    assert "SharedUrl" not in row


def test_columns_may_lack_come_in_any_order_and_be_new(tmp_path: Path) -> None:
    text = "ShareCommentary,New,ShareLink\nhello,1,https://www.linkedin.com/feed/update/urn:li:share:1,one more\n\nx\n"
    assert rows(written(tmp_path / "export.zip", {"Shares.csv": text})) == [
        {"ShareCommentary": "hello", "New": "1", "ShareLink": "https://www.linkedin.com/feed/update/urn:li:share:1"},
        {},
        {"ShareCommentary": "x"},
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Date,ShareCommentary\n2026-01-01,x\n", "Shares.csv has no column ShareLink"),
        ("", "Shares.csv has no column ShareLink"),
        ('ShareLink\n"' + "x" * 200_000, "Shares.csv cannot be read at line"),
    ],
)
def test_a_table_that_cannot_be_read_is_named_with_the_reason(content: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableExport, match=told):
        rows(written(tmp_path / "export.zip", {"Shares.csv": content}))


def test_what_is_no_archive_or_damaged_is_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_text("<html>Your download has expired</html>")
    with pytest.raises(UnusableExport, match=r"export\.zip is not a ZIP file that can be read"):
        OwnExport(path)
    whole = written(path, {"Shares.csv": table(SHARES, *(share(n, "x" * n) for n in range(50)))}).read_bytes()
    path.write_bytes(whole[:60] + bytes(20) + whole[80:])
    with pytest.raises(UnusableExport, match=r"Shares\.csv cannot be read"):
        rows(path)


def test_files_that_unfold_are_read_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_export, "LARGEST", 2**20)
    bomb = written(tmp_path / "export.zip", {"Shares.csv": b"ShareLink\n" + bytes(2**22)})
    assert bomb.stat().st_size < 2**14
    with pytest.raises(UnusableExport, match=r"Shares\.csv is larger than 1 MiB"):
        rows(bomb)
    monkeypatch.setattr(own_export, "MOST_BYTES", 2**20)
    several = written(
        tmp_path / "several.zip", {f"Shares_{n}.csv": b"ShareLink\n" + b"x\n" * 300_000 for n in range(3)}
    )
    with pytest.raises(UnusableExport, match="its files are larger than 1 MiB together"):
        rows(several)


def test_an_archive_of_very_many_files_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_export, "MOST_FILES", 5)
    with pytest.raises(UnusableExport, match="has more than 5 files"):
        OwnExport(written(tmp_path / "export.zip", {f"{n}.csv": "" for n in range(6)}))


def test_names_that_lead_out_of_the_archive_are_not_read(tmp_path: Path) -> None:
    text = table(SHARES, share(1, "x"))
    names = ("../Shares.csv", "/etc/Shares.csv", "a/../../Shares.csv", "C:\\x\\Shares.csv", "..\\Shares.csv")
    export = OwnExport(written(tmp_path / "export.zip", dict.fromkeys(names, text)))
    assert list(export.rows(POSTS)) == []
    assert export.left_out == ["5 files have names that lead out of the archive; they were not read"]
    export.close()


def test_the_member_is_named_by_another_table(tmp_path: Path) -> None:
    for content, name in ((PROFILE, "Ada Example"), ("First Name,Last Name\nAda,\n", "Ada"), (None, None)):
        export = OwnExport(written(tmp_path / "export.zip", {} if content is None else {"Profile.csv": content}))
        assert export.author == name
        export.close()


@needs_documents
def test_a_page_of_an_article_says_what_it_is() -> None:
    told = read_article(
        article("On <b>keys</b>", "on-keys?trk=x", f"<p>{TEXT}</p><img src='https://x.example/a.png'>").encode()
    )
    assert told == {
        "url": "https://www.linkedin.com/pulse/on-keys",
        "title": "On keys",
        "published": "2026-02-20",
        "text": TEXT.strip(),
        "image": "https://x.example/a.png",
    }
    assert "url" not in read_article(article("Draft", None, "<p>x</p>").encode())
    assert "url" not in read_article(b"")
    assert "url" not in read_article(b'<h1><a href="https://example.org/pulse/x">x</a></h1>')
