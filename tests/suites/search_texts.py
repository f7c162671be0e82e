"""What every search store does with the whole texts of articles and posts: it searches them, and keeps none of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from fair4ml.write.search_document import TEXT_LIMIT
from mlentory_crawl.changes import Change
from mlentory_crawl.stores.search.query import SearchQuery, SearchStore
from suites.search_changes import change, found
from suites.search_writing import SearchWritingSuite
from suites.store import FAR

BLOG = "https://blog.example.org/"
BODY = "Whoever builds a quern needs patience.\nThe zymurgist in the valley builds three of them, 評価 and all."


def written(name: str, text: str | None = BODY, kind: str = "Article", **facts: Any) -> Change:
    """An article as the catalog gives it."""
    iri = BLOG + name
    author = {"iri": f"{BLOG}ada", "class": "Agent", "name": "Ada Example"}
    root = {"iri": iri, "class": kind, "name": f"On {name}", "author": [author["iri"]], **facts}
    state: Any = {
        "key": f"article/article/{iri}",
        "root": root,
        "parts": [],
        "stubs": [author],
        "counters": {},
        "platforms": ["article"],
        "conflicts": {},
        **({} if text is None else {"text": text}),
    }
    return Change(state["key"], iri, state)


class SearchTextSuite(SearchWritingSuite):
    """Texts; `SearchStoreSuite` adds the rest of what is found."""

    @pytest.fixture
    def library(self, store: SearchStore) -> SearchStore:
        """An open store with an article, a post and a model of the article's words."""
        store.write(
            [
                written("mills", description="How to mill.", datePublished="2026-03-04"),
                written("beer", "Nothing but hops.", "SocialMediaPosting", datePublished="2026-04-01"),
                written("bread", None, datePublished="2025-01-01"),
                change("1", "acme/quern", description="A model of a quern."),
            ],
            FAR,
        )
        store.flush()
        return store

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("zymurgist", ["On mills"]),
            ("zymurgists building", ["On mills"]),
            ("mills zymurgist", ["On mills"]),
            ('"in the valley builds"', ["On mills"]),
            ('"valley zymurgist"', []),
            ("評価", ["On mills"]),
            ("hops", ["On beer"]),
            ("quern", ["acme/quern", "On mills"]),
            ("zymurgost", []),  # no typing errors in texts
            ("hops zymurgist", []),
        ],
    )
    def test_texts_are_searched(self, library: SearchStore, text: str, names: list[str]) -> None:
        assert found(library, text) == names

    def test_no_text_is_kept_or_shown(self, library: SearchStore) -> None:
        query = SearchQuery("zymurgist", highlight=True, facets=("type", "author"))
        result = library.search(query)
        (hit,) = result.hits
        assert (hit["type"], hit["description"]) == ("Article", "How to mill.")
        assert "text" not in hit
        assert hit["highlight"] == {}
        assert b"zymurgist" not in orjson.dumps(result.hits)
        assert result.facets == {"type": {"Article": 1}, "author": {"Ada Example": 1}}

    def test_texts_are_found_by_author_type_and_date(self, library: SearchStore) -> None:
        by = {"author": ["ada example"]}
        assert found(library, "", filters=by, sort="published") == ["On beer", "On mills", "On bread"]
        assert found(library, "", filters={**by, "type": ["SocialMediaPosting"]}) == ["On beer"]
        assert found(library, "", filters=by, minimum={"published": "2026"}, sort="published") == [
            "On beer",
            "On mills",
        ]

    def test_a_text_that_changes_or_goes_is_found_no_more(self, library: SearchStore) -> None:
        library.write([written("mills", "Only rye.", description="How to mill."), written("beer", None)], FAR)
        library.flush()
        assert found(library, "zymurgist") == []
        assert found(library, "hops") == []
        assert found(library, "rye") == ["On mills"]
        library.write([replace(written("mills"), state=None)], FAR)
        library.flush()
        assert found(library, "rye") == []

    def test_of_a_long_text_the_beginning_is_searched(self, store: SearchStore) -> None:
        long = "word " * (TEXT_LIMIT // 5) + "needle"
        store.write([written("long", long), written("fits", f"needle {long[:TEXT_LIMIT]}")], FAR)
        store.flush()
        assert found(store, "needle") == ["On fits"]
