"""Values of metrics as people type them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from fair4ml.normalize.metric_values import Value, metric_value


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (84.1, Value(84.1)),
        (7, Value(7)),
        ("84.1", Value(84.1)),
        ("84.1%", Value(84.1, "84.1%", "%")),
        (" 84.10 % ", Value(84.1, "84.10 %", "%")),
        ("20.0 ± 1.2", Value(20.0, "20.0 ± 1.2")),
        ("20.0 +/- 1.2%", Value(20.0, "20.0 +/- 1.2%", "%")),
        ("1,234.5", Value(1234.5, "1,234.5")),
        ("12,345,678.5", Value(12345678.5, "12,345,678.5")),
        ("1e-3", Value(0.001, "1e-3")),
        ("\u22120.5", Value(-0.5, "\u22120.5")),
        ("254.27 +/- 18.55", Value(254.27, "254.27 +/- 18.55")),
        ("-120.40 +- 60,2", Value(-120.4, "-120.40 +- 60,2")),
        ("90", Value(90.0, "90")),
        (".25", Value(0.25, ".25")),
        ("9.50", Value(9.5, "9.50")),
        (True, Value(True)),
        (".", Value(".")),
        # A comma that may be one of decimals, units and remarks: no number is certain.
        ("84,1", Value("84,1")),
        ("1,23", Value("1,23")),
        ("1,234", Value("1,234")),
        ("84,123", Value("84,123")),
        ("-84,123 %", Value("-84,123 %")),
        *(
            (text, Value(text))
            for text in ("0,845", "0,001", "00,123", "012,345.6", "0,123,456", "0,5 ± 0,1", "1.234,5")
        ),
        ("24M", Value("24M")),
        ("63.7*", Value("63.7*")),
        ("~50", Value("~50")),
        ("1e999", Value("1e999")),
        ("(16.97 15.58)", Value("(16.97 15.58)")),
        *((nothing, None) for nothing in ("--", "\u2212", "\u2013", "?", "na", "NONE", "null")),
        *((nothing, None) for nothing in ("-", "", "  ", "\u2014", "N/A", "NaN", None, float("nan"), float("inf"))),
    ],
)
def test_what_is_a_number_becomes_one_and_the_text_is_kept(stated: Any, expected: Value | None) -> None:
    assert metric_value(stated) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_is_written_out_is_read_back(number: float) -> None:
    for text in (repr(number), f"{number!r}%", f"{number!r} ± 1"):
        value = metric_value(text)
        assert value is not None
        assert value.value == number


@given(st.text())
def test_no_text_is_lost_or_fails(text: str) -> None:
    value = metric_value(text)
    if value is not None:
        assert text.strip().strip("\ufeff") in (value.value, value.raw, str(value.value))


@given(st.integers(min_value=1_000_000, max_value=10**15))
def test_thousands_are_read_as_such(number: int) -> None:
    for text, expected in ((f"{number:,}", number), (f"{number % 10**6:,}.5", number % 10**6 + 0.5)):
        value = metric_value(text)
        assert value is not None
        assert value.value == expected
