"""Reading of answers with spoiled records: as much as can be recovered, and which records cannot be used."""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import Any

import orjson

SPOILED = "\0spoiled"
"""The field, which no service has, with the reason why a record cannot be used as it was received."""

DEEPEST = 200
"""The maximum depth of nesting in an answer that has to be mended: the code that reads it later has limits, too."""

_TOO_DEEP = "\0too deep"
_CUT = json.dumps(_TOO_DEEP)
_JSON_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_FORBIDDEN_IN_XML = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]"
    rb"|&#0*(?:[0-8]|1[124-9]|2[0-9]|3[01]);|&#[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF]);"
)
_XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}\bencoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)


def spoiled(reason: str, **known: Any) -> dict[str, Any]:
    """A record that cannot be used.

    Args:
        reason: why it cannot be used.
        known: fields of the record that are known.
    """
    return {**known, SPOILED: reason}


def mended_json(body: bytes) -> Any:
    """The values in a text that is not valid JSON.

    Bytes that are not UTF-8 and halves of surrogate pairs become U+FFFD, NaN and numbers beyond 64-bit floats become
    null, and control characters are kept. Values that are nested too deep are cut, and each record around them is
    `spoiled`.

    Raises:
        ValueError: it cannot be mended.
    """
    text, is_cut = _cut(body.decode("utf-8-sig", "replace"))
    values = json.loads(
        text, strict=False, parse_constant=lambda name: None, parse_float=_finite, parse_int=_finite
    )  # fmt: skip
    plain = json.dumps(values, ensure_ascii=False)
    values = orjson.loads(plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
    if is_cut:
        _mark(values)
    return values


def mended_xml(body: bytes) -> bytes:
    """An XML text without the characters that XML forbids; invalid UTF-8 is replaced unless the encoding is another."""
    if not _XML_ENCODING.match(body.lstrip()[:200]):
        body = body.decode("utf-8", "replace").encode()
    return _FORBIDDEN_IN_XML.sub(b"", body)


def _cut(text: str) -> tuple[str, bool]:
    """A JSON text without values that are nested too deep, and whether there were any."""
    kept: list[str] = []
    depth = start = 0
    for token in _JSON_TOKEN.finditer(text):
        match token[0]:
            case "[" | "{":
                depth += 1
                if depth == DEEPEST + 1:
                    kept += [text[start : token.start()], _CUT]
            case "]" | "}":
                if depth == DEEPEST + 1:
                    start = token.end()
                depth -= 1
    if depth > DEEPEST:
        raise ValueError(f"ends inside more than {DEEPEST} levels of nesting")
    return "".join([*kept, text[start:]]), bool(kept)


def _mark(values: Any) -> bool:
    """Replace values that were cut with null and mark each object around them; return whether there were any."""
    is_cut = False
    for name, value in list(values.items() if isinstance(values, dict) else enumerate(values)):
        if value == _TOO_DEEP:
            values[name] = None
            is_cut = True
        elif isinstance(value, dict | list):
            is_cut |= _mark(value)
    if is_cut and isinstance(values, dict):
        values[SPOILED] = f"is nested deeper than {DEEPEST} levels"
    return is_cut


def _finite(text: str) -> Any:
    return orjson.loads(text) if isfinite(float(text)) else None
