"""Values as cells of spreadsheets."""

from __future__ import annotations

import re
from typing import Any

SEPARATOR = "; "
"""Between the items of a list: a line feed would make rows of spreadsheets several lines high."""
_SIGN = r"=+@\uff1d\uff0b\uff0d\uff20-"
_UNSEEN = r"\x00-\x09\x0b\x0c\x0e-\x20\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
_FORMULA = re.compile(rf"[{_UNSEEN}\r\n]*[\t\r{_SIGN}]")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
# Where the list separator is a semicolon, as in much of Europe, programs split lines there, and at line feeds in cells.
_FURTHER = re.compile(rf"(?<=[;\r\n])(?=[{_UNSEEN}]*[{_SIGN}])(?![{_UNSEEN}]*{_NUMBER.pattern}(?:;|$))")


def cell(value: Any) -> Any:
    """Return a value for CSV: the items of a list in one line, and no text that is evaluated as a formula."""
    shown = SEPARATOR.join(map(str, value)) if isinstance(value, list) else value
    if not isinstance(shown, str) or _NUMBER.fullmatch(shown):
        return shown
    # Spreadsheets evaluate such values as formulas; an apostrophe before them makes them text (OWASP, CSV Injection).
    # A null character ends the text for some programs.
    text = shown.replace("\0", "")
    told = _FURTHER.sub("'", text)
    return f"'{told}" if _FORMULA.match(text) else told
