"""A catalog of strangers' worst texts: on no page, in no picture and in no file is any of it more than text."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import rdflib
from playwright.sync_api import Browser
from starlette.testclient import TestClient
from support.browsing import NARROWEST, Visitor, listening
from support.guarded import served
from support.hostile_site import ADDRESSES, BRACES, TEXTS, TWICE, hostile_site, names
from support.linked_pages import BROWSER, elements, links, text, walk

pytestmark = pytest.mark.extra(name="serve")

MOST = 400
FACETS = ("type", "task", "license", "library", "author", "keyword", "dataset", "derivation")
MODELS = [f"/models/{name}" for name in names()]
DOCUMENTS = [f"/entity?name={quote(address)}" for address in ADDRESSES[:12]]
EVERYTHING = f"/query?query={quote('SELECT DISTINCT ?any ?value { ?any ?how ?value } LIMIT 200')}"
STARTS = [
    *("/", "/search", "/search?q=script", "/datasets", "/licenses", "/tasks", "/owners", "/leaderboards", "/coverage"),
    *("/changes", "/changes?event=counters", "/drift"),
    *("/runs", "/runs/last", f"/compare?{'&'.join(f'name={name}' for name in names()[:6])}"),
    *(model + part for model in MODELS for part in ("", "/lineage", "/lineage?direction=down", "/history")),
    *DOCUMENTS,
    *(f"/leaderboards?dataset={quote(each)}" for each in ADDRESSES),
    EVERYTHING,
    *(f"/search/{name}?starts={quote(TEXTS[number])}" for number, name in enumerate(FACETS)),
    *(f"/search/{name}" for name in FACETS),
    *(f"{path}={quote(each)}" for each in TEXTS for path in ("/search?q", "/search?task", "/owners?q")),
]
OURS = frozenset(
    (
        "a article aside b blockquote body br button caption circle code data dd del details div dl dt em figcaption "
        "figure footer form g h1 h2 h3 h4 h5 h6 head header hr html input ins label li link main mark meta meter nav "
        "ol option p path polygon pre rect s script section select small span strong summary svg table tbody td text "
        "textarea th "
        "thead time title tr tspan ul"
    ).split()
)
"""The elements that templates have."""
SCHEMES = ("http://", "https://")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("hostile") / "data"
    hostile_site(made).close()
    return made


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with served(folder) as made:
        yield made


@pytest.fixture(scope="module")
def visitor(browser: Browser, folder: Path) -> Iterator[Visitor]:
    with listening(folder) as address:
        made = Visitor(browser, address)
        yield made
        made.close()


def check_links(found: list[str], where: str) -> None:
    """Check that links lead to pages of ours, or to the web by its two schemes."""
    for link in found:
        is_ours = link.startswith(("/", "?", "#")) and not link.startswith(("//", "/\\"))
        assert is_ours or link.startswith(SCHEMES), (where, link)
        assert not any(unicodedata.category(each) in ("Cc", "Cf", "Cs") for each in link), (where, link)


def check_text(told: str, where: str) -> None:
    """Check that a text controls nothing, and was escaped once."""
    odd = {each for each in told if unicodedata.category(each)[0] == "C" and each not in "\n\t"}
    assert not odd, (where, odd)
    assert "&amp;lt;" not in told, where
    assert "&#34;" not in told, where
    assert "7*7" in told or "49" not in told.split(), where


def test_pages_are_made_of_our_elements_alone(client: TestClient) -> None:
    seen = 0
    for found in walk(client, STARTS, MOST):
        assert found.answer.status_code in (200, 400, 404), (found.address, found.linked_from)
        assert "set-cookie" not in found.answer.headers
        if found.tree is None:
            continue
        seen += 1
        for name, attributes, element in elements(found.tree):
            assert name in OURS, (found.address, name)
            handlers = {each for each in attributes if each.lower().startswith(("on", "hx-", "data-hx"))}
            assert not handlers or attributes.get("id") == "find", (found.address, attributes)
            assert not {each for each in handlers if each.startswith("on")} | {"style", "srcdoc"} & attributes.keys()
            if name == "script":
                assert attributes["src"].startswith("/static/vendor/")
                assert not element.text
            if name == "meta":
                assert "http-equiv" not in attributes
        check_links(list(links(found.tree)), found.address)
        check_text(text(found.tree), found.address)
    assert seen > 200


def test_a_text_is_shown_as_it_is(client: TestClient) -> None:
    for number in (0, 1, 3, 5, 6, 8, 12, 13):
        page = client.get(MODELS[number], headers=BROWSER)
        (found,) = walk(client, [MODELS[number]], 1)
        assert TEXTS[number].replace("\n", "") in text(found.tree)
        assert TEXTS[number] not in page.text
    everything = "".join(text(found.tree) for found in walk(client, MODELS, len(MODELS)))
    assert TWICE in everything
    assert BRACES in everything


@pytest.mark.parametrize("direction", ["up", "down"])
def test_pictures_are_pictures(client: TestClient, direction: str) -> None:
    for name in names():
        drawn = client.get(f"/api/v1/models/{name}/lineage?format=svg&direction={direction}")
        assert drawn.headers["content-type"].startswith("image/svg+xml")
        tree = ElementTree.fromstring(drawn.content)
        for element in tree.iter():
            kind = element.tag.rpartition("}")[2]
            assert kind in {"svg", "title", "style", "rect", "g", "a", "text", "tspan", "path", "polygon"}, kind
            assert not [each for each in element.attrib if each.lower().startswith(("on", "hx-"))]
            check_links([value for key, value in element.attrib.items() if key.rpartition("}")[2] == "href"], name)
        check_text("".join(tree.itertext()), name)


def test_data_are_data(client: TestClient) -> None:
    for name in names():
        for suffix in ("", "/history", "/lineage", "/licenses", "/similar", "/ro-crate-metadata.json"):
            answer = client.get(f"/api/v1/models/{name}{suffix}")
            assert answer.status_code == 200
            assert answer.headers["content-type"] in ("application/json", "application/ld+json")
            assert answer.headers.get("link", "").isprintable()
            json.loads(answer.content)
        linked = client.get(f"/models/{name}", headers={"Accept": "application/ld+json"}).text
        turtle = client.get(f"/models/{name}", headers={"Accept": "text/turtle"}).text
        told: set[Any] = set()
        for form, content in (("json-ld", linked), ("turtle", turtle)):
            graph = rdflib.Graph().parse(data=content, format=form)
            told.add(frozenset(str(each) for each in graph.objects(predicate=rdflib.URIRef("http://schema.org/name"))))
        assert len(told) == 1
    assert client.get("/api/v1/entities?q=script").json()["total"] > 0


@pytest.mark.parametrize(
    "address",
    [
        *(
            "/",
            "/search",
            "/search?q=script",
            "/datasets",
            "/licenses",
            "/owners",
            "/runs",
            "/runs/last",
            "/changes",
            "/drift",
            "/coverage",
            "/leaderboards",
        ),
        *(f"/search?q={quote(TEXTS[1])}", f"/compare?{'&'.join(f'name={name}' for name in names()[:6])}"),
        EVERYTHING,
        *MODELS[:12],
        *(f"{MODELS[number]}/lineage" for number in (0, 5, 11)),
        *(f"{MODELS[number]}/history" for number in (1, 10)),
        *(DOCUMENTS[number] for number in (0, 3, 5, 9)),
        *(f"/leaderboards?dataset={quote(each)}" for each in ADDRESSES[:2]),
    ],
)
def test_nothing_runs(visitor: Visitor, address: str) -> None:
    visitor.complaints.clear()
    page = visitor.page
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200
    assert visitor.overflow(NARROWEST) <= 0
    for summary in page.locator("summary:visible").all()[:12]:
        summary.click()
    for field in page.locator("input:visible").all()[:2]:
        field.focus()
    page.mouse.move(150, 400)
    assert page.evaluate("window.pwned") is None
    assert visitor.complaints == []


def test_nothing_runs_in_what_is_put_into_a_page_afterwards(visitor: Visitor) -> None:
    visitor.complaints.clear()
    page = visitor.page
    page.goto("/search")
    for typed in ("script", "img", "hx-on", "onload"):
        page.locator("#find").fill(typed)
        page.wait_for_url(f"**/search?q={typed}")
        page.wait_for_timeout(100)
        assert page.evaluate("window.pwned") is None
    assert visitor.complaints == []


def test_a_picture_by_itself_runs_nothing(visitor: Visitor) -> None:
    visitor.complaints.clear()
    for name in names()[:4]:
        visitor.page.goto(f"/api/v1/models/{name}/lineage?format=svg")
        assert visitor.page.evaluate("window.pwned") is None
    assert visitor.complaints == []
