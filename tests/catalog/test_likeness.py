"""Texts that read nearly the same are linked to those that came before them, and stay entities of their own."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from support.articles import BLOG, Texts, page, prose, store
from support.catalogs import Book, model
from support.shapes import complaints, parsed

from fair4ml.describe.text_values import TEXT_SIMILARITY
from mlentory_crawl.catalog import likeness
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.writer import CatalogWriter

pytestmark = pytest.mark.extra(name="documents")

TEXT = prose(400)
MIRROR = f"Home Subscribe Share\n{TEXT}\nThanks for reading a made-up blog! {prose(20, 9)}"
HALF = "\n".join(TEXT.splitlines()[:15])
OTHER = prose(400, 3)


def roots(data_dir: Path) -> dict[str, dict[str, Any]]:
    """The articles of a catalog, by the last part of their addresses, each with its likenesses."""
    with closing(CatalogReader(data_dir)) as reader:
        found = {}
        for state, _ in reader.states():
            parts = {part["url"]: part["value"] for part in state["parts"] if part.get("propertyID") == TEXT_SIMILARITY}
            root = {**state["root"], "alike": parts}
            assert list(parts) == root.get("relation", [])
            found[root["iri"].removeprefix(BLOG)] = root
        return found


def links(data_dir: Path) -> dict[str, list[str]]:
    return {name: [iri.removeprefix(BLOG) for iri in root["alike"]] for name, root in roots(data_dir).items()}


def test_a_mirror_is_linked_to_what_came_before(data_dir: Path) -> None:
    store(data_dir, [page("first", TEXT), page("other", OTHER), page("mirror", MIRROR)])
    found = roots(data_dir)
    assert links(data_dir) == {"first": [], "other": [], "mirror": ["first"]}
    assert 0.85 < found["mirror"]["alike"][f"{BLOG}first"] < 1
    with closing(CatalogReader(data_dir)) as reader:
        states = {state["root"]["iri"]: state for state, _ in reader.states()}
    assert {"iri": f"{BLOG}first", "class": "Article", "name": "First"} in states[f"{BLOG}mirror"]["stubs"]
    assert complaints(parsed(*states.values())) == set()


def test_the_order_decides_and_not_the_run(data_dir: Path, tmp_path: Path) -> None:
    pages = [page("a", TEXT), page("b", MIRROR), page("c", TEXT)]
    store(data_dir, pages)
    for each in pages:
        store(tmp_path / "apart", [each])
    assert links(data_dir) == links(tmp_path / "apart") == {"a": [], "b": ["a"], "c": ["a", "b"]}


def test_pages_of_one_batch_are_found_before_they_are_stored(data_dir: Path) -> None:
    with Texts(data_dir) as texts:
        texts.add(page("a", TEXT))
        assert texts.add(page("b", TEXT)).root.relation == [f"{BLOG}a"]
        texts.commit()
        assert texts.add(page("c", TEXT)).root.relation == [f"{BLOG}a", f"{BLOG}b"]


def test_a_record_that_is_mapped_again_states_the_same(data_dir: Path) -> None:
    pages = [page("a", TEXT), page("b", MIRROR), page("c", OTHER)]
    store(data_dir, pages)
    before = roots(data_dir)
    with Texts(data_dir, maps_all=True) as texts:
        for each in pages:
            texts.add(each)
        texts.commit()
        assert orjson.loads(texts.run.report.json())["records"]["unchanged"] == 3
    assert roots(data_dir) == before


def test_a_text_that_changes_is_compared_again(data_dir: Path) -> None:
    store(data_dir, [page("a", TEXT), page("b", OTHER)])
    store(data_dir, [page("b", MIRROR)])
    assert links(data_dir) == {"a": [], "b": ["a"]}
    store(data_dir, [page("b", OTHER)])
    assert links(data_dir) == {"a": [], "b": []}
    store(data_dir, [page("a", OTHER), page("c", TEXT)])
    # What came first stays first, and nothing is alike to what it was.
    assert links(data_dir) == {"a": [], "b": [], "c": []}
    store(data_dir, [page("b", MIRROR), page("d", OTHER)])
    assert links(data_dir)["d"] == ["a"]


def test_short_texts_and_parts_are_not_alike(data_dir: Path) -> None:
    store(data_dir, [page("a", "Too short. " * 40), page("b", "Too short. " * 40), page("c", TEXT), page("d", HALF)])
    assert links(data_dir) == {"a": [], "b": [], "c": [], "d": []}


def test_a_page_that_two_platforms_have_is_not_its_own_mirror(data_dir: Path) -> None:
    store(data_dir, [page("a", TEXT)])
    with Texts(data_dir) as texts:
        texts.add({**page("a", TEXT), "url": f"{BLOG}a?utm_source=x"})
    assert links(data_dir) == {"a": []}


def test_only_the_first_of_many_are_named(data_dir: Path) -> None:
    store(data_dir, [page(f"{number:02}", TEXT) for number in range(15)])
    assert links(data_dir)["14"] == [f"{number:02}" for number in range(likeness.MOST)]


def test_no_more_is_compared_than_the_crawl_can_wait_for(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "MOST_READ", 2 * len(TEXT))
    store(data_dir, [page(f"{number:02}", TEXT) for number in range(6)])
    assert links(data_dir)["05"] == ["00", "01", "02"]


def test_thousands_that_share_a_band_are_not_all_looked_at(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "COMPARED", 4)
    store(data_dir, [page(f"{number:02}", TEXT) for number in range(12)])
    assert links(data_dir)["11"] == ["00", "01", "02", "03"]


def test_what_is_gone_or_erased_is_compared_with_nothing(data_dir: Path) -> None:
    store(data_dir, [page("a", TEXT), page("b", TEXT), page("c", OTHER)])
    writer = CatalogWriter(data_dir)
    with closing(writer), writer.erasing(writer.names_of([f"{BLOG}a"]), "2026-04-01T00:00:00Z"):
        pass
    book = Book(data_dir)
    assert book.rows("SELECT record FROM compared_text ORDER BY number") == [(2,), (3,)]
    assert book.rows("SELECT count(*) FROM text_band WHERE number = 1") == [(0,)]
    with closing(book):
        book.writer.census.settle(book.begin(), "2026-04-02T00:00:00Z", [3], [3], b"{}")
        assert book.rows("SELECT record FROM compared_text") == [(2,)]
    # The mirror no longer names what was erased, nor how much it is like that.
    assert links(data_dir)["b"] == []
    store(data_dir, [page("d", TEXT), page("e", OTHER)])
    assert (links(data_dir)["d"], links(data_dir)["e"]) == (["b"], [])


def test_an_index_that_was_made_otherwise_is_made_anew(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(data_dir, [page("a", TEXT), page("b", OTHER)])
    monkeypatch.setattr(likeness, "SEED", 2)
    store(data_dir, [page("c", MIRROR)])
    assert links(data_dir)["c"] == ["a"]


def test_texts_that_were_stored_without_the_library_are_compared_once_it_is_there(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("mlentory_crawl.catalog.likeness.find_spec", lambda name: None)
        store(data_dir, [page("a", TEXT), page("b", TEXT)])
    assert links(data_dir) == {"a": [], "b": []}
    book = Book(data_dir)
    with closing(book):
        book.crawl({"1": model("acme/elm")})
    store(data_dir, [page("c", TEXT)])
    assert links(data_dir)["c"] == ["a", "b"]
