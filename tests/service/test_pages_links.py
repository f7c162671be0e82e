"""The links of pages: whatever they lead to is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from support.guarded import served
from support.linked_pages import elements, links, walk
from support.site import PAGES

from mlentory_crawl.service.static_files import static_address

pytestmark = pytest.mark.extra(name="serve")

MOST = 900


@pytest.fixture(scope="module")
def client(library: Path) -> Iterator[TestClient]:
    with served(library) as made:
        yield made


def test_what_pages_link_to_is_there(client: TestClient) -> None:
    seen = {}
    for found in walk(client, PAGES.values(), MOST):
        seen[found.address] = found
        if found.tree is not None:
            assert not [each for each in links(found.tree) if len(each.split()) != 1], found.address
        assert found.answer.status_code == 200, f"{found.linked_from} leads to {found.address}"
    assert len(seen) < MOST, "it ends before it has seen everything"
    assert len(seen) > 2 * len(PAGES)
    types = {found.answer.headers["content-type"].partition(";")[0] for found in seen.values()}
    assert {"text/html", "application/json", "text/css", "text/javascript", "image/svg+xml"} <= types


def test_what_narrows_a_search_down_leads_on(client: TestClient) -> None:
    for page in ("/search", PAGES["search for a word"], PAGES["search with filters without hits"]):
        (found,) = walk(client, [page], 1)
        chosen = [each["href"] for _, each, _ in elements(found.tree) if each.get("rel") == "nofollow"]
        assert len(chosen) >= 5
        for address in chosen:
            assert client.get(address).status_code == 200, address


def test_an_anchor_of_a_page_is_on_it(client: TestClient) -> None:
    for found in walk(client, PAGES.values(), len(PAGES)):
        ids = {attributes["id"] for _, attributes, _ in elements(found.tree) if "id" in attributes}
        within = {each["href"] for _, each, _ in elements(found.tree) if each.get("href", "").startswith("#")}
        assert {each[1:] for each in within} <= ids, found.address


@pytest.mark.parametrize("name", ["style.css", "icon.svg", "vendor/htmx.min.js", "lineage.css"])
def test_files_are_asked_for_once(client: TestClient, name: str) -> None:
    answer = client.get(static_address(name))
    assert "immutable" in answer.headers["cache-control"]
    assert answer.status_code == 200


def test_a_file_without_its_version_is_asked_for_again(client: TestClient) -> None:
    for address in ("/static/style.css", "/static/style.css?v=0", "/static/style.css?x=1"):
        answer = client.get(address)
        assert answer.headers["cache-control"] == "no-cache"
        again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_texts_are_compressed_for_who_takes_it(client: TestClient) -> None:
    addresses = (PAGES["search"], static_address("style.css"), "/api/v1/entities")
    for address in addresses:
        plain = client.get(address, headers={"Accept-Encoding": "identity"})
        small = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in plain.headers
        assert small.headers["content-encoding"] == "gzip"
        assert int(small.headers["content-length"]) < len(plain.content)
        assert small.content == plain.content
        assert small.headers.get("etag") == plain.headers.get("etag")
        assert all("Accept-Encoding" in answer.headers["vary"] for answer in (plain, small))
        head = client.head(address, headers={"Accept-Encoding": "gzip"})
        assert (head.headers["content-length"], head.content) == (small.headers["content-length"], b"")
    known = client.get("/api/v1/entities").headers["etag"]
    again = client.get("/api/v1/entities", headers={"If-None-Match": known, "Accept-Encoding": "gzip"})
    assert (again.status_code, again.content) == (304, b"")
