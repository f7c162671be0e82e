"""What every store does with changes; the suites of single protocols add what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from support.documents import documents

from fair4ml.document import Document
from fair4ml.merge import State
from mlentory_crawl.changes import Change, Position
from mlentory_crawl.stores.protocol import Store

FAR = Position("catalog", "run", 1)

Names = Callable[[Any], list[str]]


class StoreSuite:
    """What a store is expected to do that keeps its documents until those that replace them are published."""

    samples: Sequence[Change]
    """Changes of the keys that end in 1, 2, ... and have one document each."""
    names_of_samples: Sequence[str]
    odd_key = "k/k/odd"
    """A catalog key of records that the store shows, whatever they are about."""

    def change(self, key: str, name: str | None, **facts: Any) -> Change:
        """A change that has one document; None for the name: it is gone."""
        raise NotImplementedError

    def hostile(self, key: str) -> Change:
        """A change that no server takes."""
        raise NotImplementedError

    @pytest.fixture
    def new_store(self) -> Callable[[], Any]:
        """Makes stores, not yet opened, that share one storage; it is empty at first."""
        raise NotImplementedError

    @pytest.fixture
    def names(self) -> Names:
        """The names of the documents that readers find, sorted; the store need not be the one that wrote them."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, new_store: Callable[[], Any]) -> Iterator[Any]:
        """An open, empty store."""
        store = new_store()
        assert store.open() is None
        yield store
        store.close()

    @pytest.fixture
    def filled(self, store: Any) -> Any:
        """An open store with the samples."""
        assert store.write(self.samples, FAR) == []
        store.flush()
        return store

    def test_is_empty_at_first(self, store: Store, names: Names) -> None:
        assert _documents(store) == 0
        assert _peeked(store) == (None, 0)
        assert store.flush() is None
        assert names(store) == []

    def test_keeps_documents_and_position(self, new_store: Callable[[], Store], filled: Store) -> None:
        filled.close()
        again = new_store()
        assert again.open() == FAR
        assert _documents(again) == len(self.samples)
        again.close()

    def test_never_has_a_position_for_what_is_not_durable(self, new_store: Callable[[], Store], store: Store) -> None:
        store.write(self.samples[:1], FAR)
        assert store.flush() == FAR
        store.write(self.samples[1:], replace(FAR, sequence=2))
        store.close()
        again = new_store()
        assert again.open() == FAR
        again.close()

    def test_moves_the_position_without_changes(self, filled: Store) -> None:
        later = replace(FAR, sequence=9)
        assert filled.write([], later) == []
        assert filled.flush() == later
        assert _peeked(filled) == (later, len(self.samples))

    def test_the_last_change_of_a_key_wins(self, store: Store, names: Names) -> None:
        change = self.change
        store.write([change("1", "a/first"), change("2", None), change("1", "a/second")], FAR)
        store.flush()
        assert names(store) == ["a/second"]
        store.write([change("1", "a/third"), change("1", None)], FAR)
        store.flush()
        assert names(store) == []

    def test_a_renamed_entity_is_found_by_its_new_name_only(self, filled: Store, names: Names) -> None:
        filled.write([self.change("1", "google/renamed")], FAR)
        filled.flush()
        assert names(filled) == sorted(["google/renamed", *self.names_of_samples[1:]])

    def test_entities_can_swap_their_names(self, filled: Store, names: Names) -> None:
        first, second, *_ = self.names_of_samples
        assert filled.write([self.change("1", second), self.change("2", first)], FAR) == []
        filled.flush()
        assert names(filled) == sorted(self.names_of_samples)
        assert filled.write([self.change("1", None)], FAR) == []
        filled.flush()
        assert second not in names(filled)
        assert first in names(filled)

    def test_a_deleted_entity_is_not_found(self, filled: Store, names: Names) -> None:
        assert filled.write([self.change("1", None), self.change("99", None)], FAR) == []
        filled.flush()
        assert names(filled) == sorted(self.names_of_samples[1:])

    def test_a_tombstone_is_not_found(self, filled: Store, names: Names) -> None:
        assert filled.write([replace(self.samples[0], deleted_at="2026-11-20T00:00:00Z")], FAR) == []
        filled.flush()
        assert names(filled) == sorted(self.names_of_samples[1:])

    def test_a_refused_change_takes_no_neighbor_with_it(self, store: Store, names: Names) -> None:
        hostile = self.hostile("2")
        refusals = store.write([self.change("1", "a/before"), hostile, self.change("3", "a/after")], FAR)
        assert [refusal.key for refusal in refusals] == [hostile.key]
        assert refusals[0].error
        assert "\n" not in refusals[0].error
        assert store.flush() == FAR
        assert names(store) == ["a/after", "a/before"]

    def test_a_refused_change_leaves_the_document_of_before(self, filled: Store, names: Names) -> None:
        (refusal,) = filled.write([self.hostile("1"), self.change("9", "a/ninth")], FAR)
        assert refusal.key == self.samples[0].key
        filled.flush()
        assert names(filled) == sorted(["a/ninth", *self.names_of_samples])

    # Each store that the suite is for runs it; an example that one of them fails is tried with the others as well.
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors])
    @given(document=documents(), counter=st.none() | st.integers() | st.text())
    def test_no_record_whatever_stands_in_the_way(
        self, store: Store, names: Names, document: Document, counter: Any
    ) -> None:
        counters = {} if counter is None else {"downloads": counter}
        state: State = {**document, "key": self.odd_key, "counters": counters, "platforms": ["k"], "conflicts": {}}
        odd = Change(self.odd_key, document["root"]["iri"], state)
        refusals = store.write([odd, self.change("1", "a/neighbor")], FAR)
        assert {refusal.key for refusal in refusals} <= {odd.key}
        assert store.flush() == FAR
        assert "a/neighbor" in names(store)

    def test_an_emptied_store_has_neither_documents_nor_position(
        self, new_store: Callable[[], Store], filled: Store
    ) -> None:
        filled.write([self.change("9", "a/unfinished")], FAR)
        filled.clear()
        filled.publish()
        assert _documents(filled) == 0
        assert filled.flush() is None
        filled.close()
        again = new_store()
        assert again.open() is None
        again.close()

    def test_what_was_there_is_found_until_its_replacement_is_published(
        self, new_store: Callable[[], Store], filled: Store, names: Names
    ) -> None:
        reader = new_store()
        filled.clear()
        later = replace(FAR, run="other", sequence=7)
        assert filled.write([self.change("1", "a/first")], replace(later, sequence=3)) == []
        filled.flush()
        assert _peeked(reader) == (FAR, len(self.samples))
        assert names(reader) == sorted(self.names_of_samples)
        assert filled.write([self.change("2", "a/second")], later) == []
        filled.publish()
        assert names(reader) == ["a/first", "a/second"]
        assert _peeked(reader) == (later, 2)
        assert filled.flush() == later
        filled.write([self.change("3", "a/third")], replace(later, sequence=8))
        assert filled.flush() == replace(later, sequence=8)
        assert names(reader) == ["a/first", "a/second", "a/third"]
        reader.close()

    def test_a_replacement_that_is_not_published_leaves_what_was_there(
        self, new_store: Callable[[], Store], filled: Store, names: Names
    ) -> None:
        filled.clear()
        filled.write([self.change("1", "a/first")], replace(FAR, run="other"))
        filled.flush()
        filled.close()
        again = new_store()
        assert again.open() == FAR
        assert names(again) == sorted(self.names_of_samples)
        again.publish()
        assert names(again) == sorted(self.names_of_samples)
        again.close()

    def test_another_reader_sees_what_was_flushed(
        self, new_store: Callable[[], Store], filled: Store, names: Names
    ) -> None:
        reader = new_store()
        assert _peeked(reader) == (FAR, len(self.samples))
        filled.write([self.change("9", "a/ninth")], replace(FAR, sequence=2))
        filled.flush()
        assert "a/ninth" in names(reader)
        reader.close()

    def test_deleting_what_is_not_there_is_nothing_written(self, new_store: Callable[[], Store], store: Store) -> None:
        def equal(*changes: Change) -> int:
            assert store.write(changes, FAR) == []
            return store.equal

        first, second = self.change("1", "a/a"), self.change("2", "a/b")
        gone, never = self.change("1", None), self.change("3", None)
        buried = replace(second, deleted_at="2026-01-01T00:00:00Z")
        assert equal(first, second, never) == 1
        assert equal(gone) == 0
        assert equal(gone, never) == 2
        assert equal(first) == 0
        store.flush()
        assert equal(gone, buried, never) == 1
        assert equal(buried, first) == 1
        store.flush()
        assert _documents(store) == 1
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

    def test_takes_more_than_one_batch_at_once(self, store: Store) -> None:
        changes = [self.change(str(n), f"a/name-{n}") for n in range(2 * store.batch_size + 1)]
        assert store.write(changes, FAR) == []
        assert store.flush() == FAR
        assert _documents(store) == len(changes)


def _documents(store: Store) -> int:
    return store.counts()["documents"]


def _peeked(store: Store) -> tuple[Position | None, int]:
    position, counts = store.peek()
    return position, counts["documents"]
