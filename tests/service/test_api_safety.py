"""The API under hostile input: texts of strangers, odd addresses, data that are erased or replaced while it serves."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import rdflib
from starlette.testclient import TestClient
from support.catalogs import DAY, HUB, Book
from support.families import relative
from support.guarded import served as guarded
from support.served import HOSTILE, indexed

pytestmark = pytest.mark.extra(name="serve")

API = "/api/v1"
PATHS = """
    entities entity suggest facets/license compare leaderboards leaderboard stats runs changes quarantine coverage drift
    articles datasets licenses models/orchard/tune-8B models/orchard/tune-8B/lineage entity/lineage entity/history
    entity/similar owners/tide runs/last
""".split()
REQUESTS = int(os.environ.get("RANDOM_REQUESTS", "2000"))
NAMES = """
    q name about dataset at limit offset depth format license sort has facets min_created since after why
""".split()
VALUES = [
    *("", "0", "-1", "1e309", "nan", "99999999999999999999", "\x00", "\U0001f600", "%", "_", "true", "[]", "*", "/"),
    *("'; DROP TABLE record; --", "../../etc/passwd", "a" * 3_000, HOSTILE, "tide/base-8B", "http://[", HUB, "\\"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
]


def told(client: TestClient, address: str, status: int = 200) -> Any:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_what_strangers_wrote_stays_text(client: TestClient) -> None:
    for address in (
        f"{API}/models/evil/model", f"{API}/models/evil/model/history", f"{API}/models/evil/model/lineage",
        f"{API}/entities?q=script", f"{API}/models/evil/model/ro-crate-metadata.json", f"{API}/licenses",
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-type"] in ("application/json", "application/ld+json")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
        assert answer.headers.get("link", "").isprintable()
        assert "javascript:" not in answer.headers.get("link", "")
    for format in ("svg", "mermaid", "dot"):
        drawn = client.get(f"{API}/models/evil/model/lineage?format={format}").text
        assert drawn.replace("\n", "").isprintable()
        assert format == "dot" or not re.search("<script|<img", drawn)  # which has all of it between quotes
    turtle = client.get(f"{API}/models/evil/model?format=turtle").text
    names = (
        rdflib.Graph().parse(data=turtle, format="turtle").objects(predicate=rdflib.URIRef("http://schema.org/name"))
    )
    assert HOSTILE in {str(each) for each in names}


def test_random_addresses_never_break_it(client: TestClient, served: Book) -> None:
    # Whatever happens is an answer: the client raises what the application does not handle.
    chosen = random.Random(19)
    seen = set()
    for _ in range(REQUESTS):
        path = chosen.choice(PATHS)
        if chosen.random() < 0.3:
            path += "/" + quote(chosen.choice(VALUES), safe=chosen.choice(("", "/")))
        asked = [(chosen.choice(NAMES), chosen.choice(VALUES)) for _ in range(chosen.randrange(4))]
        answer = client.get(f"{API}/{path}", params=asked)
        seen.add(answer.status_code)
        assert answer.status_code < 500, (path, asked, answer.text)
    assert {200, 400, 404} <= seen


def test_what_is_erased_is_gone_from_every_answer(tmp_path: Path) -> None:
    book = Book(tmp_path / "data")
    book.crawl({"1": relative("a/kept", "MIT"), "2": relative("a/secret", "MIT", a__kept="finetune")})
    indexed(book.data_dir)
    addresses = (
        "models/a/secret", "models/a/secret/history", "entity?name=a/secret", "entities", "licenses/MIT",
        "models/a/kept/lineage?direction=down", "models/a/kept", "suggest?q=secret",
    )  # fmt: skip
    with guarded(book.data_dir) as client:
        before = {each: client.get(f"{API}/{each}") for each in addresses}
        assert all("a/secret" in answer.text for answer in before.values())
        with book.writer.erasing(book.writer.names_of([f"{HUB}a/secret"]), DAY.format(2)):
            pass
        indexed(book.data_dir)
        for address, answer in before.items():
            after = client.get(f"{API}/{address}", headers={"If-None-Match": answer.headers["etag"]})
            assert after.status_code in (200, 404), address
            if after.status_code == 200:
                assert "a/secret" not in after.text
    book.close()


def test_a_catalog_that_is_gone_is_told_without_where_it_was(tmp_path: Path) -> None:
    book = Book(tmp_path / "data")
    book.crawl({"1": relative("a/first", "MIT")})
    book.close()
    with guarded(book.data_dir) as client:
        assert client.get(f"{API}/models/a/first").status_code == 200
        for file in Path(book.data_dir).glob("catalog.sqlite*"):
            file.rename(tmp_path / file.name)
        detail = told(client, f"{API}/models/a/first", 503)["detail"]
        assert detail.startswith("there is no catalog in the data directory yet")
        assert str(tmp_path) not in client.get("/", headers={"Accept": "text/html"}).text


def test_another_index_is_found_without_a_restart(tmp_path: Path) -> None:
    book = Book(tmp_path / "data")
    book.crawl({"1": relative("a/first", "MIT")})
    with guarded(book.data_dir) as client:
        assert told(client, f"{API}/entities", 503)["detail"].endswith("mlentory sync search")
        indexed(book.data_dir)
        first = client.get(f"{API}/entities")
        assert first.json()["total"] == 1
        book.crawl({"2": relative("a/second", "MIT")})
        same = client.get(f"{API}/entities", headers={"If-None-Match": first.headers["etag"]})
        assert same.status_code == 304  # the index does not have it yet
        indexed(book.data_dir)
        after = client.get(f"{API}/entities", headers={"If-None-Match": first.headers["etag"]})
        assert after.json()["total"] == 2
        for file in (book.data_dir / "search").iterdir():
            file.unlink()
        indexed(book.data_dir)
        assert told(client, f"{API}/entities")["total"] == 2
    book.close()


def test_the_report_of_a_run_says_nothing_of_its_machine(client: TestClient, served: Book) -> None:
    run = told(client, f"{API}/runs")["runs"][0]["name"]
    served.alter(
        "UPDATE run SET report = ? WHERE name = ?", f'{{"settings":{{"A":"{served.data_dir}"}},"verdict":"x"}}', run
    )
    assert told(client, f"{API}/runs/{run}") == {"verdict": "x"}
