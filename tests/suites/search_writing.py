"""What every search store does with changes; `SearchStoreSuite` adds what it finds."""

from __future__ import annotations

from typing import Any

import pytest

from mlentory_crawl.changes import Change
from mlentory_crawl.stores.search.query import SearchQuery, SearchStore
from suites.search_changes import MODELS, change, found
from suites.store import FAR, Names, StoreSuite


class SearchWritingSuite(StoreSuite):
    """What a search store is expected to do, whichever engine is behind it."""

    samples = MODELS
    names_of_samples = tuple(each.state["root"]["name"] for each in MODELS if each.state)

    def change(self, key: str, name: str | None, **facts: Any) -> Change:
        return change(key, name, **facts)

    def hostile(self, key: str) -> Change:
        # No engine's integers go as far; a service's JSON and the catalog's do.
        return change(key, "a/hostile", downloads=2**63)

    @pytest.fixture
    def names(self) -> Names:
        return lambda store: sorted(hit["name"] for hit in store.search(SearchQuery(size=100)).hits if "name" in hit)

    def test_taking_the_same_batch_twice_changes_nothing(self, filled: SearchStore) -> None:
        everything = SearchQuery(sort="name", size=100)
        before = filled.search(everything)
        assert filled.write(MODELS, FAR) == []
        filled.flush()
        assert filled.search(everything) == before

    def test_takes_values_and_documents_of_any_length(self, store: SearchStore) -> None:
        keyword = "é" * 20_000  # 40,000 bytes
        long = [
            change("1", "a/keyword", keywords=["short", keyword], license=["MIT"]),
            change("2", "a/word", description="x" * 40_000),
            change("3", "a/many", keywords=[f"keyword number {n} of very many" for n in range(60_000)]),  # 2 MB
            change("4", "a/" + "n" * 40_000),
            change("5", "a/neighbor"),
        ]
        assert store.write(long, FAR) == []
        assert store.flush() == FAR
        assert store.counts() == {"documents": len(long)}
        (hit,) = store.search(SearchQuery("a/keyword", filters={"keyword": ["short"], "license": ["mit"]})).hits
        assert hit["keyword"] == ["short", keyword]
        (hit,) = store.search(SearchQuery(filters={"keyword": ["keyword number 59999 of very many"]})).hits
        assert len(hit["keyword"]) == 60_000

    def test_takes_thousands_of_evaluations(self, store: SearchStore) -> None:
        evaluations = [(f"metric {number}", number / 7) for number in range(12_000)]
        assert store.write([change("1", "a/evaluated", evaluations=evaluations), change("2", "a/neighbor")], FAR) == []
        store.flush()
        assert store.counts() == {"documents": 2}
        (hit,) = store.search(SearchQuery("evaluated")).hits
        assert hit["evaluations"][11_999] == {"metric": "metric 11999", "value": 11_999 / 7}

    @pytest.mark.parametrize(
        "facts",
        [
            {"downloads": 2**63},
            {"likes": 10**30},
            {"parameters": 2**64},
            {"downloads": "many"},
            {"downloads": "5"},
            {"dateModified": "yesterday"},
            {"description": "\ud800"},
        ],
    )
    def test_values_that_no_engine_takes_leave_the_document_of_before(
        self, filled: SearchStore, facts: dict[str, Any]
    ) -> None:
        (refusal,) = filled.write([change("1", "a/hostile", **facts), change("9", "a/ninth")], FAR)
        assert refusal.key == MODELS[0].key
        filled.flush()
        assert found(filled, "uncased") == ["google-bert/bert-base-uncased"]
        assert found(filled, "ninth") == ["a/ninth"]
