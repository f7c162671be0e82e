"""Text of others without characters that do more than display."""

from __future__ import annotations

import unicodedata

# Emoji and words of some languages are joined by these two, which have no effect on the text around them.
_JOINERS = "\u200c\u200d"
_KEPT = "\n\t"


class _Plain(dict[int, str]):
    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if character in _KEPT or character in _JOINERS:
            plain = character
        elif category[0] == "Z" or character.isspace():
            plain = " "
        else:
            # Control, direction and tag characters, soft hyphens, surrogates, and code points without a character.
            plain = "" if category[0] == "C" else character
        self[code] = plain
        return plain


_PLAIN = _Plain()


def plain(text: str) -> str:
    """The text without control, direction and tag characters; all spaces are plain ones, line breaks and tabs stay."""
    return text if text.isprintable() else text.translate(_PLAIN)


def plain_line(text: str) -> str:
    """The plain text on one line, without spaces at its ends."""
    return " ".join(plain(text).split())


def squeezed(text: str) -> str:
    """The text without its spaces and line breaks."""
    return "".join(text.split())
