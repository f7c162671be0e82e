"""What every search store does with changes; `SearchStoreSuite` adds what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from support.documents import documents

from fair4ml.document import Document
from fair4ml.merge import State
from mlentory_crawl.changes import Change
from mlentory_crawl.stores.search.query import SearchQuery, SearchStore
from suites.search_changes import FAR, MODELS, NewStore, change, found


class SearchWritingSuite:
    """What a search store is expected to do, whichever engine is behind it."""

    @pytest.fixture
    def new_store(self) -> NewStore:
        """Makes stores, not yet opened, that share one storage; it is empty at first."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, new_store: NewStore) -> Iterator[SearchStore]:
        """An open, empty store."""
        store = new_store()
        assert store.open() is None
        yield store
        store.close()

    @pytest.fixture
    def filled(self, store: SearchStore) -> SearchStore:
        """An open store with `MODELS`."""
        assert store.write(MODELS, FAR) == []
        store.flush()
        return store

    # Writing

    def test_is_empty_at_first(self, store: SearchStore) -> None:
        assert store.counts() == {"documents": 0}
        assert store.peek() == (None, {"documents": 0})
        assert store.flush() is None
        assert store.search(SearchQuery()).total == 0

    def test_keeps_documents_and_position(self, new_store: NewStore, filled: SearchStore) -> None:
        filled.close()
        again = new_store()
        assert again.open() == FAR
        assert again.counts() == {"documents": len(MODELS)}
        again.close()

    def test_never_has_a_position_for_what_is_not_durable(self, new_store: NewStore, store: SearchStore) -> None:
        store.write(MODELS[:1], FAR)
        assert store.flush() == FAR
        store.write(MODELS[1:], replace(FAR, sequence=2))
        store.close()
        again = new_store()
        assert again.open() == FAR
        again.close()

    def test_moves_the_position_without_changes(self, filled: SearchStore) -> None:
        later = replace(FAR, sequence=9)
        assert filled.write([], later) == []
        assert filled.flush() == later
        assert filled.peek() == (later, {"documents": len(MODELS)})

    def test_taking_the_same_batch_twice_changes_nothing(self, filled: SearchStore) -> None:
        everything = SearchQuery(sort="name", size=100)
        before = filled.search(everything)
        assert filled.write(MODELS, FAR) == []
        filled.flush()
        assert filled.search(everything) == before

    def test_the_last_change_of_a_key_wins(self, store: SearchStore) -> None:
        store.write([change("1", "a/first"), change("2", None), change("1", "a/second")], FAR)
        store.flush()
        assert found(store) == ["a/second"]
        store.write([change("1", "a/third"), change("1", None)], FAR)
        store.flush()
        assert found(store) == []

    def test_a_renamed_thing_is_found_by_its_new_name_only(self, filled: SearchStore) -> None:
        filled.write([change("1", "google/renamed")], FAR)
        filled.flush()
        assert filled.counts() == {"documents": len(MODELS)}
        assert found(filled, "google-bert/bert-base-uncased") == []
        assert found(filled, "renamed") == ["google/renamed"]

    def test_a_deleted_thing_is_not_found(self, filled: SearchStore) -> None:
        assert filled.write([change("3", None), change("99", None)], FAR) == []
        filled.flush()
        assert filled.counts() == {"documents": len(MODELS) - 1}
        assert found(filled, "whisper") == []

    def test_a_refused_change_takes_no_neighbor_with_it(self, store: SearchStore) -> None:
        # No engine's integers go as far; a service's JSON and the catalog's do.
        hostile = change("2", "a/hostile", downloads=2**63)
        refusals = store.write([change("1", "a/before"), hostile, change("3", "a/after")], FAR)
        assert [refusal.key for refusal in refusals] == [hostile.key]
        assert refusals[0].error
        assert "\n" not in refusals[0].error
        assert store.flush() == FAR
        assert found(store, sort="name") == ["a/after", "a/before"]

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(document=documents(), counter=st.none() | st.integers() | st.text())
    def test_no_record_whatever_stands_in_the_way(self, store: SearchStore, document: Document, counter: Any) -> None:
        counters = {} if counter is None else {"downloads": counter}
        state: State = {**document, "key": "k/k/odd", "counters": counters, "platforms": ["k"], "conflicts": {}}
        odd = Change("k/k/odd", document["root"]["iri"], state)
        refusals = store.write([odd, change("1", "a/neighbor")], FAR)
        assert {refusal.key for refusal in refusals} <= {odd.key}
        assert store.flush() == FAR
        assert found(store, "a/neighbor")[0] == "a/neighbor"

    def test_an_emptied_store_has_neither_documents_nor_position(self, new_store: NewStore, store: SearchStore) -> None:
        store.write(MODELS, FAR)
        store.flush()
        store.write([change("9", "a/unfinished")], FAR)
        store.clear()
        store.publish()
        assert store.counts() == {"documents": 0}
        assert store.flush() is None
        store.close()
        again = new_store()
        assert again.open() is None
        again.close()

    def test_what_was_there_is_found_until_its_replacement_is_published(
        self, new_store: NewStore, filled: SearchStore
    ) -> None:
        reader = new_store()
        filled.clear()
        later = replace(FAR, run="other", sequence=7)
        assert filled.write([change("1", "a/first")], replace(later, sequence=3)) == []
        filled.flush()
        assert reader.peek() == (FAR, {"documents": len(MODELS)})
        assert len(found(reader)) == len(MODELS)
        assert filled.write([change("2", "a/second")], later) == []
        filled.publish()
        assert found(reader, sort="name") == ["a/first", "a/second"]
        assert reader.peek() == (later, {"documents": 2})
        assert filled.flush() == later
        filled.write([change("3", "a/third")], replace(later, sequence=8))
        assert filled.flush() == replace(later, sequence=8)
        assert found(reader, sort="name") == ["a/first", "a/second", "a/third"]
        reader.close()

    def test_a_replacement_that_is_not_published_leaves_what_was_there(
        self, new_store: NewStore, filled: SearchStore
    ) -> None:
        filled.clear()
        filled.write([change("1", "a/first")], replace(FAR, run="other"))
        filled.flush()
        filled.close()
        again = new_store()
        assert again.open() == FAR
        assert len(found(again)) == len(MODELS)
        again.publish()
        assert len(found(again)) == len(MODELS)
        again.close()

    def test_another_reader_sees_what_was_flushed(self, new_store: NewStore, filled: SearchStore) -> None:
        reader = new_store()
        assert reader.peek() == (FAR, {"documents": len(MODELS)})
        filled.write([change("9", "a/ninth")], replace(FAR, sequence=2))
        filled.flush()
        assert found(reader, "ninth") == ["a/ninth"]
        reader.close()

    def test_deleting_what_is_not_there_is_nothing_written(self, new_store: NewStore, store: SearchStore) -> None:
        def equal(*changes: Change) -> int:
            assert store.write(changes, FAR) == []
            return store.equal

        first, second = change("1", "a/a"), change("2", "a/b")
        gone, never, buried = change("1", None), change("3", None), replace(second, deleted_at="2026-01-01T00:00:00Z")
        assert equal(first, second, never) == 1
        assert equal(gone) == 0
        assert equal(gone, never) == 2
        assert equal(first) == 0
        store.flush()
        assert equal(gone, buried, never) == 1
        assert equal(buried, first) == 1
        store.flush()
        assert store.counts() == {"documents": 1}
        store.clear()
        assert equal(gone, never) == 2
        assert equal(first, second) == 0
        assert equal(gone) == 0
        store.publish()
        store.close()
        again = new_store()
        again.open()
        again.write([gone, buried], FAR)
        assert again.equal == 1
        again.close()

    def test_a_tombstone_is_not_found(self, filled: SearchStore) -> None:
        assert filled.write([replace(MODELS[2], deleted_at="2026-11-20T00:00:00Z")], FAR) == []
        filled.flush()
        assert filled.counts() == {"documents": len(MODELS) - 1}
        assert found(filled, "whisper") == []

    def test_takes_more_than_one_batch_at_once(self, store: SearchStore) -> None:
        changes = [change(str(n), f"a/model-{n}") for n in range(2 * store.batch_size + 1)]
        assert store.write(changes, FAR) == []
        assert store.flush() == FAR
        assert store.counts() == {"documents": len(changes)}

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
    def test_a_refused_change_leaves_the_document_of_before(self, filled: SearchStore, facts: dict[str, Any]) -> None:
        (refusal,) = filled.write([change("1", "a/hostile", **facts), change("9", "a/ninth")], FAR)
        assert refusal.key == MODELS[0].key
        filled.flush()
        assert found(filled, "uncased") == ["google-bert/bert-base-uncased"]
        assert found(filled, "ninth") == ["a/ninth"]
