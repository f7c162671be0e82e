"""Text of others without characters that do more than display."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

# Emoji and words of some languages are joined by these two, which have no effect on the text around them.
_JOINERS = "\u200c\u200d"
_KEPT = "\n\t"


class Displayed(dict[int, str]):
    """A table for `str.translate`, after which all spaces are plain ones and no character does more than display.

    Args:
        instead: returns what stands in place of a control, direction or tag character, a soft hyphen, a surrogate, or
            a code point without a character.
    """

    def __init__(self, instead: Callable[[str], str]) -> None:
        super().__init__()
        self._instead = instead

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if character in _KEPT or character in _JOINERS:
            displayed = character
        elif category[0] == "Z":
            displayed = " "
        else:
            displayed = self._instead(character) if category[0] == "C" else character
        self[code] = displayed
        return displayed


_PLAIN = Displayed(lambda character: " " if character.isspace() else "")


def plain(text: str) -> str:
    """The text without control, direction and tag characters; all spaces are plain ones, line breaks and tabs stay."""
    return text if text.isprintable() else text.translate(_PLAIN)


def plain_line(text: str) -> str:
    """The plain text on one line, without spaces at its ends."""
    return " ".join(plain(text).split())


def squeezed(text: str) -> str:
    """The text without its spaces and line breaks."""
    return "".join(text.split())
