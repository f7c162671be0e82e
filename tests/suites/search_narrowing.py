"""How searches are narrowed down by kinds of derivation, marks and sizes, and by what is not wanted."""

from __future__ import annotations

import pytest

from fair4ml.write.search_document import STEPS
from mlentory_crawl.stores.search.query import Bar, SearchQuery, SearchStore
from suites.search_changes import change, found
from suites.search_texts import SearchTextSuite
from suites.store import FAR

TUNED = change(
    "a1", "a/tuned", kinds=["finetune"], wasDerivedFrom=["a/base"], contextLength=8_192, parameters=7 * 10**9,
    license=["MIT"], mlTask=["text-generation"],
)  # fmt: skip
SMALLER = change(
    "a2", "a/smaller", kinds=["quantized", "adapter"], contextLength=2_048, parameters=10**9, trainedOn=["wikipedia"],
    mlTask=["text-generation"], evaluations=[("accuracy", 0.5)],
)  # fmt: skip
BARE = change("a3", "a/bare")
DESCRIBED = change("a4", "a/described", description="A card.", license=["GPL-3.0", "MIT"], parameters=999_999_999)


class SearchNarrowingSuite(SearchTextSuite):
    """Subclasses say in `new_store` how a store is made."""

    @pytest.fixture
    def narrowed(self, store: SearchStore) -> SearchStore:
        assert store.write([TUNED, SMALLER, BARE, DESCRIBED], FAR) == []
        store.flush()
        return store

    def test_finds_by_the_kind_of_derivation(self, narrowed: SearchStore) -> None:
        assert found(narrowed, filters={"derivation": ["quantized"]}) == ["a/smaller"]
        assert set(found(narrowed, filters={"derivation": ["finetune", "adapter"]})) == {"a/tuned", "a/smaller"}
        assert narrowed.search(SearchQuery(facets=("derivation",))).facets["derivation"] == {
            "adapter": 1, "finetune": 1, "quantized": 1,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("mark", "names"),
        [
            ("card", {"a/described"}),
            ("license", {"a/tuned", "a/described"}),
            ("data", {"a/smaller"}),
            ("evaluation", {"a/smaller"}),
        ],
    )
    def test_finds_by_what_is_known(self, narrowed: SearchStore, mark: str, names: set[str]) -> None:
        every = {"a/tuned", "a/smaller", "a/bare", "a/described"}
        assert set(found(narrowed, has=(mark,))) == names
        assert set(found(narrowed, without=(mark,))) == every - names
        assert narrowed.search(SearchQuery(facets=("has",))).facets["has"][mark] == len(names)

    def test_marks_are_conditions(self, narrowed: SearchStore) -> None:
        assert found(narrowed, has=("card", "license")) == ["a/described"]
        assert found(narrowed, has=("card", "data")) == []

    def test_leaves_out_what_has_a_value(self, narrowed: SearchStore) -> None:
        assert set(found(narrowed, excluded={"license": ["mit"]})) == {"a/smaller", "a/bare"}
        assert set(found(narrowed, excluded={"license": ["GPL-3.0"], "derivation": ["adapter"]})) == {
            "a/tuned", "a/bare",
        }  # fmt: skip
        assert set(found(narrowed, excluded={"task": ["text generation"]})) == {"a/bare", "a/described"}
        assert found(narrowed, filters={"license": ["MIT"]}, excluded={"license": ["GPL-3.0"]}) == ["a/tuned"]
        assert narrowed.search(SearchQuery(excluded={"license": ["MIT"]}, facets=("license",))).facets["license"] == {}

    def test_finds_by_the_length_of_the_context(self, narrowed: SearchStore) -> None:
        query = SearchQuery(minimum={"context_length": 4_096})
        assert [hit["context_length"] for hit in narrowed.search(query).hits] == [8_192]

    def test_counts_by_size(self, narrowed: SearchStore) -> None:
        bars = narrowed.search(SearchQuery(histograms=("parameters",), size=0)).histograms["parameters"]
        assert [(bar.least, bar.below) for bar in bars] == list(
            zip((None, *STEPS["parameters"]), (*STEPS["parameters"], None), strict=True)
        )
        assert {bar.least: bar.count for bar in bars if bar.count} == {10**8: 1, 10**9: 1, 3 * 10**9: 1}

    def test_its_own_bounds_do_not_narrow_a_histogram(self, narrowed: SearchStore) -> None:
        query = SearchQuery(
            minimum={"parameters": 5 * 10**9, "context_length": 1},
            filters={"task": ["text-generation"]},
            histograms=("parameters", "context_length"),
            facets=("task",),
        )
        result = narrowed.search(query)
        assert result.total == 1
        assert result.facets == {"task": {"text-generation": 1}}
        assert [bar for bar in result.histograms["parameters"] if bar.count] == [
            Bar(10**9, 3 * 10**9, 1), Bar(3 * 10**9, 8 * 10**9, 1),
        ]  # fmt: skip
        assert sum(bar.count for bar in result.histograms["context_length"]) == 1

    @pytest.mark.parametrize("options", [{"histograms": ("downloads",)}, {"excluded": {"nothing": ["x"]}}])
    def test_what_cannot_be_narrowed_down_is_said(self, narrowed: SearchStore, options: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            narrowed.search(SearchQuery(**options))  # type: ignore[arg-type]
