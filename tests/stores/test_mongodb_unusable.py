"""A MongoDB that cannot be used: wrong settings, and servers that are not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import RunScrapy
from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError, PyMongoError, WriteError
from support.crawling import CatalogProject

from mlentory_crawl.changes import Refusal
from mlentory_crawl.exceptions import SettingError, StoreError
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.stores.factory import check_store_settings, open_store
from mlentory_crawl.stores.mongodb.requests import Operation, send
from mlentory_crawl.stores.mongodb.server import Server, reason

SETTINGS = {
    "MLENTORY_DATA_DIR": "data",
    "ELASTICSEARCH_INDEX_PREFIX": "mlentory",
    "MONGODB_URI": "mongodb://localhost:27017",
    "MONGODB_DATABASE": "mlentory",
}
NOWHERE = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=10"


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"MONGODB_URI": None, "MONGODB_DATABASE": "*"},
        {"MONGODB_URI": "mongodb://ada:s3cret@one.example:27017,two.example:27018/admin?replicaSet=rs0&w=majority"},
        {"MONGODB_URI": "mongodb+srv://ada:p%40ss@cluster.example/?retryWrites=true"},
        {"MONGODB_URI": "mongodb://[::1]:27017/"},
        {"MONGODB_USERNAME": "ada", "MONGODB_PASSWORD": "p@ss"},
        {"MONGODB_PASSWORD": "p@ss"},
        {"MONGODB_DATABASE": "My_documents-2"},
    ],
)
def test_settings_that_can_be_meant(changed: dict[str, Any]) -> None:
    check_store_settings(SETTINGS | changed)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        *(
            ({"MONGODB_URI": uri}, "^MONGODB_URI: expected an address such as mongodb://localhost:27017$")
            for uri in (
                "localhost", "http://s3cret@localhost", "mongodb://", "mongodb://ada:s3cret@", "mongodb:/x", "mongodb://:,",
                "mongodb://ada:s3cret@[db.example", "mongodb://ada:s3/cret@db.example",
            )
        ),
        *(
            ({"MONGODB_DATABASE": name}, "^MONGODB_DATABASE: expected up to 63 letters")
            for name in ("", "a.b", "a b", "a$", "a/b", "ä", "x" * 64, "admin", "local", "config")
        ),
        ({"MONGODB_USERNAME": "ada"}, "can only be used together with MONGODB_PASSWORD"),
        (
            {"MONGODB_URI": "mongodb://ada:s3cret@db.example", "MONGODB_USERNAME": "ada", "MONGODB_PASSWORD": "s3cret"},
            "cannot be used if MONGODB_URI has a user name",
        ),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message) as raised:
        check_store_settings(SETTINGS | changed)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        (NOWHERE, "^MongoDB at mongodb://127.0.0.1:9: 127.0.0.1:9: .*refused$"),
        (f"mongodb://ada:s3cret@{NOWHERE.removeprefix('mongodb://')}", "^MongoDB at mongodb://127.0.0.1:9: .*refused$"),
        ("mongodb://ada:s3:cret@127.0.0.1:9/", "^MONGODB_URI and its credentials: .*must be escaped"),
        ("mongodb://127.0.0.1:none/", "^MONGODB_URI and its credentials: .*[Pp]ort"),
        ("mongodb://127.0.0.1:9/?tlsCAFile=none", "^MONGODB_URI and its credentials: .*not readable"),
    ],
)
def test_a_server_that_cannot_be_used_is_one_line_without_credentials(uri: str, message: str) -> None:
    store = open_store("mongodb", SETTINGS | {"MONGODB_URI": uri})
    for use in (store.open, store.peek):
        with pytest.raises(StoreError, match=message) as raised:
            use()
        assert "s3cret" not in str(raised.value)
        assert "\n" not in str(raised.value)
    store.close()


@pytest.mark.parametrize(
    ("user", "password", "name"), [("ada", "p@ss", "ada"), (None, "p@ss", "mlentory"), ("ada", None, None)]
)
def test_a_password_has_a_user(user: str | None, password: str | None, name: str | None) -> None:
    server = Server("mongodb://127.0.0.1:9/?authSource=people", user, password)
    credentials = server.client.options.pool_options._credentials
    server.close()
    assert (credentials and (credentials.username, credentials.password, credentials.source)) == (
        name and (name, password, "people")
    )


def test_the_address_decides_over_what_is_set_here() -> None:
    server = Server("mongodb://127.0.0.1:9/?serverselectiontimeoutms=10&readPreference=secondary&appName=x", None, None)
    options = server.client.options
    assert options.server_selection_timeout == 0.01
    assert options.pool_options.appname == "x"
    # But for what would make a store read less than it has written.
    assert options.read_preference.mongos_mode == "primary"
    server.close()


def test_a_crawl_goes_on_without_it_and_says_so(tmp_path: Path) -> None:
    with SampleHub(models=3) as hub:
        project = CatalogProject(tmp_path / "data", hub.url, MONGODB_URI=NOWHERE, PROJECTIONS="mongodb")
        done = project.scrapy("crawl", "huggingface", "-a", "mode=census")
        assert done.returncode == 1
        assert "Projection mongodb: MongoDB at mongodb://127.0.0.1:9: " in done.stderr
        assert "Traceback" not in done.stderr
        report = project.report()
        assert report["records"]["new"] == 3
        assert report["projections"]["mongodb"]["backlog"] == 3
        doctor = project.scrapy("doctor", "--offline")
        assert "mongodb: MongoDB at mongodb://127.0.0.1:9" in " ".join(doctor.stdout.split())


def test_wrong_settings_are_wrong_usage(scrapy: RunScrapy, environment: dict[str, str], data_dir: Path) -> None:
    environment |= {"MONGODB_URI": NOWHERE, "MONGODB_DATABASE": "admin"}
    for command in ("crawl huggingface", "sync mongodb"):
        done = scrapy(*command.split())
        assert (done.returncode, done.stdout) == (2, "")
        assert "error: MONGODB_DATABASE: expected" in done.stderr
    assert not data_dir.exists()


class Refusing:
    """A collection whose server refuses some documents, all by the same code."""

    def __init__(self, code: int, *refused: str) -> None:
        self.code = code
        self.refused = refused
        self.stored: list[str] = []

    def bulk_write(self, operations: list[ReplaceOne[dict[str, Any]]], *, ordered: bool) -> None:
        assert not ordered
        ids = [each._filter["_id"] for each in operations]
        self.stored += [id for id in ids if id not in self.refused]
        failed = [
            {"index": place, "code": self.code, "errmsg": f"no room\nfor {id}", "op": {"text": "a secret"}}
            for place, id in enumerate(ids)
            if id in self.refused
        ]
        if failed:
            raise BulkWriteError({"writeErrors": failed, "writeConcernErrors": []})

    def replace_one(self, filter: dict[str, Any], document: dict[str, Any], *, upsert: bool) -> None:
        assert upsert
        if filter["_id"] in self.refused:
            raise WriteError("full", self.code, {"errmsg": f"no room\nfor {filter['_id']}"})
        self.stored.append(filter["_id"])


def operations(*ids: str) -> list[Operation]:
    return [Operation(f"article/article/{id}", {"_id": id}, {"_id": id}) for id in ids]


@pytest.mark.parametrize("ids", ["abcde", "c"])
def test_what_a_server_refuses_of_a_document_is_told_for_it_alone(ids: str) -> None:
    collection = Refusing(121, "c")
    assert send(collection, operations(*ids)) == [Refusal("article/article/c", "no room for c")]  # type: ignore[arg-type]
    assert collection.stored == [id for id in ids if id != "c"]


@pytest.mark.parametrize("ids", ["abcde", "c"])
def test_a_server_that_is_full_refuses_no_document(ids: str) -> None:
    with pytest.raises(PyMongoError) as raised:
        send(Refusing(14031, "c"), operations(*ids))  # type: ignore[arg-type]
    assert reason(raised.value) == "no room for c"
