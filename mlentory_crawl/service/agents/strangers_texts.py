"""Texts of strangers, as agents may read them: nothing in them is invisible, and none is longer than others."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

LONGEST, LONGEST_SOURCE, LONGEST_NAME = 2_000, 500, 200
"""The number of characters after which a text is cut, the place where something was published, and a name."""
CUT = "…"

IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Characters that are displayed as nothing, by which a text can say to a program what no person sees in it."""


class _Visible(dict[int, int | str | None]):
    def __missing__(self, code: int) -> int | str | None:
        category = unicodedata.category(chr(code))
        # Controls, formats, surrogates, and code points without a character; then what separates lines and words.
        shown = None if category[0] == "C" else "\n" if category in ("Zl", "Zp") else " " if category == "Zs" else code
        self[code] = shown
        return shown


def _without_ignorable() -> _Visible:
    table = _Visible({ord("\n"): "\n", ord("\t"): " ", ord("\r"): None})
    parts = IGNORABLE.split("-")
    for place, part in enumerate(parts):
        table.update(dict.fromkeys(map(ord, part)))
        if place:
            table.update(dict.fromkeys(range(ord(parts[place - 1][-1]), ord(part[0]) + 1)))
    return table


_TABLE = _without_ignorable()


def visible(text: str) -> str:
    """Return a text without control characters and without any that are not seen; line breaks stay."""
    return text if text.isascii() and text.isprintable() else text.translate(_TABLE)


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return the visible part of a text, cut where it is too long; characters that JSON may escape count more."""
    # Most of it may be invisible, but is not read to the end.
    shown = visible(text[: 4 * longest])
    kept = shown[:longest]
    while (escaped := len(json.dumps(kept))) > 2 * longest + 2:
        kept = kept[: len(kept) * 2 * longest // escaped]
    if kept == shown and len(text) <= 4 * longest:
        return kept
    cut = CUT if longest < LONGEST else f"{CUT} ({len(text):,} characters in all)"
    return kept[: max(len(kept) - len(cut), 0)] + cut


def name_of(text: str) -> str:
    """Return a name on one line, cut where it is too long."""
    return shortened(" ".join(shortened(text).split()), LONGEST_NAME)


def source_of(text: str) -> str:
    """Return the place where something was published, an address or a name, on one line."""
    return shortened(" ".join(shortened(text).split()), LONGEST_SOURCE)


def harmless(value: Any) -> Any:
    """Return data for JSON with all texts in them visible and not too long; dataclasses become objects."""
    if isinstance(value, str):
        return shortened(value)
    if isinstance(value, Mapping):
        return {name_of(str(name)): harmless(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [harmless(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: harmless(getattr(value, field.name)) for field in fields(value)}
    return value
