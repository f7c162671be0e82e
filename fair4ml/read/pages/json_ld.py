"""Reading of JSON-LD in pages: tolerant of what people and programs get wrong, and without its algorithms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from fair4ml.read.plain_text import plain_line

MAX_BLOCKS = 50
MAX_BLOCK = 1_000_000
MAX_NODES = 500

Node = dict[str, Any]

_OPENING = re.compile(r"\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?|//[^\n]*)")
# A string that does not end is one to the end of the text, else each of its quotes would be tried.
_STRING = r'"(?:[^"\\]++|\\.)*+"?'
_EXTRA = re.compile(
    rf"({_STRING})|,(?=\s*+(?:[\]}}]|$))|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?|(?<![:\w])//[^\n]*+"
    r"|<!--(?:[^-]++|-(?!->))*+(?:-->)?",
    re.DOTALL,
)
_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|(.))', re.DOTALL)
_BETWEEN = re.compile(r"[\s,;]*")
_TYPE_PREFIX = re.compile(r"^(?:https?://(?:www\.)?schema\.org/|schema:)", re.IGNORECASE)
_RELATIVE = re.compile(r"/|\.\.?/")
_OF_WEB = re.compile(r"https?:", re.IGNORECASE)


def nodes(blocks: Iterable[str]) -> list[Node]:
    """The top-level objects in a page's blocks of JSON-LD, in their order; blocks that cannot be read are left out.

    Args:
        blocks: the contents of the page's elements.
    """
    found: list[Node] = []
    for _, block in zip(range(MAX_BLOCKS), blocks, strict=False):
        if len(block) <= MAX_BLOCK:
            try:
                for value in _values(block):
                    found += _top(value)
            except RecursionError:
                continue
    return found[:MAX_NODES]


def by_id(found: Iterable[Node]) -> dict[str, Node]:
    """The objects by their `@id`, with those inside them; the first that says more than its id counts."""
    named: dict[str, Node] = {}
    pending: list[Any] = list(found)[::-1]
    for _ in range(20 * MAX_NODES):
        if not pending:
            break
        value = pending.pop()
        if isinstance(value, dict):
            id = value.get("@id")
            if isinstance(id, str) and len(value) > 1:
                named.setdefault(id, value)
            pending += [each for each in value.values() if isinstance(each, dict | list)]
        elif isinstance(value, list):
            pending += [each for each in value if isinstance(each, dict | list)]
    return named


def types(node: Node) -> list[str]:
    """The types of an object, without their vocabulary."""
    return [_TYPE_PREFIX.sub("", each) for each in values_of(node.get("@type")) if isinstance(each, str)]


def text_of(value: Any) -> str | None:
    """The text that a value means: itself, its `@value`, or its name; None if it means none."""
    for each in values_of(value):
        if isinstance(each, dict):
            each = each.get("@value", each.get("name"))  # noqa: PLW2901
        if isinstance(each, str) and (line := plain_line(unescape(unescape(each)))):
            return line
    return None


def texts_of(value: Any) -> list[str]:
    """The texts that the values of a list mean."""
    return [text for each in values_of(value) if (text := text_of(each))]


def address_of(value: Any) -> str | None:
    """The address that a value means: itself, its `url`, its `contentUrl` or its `@id`."""
    for each in values_of(value):
        if isinstance(each, dict):
            each = next((url for key in ("url", "contentUrl", "@id") if (url := address_of(each.get(key)))), None)  # noqa: PLW2901
        if isinstance(each, str) and each.strip():
            return unescape(each.strip())
    return None


def is_address(text: str) -> bool:
    """Check whether a text that can be an address or something else, such as a name, is an address."""
    return _OF_WEB.match(text) is not None or _RELATIVE.match(text) is not None


def values_of(value: Any) -> list[Any]:
    """The values of a property that may have none, one or many, also in lists within lists."""
    found: list[Any] = []
    pending = [value]
    while pending and len(found) < MAX_NODES:
        each = pending.pop(0)
        if isinstance(each, dict) and ("@list" in each or "@set" in each):
            each = each.get("@list", each.get("@set"))
        if isinstance(each, list):
            pending = [*each[:MAX_NODES], *pending]
        elif each is not None:
            found.append(each)
    return found


def _values(block: str) -> Iterator[Any]:
    text = block
    while opening := _OPENING.match(text):
        text = text[opening.end() :]
    try:
        yield _loaded(text)
    except ValueError:
        yield from _mended(unescape(text) if '"' not in text else text)


def _loaded(text: str) -> Any:
    return json.loads(text, strict=False, parse_constant=lambda name: None, parse_int=_number, parse_float=_number)


def _number(text: str) -> float | str:
    # A number of thousands of digits takes long to read.
    return text if len(text) > 30 else float(text) if "." in text or "e" in text.lower() else int(text)


def _mended(text: str) -> Iterator[Any]:
    """The values in a text after what is known to go wrong: comments, commas at ends, escapes, several values."""
    text = _EXTRA.sub(lambda match: _escaped(match[1]) if match[1] else "", text)
    decoder = json.JSONDecoder(strict=False, parse_constant=lambda name: None, parse_int=_number, parse_float=_number)
    at = min((place for place in (text.find("{"), text.find("[")) if place >= 0), default=len(text))
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            return
        yield value
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at


def _escaped(string: str) -> str:
    return _ESCAPE.sub(lambda match: match[0] if match[1] else match[2], string)


def _top(value: Any) -> list[Node]:
    """The objects of a block: its own, those of its graph, and what a page says it is mainly about."""
    found: list[Node] = []
    pending = [value]
    while pending and len(found) < MAX_NODES:
        each = pending.pop(0)
        if isinstance(each, list):
            pending = [*each[:MAX_NODES], *pending]
        elif isinstance(each, dict):
            if any(not key.startswith("@") for key in each if isinstance(key, str)):
                found.append(each)
            pending = [inner for key in ("@graph", "mainEntity") if (inner := each.get(key)) is not None] + pending
    return found
