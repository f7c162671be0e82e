"""Pieces of HTML for notebooks, of texts that strangers wrote: no script, no style sheet, colors of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from mlentory_crawl.printable import one_line

LONGEST = 300
"""The number of characters of a text that are shown."""

MOST = 8
"""The number of values in a cell that are shown."""

_CELL = "text-align:left;vertical-align:top;padding:2px 10px 2px 0;overflow-wrap:anywhere"
_APART = " \u00b7 "


class Markup(str):
    """HTML that this package made; every other text is escaped."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Return a value as harmless text on one line, cut where it is long."""
    if isinstance(value, Markup):
        return value
    shown = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else one_line(str(value))
    if len(shown) > LONGEST:
        shown = f"{shown[: LONGEST - 1]}\u2026"
    return Markup(escape(shown))


def link(address: str, name: object) -> Markup:
    """Return a name that leads to an address, if that is one of the web."""
    if not address.startswith(("https://", "http://")):
        return text(name)
    return Markup(f'<a href="{escape(one_line(address))}" target="_blank" rel="noopener noreferrer">{text(name)}</a>')


def values(stated: Any) -> Markup:
    """Return the values of a cell, the first ones of many; nothing for None."""
    found = stated if isinstance(stated, list) else [] if stated is None else [stated]
    more = [f"and {len(found) - MOST:,} more"] if len(found) > MOST else []
    return Markup(", ".join(text(value) for value in [*found[:MOST], *more]))


def small(*told: object) -> Markup:
    """Return remarks, less prominent."""
    return Markup(f'<span style="opacity:.75">{_APART.join(map(text, told))}</span>')


def heading(*told: object) -> Markup:
    """Return a line that names what follows."""
    return Markup(f"<p><strong>{_spaced(told)}</strong></p>")


def paragraph(*told: object) -> Markup:
    """Return a paragraph."""
    return Markup(f"<p>{_spaced(told)}</p>")


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> Markup:
    """Return a table whose first column names its rows; nothing if there are none."""
    body = [_cell('th scope="row"', first) + "".join(_cell("td", cell) for cell in rest) for first, *rest in rows]
    if not body:
        return Markup()
    names = "".join(_cell('th scope="col"', name) for name in head)
    lines = "".join(f"<tr>{line}</tr>" for line in body)
    return Markup(f"<table><thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table>")


def block(*parts: Markup) -> str:
    """Return an answer of these parts; wide tables can be scrolled."""
    return f'<div style="overflow-x:auto">{"".join(parts)}</div>'


def _cell(tag: str, content: object) -> str:
    return f'<{tag} style="{_CELL}">{text(content)}</{tag.partition(" ")[0]}>'


def _spaced(told: Iterable[object]) -> str:
    return " ".join(map(text, told))
