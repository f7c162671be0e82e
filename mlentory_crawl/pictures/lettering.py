"""Sizes of texts in pictures, whose fonts are not known, and lines that are not too long."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import east_asian_width

MAX_LINES = 4

# Thousandths of the size of the font, a sixth more than Helvetica has: other fonts without serifs are wider.
_WIDTHS = {
    character: width
    for characters, width in (
        ("il'j|", 280), (" !,./:;[]\\Itf", 340), ('()-`r"{}*', 400), ("cksvxyzJ", 580), ("FTZ", 690),
        ("ABEKPSVXY&+<=>~^", 770), ("CDHNRUw", 830), ("GOQ", 900), ("mM%W@", 1050),
    )
    for character in characters
}  # fmt: skip
_OTHERS = 640
_WORD = re.compile(r"\S+\s*|\s+")
_PIECE = re.compile(r"[^\s_./:-]*[\s_./:-]|[^\s_./:-]+")


def text_width(text: str) -> float:
    """Return the width of a text, as a multiple of the size of its font; rather too much than too little."""
    return sum(1000 if east_asian_width(each) in "WF" else _WIDTHS.get(each, _OTHERS) for each in text) / 1000


def cut(text: str, length: int) -> str:
    """Return a text without what follows so many characters."""
    return text if len(text) <= length else text[: length - 1] + "\u2026"


def broken(text: str, length: int) -> list[str]:
    """Return the lines of a text, broken behind spaces, and long words behind punctuation; the last one is cut."""
    lines = [""]
    for piece in _pieces(text, length):
        if lines[-1] and len(lines[-1]) + len(piece.rstrip()) > length:
            lines.append("")
        lines[-1] += piece
    shown = [line.strip() for line in lines]
    rest = " ".join(shown[MAX_LINES - 1 :])
    return [*shown[: MAX_LINES - 1], cut(rest, length)] if len(shown) > MAX_LINES else shown


def _pieces(text: str, length: int) -> Iterator[str]:
    for word in _WORD.findall(text):
        for piece in [word] if len(word.rstrip()) <= length else _PIECE.findall(word):
            for start in range(0, len(piece), length):
                yield piece[start : start + length]
