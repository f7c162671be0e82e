"""Parts of the tools for agents: what fits into an answer, what is visible in a text, what an argument means."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import Annotated, Any

import pytest
from hypothesis import given, strategies as st
from pydantic import Field

from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.service.agents.arguments import Arguments, AsList, AsNumber, schema_of, understood
from mlentory_crawl.service.agents.fitting import Call, fitted
from mlentory_crawl.service.agents.strangers_texts import harmless, name_of, shortened, visible

pytestmark = pytest.mark.extra(name="serve")

TEXTS = st.text(max_size=60) | st.builds(
    lambda text, times: text * times, st.text(min_size=1, max_size=5), st.just(900)
)
ENTRIES = st.lists(
    st.fixed_dictionaries({"name": TEXTS, "values": st.lists(TEXTS | st.integers(), max_size=20)}), max_size=40
)


def following(shown: int) -> Call | None:
    return {"tool": "tool", "arguments": {"offset": shown}}


@given(ENTRIES, st.dictionaries(st.sampled_from("abcdef"), TEXTS))
def test_answers_fit_and_their_entries_are_whole(entries: list[dict[str, Any]], frame: dict[str, Any]) -> None:
    told = fitted({"total": len(entries), **frame, "list": []}, (("list", each) for each in entries), following, 3_000)
    assert len(json.dumps(told)) <= 3_000
    assert told["shown"] == len(told["list"])
    assert bool(told["list"]) is bool(entries)
    assert told["next"] == following(told["shown"])
    assert told["list"][1:] == harmless(entries[1 : told["shown"]])


def test_an_entry_that_is_alone_too_large_is_cut_visibly() -> None:
    (only,) = fitted({"list": [], "total": 1}, [("list", {"a": "x" * 1_900, "b": "y" * 1_900})], following, 2_000)[
        "list"
    ]
    assert only["a"].startswith("xxx")
    assert only["b"].endswith("…")


@given(st.text(st.characters()))
def test_nothing_invisible_is_left(text: str) -> None:
    shown = visible(text)
    assert not [each for each in shown if unicodedata.category(each)[0] == "C" and each != "\n"]
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200bb\u202ec\U000e0041d\ufe0fe\u3164f\u00adg", "abcdefg"),
        ("line\r\nline\u2028line\tword\u00a0word", "line\nline\nline word word"),
        ("\x1b[31mred\x00", "[31mred"),
        ("Größe 詳細 \U0001f9e8 e\u0301", "Größe 詳細 \U0001f9e8 e\u0301"),
        ("\ud800", ""),
    ],
)
def test_what_is_visible_stays(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_every_character_is_shown_or_left_out() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert len(visible(everything)) < len(everything) - 100_000
    json.dumps(visible(everything)).encode()


@pytest.mark.parametrize(
    ("text", "length"),
    [("a" * 3_000, 2_000), ("詳" * 3_000, 666), ("\u200b" * 9_000, 27), ("a" * 2_000, 2_000), ("", 0)],
)
def test_long_texts_are_cut(text: str, length: int) -> None:
    shown = shortened(text)
    assert len(shown) == length
    assert ("… (" in shown) is (shown != text)


def test_names_have_one_line() -> None:
    assert name_of(" a\n b\u2028c ") == "a b c"
    assert len(name_of("a" * 3_000)) == 200


class Sample(Arguments):
    """Arguments of each kind."""

    number: Annotated[float | None, AsNumber, Field(allow_inf_nan=False, description="A number.")] = None
    names: Annotated[list[str], AsList, Field(default_factory=list, description="Names.")]


@pytest.mark.parametrize(
    ("given", "number"),
    [("20", 20), (" 7B ", 7e9), ("350m", 35e7), ("1.5K", 1_500), ("1_000", 1_000), (3, 3), (None, None), ("", None)],
)
def test_numbers_may_be_text(given: Any, number: float | None) -> None:
    assert understood(Sample, {"number": given}).number == number


@pytest.mark.parametrize("given", ["1,000", "seven", "7 B B", "0x10", [], {"a": 1}, "1e999", "٣"])
def test_what_may_be_several_numbers_is_none(given: Any) -> None:
    with pytest.raises(WrongUsage, match=r"^number: "):
        understood(Sample, {"number": given or ["x"]})


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("a", ["a"]),
        (["a", "b"], ["a", "b"]),
        ('["a", "b"]', ["a", "b"]),
        ("[a", ["[a"]),
        (None, []),
        ("", []),
        ([], []),
    ],
)
def test_one_name_may_stand_for_a_list(given: Any, names: list[str]) -> None:
    assert understood(Sample, {"names": given}).names == names


def test_unknown_arguments_are_named_even_without_a_value() -> None:
    with pytest.raises(WrongUsage, match=r"there is no parameter numbr; did you mean number\?"):
        understood(Sample, {"numbr": None})


def test_schemas_are_short() -> None:
    assert schema_of(Sample) == {
        "type": "object",
        "properties": {
            "number": {"type": "number", "description": "A number."},
            "names": {"type": "array", "items": {"type": "string"}, "description": "Names."},
        },
        "additionalProperties": False,
    }
