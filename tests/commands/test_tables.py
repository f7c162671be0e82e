"""Facts, tables and numbers on terminals of any width: no word is broken, and nothing is lost."""

from __future__ import annotations

import io
import sys

import pytest
from hypothesis import given, settings, strategies as st
from rich.cells import cell_len
from rich.text import Text

from mlentory_crawl.console import PlainConsole, counted, magnitude, number, shorten, table
from mlentory_crawl.console.tables import Facts, PlainTable, wrapped

RUN, ADDRESS = "20261128T201713Z_da434d56", "https://huggingface.co/open-source-lab/a-name-that-is-rather-long-8B-GGUF"


def printed(shown: PlainTable | Facts | str, width: int) -> str:
    out = PlainConsole()
    out.width = width
    with out.capture() as captured:
        out.print(shown)
    return captured.get()


def runs() -> PlainTable:
    shown = table("run", "mode", "verdict", "fetched", right=("fetched",))
    shown.add_row(RUN, "huggingface census with a long explanation", "complete", "17,545")
    shown.add_row(RUN, "delta", "suspect", "3")
    return shown


def test_a_table_that_has_room() -> None:
    assert printed(runs(), 120).splitlines() == [
        "run                        mode                                        verdict   fetched",
        f"{RUN}  huggingface census with a long explanation  complete   17,545",
        f"{RUN}  delta                                       suspect         3",
    ]


def test_texts_give_way_before_words_break() -> None:
    lines = printed(runs(), 64).splitlines()
    assert lines[1] == f"{RUN}  huggingface census  complete   17,545"
    assert lines[2] == " " * (len(RUN) + 2) + "with a long"
    assert all(len(line) <= 64 for line in lines)


def test_rows_become_blocks_where_words_would_break() -> None:
    assert printed(runs(), 40).splitlines()[:5] == [
        RUN,
        "  mode     huggingface census with a",
        "           long explanation",
        "  verdict  complete",
        "  fetched  17,545",
    ]


@settings(max_examples=60)
@given(st.lists(st.lists(st.text(max_size=30), min_size=3, max_size=3), max_size=4), st.integers(20, 120))
def test_every_word_is_there_whole(rows: list[list[str]], width: int) -> None:
    shown = table("one", "two", "three", right=("three",))
    for row in rows:
        shown.add_row(*row, below=[" ".join(row)])
    said = printed(shown, width).split()
    for row in rows:
        for cell in row:
            assert set(printed(cell, 10_000).split()) <= set(said) or any(cell_len(each) != len(each) for each in cell)


def test_texts_below_a_row_are_as_wide_as_the_table() -> None:
    shown = table("", "name", right=("",))
    shown.add_row("1", "acme/model", below=["an excerpt of the description that is longer", ADDRESS])
    assert printed(shown, 40).splitlines()[1:] == [
        "1  acme/model",
        "   an excerpt of the description that is",
        "   longer",
        f"   {ADDRESS}",
    ]


def test_facts_stand_beside_their_labels() -> None:
    facts = Facts(indent=2)
    facts.add("license", "MIT")
    facts.add("trainedOn", "acme/one, acme/two, acme/three", "huggingface/model: cardData.datasets")
    facts.add("url", ADDRESS)
    assert printed(facts, 40).splitlines() == [
        "  license    MIT",
        "  trainedOn  acme/one, acme/two,",
        "             acme/three",
        "             huggingface/model:",
        "             cardData.datasets",
        f"  url        {ADDRESS}",
    ]


def test_notes_stand_beside_values_where_there_is_room() -> None:
    facts = Facts()
    facts.add("license", "MIT", "huggingface/model: cardData.license", "huggingface/card: README")
    facts.add("url", f"{ADDRESS}/{'long/' * 15}", "huggingface/model: id")
    facts.add("name", "model")
    assert printed(facts, 140).splitlines() == [
        "license  MIT    huggingface/model: cardData.license",
        "                huggingface/card: README",
        f"url      {ADDRESS}/{'long/' * 15}",
        "         huggingface/model: id",
        "name     model",
    ]


def test_only_columns_that_fold_break_long_words() -> None:
    shown = table("license", "models", right=("models",), folding=("license",))
    shown.add_row("MIT", "7")
    shown.add_row(ADDRESS, "1")
    lines = printed(shown, 40).splitlines()
    assert lines[:2] == ["license" + " " * 27 + "models", "MIT" + " " * 36 + "7"]
    assert "".join(line[:32].rstrip() for line in lines[2:]) == ADDRESS
    assert all(len(line) <= 40 for line in lines)
    assert printed(shown, 24).startswith("MIT\n  models  7\n")


def test_sentences_are_broken_between_words() -> None:
    assert printed(f"It is at {ADDRESS} for all.", 30).splitlines() == ["It is at", ADDRESS, "for all."]
    assert [line.plain for line in wrapped(Text("  deep in\n\nthe text"), 6)] == ["  deep", "in", "", "the", "text"]
    assert [line.plain for line in wrapped(Text("\u6a21\u578b\u6a21\u578b ok"), 4)] == [
        "\u6a21\u578b", "\u6a21\u578b", "ok"
    ]  # fmt: skip


def test_a_pipe_has_a_width_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    monkeypatch.delenv("COLUMNS", raising=False)
    assert PlainConsole().width == 140
    monkeypatch.setenv("COLUMNS", "20")
    assert PlainConsole().width == 20


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7241732096, "7,241,732,096"), (0, "0"), (-1234, "-1,234"), (3.0, "3"), (62.03071672354948, "62.03"),
        (0.91, "0.91"), (71.5, "71.5"), (71.49999, "71.50"), (0.99995, "1.000"), (999.96, "1000"), (1234.56, "1,235"),
        (123456.789, "123,457"), (0.000012345, "1.234e-05"), (2e-5, "2e-05"), (1.5e20, "1.5e+20"), (1e22, "1e+22"),
        (-0.123456, "-0.1235"), (float("inf"), "inf"), (float("nan"), "nan"), (True, "yes"), (False, "no"),
        ("about 90", "about 90"), ("0.123456789", "0.123456789"),
    ],
)  # fmt: skip
def test_one_rule_for_numbers(value: float | str, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("12.5 +/- 3.25", "12.5 +/- 3.25"), ("0.8-0.9", "0.8-0.9"), ("62.03071672354948", "62.03"), ("1e-3", "62.03"),
        (None, "62.03"),
    ],
)  # fmt: skip
def test_a_spread_or_a_range_is_shown_as_it_is_stated(stated: str | None, shown: str) -> None:
    assert number(62.03071672354948, stated) == shown


@given(st.floats(-1e300, 1e300))
def test_a_rounded_value_is_near(value: float) -> None:
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=0.001)


def test_counts_of_lists_are_magnitudes() -> None:
    assert [magnitude(count) for count in (7, 999, 1000, 56_730, 7_241_732_096, 2 * 10**12)] == [
        "7", "999", "1K", "56.7K", "7.2B", "2T"
    ]  # fmt: skip
    assert [counted(count, "model") for count in (0, 1, 2000)] == ["0 models", "1 model", "2,000 models"]


def test_long_texts_are_cut_between_words() -> None:
    assert shorten("a" * 400) == "a" * 400
    assert shorten("word " * 90) == ("word " * 80).rstrip() + " ..."
    assert shorten("b" * 500) == "b" * 400 + " ..."
