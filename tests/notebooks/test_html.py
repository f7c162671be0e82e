"""What notebooks show: facts with who says so, in markup that no stranger wrote."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import given, strategies as st
from support.catalogs import Book
from support.served import HOSTILE, small

import mlentory_crawl
from mlentory_crawl.catalog.queries.comparison import Comparison, Row
from mlentory_crawl.config.environment import ENV_FILE
from mlentory_crawl.face import Catalog
from mlentory_crawl.notebooks.html import install
from mlentory_crawl.notebooks.shown import Shown
from mlentory_crawl.stores.search.query import SearchResult, Unknown

TAGS = set("a div img p span strong table tbody td th thead tr".split())
ATTRIBUTES = set("alt href rel scope src style target".split())


class Read(HTMLParser):
    """The tags, attributes and texts of a piece of HTML; every tag is closed where it has to be."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def shown(answer: Shown) -> Read:
    """An answer as a notebook shows it, after a look at whether that is safe."""
    markup = answer._repr_html_()
    assert markup is not None
    read = Read(markup)
    assert read.open == []
    assert read.tags <= TAGS
    assert {name for name, _ in read.attributes} <= ATTRIBUTES
    for name, value in read.attributes:
        if name == "href":
            assert (value or "").startswith(("https://", "http://"))
        if name == "src":
            assert re.fullmatch(r"data:image/svg\+xml;base64,[\w+/=]+", value or "")
        if name == "style":
            assert not re.search(r"url|#|rgb|color", value or ""), "colors are those of the page, light or dark"
    assert not re.search(r"[\x00-\x08\x0e-\x1f\x7f\u202e]", markup)
    return read


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    made = small(tmp_path_factory.mktemp("notebooks") / "data")
    yield made
    made.close()


@pytest.fixture
def catalog(book: Book, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalog]:
    monkeypatch.setenv(ENV_FILE, "/dev/null")
    with mlentory_crawl.open(book.data_dir) as opened:
        yield opened


def test_a_search_shows_its_hits_and_facets(catalog: Catalog) -> None:
    found = catalog.search("tune", facets=["license"])
    texts = shown(found).texts
    assert f"{found.total} results" in texts
    assert {"orchard/tune-8B", "MLModel", "Apache-2.0"} <= set(texts)
    assert any("Apache-2.0 (1)" in text for text in texts)


def test_why_a_search_finds_no_more() -> None:
    install()
    near = Unknown("license", "Apache", {"Apache-2.0": 3})
    texts = " ".join(shown(SearchResult(0, [], {}, unstated={"parameters": 1200}, unknown=[near])).texts)
    assert "0 results" in texts
    assert "1,200 more may fit: they do not state parameters" in texts
    assert "no license is called Apache; there is Apache-2.0" in texts


def test_a_model_shows_who_says_so(catalog: Catalog) -> None:
    texts = shown(catalog.model("orchard/tune-8B")).texts
    at = texts.index("license")
    assert texts[at : at + 3] == ["license", "Apache-2.0", "huggingface/model/2, cardData.license"]
    assert {"accuracy", "0.91", "bench/exam"} <= set(texts)
    assert "orchard/tune-8B" in texts


def test_what_is_only_named_or_gone_says_so(catalog: Catalog) -> None:
    assert "named only" in " ".join(shown(catalog.model("bench/exam")).texts)
    assert "gone since 2024-01-02" in " ".join(shown(catalog.model("gone/model")).texts)


def test_a_lineage_is_a_picture_and_the_same_in_words(catalog: Catalog) -> None:
    read = shown(catalog.lineage("orchard/tune-8B"))
    (source,) = (value for name, value in read.attributes if name == "src")
    picture = base64.b64decode((source or "").partition(",")[2]).decode()
    assert "1 model that it derives from" in picture
    texts = " ".join(read.texts)
    assert "license conflict: Apache-2.0 under CC-BY-NC-4.0 (non-commercial)" in texts
    assert "finetune" in texts
    down = shown(catalog.lineage("tide/base-8B", up=False))
    (source,) = (value for name, value in down.attributes if name == "src")
    assert "2 models derived from it" in base64.b64decode((source or "").partition(",")[2]).decode()
    assert "inherits the license conflict with tide/base-8B" in " ".join(
        shown(catalog.lineage("small/tune-8B-GGUF")).texts
    )


def test_models_side_by_side_and_ranked(catalog: Catalog) -> None:
    texts = shown(catalog.compare("orchard/tune-8B", "small/tune-8B-GGUF")).texts
    at = texts.index("license")
    assert texts[at + 1 : at + 3] == ["Apache-2.0", "MIT"]
    ranked = shown(catalog.leaderboard("bench/exam")).texts
    assert ranked.index("orchard/tune-8B") < ranked.index("small/tune-8B-GGUF")
    assert {"1", "2"} <= set(ranked)


def test_what_strangers_wrote_is_never_markup(catalog: Catalog) -> None:
    model = catalog.model("https://huggingface.co/evil/model")
    assert model.root["name"] == HOSTILE
    for answer in (model, catalog.lineage(model.iri), catalog.compare(model.iri, model.iri), catalog.search("alert")):
        read = shown(answer)
        told = [*read.texts, *(value or "" for name, value in read.attributes if name == "alt")]
        assert "<script>alert(1)</script>" in " ".join(told)


PIECES = (
    "<script>",
    "</td>",
    "</div>",
    "'\"><img src=x onerror=y>",
    "&lt;",
    "javascript:",
    "\u202e",
    "\x1b[31m",
    "<!--",
    "]]>",
    "a",
)
TEXTS = st.text() | st.lists(st.sampled_from(PIECES), min_size=1).map("".join)


@given(TEXTS, TEXTS, st.lists(TEXTS | st.integers() | st.booleans() | st.floats(), max_size=12))
def test_any_text_stays_a_text(name: str, iri: str, values: list[str | int | float | bool]) -> None:
    install()
    hit = {"iri": iri, "name": name, "type": name, "license": values, "downloads": 2**70}
    facets = {name: dict.fromkeys(map(str, values), 1)}
    shown(SearchResult(1, [hit], facets, suggestion=name, unknown=[Unknown(name, iri, {name: 1})]))
    row = Row("facts", name, [values], [[None] * len(values)])
    shown(Comparison([{"iri": iri, "name": name, "class": "MLModel", "described": True}], [row]))


def test_long_texts_and_lists_are_cut(catalog: Catalog) -> None:
    texts = shown(catalog.model("https://huggingface.co/evil/model")).texts
    assert max(map(len, texts)) < 1_500
    install()
    many = SearchResult(1, [{"iri": "https://a.test/", "name": "a", "license": [str(n) for n in range(500)]}], {})
    assert "0, 1, 2, 3, 4, 5, 6, 7, and 492 more" in shown(many).texts
