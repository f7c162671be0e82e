from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from langcodes.registry_parser import parse_registry

from fair4ml.entities import CLASSES
from fair4ml.identifiers import IRI_PATTERN
from fair4ml.normalize.languages import is_language_tag, parse_language

ANY_TEXT = st.text(st.characters(exclude_categories=()))
SUBTAGS = st.lists(
    st.sampled_from(
        [
            "en",
            "zh",
            "tl",
            "sh",
            "no",
            "gem",
            "mul",
            "qaa",
            "x",
            "u",
            "i",
            "Hant",
            "latn",
            "BR",
            "de",
            "419",
            "sursilv",
            "yue",
        ]
    ),
    min_size=1,
    max_size=4,
)
TAG_LIKE = st.builds(lambda separator, subtags: separator.join(subtags), st.sampled_from(["-", "_"]), SUBTAGS)


@pytest.mark.parametrize(
    ("declared", "tag", "alpha3", "name"),
    [
        ("en", "en", "eng", "English"),
        (" EN ", "en", "eng", "English"),
        ("zh", "zh", "zho", "Chinese"),
        ("no", "no", "nor", "Norwegian"),
        ("zh_CN", "zh-CN", "zho", "Chinese"),
        ("zh-hant", "zh-Hant", "zho", "Chinese"),
        ("pt-BR", "pt-BR", "por", "Portuguese"),
        ("pt-br", "pt-BR", "por", "Portuguese"),
        ("fr-fr", "fr-FR", "fra", "French"),
        ("es-419", "es-419", "spa", "Spanish"),
        ("rm-sursilv", "rm-sursilv", "roh", "Romansh"),
        ("yue", "yue", "yue", "Cantonese"),
        ("eng", "en", "eng", "English"),
        ("ger", "de", "deu", "German"),
        ("eng_Latn", "en", "eng", "English"),
        ("zho_Hans", "zh-Hans", "zho", "Chinese"),
        ("iw", "he", "heb", "Hebrew"),
        ("tl", "tl", "tgl", "Tagalog"),
        ("tgl", "tl", "tgl", "Tagalog"),
        ("fil", "fil", "fil", "Filipino"),
        ("hbs", "sh", "hbs", "Serbo-Croatian"),
        ("cnr", "cnr", "cnr", "Montenegrin"),
    ],
)
def test_a_tag_is_normalized_and_its_language_is_of_iso_639_3(declared: str, tag: str, alpha3: str, name: str) -> None:
    language = parse_language(declared)
    assert language is not None
    assert language.tag == tag
    assert language.stub.iri == f"http://lexvo.org/id/iso639-3/{alpha3}"
    assert (language.stub.cls, language.stub.name) == ("Language", name)


@pytest.mark.parametrize(
    ("declared", "tag"),
    [
        ("Chinese", "zh"),
        ("english", "en"),
        ("dutch", "nl"),
        ("Cantonese", "yue"),
        ("Farsi", "fa"),
        ("Scottish Gaelic", "gd"),
    ],
)
def test_an_english_name_is_the_language(declared: str, tag: str) -> None:
    language = parse_language(declared)
    assert language is not None
    assert language.tag == tag


@pytest.mark.parametrize(("declared", "tag"), [("jp", "ja"), ("vn", "vi"), ("CN", "zh"), ("gr", "el"), ("cz", "cs")])
def test_a_countrys_code_that_no_language_has_is_corrected(declared: str, tag: str) -> None:
    language = parse_language(declared)
    assert language is not None
    assert language.tag == tag


@pytest.mark.parametrize("declared", ["gem", "ine", "sla", "bnt"])
def test_a_family_is_one_of_iso_639_5(declared: str) -> None:
    language = parse_language(declared)
    assert language is not None
    assert language.stub.iri == f"http://lexvo.org/id/iso639-5/{declared}"
    assert language.stub.name is not None
    assert language.stub.name.endswith(" languages")


@pytest.mark.parametrize(
    "declared",
    [
        "",
        "  ",
        "code",
        "python",
        "c++",
        "cpp",
        "multilingual",
        "noinfo",
        "unk",
        "mul",
        "und",
        "zxx",
        "mis",
        "qaa",
        "x-private",
        "en-x-private",
        "French Italian",
        "a language that nobody ever heard of, and that nobody ever will hear of",
    ],
)
def test_what_names_no_single_language_is_none(declared: str) -> None:
    assert parse_language(declared) is None


@pytest.mark.parametrize("declared", ["en-de", "de-en", "EN-FR", "sv_fi", "eng-deu", "et-en"])
def test_a_pair_is_no_region(declared: str) -> None:
    assert parse_language(declared) is None


@pytest.mark.parametrize("declared", ["en-DE", "sv_FI", "ko-kr", "ar-sa", "en-us"])
def test_a_region_is_no_pair(declared: str) -> None:
    assert parse_language(declared) is not None


def test_a_language_has_one_name_however_it_is_declared() -> None:
    codes = [entry["Subtag"] for entry in parse_registry() if entry["Type"] == "language"]  # type: ignore[no-untyped-call]
    stubs = {language.stub for code in codes if (language := parse_language(code)) is not None}
    assert len(stubs) > 7_900
    assert not [iri for iri, times in Counter(stub.iri for stub in stubs).items() if times > 1]
    assert all(stub.name and not stub.name.startswith("Unknown") for stub in stubs)


@pytest.mark.parametrize(
    "tag", ["en", "pt", "ml", "ab", "no", "yue", "ceb", "zh-CN", "zh_CN", "pt-br", "sr-Latn", "ga-IE"]
)
def test_a_language_among_other_tags_is_recognized(tag: str) -> None:
    assert is_language_tag(tag)
    assert parse_language(tag) is not None


@pytest.mark.parametrize(
    "tag",
    """
    tf rl ai qa cv-rl jax vit trl mlx mtp moe act ppo dpo sac gan ner asr tts ocr llm rag dna cpu npu ssm vae esm knn
    phi art mae nli sgd ara sh lua war man new EN NO OS DA MoE NER transformers text-generation on-device to-do
    ai-safety no-weights as-is hi-en en-de en_unnorm so-101 xlm-roberta gpt_neo multilingual code arxiv:1706.03762
    """.split(),
)
def test_what_looks_like_a_language_among_other_tags_is_none(tag: str) -> None:
    assert not is_language_tag(tag)


@given(ANY_TEXT | TAG_LIKE)
def test_any_text_is_answered_and_a_normalized_tag_is_its_own(text: str) -> None:
    language = parse_language(text)
    if language is not None:
        assert parse_language(language.tag) == language
        assert re.fullmatch(IRI_PATTERN, language.stub.iri)
        assert language.stub.cls in CLASSES


@given(ANY_TEXT | TAG_LIKE)
def test_a_bare_language_tag_always_names_a_language(text: str) -> None:
    assert not is_language_tag(text) or parse_language(text) is not None


def test_the_data_of_languages_are_loaded_with_the_first_language_only() -> None:
    asked = "'langcodes' in sys.modules or 'language_data' in sys.modules"
    loaded = f"import sys, fair4ml.normalize.languages; sys.exit({asked})"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0


def test_languages_that_real_models_declare_are_found(corpus: Path) -> None:
    declared: Counter[str] = Counter()
    undeclared: Counter[str] = Counter()
    with gzip.open(corpus / "huggingface" / "models-2026-summary.jsonl.gz", "rt", encoding="utf-8") as lines:
        for model in map(json.loads, lines):
            declared.update(model["languages"])
            undeclared.update(tag for tag in model["tags"] if tag not in model["languages"] and len(tag) == 3)
    single = {tag: times for tag, times in declared.items() if tag not in {"code", "multilingual"}}
    assert sum(times for tag, times in single.items() if parse_language(tag)) > 0.99 * sum(single.values())
    assert sum(times for tag, times in undeclared.items() if is_language_tag(tag)) < 0.1 * sum(undeclared.values())
