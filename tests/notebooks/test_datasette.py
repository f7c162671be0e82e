"""Datasette over a catalog: every query of the recipe answers, and nothing but the views can be seen."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from support.catalogs import HUB, Book, model, rejected
from support.crawling import ROOT
from support.served import HOSTILE, small

from mlentory_crawl.catalog.commits import Commit
from mlentory_crawl.catalog.queries.decoded_views import VIEWS
from mlentory_crawl.data_directory import CATALOG

pytestmark = pytest.mark.extra(name="notebook")

RECIPE = ROOT / "deploy" / "datasette"
METADATA = yaml.safe_load((RECIPE / "metadata.yaml").read_text())["databases"]["catalog"]
ASKED = {"base_model": "tide/base-8B", "dataset": "bench/exam", "model": "secret/text"}
"""The parameters of the queries, which all find something."""
SECRET = "a text that nobody may see"


def options() -> list[str]:
    """The options of the command in the documentation."""
    page = (ROOT / "docs" / "notebooks.md").read_text("utf-8")
    (command,) = re.findall(r"^datasette serve ((?:.*\\\n)+.*)", page, re.MULTILINE)
    return [word for word in re.sub(r"\\\n", " ", command).split() if word != "data/catalog.sqlite"]


class Site:
    """A running Datasette."""

    def __init__(self, address: str) -> None:
        self.address = address

    def get(self, path: str) -> tuple[int, str, Any]:
        """Return status, text and, if it is JSON, the value of an answer."""
        import httpx

        answer = httpx.get(self.address + path, timeout=30)
        is_json = answer.headers["content-type"].startswith("application/json")
        return answer.status_code, answer.text, answer.json() if is_json else None


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    made = small(tmp_path_factory.mktemp("datasette") / "data")
    secret = model("secret/text")
    secret["text"] = SECRET
    secret["root"] |= {"description": SECRET, "additionalProperty": [f"{HUB}secret/text#1"]}
    count = {"iri": f"{HUB}secret/text#1", "class": "PropertyValue", "propertyID": "parameterCount", "value": 7}
    secret["parts"].append(count)
    made.begin()
    made.writer.commit(made.run, Commit(entries=[made.entry("9", secret)], rejected=[rejected("x", SECRET)]))
    yield made
    made.close()


@pytest.fixture(scope="module")
def site(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "datasette", "serve", str(book.data_dir / CATALOG), *options(), "--port", str(port)]
    log = tmp_path_factory.mktemp("log") / "log"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with log.open("wb") as out, subprocess.Popen(words, cwd=ROOT, env=environment, stdout=out, stderr=out) as process:
        try:
            deadline = time.monotonic() + 60
            while True:
                with socket.socket() as asked:
                    if asked.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield Site(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


@pytest.mark.parametrize("name", METADATA["queries"])
def test_every_query_of_the_recipe_answers(site: Site, name: str) -> None:
    wanted = re.findall(r":(\w+)", METADATA["queries"][name]["sql"])
    parameters = "".join(f"&{each}={quote(ASKED[each])}" for each in wanted)
    status, _, rows = site.get(f"/catalog/{name}.json?_shape=array{parameters}")
    assert status == 200
    if name != "license_left_out":  # all models of this catalog state one
        assert rows
    assert site.get(f"/catalog/{name}?{parameters}")[0] == 200


def test_the_leaderboard_has_the_values(site: Site) -> None:
    _, _, rows = site.get("/catalog/leaderboard.json?_shape=array&dataset=bench/exam")
    assert [(row["model"], row["value"]) for row in rows] == [("orchard/tune-8B", 0.91), ("small/tune-8B-GGUF", 0.9)]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_shown_with_its_title(site: Site, view: str) -> None:
    assert METADATA["tables"][view]["title"] in site.get(f"/catalog/{view}")[1]
    assert site.get(f"/catalog/{view}.json?_shape=array")[0] == 200


def test_no_table_is_shown(site: Site, book: Book) -> None:
    tables = [name for (name,) in book.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert len(tables) > 20
    for table in tables:
        for path in (f"/catalog/{table}", f"/catalog/{table.upper()}.json", f"/catalog/{table}.csv"):
            assert site.get(path)[0] in (403, 404), path
    _, page, _ = site.get("/catalog")
    assert not [table for table in tables if f'href="/catalog/{table}"' in page]
    assert site.get("/catalog.json")[2]["tables"] == []


@pytest.mark.parametrize("path", [
    "/catalog.db", "/catalog.json?sql=select+1", "/catalog?sql=select+document+from+record", "/catalog/record/1.json",
    "/catalog/models.json?_where=1=1", "/_memory.json", "/_internal.json", "/-/permissions", "/catalog/sqlite_master",
    '/catalog/models.json?_through={"table":"record","column":"key","value":"9"}', "/catalog/models.csv?_stream=1",
])  # fmt: skip
def test_nothing_else_is_answered(site: Site, path: str) -> None:
    assert site.get(path)[0] in (400, 403, 404)


def test_no_page_has_what_somebody_wrote(site: Site) -> None:
    pages = ["/", "/catalog", "/catalog.json", "/-/metadata.json", "/-/databases.json"]
    pages += [f"/catalog/{view}{end}" for view in VIEWS for end in ("", ".json", ".csv")]
    pages.append("/catalog/stated_numbers.json?model=secret/text")
    for page in pages:
        assert SECRET not in site.get(page)[1], page
    assert "<script>alert(1)</script>" not in site.get("/catalog/models")[1]
    assert HOSTILE[:25] in [row["name"][:25] for row in site.get("/catalog/models.json?_shape=array")[2]]


def test_what_a_crawl_stores_is_there_at_once(site: Site, book: Book) -> None:
    book.crawl({"77": model("new/while-it-runs")})
    status, _, rows = site.get("/catalog/models.json?_shape=array&name=new/while-it-runs")
    assert (status, [row["name"] for row in rows]) == (200, ["new/while-it-runs"])
