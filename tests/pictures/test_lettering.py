"""Lines of texts in pictures."""

from __future__ import annotations

from hypothesis import given, strategies as st

from mlentory_crawl.pictures.lettering import MAX_LINES, broken, cut, text_width


def test_names_are_broken_behind_punctuation() -> None:
    assert broken("Kelwick-8B-Instruct-GGUF-Q4_K_M", 16) == ["Kelwick-8B-", "Instruct-GGUF-", "Q4_K_M"]
    assert broken("gated: the owner decides", 12) == ["gated: the", "owner", "decides"]
    assert broken("Apache-2.0 under CC-BY-NC-4.0", 26) == ["Apache-2.0 under", "CC-BY-NC-4.0"]
    assert broken("short", 12) == ["short"]
    assert broken("", 12) == [""]


@given(st.text(), st.integers(1, 40))
def test_lines_are_short_and_few(text: str, length: int) -> None:
    lines = broken(text, length)
    assert len(lines) <= MAX_LINES
    assert all(len(line) <= length for line in lines)


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}", fullmatch=True))
def test_no_name_of_the_hub_loses_a_letter(name: str) -> None:
    lines = broken(name, 32)
    assert "".join(lines) == name or len(lines) == MAX_LINES


def test_what_is_cut_says_so() -> None:
    assert (cut("abcdef", 6), cut("abcdefg", 6)) == ("abcdef", "abcde\u2026")


def test_letters_have_widths() -> None:
    assert text_width("il") < text_width("ab") < text_width("WM") < 2 * text_width("\u6a21\u578b")
    assert text_width("") == 0
