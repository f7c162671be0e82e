"""The documents in a real MongoDB are the catalog's, whatever happened before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import bson
import pytest
from hypothesis import HealthCheck, given, settings as given_settings, strategies as st
from pymongo import MongoClient
from pymongo.database import Database
from suites.store import FAR, Names, StoreSuite
from support.catalogs import Book, model
from support.crawling import ROOT, Project
from support.documents import documents
from support.dying_server import dying_server
from support.github_server import API, CITATION, CODEMETA, RAW, repository, served_github
from support.mongodb_server import Documents, connected, new_database, settings
from support.text_changes import BLOG, text_change, text_document

from fair4ml.document import Document
from fair4ml.write.document_classes import COLLECTIONS, ArticleDocument, RepositoryDocument
from fair4ml.write.documents import content_hash, documents_of
from mlentory_crawl.catalog.commits import Commit
from mlentory_crawl.catalog.feed import Feed
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.changes import Change
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.projections.catch_up import StoreProjection
from mlentory_crawl.stores.mongodb import store as module
from mlentory_crawl.stores.mongodb.store import INDEXED, POSITIONS, UNIQUE, MongoStore
from mlentory_crawl.stores.mongodb.stored_form import DOCUMENT_BYTES

pytestmark = pytest.mark.servers

ADA, GRACE = (f"{BLOG}people/ada", "Ada Lovelace"), (f"{BLOG}people/grace", "Grace Hopper")
TEXTS = tuple(name for name in COLLECTIONS if name != "users")

NewStore = Callable[[], MongoStore]


@pytest.fixture(scope="module")
def client() -> Iterator[MongoClient[Documents]]:
    with connected() as found:
        yield found


@pytest.fixture
def database(client: MongoClient[Documents]) -> Iterator[Database[Documents]]:
    with new_database(client) as made:
        yield made


@pytest.fixture
def new_store(database: Database[Documents]) -> Iterator[NewStore]:
    made = []

    def make() -> MongoStore:
        made.append(MongoStore.from_settings(settings(database.name)))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(new_store: NewStore) -> MongoStore:
    """An open, empty store."""
    made = new_store()
    assert made.open() is None
    return made


class TestMongoStore(StoreSuite):
    samples = (
        text_change("1", "a/attention"),
        text_change("2", "b/quantization", languageTag=["en"], keywords=["gguf"], datePublished="2026-01-02"),
        text_change("3", "c/merging", "SocialMediaPosting", "post"),
        text_change("4", "d/tool", "SoftwareSourceCode", "repository"),
    )
    names_of_samples = ("a/attention", "b/quantization", "c/merging", "d/tool")
    odd_key = "article/article/odd"

    def change(self, key: str, name: str | None, **facts: Any) -> Change:
        return text_change(key, name, **facts)

    def hostile(self, key: str) -> Change:
        return text_change(key, "a/hostile", text="half a pair: \ud800")

    @pytest.fixture
    def new_store(self, new_store: NewStore) -> NewStore:
        return new_store

    @pytest.fixture
    def names(self, database: Database[Documents]) -> Names:
        def found(_: Any) -> list[str]:
            urls = [each["canonical_url"] for name in TEXTS for each in database[name].find({})]
            return sorted(url.removeprefix(BLOG) for url in urls)

        return found


def written(store: MongoStore, *changes: Change) -> int:
    """Write changes, none of which is refused, and tell how many were equal."""
    assert store.write(changes, FAR) == []
    assert store.flush() == FAR
    return store.equal


def held(database: Database[Documents]) -> dict[str, list[Documents]]:
    """All documents, by collection and sorted by id."""
    return {name: list(database[name].find({}, {"hash": 0}).sort("_id")) for name in COLLECTIONS}


def expected(changes: Iterable[Change]) -> dict[str, list[Documents]]:
    """The same for a store that has just these."""
    found: dict[str, dict[str, Documents]] = {name: {} for name in COLLECTIONS}
    for change in changes:
        if change.state is not None and change.deleted_at is None:
            for place, document in enumerate(documents_of(change.state, change.provenance)):
                if place == 0:
                    found[document.collection][str(document.id)] = {**document.to_mongo(), "record": change.key}
                else:
                    found["users"].setdefault(str(document.id), document.to_mongo())
    # As the server hands it out: times are in UTC, and without a zone.
    return {
        name: [bson.decode(bson.encode(each)) for _, each in sorted(by_id.items())] for name, by_id in found.items()
    }


def users(database: Database[Documents]) -> dict[str, Any]:
    """The records of the users, by name; None where they are only named."""
    return {each["full_name"]: each.get("record") for each in database.users.find({})}


# Documents


def test_documents_are_what_their_classes_make_of_them(store: MongoStore, database: Database[Documents]) -> None:
    changes = [
        *TestMongoStore.samples,
        text_change("5", "e/written", authors=[ADA, ("person-0123456789abcdef", "Charles Babbage")]),
        text_change("ada", ADA[1], "Person", "user", iri=ADA[0], text=None),
    ]
    written(store, *changes)
    assert held(database) == expected([changes[-1], *changes])
    assert store.counts() == {"documents": 7, "articles": 3, "posts": 1, "repositories": 1, "users": 2}
    (read,) = database.articles.find({"canonical_url": f"{BLOG}e/written"})
    assert ArticleDocument.from_mongo(read).author_full_name == "Ada Lovelace"


def test_there_are_indexes_for_what_is_asked_for(store: MongoStore, database: Database[Documents]) -> None:
    for name in COLLECTIONS:
        found = {each["key"][0][0]: each.get("unique", False) for each in database[name].index_information().values()}
        wanted = dict.fromkeys(INDEXED[name], False) | dict.fromkeys(UNIQUE, True)
        assert {field: bool(unique) for field, unique in found.items() if field != "_id"} == wanted


def test_equal_documents_are_not_written_again(store: MongoStore, database: Database[Documents]) -> None:
    changes = [text_change(str(number), f"a/{number}", authors=[ADA]) for number in range(5)]
    written(store, *changes)
    # What somebody adds stays as long as the document is not written.
    database.articles.update_many({}, {"$set": {"added": True}})
    changed = text_change("3", "a/3", authors=[ADA], text="Another text.")
    assert written(store, *changes[:3], changed, changes[4]) == 4
    assert database.articles.count_documents({"added": True}) == 4
    assert database.articles.find_one({"record": "article/article/3"})["content"]["Content"] == "Another text."  # type: ignore[index]


def test_entities_that_are_no_documents_have_none(store: MongoStore, database: Database[Documents]) -> None:
    paper = text_change("1", "a/paper", "ScholarlyArticle")
    assert written(store, paper, text_change("2", "a/b")) == 1
    # What once was one.
    assert written(store, text_change("2", "a/b", "ScholarlyArticle")) == 0
    assert store.counts()["documents"] == 0


def test_a_text_that_forbids_ai_has_no_document(store: MongoStore, database: Database[Documents]) -> None:
    written(store, text_change("1", "a/a", authors=[ADA]), text_change("2", "a/b", authors=[GRACE]))
    forbidden = text_change("1", "a/a", authors=[ADA], additionalProperty=[f"{BLOG}a/a#value-noai"])
    assert forbidden.state is not None
    forbidden.state["parts"].append(
        {"iri": f"{BLOG}a/a#value-noai", "class": "PropertyValue", "propertyID": "noai", "value": True}
    )
    written(store, forbidden)
    assert held(database) == expected([text_change("2", "a/b", authors=[GRACE])])


def test_a_text_can_become_a_post(store: MongoStore, database: Database[Documents]) -> None:
    written(store, text_change("1", "a/a"))
    written(store, text_change("1", "a/a", "SocialMediaPosting"))
    assert held(database) == expected([text_change("1", "a/a", "SocialMediaPosting")])


@given_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents(), cls=st.sampled_from(["Article", "SocialMediaPosting", "SoftwareSourceCode"]))
def test_whatever_a_text_states_is_stored_or_refused(
    store: MongoStore, database: Database[Documents], document: Document, cls: str
) -> None:
    key = "article/article/odd"
    root = {**document["root"], "class": cls}
    state = {**document, "root": root, "key": key, "counters": {}, "platforms": [], "conflicts": {}, "text": "Text."}
    odd = Change(key, root["iri"], state)  # type: ignore[arg-type]
    if not store.write([odd], FAR):
        assert database[documents_of(state)[0].collection].find_one({"record": key}, {"hash": 0}) == bson.decode(
            bson.encode({**documents_of(state)[0].to_mongo(), "record": key})
        )


# Users


def test_an_author_is_a_user_as_long_as_a_text_names_them(store: MongoStore, database: Database[Documents]) -> None:
    written(store, text_change("1", "a/a", authors=[ADA, GRACE]), text_change("2", "a/b", authors=[ADA]))
    assert users(database) == {"Ada Lovelace": None, "Grace Hopper": None}
    written(store, text_change("1", "a/a", authors=[ADA]))
    assert users(database) == {"Ada Lovelace": None}
    written(store, text_change("1", None))
    assert users(database) == {"Ada Lovelace": None}
    written(store, replace(text_change("2", "a/b", authors=[ADA]), deleted_at="2026-11-20T00:00:00Z"))
    assert users(database) == {}


def test_a_profile_holds_over_what_texts_say(store: MongoStore, database: Database[Documents]) -> None:
    text = text_change("1", "a/a", authors=[(ADA[0], "ada")])
    profile = text_change("ada", ADA[1], "Person", "user", iri=ADA[0], text=None)
    written(store, text)
    written(store, profile)
    assert users(database) == {"Ada Lovelace": "article/user/ada"}
    written(store, text_change("1", "a/b", authors=[(ADA[0], "A. Lovelace")]))
    assert users(database) == {"Ada Lovelace": "article/user/ada"}
    # Without it, they are who the text says.
    written(store, text_change("ada", None, kind="user"))
    assert users(database) == {"A. Lovelace": None}
    written(store, profile)
    written(store, text_change("1", None))
    assert users(database) == {"Ada Lovelace": "article/user/ada"}
    written(store, text_change("ada", None, kind="user"))
    assert users(database) == {}


def test_a_profile_that_goes_with_the_text_leaves_nothing(store: MongoStore, database: Database[Documents]) -> None:
    profile = text_change("ada", ADA[1], "Person", "user", iri=ADA[0], text=None)
    written(store, text_change("1", "a/a", authors=[ADA]), profile)
    written(store, text_change("1", None), text_change("ada", None, kind="user"))
    assert store.counts()["documents"] == 0
    # In one batch with a text that names them, the profile holds, and what it leaves is what the text says.
    written(store, profile, text_change("1", "a/a", authors=[ADA]))
    assert users(database) == {"Ada Lovelace": "article/user/ada"}
    written(store, text_change("ada", None, kind="user"), text_change("1", "a/a", authors=[(ADA[0], "Ada")]))
    assert users(database) == {"Ada": None}


NAMES = ("a", "b", "c", "d")
WORLDS = st.lists(
    st.tuples(
        st.permutations(NAMES),
        st.lists(
            st.none() | st.tuples(st.sampled_from(["Article", "SocialMediaPosting"]), st.sets(st.integers(0, 3))),
            min_size=4,
            max_size=4,
        ),
        st.tuples(st.booleans(), st.booleans()),
        st.permutations(range(6)),
        st.integers(1, 6),
    ),
    min_size=1,
    max_size=4,
)
"""Names of four texts, class and authors of each that is there, whether two profiles are, and in which batches."""


@given_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds=WORLDS)
def test_it_has_what_the_last_changes_say_whatever_was_before(
    client: MongoClient[Documents], worlds: list[Any]
) -> None:
    people = [ADA, GRACE, (f"{BLOG}people/emmy", "Emmy Noether"), ("person-0123456789abcdef", "Nobody Else")]
    with new_database(client) as database, closing(MongoStore.from_settings(settings(database.name))) as store:
        store.open()
        for names, texts, profiles, order, size in worlds:
            changes = [
                text_change(str(key), name, each[0], authors=[people[number] for number in sorted(each[1])])
                if each
                else text_change(str(key), None)
                for key, (name, each) in enumerate(zip(names, texts, strict=True))
            ]
            changes += [
                text_change(who[1], who[1] if is_there else None, "Person", "user", iri=who[0], text=None)
                for who, is_there in zip(people, profiles, strict=False)
            ]
            shuffled = [changes[number] for number in order]
            for start in range(0, len(shuffled), size):
                written(store, *shuffled[start : start + size])
            assert held(database) == expected([*changes[4:], *changes])


# Sizes and keys


def test_what_is_too_large_is_cut_and_says_so(store: MongoStore, database: Database[Documents]) -> None:
    long = "é" * 9_000_000
    written(store, text_change("1", "a/before"), text_change("2", "a/long", text=long), text_change("3", "a/after"))
    found = {each["content"]["Title"]: each for each in database.articles.find({})}
    assert found.keys() == {"a/before", "a/long", "a/after"}
    stored = found["a/long"]
    assert stored["content_truncated"] is True
    assert long.startswith(stored["content"]["Content"])
    assert DOCUMENT_BYTES - 20_000 < len(bson.encode(stored)) <= DOCUMENT_BYTES
    assert stored["content_hash"] == content_hash({**stored["content"], "Content": long})
    assert "content_truncated" not in found["a/after"]
    assert written(store, text_change("2", "a/long", text=long)) == 1


def test_many_large_documents_fit_into_several_requests(store: MongoStore) -> None:
    changes = [text_change(str(number), f"a/{number}", text="x" * 3_000_000) for number in range(12)]
    written(store, *changes)
    assert store.counts()["articles"] == 12
    assert written(store, *changes) == 12


def test_what_is_too_large_beside_its_text_is_refused_alone(store: MongoStore) -> None:
    hostile = text_change("2", "a/long", keywords=[f"keyword {number}" for number in range(1_000_000)])
    (refusal,) = store.write([text_change("1", "a/before"), hostile, text_change("3", "a/after")], FAR)
    assert refusal.key == "article/article/2"
    assert "without its content" in refusal.error
    assert store.counts()["articles"] == 2


def test_paths_are_keys_that_every_server_takes(
    store: MongoStore, database: Database[Documents], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {"src/a.py": "pass", "$set": "x", "50%.md": "y", ".": "z", "a\0b": "0"}
    tool = text_change("1", "a/tool", "SoftwareSourceCode", "repository")
    assert tool.state is not None
    (made,) = documents_of(tool.state)
    monkeypatch.setattr(
        "mlentory_crawl.stores.mongodb.stored_form.documents_of",
        lambda *_: [made.model_copy(update={"content": content})],
    )
    written(store, tool)
    assert database.repositories.count_documents({"content.src/a%2Epy": "pass"}) == 1
    assert RepositoryDocument.from_mongo(database.repositories.find_one({}) or {}).content == content


def test_what_the_server_refuses_costs_no_neighbor(store: MongoStore, database: Database[Documents]) -> None:
    """Somebody has put a document there whose address is that of another."""
    database.articles.insert_one({"_id": "theirs", "canonical_url": f"{BLOG}a/17"})
    changes = [text_change(str(number), f"a/{number}", authors=[ADA]) for number in range(40)]
    (refusal,) = store.write(changes, FAR)
    assert refusal.key == "article/article/17"
    assert refusal.error
    assert "\n" not in refusal.error
    assert database.articles.count_documents({"record": {"$exists": True}}) == 39
    database.articles.delete_one({"_id": "theirs"})
    assert written(store, *changes) == 39


# Whose it is


def test_documents_of_others_are_left_alone(new_store: NewStore, database: Database[Documents]) -> None:
    database.users.insert_one({"_id": "1", "first_name": "Ada", "last_name": "Lovelace"})
    for _ in range(2):
        with pytest.raises(
            StoreError, match=r"contains other data in users; mlentory needs its own \(see MONGODB_DATA"
        ):
            new_store().open()
    assert new_store().peek() == (None, {"documents": 0})
    assert database.list_collection_names() == ["users"]
    database.users.delete_many({})
    # Collections of other names are not in the way.
    database.prompts.insert_one({"_id": "1"})
    store = new_store()
    assert store.open() is None
    store.clear()
    written(store, text_change("1", "a/a"))
    store.clear()
    store.publish()
    assert database.prompts.count_documents({}) == 1


def test_two_processes_cannot_both_go_on(new_store: NewStore) -> None:
    first, second = new_store(), new_store()
    assert (first.open(), second.open()) == (None, None)
    written(first, text_change("1", "a/a"))
    with pytest.raises(StoreError, match="another process is writing"):
        second.write([text_change("2", "a/b")], FAR)
    third = new_store()
    assert third.open() == FAR
    first.write([], replace(FAR, sequence=2))
    first.flush()
    third.write([], replace(FAR, sequence=3))
    with pytest.raises(StoreError, match="another process is writing"):
        third.flush()
    assert first.peek()[0] == replace(FAR, sequence=2)
    third.clear()
    with pytest.raises(StoreError, match="another process is writing"):
        third.publish()


def test_documents_of_another_layout_are_replaced(
    new_store: NewStore, store: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(store, text_change("1", "a/a"))
    monkeypatch.setattr(module, "LAYOUT", 99)
    assert new_store().peek() == (None, {"documents": 0})
    again = new_store()
    position = again.open()
    assert position is not None
    assert (position.catalog, position.sequence) == (FAR.catalog, FAR.sequence)
    assert position.run != FAR.run
    again.clear()
    written_again = again.write([text_change("1", "a/a")], FAR)
    again.publish()
    assert written_again == []
    assert new_store().peek()[0] == FAR


def test_what_was_interrupted_while_it_was_published_goes_on(
    new_store: NewStore, store: MongoStore, database: Database[Documents], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [text_change("1", "a/a"), text_change("2", "a/b", "SocialMediaPosting")]
    written(store, *texts)
    store.clear()
    store.write(texts, replace(FAR, sequence=2))
    put = MongoStore._put_in_place

    def interrupted(self: MongoStore, name: str) -> None:
        if name == "repositories":
            raise KeyboardInterrupt
        put(self, name)

    monkeypatch.setattr(MongoStore, "_put_in_place", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.publish()
    monkeypatch.undo()
    again = new_store()
    assert again.open() == FAR
    assert written(again, *texts) == 2
    assert held(database) == expected(texts)
    assert set(database.list_collection_names()) == {*COLLECTIONS, POSITIONS}


# Catching up


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """A catalog with models, of which nothing is shown, and texts."""
    made = Book(tmp_path / "data")
    made.begin()
    entries = [made.entry(str(number), model(f"acme/{number}")) for number in range(20)]
    entries += [entry(made, number) for number in range(60)]
    made.writer.commit(made.run, Commit(entries=entries))
    yield made
    made.close()


def entry(book: Book, number: int, **facts: Any) -> Any:
    document = text_document(f"a/{number}", authors=[(ADA, GRACE)[number % 2]], **facts)
    return book.entry(document["root"]["iri"], document, platform="article", kind="article")


def in_the_catalog(data_dir: Path) -> dict[str, list[Documents]]:
    """The documents that a store of the catalog has."""
    reader = CatalogReader(data_dir)
    rows = reader._execute("SELECT platform || '/' || kind || '/' || key FROM record").fetchall()
    found = expected(Feed(reader).changes_of([key for (key,) in rows]))
    reader.close()
    return found


def test_it_fills_itself_and_follows_every_change(book: Book, database: Database[Documents]) -> None:
    project = Project(book.data_dir, "http://127.0.0.1:9", **settings(database.name))
    assert project.status()["projections"]["mongodb"] == {
        "backend": "mongodb",
        "position": 0,
        "backlog": 80,
        "documents": 0,
    }
    done = project.scrapy("sync", "mongodb", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["mongodb"]
    assert (told["written"], told["position"], told["backlog"], told["failed"]) == (60, 80, 0, 0)
    assert (told["articles"], told["users"]) == (60, 2)
    assert held(database) == in_the_catalog(book.data_dir)
    book.begin()
    book.writer.commit(book.run, Commit(entries=[entry(book, 3, text="Anew."), entry(book, 60)]))
    assert json.loads(project.scrapy("sync", "mongodb", "--json").stdout)["mongodb"]["written"] == 2
    assert held(database) == in_the_catalog(book.data_dir)
    shown = project.scrapy("status").stdout
    assert "mongodb" in shown
    assert "63 documents" in shown


def test_a_crawl_keeps_it_current(database: Database[Documents], tmp_path: Path) -> None:
    with served_github([repository(1, "acme/tools"), repository(2, "acme/plain", license=None)]) as server:
        server.files = {("acme/tools", "CITATION.cff"): CITATION, ("acme/tools", "codemeta.json"): CODEMETA}
        addresses = {"GITHUB_ENDPOINT": f"{server.url}{API}", "GITHUB_RAW_ENDPOINT": f"{server.url}{RAW}"}
        given = {**addresses, **settings(database.name), "PROJECTIONS": "mongodb"}
        project = Project(tmp_path / "data", "http://127.0.0.1:9", **given)
        words = ("-a", "ids=acme/tools,acme/plain", "-s", "DOWNLOAD_SLOTS={}")
        report = project.crawl(*words, spider="github")
        assert report["projections"]["mongodb"] == {
            "backend": "mongodb", "written": 2, "failed": 0, "backlog": 0, "position": 4,
            "documents": 5, "articles": 0, "posts": 0, "repositories": 2, "users": 3,
        }  # fmt: skip
        assert held(database) == in_the_catalog(project.data_dir)
        (tools,) = database.repositories.find({"link": "https://github.com/acme/tools"})
        assert (tools["name"], tools["platform"], tools["record"]) == ("tools", "github", "github/repository/1")
        assert "mongodb (mongodb) is current" in " ".join(project.scrapy("doctor", "--offline").stdout.split())


def test_what_is_erased_has_no_document(book: Book, database: Database[Documents]) -> None:
    project = Project(book.data_dir, "http://127.0.0.1:9", **settings(database.name))
    assert project.scrapy("sync", "mongodb").returncode == 0
    done = project.scrapy("erase", f"{BLOG}a/4", GRACE[0], "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["projections"]["mongodb"]["backlog"] == 0
    assert held(database) == in_the_catalog(book.data_dir)
    assert database.articles.count_documents({"link": f"{BLOG}a/4"}) == 0
    assert database.articles.count_documents({"author_full_name": ""}) == 30
    assert users(database) == {"Ada Lovelace": None}


def test_a_database_of_another_catalog_is_left_alone_until_told(
    book: Book, database: Database[Documents], tmp_path: Path
) -> None:
    project = Project(book.data_dir, "http://127.0.0.1:9", **settings(database.name))
    assert project.scrapy("sync", "mongodb").returncode == 0
    other = Book(tmp_path / "other")
    other.begin()
    other.writer.commit(other.run, Commit(entries=[entry(other, 99)]))
    elsewhere = Project(other.data_dir, "http://127.0.0.1:9", **settings(database.name))
    done = elsewhere.scrapy("sync", "mongodb")
    assert done.returncode == 1
    assert "another catalog" in done.stderr
    assert held(database) == in_the_catalog(book.data_dir)
    assert elsewhere.scrapy("sync", "mongodb", "--rebuild").returncode == 0
    assert held(database) == in_the_catalog(other.data_dir)
    other.close()


def caught_up(store: MongoStore, book: Book) -> int:
    """Bring a store up to date, and tell what it lacks."""
    projection = StoreProjection("mongodb", store, book.data_dir)
    try:
        projection.open()
        return projection.catch_up().backlog
    finally:
        projection.close()


@pytest.mark.parametrize("after", [1_000, 20_000, 50_000])
def test_a_server_that_dies_costs_nothing(
    book: Book, client: MongoClient[Documents], database: Database[Documents], after: int
) -> None:
    address = client.address
    assert address is not None
    monitored = "&serverSelectionTimeoutMS=100&serverMonitoringMode=poll"
    with dying_server(address, after) as (host, port):
        given = settings(database.name) | {"MONGODB_URI": f"mongodb://{host}:{port}/?directConnection=true{monitored}"}
        store = MongoStore.from_settings(given)
        store.batch_size = 10
        with pytest.raises(StoreError, match=f"MongoDB at mongodb://{host}:{port}: "):
            caught_up(store, book)
    assert caught_up(MongoStore.from_settings(settings(database.name)), book) == 0
    assert held(database) == in_the_catalog(book.data_dir)


# The page


PAGE = (ROOT / "docs" / "mongodb.md").read_text("utf-8")
QUESTIONS = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)
_CALL = re.compile(r"\.(\w+)\((.*?)\)(?=\.|$)")
_IN_PYTHON = {"countDocuments": "count_documents", "findOne": "find_one"}


@pytest.fixture
def asked(store: MongoStore, database: Database[Documents]) -> Database[Documents]:
    """A database in which every question of the page has an answer."""
    facts = {
        "authors": [ADA], "mentions": ["https://huggingface.co/acme/bert"], "keywords": ["transformers"],
        "license": ["https://spdx.org/licenses/MIT"], "datePublished": "2026-01-02",
    }  # fmt: skip
    classes = {"article": "Article", "post": "SocialMediaPosting", "repository": "SoftwareSourceCode"}
    changes = [text_change(kind, f"a/{kind}", cls, kind, **facts) for kind, cls in classes.items()]
    seed = {"user_full_name": ADA[1]}
    written(store, *(replace(each, provenance={**each.provenance, "seed": seed}) for each in changes))
    return database


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_questions_of_the_page_have_answers(asked: Database[Documents], question: str) -> None:
    _, collection, calls = question.strip().split(".", 2)
    answer: Any = asked[collection]
    for name, arguments in _CALL.findall(f".{calls}"):
        answer = getattr(answer, _IN_PYTHON.get(name, name))(*json.loads(f"[{arguments}]"))
    assert answer if isinstance(answer, int | dict) else list(answer)


def test_the_python_of_the_page_runs(asked: Database[Documents], capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    begin, connected_to, rest = code.partition('database = MongoClient("mongodb://localhost:27017")["mlentory"]\n')
    assert connected_to
    exec(begin + rest, {"database": asked})
    assert capsys.readouterr().out == "2026-01-02 00:00:00 Ada Lovelace a/article\ndict_keys(['README'])\n"
