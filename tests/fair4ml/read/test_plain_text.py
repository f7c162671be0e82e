"""Text of others without characters that do more than display."""

from __future__ import annotations

from hypothesis import given, strategies as st

from fair4ml.read.plain_text import plain, plain_line
from mlentory_crawl.printable import printable


def test_control_direction_and_tag_characters_are_left_out() -> None:
    assert plain("a\u202eb\u2066c\x1b[31m d\ue000 e\U000e0041\u00adf\ufeff") == "abc[31m d ef"


def test_spaces_of_all_kinds_separate_words() -> None:
    assert plain("a\u00a0b\u2003c\x85d\u2028e\x0bf") == "a b c d e f"


def test_lines_tabs_and_joined_emoji_stay() -> None:
    assert plain("a\n\tb \U0001f469\u200d\U0001f4bb") == "a\n\tb \U0001f469\u200d\U0001f4bb"


def test_one_line_has_no_breaks() -> None:
    assert plain_line("  a\n\n\tb  ") == "a b"


@given(st.text())
def test_nothing_is_left_that_would_be_replaced_where_it_is_printed(text: str) -> None:
    assert printable(plain(text)) == plain(text)
    assert printable(plain_line(text)) == plain_line(text)
