"""Documents that a program finds and saves: in MongoDB as in the catalog alone."""

from __future__ import annotations

import asyncio
import gc
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from support.articles import Texts, page, prose
from support.crawling import ROOT, Project
from support.exported_documents import id_of
from support.mongodb_server import connected, new_database, settings

from mlentory_crawl.catalog.queries.status import last_runs
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.config.environment import ENV_FILE, names_in_environment
from mlentory_crawl.documents import ArticleDocument, PostDocument, RepositoryDocument, UserDocument
from mlentory_crawl.exceptions import MlentoryError, StoreError, WrongUsage
from mlentory_crawl.spiders import variables

BLOG = "https://blog.example.org/"
SERVER = {name: value for name, value in settings("").items() if value}
"""The MongoDB for tests."""
ELM = "https://huggingface.co/acme/Elm-3-8B"


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory of a program without a MongoDB."""
    for name in names_in_environment(variables()) & os.environ.keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv(ENV_FILE, os.devnull)
    monkeypatch.setenv("MLENTORY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PROJECTIONS", "none")
    return tmp_path / "data"


@pytest.fixture
def database(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The database of a program with one."""
    for name, value in SERVER.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PROJECTIONS", "mongodb")
    with connected() as client, new_database(client) as made:
        monkeypatch.setenv("MONGODB_DATABASE", made.name)
        yield made


def article(name: str, **given: Any) -> ArticleDocument:
    """An article that a program has made."""
    told: dict[str, Any] = {
        "content": {"Title": name, "Subtitle": None, "Content": f"Of {name}, and {ELM}.", "language": "en"},
        "platform": "notes",
        "author_id": id_of(1),
        "author_full_name": "Bob Other",
        "link": f"{BLOG}{name}?utm_source=list",
    }
    return ArticleDocument(**told | given)


def runs(data_dir: Path) -> list[dict[str, Any]]:
    reader = CatalogReader(data_dir)
    found = last_runs(reader, 10)
    reader.close()
    return found


async def saved_and_found(data_dir: Path) -> None:
    """Save documents, and find them by what they say."""
    assert await ArticleDocument.bulk_find() == []
    ada, same = await asyncio.gather(
        *(UserDocument.get_or_create(first_name="Ada", last_name="Example") for _ in range(2))
    )
    assert (ada, ada.full_name) == (same, "Ada Example")
    assert await UserDocument.get_or_create(first_name="Ada", last_name="Example") == ada
    assert len(runs(data_dir)) == 2

    elm = await article("elm", author_id=ada.id, author_full_name="Ada Example", tags=["llm", "8b"]).save()
    assert (elm.link, elm.canonical_url, elm.id) == (f"{BLOG}elm", f"{BLOG}elm", article("elm").id)
    assert (elm.author_id, elm.author_full_name, elm.mentions) == (ada.id, "Ada Example", [ELM])
    report = await ArticleDocument.bulk_insert([article("oak"), article("fir"), article("elm", tags=["changed"])])
    assert (report["verdict"], report["records"]["new"], report["records"]["changed"]) == ("complete", 2, 1)

    assert await ArticleDocument.find(id=elm.id) == await ArticleDocument.find(tags="changed")
    assert await ArticleDocument.find(tags="8b") is None
    assert await ArticleDocument.find(canonical_url=f"{BLOG}oak", description=None) is None
    assert [each.content["Title"] for each in await ArticleDocument.bulk_find(author_id=id_of(1), mentions=ELM)] == [
        each.content["Title"] for each in sorted((article("oak"), article("fir"), article("elm")), key=by_id)
    ]
    # Those whom texts name are users, too.
    assert {each.full_name for each in await UserDocument.bulk_find()} == {"Ada Example", "Bob Other"}
    assert await RepositoryDocument.find() is None


def by_id(document: ArticleDocument) -> str:
    return str(document.id)


def test_what_is_saved_is_found_in_the_catalog(data_dir: Path) -> None:
    asyncio.run(saved_and_found(data_dir))


@pytest.mark.servers
def test_what_is_saved_is_found_in_mongodb(data_dir: Path, database: Any) -> None:
    asyncio.run(saved_and_found(data_dir))
    # What is found there is what is found, whatever the catalog has.
    database.articles.update_one({"link": f"{BLOG}oak"}, {"$set": {"author_full_name": "Carl Written"}})
    (oak,) = asyncio.run(ArticleDocument.bulk_find(author_full_name="Carl Written"))
    assert oak.link == f"{BLOG}oak"


@pytest.mark.servers
def test_both_places_have_the_same(data_dir: Path, database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with Texts(data_dir) as texts:
        seed = {"user_full_name": "Paula Example"}
        texts.add(page("elm", prose(200, 1), links=[ELM], license="CC-BY-4.0"), seed=seed)
        texts.add(page("second", prose(200, 2), published="2026-03-06T10:00:00Z", authors=[{"name": "Bob Other"}]))
        texts.add(page("forbidden", prose(200, 3), noai=True, authors=[{"name": "Carl Forbids"}]))
    project = Project(data_dir, "http://127.0.0.1:9", **SERVER, MONGODB_DATABASE=database.name)
    assert project.scrapy("sync", "mongodb").returncode == 0

    async def everything() -> tuple[list[ArticleDocument], list[UserDocument]]:
        return await ArticleDocument.bulk_find(), await UserDocument.bulk_find()

    there = asyncio.run(everything())
    monkeypatch.delenv("MONGODB_URI")
    assert asyncio.run(everything()) == there
    assert sorted(each.link for each in there[0]) == [f"{BLOG}elm", f"{BLOG}second"]
    assert sorted(str(each.full_name) for each in there[1]) == ["Ada Example", "Bob Other"]


# What cannot be


@pytest.mark.parametrize(
    ("sought", "told"),
    [
        ({"lnk": BLOG}, r"ArticleDocument has no field lnk; it has id, canonical_url"),
        ({"link": {"$gt": ""}}, r"link can only be compared with a single value"),
        ({"tags": ["a", "b"]}, r"tags can only be compared with a single value"),
    ],
)
def test_what_cannot_be_asked_for(data_dir: Path, sought: dict[str, Any], told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        asyncio.run(ArticleDocument.bulk_find(**sought))
    assert not data_dir.exists()


def test_nothing_is_no_import(data_dir: Path) -> None:
    with pytest.raises(WrongUsage, match="no documents to save"):
        asyncio.run(ArticleDocument.bulk_insert([]))
    assert not data_dir.exists()


def test_what_is_not_stored_is_told(data_dir: Path) -> None:
    long = article("long", content={"Content": "x" * 5_000_001})
    with pytest.raises(MlentoryError, match=r"not everything was imported .*content\.Content: String should have at"):
        asyncio.run(ArticleDocument.bulk_insert([article("elm"), long]))
    assert asyncio.run(ArticleDocument.find(link=f"{BLOG}elm")) is not None


def test_a_run_that_does_not_begin_is_told(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLENTORY_DATA_ACCESS", "nobody")
    with pytest.raises(MlentoryError, match=r"the documents were not imported: .*MLENTORY_DATA_ACCESS"):
        asyncio.run(article("elm").save())


# A driver that is closed while it connects leaves that socket to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_server_that_is_down_is_named_without_its_password(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_URI", "mongodb://ada:s3cret@127.0.0.1:9/?serverSelectionTimeoutMS=200")
    with pytest.raises(StoreError, match=r"MongoDB at mongodb://127\.0\.0\.1:9: ") as caught:
        asyncio.run(ArticleDocument.find(link=BLOG))
    assert "s3cret" not in str(caught.value)
    gc.collect()


def test_what_is_saved_while_the_server_is_down_is_saved(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("pymongo")
    monkeypatch.setenv("MONGODB_URI", "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200")
    monkeypatch.setenv("PROJECTIONS", "mongodb")
    saved = asyncio.run(article("elm").save())
    assert (saved.link, saved.author_full_name) == (f"{BLOG}elm", "Bob Other")
    assert "to catch up, run: mlentory sync mongodb" in caplog.text
    monkeypatch.delenv("MONGODB_URI")
    assert asyncio.run(ArticleDocument.find(id=saved.id)) == saved


def test_ids_follow_from_addresses() -> None:
    elm = article("elm")
    assert article("elm", link=f"{BLOG}elm#top").id == elm.id
    assert article("elm", link=f"{BLOG}other", canonical_url=f"{BLOG}elm").id == elm.id
    assert article("elm", id=id_of(7)).id.hex == id_of(7).replace("-", "")
    posts = [PostDocument(content={}, platform="x", author_id=UUID(id_of(1)), author_full_name="") for _ in range(2)]
    assert posts[0].id != posts[1].id


# The page


def test_the_program_of_the_page_runs(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "documents.md").read_text("utf-8"), re.DOTALL)
    exec(code, {})
    verdict, saved, found = capsys.readouterr().out.splitlines()
    assert (verdict, saved) == ("complete 3", "Another text. Ada Example")
    assert found.count("https://notes.example.org/") == 3
