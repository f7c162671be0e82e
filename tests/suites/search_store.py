"""What every search store does: its test module subclasses `SearchStoreSuite` and says how a store is made."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from mlentory_crawl.stores.search.fields import STATABLE
from mlentory_crawl.stores.search.query import MAX_HITS, SearchQuery, SearchStore, Sort
from mlentory_crawl.stores.search.reasons import explained
from suites.search_changes import HUB, MODELS, SYNTAX, change, found
from suites.search_narrowing import SearchNarrowingSuite
from suites.store import FAR


class SearchStoreSuite(SearchNarrowingSuite):
    """Subclasses say in `new_store` how a store is made."""

    # Text

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("google-bert/bert-base-uncased", "google-bert/bert-base-uncased"),
            ("uncased", "google-bert/bert-base-uncased"),
            ("BERT Base", "google-bert/bert-base-uncased"),
            ("base bert", "google-bert/bert-base-uncased"),
            ("roberta", "FacebookAI/RoBERTa-large"),
            ("facebook", "FacebookAI/RoBERTa-large"),
            ("modeling", "google-bert/bert-base-uncased"),
            ("model", "google-bert/bert-base-uncased"),
            ("speech recognition", "openai/whisper-tiny"),
            ("tiny apache", "openai/whisper-tiny"),
            ("a model of masked text", "google-bert/bert-base-uncased"),
            ("whisp", "openai/whisper-tiny"),
            ("情感", "中文/情感分析模型"),
            ("短文本", "中文/情感分析模型"),
        ],
    )
    def test_finds_words_wherever_they_are(self, filled: SearchStore, text: str, name: str) -> None:
        assert found(filled, text)[0] == name

    def test_finds_parts_of_names(self, filled: SearchStore) -> None:
        assert set(found(filled, "bert")) == {
            "google-bert/bert-base-uncased",
            "FacebookAI/RoBERTa-large",
            "somebody/bert-german-sentiment",
        }

    def test_every_word_must_occur(self, filled: SearchStore) -> None:
        assert found(filled, "bert sentiment") == ["somebody/bert-german-sentiment"]
        assert found(filled, "bert whisper") == []

    def test_quoted_words_must_follow_each_other(self, filled: SearchStore) -> None:
        assert found(filled, '"base uncased"') == ["google-bert/bert-base-uncased"]
        assert found(filled, '"uncased base"') == []

    def test_a_typing_error_is_forgiven_when_nothing_matches(self, filled: SearchStore) -> None:
        assert found(filled, "wisper tiny") == ["openai/whisper-tiny"]
        assert found(filled, "sentimentt") == ["somebody/bert-german-sentiment"]
        assert found(filled, "birt") == []

    def test_a_typing_error_is_not_guessed_where_a_filter_excludes_the_word(self, store: SearchStore) -> None:
        store.write([change("1", "a/whisper", license=["MIT"]), change("2", "a/whisker", license=["GPL-3.0"])], FAR)
        store.flush()
        assert found(store, "whisper", filters={"license": ["GPL-3.0"]}) == []

    @pytest.mark.parametrize(
        ("text", "suggested"),
        [
            ("wisper tiny", "whisper tiny"),
            ("google sentimentt", None),  # no model has both
            ("Wihsper", "whisper"),
            ("speech recogniton", "speech recognition"),
            ("whisper", None),
            ("nothing at all", None),
            ("birt", None),
        ],
    )
    def test_says_how_hits_spell_what_was_mistyped(self, filled: SearchStore, text: str, suggested: str | None) -> None:
        assert filled.search(SearchQuery(text)).suggestion == suggested
        assert filled.search(SearchQuery(text, size=0)).suggestion == suggested

    def test_no_other_spelling_is_suggested_where_a_filter_excludes_the_word(self, filled: SearchStore) -> None:
        assert filled.search(SearchQuery("wisper", filters={"license": ["MIT"]})).suggestion is None

    @pytest.mark.parametrize(
        ("text", "name", "field", "words"),
        [
            ("bert base", "google-bert/bert-base-uncased", "name", ["bert", "bert", "base"]),
            ("model", "google-bert/bert-base-uncased", "description", ["modeling"]),
            ("bert", "FacebookAI/RoBERTa-large", "name", ["RoBERTa"]),
            ("whisp", "openai/whisper-tiny", "name", ["whisper"]),
            ("wisper", "openai/whisper-tiny", "name", ["whisper"]),
            ('"tiny"', "openai/whisper-tiny", "name", ["tiny"]),
            ("短文", "中文/情感分析模型", "description", ["短", "文"]),
        ],
    )
    def test_says_where_the_words_are(
        self, filled: SearchStore, text: str, name: str, field: str, words: list[str]
    ) -> None:
        hits = filled.search(SearchQuery(text, highlight=True)).hits
        told = next(hit for hit in hits if hit["name"] == name)["highlight"][field]
        assert [told["text"][start:end] for start, end in told["matches"]] == words

    def test_long_texts_are_shown_around_the_words(self, store: SearchStore) -> None:
        store.write([change("1", "a/long", description="word " * 2_000 + "the needle in it" + " word" * 2_000)], FAR)
        store.flush()
        (hit,) = store.search(SearchQuery("needle", highlight=True)).hits
        told = hit["highlight"]["description"]
        assert len(told["text"]) <= 200
        assert [told["text"][start:end] for start, end in told["matches"]] == ["needle"]
        assert "highlight" not in store.search(SearchQuery("needle")).hits[0]
        assert store.search(SearchQuery(highlight=True)).hits[0]["highlight"] == {}

    def test_an_exact_name_comes_first_however_popular_others_are(self, store: SearchStore) -> None:
        store.write(
            [change("1", "a/bert"), *(change(f"2{i}", f"a/bert-{i}", downloads=10**9) for i in range(5))],
            FAR,
        )
        store.flush()
        assert found(store, "a/bert")[0] == "a/bert"

    def test_the_more_popular_of_equals_comes_first(self, store: SearchStore) -> None:
        store.write(
            [
                change("1", "a/bert", downloads=10),
                change("2", "b/bert", downloads=10_000),
                change("3", "c/bert"),
            ],
            FAR,
        )
        store.flush()
        assert found(store, "bert") == ["b/bert", "a/bert", "c/bert"]

    def test_models_come_before_other_things(self, store: SearchStore) -> None:
        store.write([change("1", "a/squad", kind="Dataset", downloads=1000), change("2", "b/squad")], FAR)
        store.flush()
        assert found(store, "squad") == ["b/squad", "a/squad"]
        assert found(store) == ["b/squad", "a/squad"]

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text() | st.lists(st.sampled_from(SYNTAX)).map(" ".join))
    def test_no_text_is_an_error(self, filled: SearchStore, text: str) -> None:
        result = filled.search(SearchQuery(text, facets=("task",)))
        assert 0 <= result.total <= len(MODELS)

    def test_a_very_long_text_is_no_error(self, filled: SearchStore) -> None:
        assert filled.search(SearchQuery("bert " * 100_000)).total == 3

    def test_any_text_of_a_record_can_be_stored_and_read_back(self, filled: SearchStore) -> None:
        odd = 'a"b\\c\x00\x07\u202e\U0001f600\ufeff' + "x" * 100_000
        assert filled.write([change("9", "a/odd", description=odd, keywords=["", odd])], FAR) == []
        filled.flush()
        (hit,) = filled.search(SearchQuery("a/odd")).hits
        assert hit["keyword"] == ["", odd]

    # Filters

    def test_values_of_a_facet_are_alternatives_and_facets_are_conditions(self, filled: SearchStore) -> None:
        assert len(found(filled, filters={"task": ["fill-mask", "text-classification"]})) == 3
        assert found(filled, filters={"task": ["fill-mask"], "license": ["MIT"]}) == ["FacebookAI/RoBERTa-large"]
        assert found(filled, filters={"task": ["fill-mask"], "language": ["de"]}) == []

    @pytest.mark.parametrize("value", ["apache-2.0", "Apache-2.0", "APACHE-2.0"])
    def test_filters_do_not_mind_the_case(self, filled: SearchStore, value: str) -> None:
        assert len(found(filled, filters={"license": [value]})) == 2

    @pytest.mark.parametrize(
        ("facet", "value"),
        [
            ("author", "openai"),
            ("dataset", "wikipedia"),
            ("keyword", "exbert"),
            ("keyword", "情感分析"),
            ("base_model", "google-bert/bert-base-uncased"),
            ("library", "transformers"),
            ("platform", "huggingface"),
        ],
    )
    def test_filters_by_what_a_thing_refers_to(self, filled: SearchStore, facet: str, value: str) -> None:
        assert found(filled, filters={facet: [value]})
        assert found(filled, filters={facet: ["something else"]}) == []

    def test_a_space_may_stand_for_the_hyphen_of_a_task(self, filled: SearchStore) -> None:
        assert len(found(filled, filters={"task": ["Fill Mask"]})) == 2
        assert found(filled, filters={"author": ["google bert"]}) == []

    @pytest.mark.parametrize("name", STATABLE)
    def test_fields_can_be_required_and_excluded(self, filled: SearchStore, name: str) -> None:
        filled.write([change("6", "a/measured", evaluations=[("accuracy", 0.5)])], FAR)
        filled.flush()
        have = {hit["name"] for hit in filled.search(SearchQuery(size=100)).hits if hit.get(name) is not None}
        every = set(found(filled, size=100))
        assert set(found(filled, has=(name,), size=100)) == have
        assert set(found(filled, without=(name,), size=100)) == every - have
        assert found(filled, has=(name,), without=(name,)) == []

    def test_required_fields_are_conditions_beside_others(self, filled: SearchStore) -> None:
        assert found(filled, has=("parameters", "description")) == ["google-bert/bert-base-uncased"]
        assert found(filled, "bert", without=("license",)) == ["somebody/bert-german-sentiment"]
        counted = filled.search(SearchQuery(has=("parameters",), without=("description",), facets=("license",)))
        assert counted.facets == {"license": {"Apache-2.0": 1, "MIT": 1}}

    # Reasons

    def test_says_what_matches_but_for_a_number(self, filled: SearchStore) -> None:
        filled.write([change("6", "a/data", kind="Dataset"), change("7", "a/model", mlTask=["fill-mask"])], FAR)
        filled.flush()
        for query, unstated in (
            (SearchQuery(minimum={"parameters": 10**8}), {"parameters": 3}),
            (SearchQuery(minimum={"parameters": 1}, filters={"task": ["fill-mask"]}), {"parameters": 1}),
            (SearchQuery(minimum={"parameters": 1}, filters={"type": ["Dataset"]}), {}),
            (SearchQuery("bert", minimum={"parameters": 1}, maximum={"modified": "2024"}), {"parameters": 1}),
            (SearchQuery(minimum={"parameters": 1}, has=("parameters",)), {}),
            (SearchQuery(filters={"task": ["fill-mask"]}), {}),
        ):
            assert explained(filled, query, filled.search(query)).unstated == unstated, query

    def test_names_what_is_most_like_an_unknown_value(self, filled: SearchStore) -> None:
        def near(**filters: list[str]) -> dict[str, list[str]]:
            query = SearchQuery(filters=filters)
            return {each.value: [*each.near] for each in explained(filled, query, filled.search(query)).unknown}

        assert near(license=["apache"]) == {"apache": ["Apache-2.0"]}
        assert near(library=["transfomers"], license=["MIT"]) == {"transfomers": ["transformers"]}
        assert near(base_model=["BERT base uncased"]) == {"BERT base uncased": ["google-bert/bert-base-uncased"]}
        assert near(license=["apache-2.0"], language=["zh", "xx"]) == {"xx": []}
        assert near(license=["MIT"], language=["zh"]) == {}
        assert near(license=["MIT"], type=["Dataset"]) == {"MIT": []}

    # Bounds, order, pages

    @pytest.mark.parametrize(
        ("minimum", "maximum", "count"),
        [
            ({"parameters": 110_106_428}, {}, 2),
            ({"parameters": 110_106_428.5}, {}, 1),
            ({}, {"parameters": 1e8}, 1),
            ({"parameters": 1e8}, {"parameters": 2e8}, 1),
            ({"parameters": 2e8}, {"parameters": 1e8}, 0),
            ({"likes": 0}, {}, 4),
            ({"likes": float("-inf")}, {"likes": float("inf")}, 4),
            ({"downloads": 10**30}, {}, 0),
            ({"modified": "2024"}, {}, 3),
            ({}, {"modified": "2023"}, 1),
            ({"modified": "2024-02-19"}, {"modified": "2024-02-19"}, 2),
            ({"modified": "2024-02-19T12:00:00Z"}, {"modified": "2024-02"}, 2),
            ({"modified": "2024-02-19T13:00:00+01:00"}, {"modified": "2024-02"}, 2),
            ({"modified": "0001"}, {"modified": "9999"}, 4),
        ],
    )
    def test_bounds_are_inclusive(
        self, filled: SearchStore, minimum: dict[str, float | str], maximum: dict[str, float | str], count: int
    ) -> None:
        assert filled.search(SearchQuery(minimum=minimum, maximum=maximum)).total == count

    @pytest.mark.parametrize(
        "options",
        [
            {"filters": {"nothing": ["x"]}},
            {"facets": ("nothing",)},
            {"facets": ("downloads",)},
            {"sort": "nothing"},
            {"minimum": {"nothing": 1}},
            {"minimum": {"license": "a"}},
            {"minimum": {"downloads": "many"}},
            {"minimum": {"downloads": float("nan")}},
            {"maximum": {"modified": "yesterday"}},
            {"maximum": {"modified": "2024-13"}},
            {"has": ("iri",)},
            {"without": ("nothing",)},
            {"size": -1},
            {"offset": -1},
        ],
    )
    def test_what_does_not_exist_is_said(self, filled: SearchStore, options: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            filled.search(SearchQuery(**options))

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            ("downloads", "1 2 3 45"),
            ("likes", "1 3 2 4 5"),
            ("parameters", "2 1 3 45"),
            ("modified", "3 2 1 4 5"),
            ("created", "3 12 45"),
            ("name", "2 1 3 4 5"),
        ],
    )
    def test_sorts_with_missing_values_last(self, filled: SearchStore, sort: Sort, order: str) -> None:
        hits = found(filled, sort=sort)
        for equals in order.split():
            names = {MODELS[int(key) - 1].iri.removeprefix(HUB) for key in equals}
            assert set(hits[: len(names)]) == names
            del hits[: len(names)]

    def test_pages_follow_each_other(self, filled: SearchStore) -> None:
        pages = [found(filled, sort="name", size=2, offset=offset) for offset in (0, 2, 4, 6)]
        assert [len(page) for page in pages] == [2, 2, 1, 0]
        assert list(chain(*pages)) == found(filled, sort="name")

    def test_pages_end_at_the_same_hit(self, store: SearchStore) -> None:
        changes = [change(str(n), f"a/{n:05}") for n in range(MAX_HITS + 50)]
        for start in range(0, len(changes), store.batch_size):
            store.write(changes[start : start + store.batch_size], FAR)
        store.flush()
        page = SearchQuery(sort="name", size=100, offset=MAX_HITS - 50)
        result = store.search(page)
        assert result.total == MAX_HITS + 50
        assert [hit["name"] for hit in result.hits] == [f"a/{n:05}" for n in range(MAX_HITS - 50, MAX_HITS)]
        assert store.search(replace(page, offset=MAX_HITS)).hits == []

    def test_size_and_offset_may_be_anything(self, filled: SearchStore) -> None:
        assert filled.search(SearchQuery(size=0)).total == len(MODELS)
        assert len(found(filled, size=10**12)) == len(MODELS)
        assert found(filled, offset=10**12) == []

    def test_hits_are_whole_search_documents_with_a_score(self, filled: SearchStore) -> None:
        (hit,) = filled.search(SearchQuery("whisper")).hits
        assert hit["score"] > 0
        assert hit["license"] == ["Apache-2.0"]
        assert hit["language"] == ["en", "zh", "de"]
        assert hit["downloads"] == 500_000
        assert hit["modified"] == "2024-02-29T10:57:33Z"

    # Facets

    def test_counts_facets_most_frequent_first(self, filled: SearchStore) -> None:
        result = filled.search(SearchQuery(facets=("license", "language", "type"), size=0))
        assert list(result.facets) == ["license", "language", "type"]
        assert list(result.facets["license"].items()) == [("Apache-2.0", 2), ("MIT", 1)]
        assert result.facets["language"] == {"en": 3, "de": 2, "zh": 2}
        assert list(result.facets["language"]) == ["en", "de", "zh"]
        assert list(result.facets["type"].values()) == [len(MODELS)]

    def test_facets_count_what_matches(self, filled: SearchStore) -> None:
        result = filled.search(SearchQuery("bert", minimum={"downloads": 1}, facets=("language",)))
        assert result.facets == {"language": {"en": 2}}

    def test_the_own_filter_of_a_facet_does_not_narrow_its_counts(self, filled: SearchStore) -> None:
        query = SearchQuery(filters={"license": ["mit"], "task": ["fill-mask"]}, facets=("license", "task", "language"))
        assert filled.search(query).facets == {
            "license": {"Apache-2.0": 1, "MIT": 1},
            "task": {"fill-mask": 1},
            "language": {"en": 1},
        }
