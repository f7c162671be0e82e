"""What every search store does: its test module subclasses `SearchStoreSuite` and says how a store is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from documents import documents
from hypothesis import HealthCheck, given, settings, strategies as st

from mlentory_crawl.stores.protocols import MAX_HITS, Change, Position, SearchQuery, SearchStore, Sort

HUB = "https://huggingface.co/"
FAR = Position("catalog", "run", 1)

SYNTAX = [*'"()[]{}:*?~^-+\\/&|!<>=', "AND", "OR", "NOT", "name:bert", "[a TO b]", "bert", "5"]
"""What query languages are made of."""

NewStore = Callable[[], SearchStore]


def change(key: str, name: str | None, kind: str = "MLModel", **facts: Any) -> Change:
    """A change as the catalog gives it: a thing with these facts, or none.

    Args:
        key: its native id.
        name: its name, from which its IRI follows; None when it is gone.
        kind: its class.
        facts: ``downloads``, ``likes``, ``parameters``, ``description``, ``keywords``, ``languageTag``, ``dateCreated``
            ``dateModified``; as lists of names, what it refers to: ``license``, ``mlTask``, ``sharedBy``,
            ``softwareRequirements``, ``trainedOn``, ``wasDerivedFrom``; as pairs of metric and value, ``evaluations``.
    """
    catalog_key = f"huggingface/model/{key}"
    if name is None:
        return Change(catalog_key, f"{HUB}{key}", None)
    root: dict[str, Any] = {"iri": HUB + name, "class": kind, "name": name, "url": HUB + name}
    parts, stubs = [], []
    for property_name, (base, cls) in {
        "license": ("https://spdx.org/licenses/", "License"),
        "mlTask": ("https://w3id.org/mlentory/tasks#", "DefinedTerm"),
        "sharedBy": (HUB, "Agent"),
        "softwareRequirements": (f"{HUB}models?library=", "SoftwareApplication"),
        "trainedOn": (f"{HUB}datasets/", "Dataset"),
        "wasDerivedFrom": (HUB, "MLModel"),
    }.items():
        named = [{"iri": base + other, "class": cls, "name": other} for other in facts.get(property_name, [])]
        if named:
            root[property_name] = [stub["iri"] for stub in named]
            stubs += named
    for property_name in ("description", "keywords", "languageTag", "dateCreated", "dateModified"):
        if property_name in facts:
            root[property_name] = facts[property_name]
    if "parameters" in facts:
        part = f"{HUB}{name}#property-0123456789abcdef"
        root["additionalProperty"] = [part]
        parts.append(
            {"iri": part, "class": "PropertyValue", "propertyID": "parameterCount", "value": facts["parameters"]}
        )
    for number, (metric, value) in enumerate(facts.get("evaluations", [])):
        result, evaluation = f"{HUB}{name}#property-{number:016x}", f"{HUB}{name}#evaluation-{number:016x}"
        parts.append({"iri": result, "class": "PropertyValue", "propertyID": metric, "value": value})
        parts.append({"iri": evaluation, "class": "MLModelEvaluation", "evaluationResults": [result]})
    counters = {counter: facts[counter] for counter in ("downloads", "likes") if counter in facts}
    state = {"root": root, "parts": parts, "stubs": stubs, "counters": counters, "platforms": ["huggingface"]}
    return Change(catalog_key, HUB + name, {**state, "key": catalog_key})


MODELS = [
    change(
        "1",
        "google-bert/bert-base-uncased",
        description="Pretrained on English text with masked language modeling.",
        license=["Apache-2.0"],
        mlTask=["fill-mask"],
        sharedBy=["google-bert"],
        softwareRequirements=["transformers"],
        trainedOn=["bookcorpus", "wikipedia"],
        keywords=["exbert"],
        languageTag=["en"],
        downloads=60_000_000,
        likes=2_000,
        parameters=110_106_428,
        dateCreated="2022-03-02T23:29:04Z",
        dateModified="2024-02-19T11:06:12Z",
    ),
    change(
        "2",
        "FacebookAI/RoBERTa-large",
        license=["MIT"],
        mlTask=["fill-mask"],
        sharedBy=["FacebookAI"],
        softwareRequirements=["transformers"],
        languageTag=["en"],
        downloads=9_000_000,
        likes=200,
        parameters=355_412_057,
        dateCreated="2022-03-02T23:29:04Z",
        dateModified="2024-02-19T12:47:04Z",
    ),
    change(
        "3",
        "openai/whisper-tiny",
        license=["Apache-2.0"],
        mlTask=["automatic-speech-recognition"],
        sharedBy=["openai"],
        softwareRequirements=["transformers"],
        languageTag=["en", "zh", "de"],
        downloads=500_000,
        likes=300,
        parameters=37_760_640,
        dateCreated="2022-09-26T06:50:30Z",
        dateModified="2024-02-29T10:57:33Z",
    ),
    change(
        "4",
        "somebody/bert-german-sentiment",
        mlTask=["text-classification"],
        sharedBy=["somebody"],
        wasDerivedFrom=["google-bert/bert-base-uncased"],
        languageTag=["de"],
        likes=0,
        dateModified="2023-01-01T00:00:00Z",
    ),
    change("5", "中文/情感分析模型", description="一个适合短文本的模型", keywords=["情感分析"], languageTag=["zh"]),
]
"""A few synthetic models in the shape of the Hub's."""


def found(store: SearchStore, text: str = "", **options: Any) -> list[str]:
    """The names of the hits, best first."""
    return [hit["name"] for hit in store.search(SearchQuery(text, **options)).hits]


class SearchStoreSuite:
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
    def test_no_record_whatever_stands_in_the_way(
        self, store: SearchStore, document: dict[str, Any], counter: object
    ) -> None:
        counters = {} if counter is None else {"downloads": counter}
        state = {**document, "key": "k/k/odd", "counters": counters, "platforms": ["k"], "conflicts": {}}
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

    # Filters, bounds, order, pages

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
