"""Dates as pages state them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given, strategies as st

from fair4ml.read.stated_dates import date_in_path, stated_date, written_date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024-03-09", "2024-03-09"),
        ("20240309", "2024-03-09"),
        ("2024/03/09", "2024-03-09"),
        ("2024-03-09T10:20:30Z", "2024-03-09T10:20:30+00:00"),
        ("2024-03-09T10:20:30.123456+0200", "2024-03-09T10:20:30+02:00"),
        ("2024-03-09 10:20:30 +01:00", "2024-03-09T10:20:30+01:00"),
        ("2024-03-09 10:20:30 UTC", "2024-03-09T10:20:30+00:00"),
        ("Sat, 09 Mar 2024 10:20:30 GMT", "2024-03-09T10:20:30+00:00"),
        ("March 9, 2024", "2024-03-09"),
        ("Saturday, March 9th, 2024 at 10:20 am", "2024-03-09"),
        ("9 March 2024", "2024-03-09"),
        ("09-Mar-2024", "2024-03-09"),
        ("Mar. 9, 2024", "2024-03-09"),
        ("9.3.2024", "2024-03-09"),
        ("3/19/2024", "2024-03-19"),
        ("19/3/2024", "2024-03-19"),
        ("3/3/2024", "2024-03-03"),
        ("2024年3月9日", "2024-03-09"),
        ("2024년 3월 9일", "2024-03-09"),
        ("1923-05-01", "1923-05-01"),
    ],
)
def test_a_date_is_read_in_the_forms_that_pages_have(text: str, date: str) -> None:
    assert stated_date(text) == date


@pytest.mark.parametrize("time", ["2024-03-09T10:20:30", "2024-03-09 10:20", "2024-03-09T10:20:30+00:00:30"])
def test_a_time_without_a_proper_zone_is_its_day(time: str) -> None:
    assert stated_date(time) == "2024-03-09"


@pytest.mark.parametrize(
    "text",
    [
        "", "2024", "2024-03", "2024/03", "March 2024", "9 March", "3/9/2024", "9-3-24", "2024-W10", "2024-02-30",
        "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1900-01-01", "yesterday", "1709980830", "2024-03-09" * 20,
        "9999-12-31T23:59:59-12:00x", "Chapter 2024", "May 32, 2024",
    ],
)  # fmt: skip
def test_what_is_not_precise_to_the_day_is_no_date(text: str) -> None:
    assert stated_date(text) is None


def test_the_first_date_inside_a_text_is_found() -> None:
    assert written_date("Ada Wells, 9 March 2024, updated 2025-01-01") == "2024-03-09"


@pytest.mark.parametrize(
    ("path", "date"),
    [
        ("/2024/03/09/counting-terns", "2024-03-09"),
        ("/blog/2024/3/9/", "2024-03-09"),
        ("/blog/2024-03-09-counting-terns.html", "2024-03-09"),
        ("/statements/2024/mar/09/terns", "2024-03-09"),
        ("/2024/03/counting-terns", None),
        ("/2024/", None),
        ("/2024/13/09/", None),
        ("/models/20240309", None),
        ("/v/2024/03/091/", None),
    ],
)
def test_a_path_has_a_date_only_in_full(path: str, date: str | None) -> None:
    assert date_in_path(path) == date


@given(st.text(max_size=60) | st.datetimes().map(str) | st.dates().map(lambda day: f"{day:%d %b %Y}"))
def test_a_date_is_a_day_or_a_time_with_a_zone_or_none(text: str) -> None:
    found = stated_date(text)
    if found is not None:
        assert date.fromisoformat(found) if len(found) == 10 else datetime.fromisoformat(found).utcoffset() is not None
