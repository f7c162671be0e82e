"""Values as cells of spreadsheets."""

from __future__ import annotations

import re
from typing import Any

SEPARATOR = "; "
"""Between the items of a list: a line feed would make rows of spreadsheets several lines high."""
_FORMULA = re.compile(r"\s*[=+@\t\r\uff1d\uff0b\uff0d\uff20-]")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


def cell(value: Any) -> Any:
    """Return a value for CSV: the items of a list in one line, and no text that is evaluated as a formula."""
    shown = SEPARATOR.join(map(str, value)) if isinstance(value, list) else value
    # Spreadsheets evaluate such values as formulas; a leading apostrophe makes them text (OWASP, CSV Injection).
    is_formula = isinstance(shown, str) and _FORMULA.match(shown) and not _NUMBER.fullmatch(shown)
    return f"'{shown}" if is_formula else shown
