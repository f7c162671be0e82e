"""Reading what services answer although a record in it is spoiled: as much as can be had, and which records cannot."""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import Any

import orjson

SPOILED = "\0spoiled"
"""The field, which no service has, that says why a record cannot be used as it came."""

DEEPEST = 200
"""So deep things may be nested in an answer that has to be mended: what reads it further on has limits, too."""

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
        reason: why not.
        known: what is known of it.
    """
    return {**known, SPOILED: reason}


def mended_json(body: bytes) -> Any:
    """What a text says that is no valid JSON.

    Bytes that are no UTF-8 and halves of surrogate pairs become U+FFFD, NaN and numbers beyond 64-bit floats null,
    control characters are taken as they are. What is nested too deep is cut, and each record around it is `spoiled`.

    Raises:
        ValueError: it cannot be mended.
    """
    text, is_cut = _cut(body.decode("utf-8-sig", "replace"))
    told = json.loads(
        text, strict=False, parse_constant=lambda name: None, parse_float=_finite, parse_int=_finite
    )  # fmt: skip
    plain = json.dumps(told, ensure_ascii=False)
    told = orjson.loads(plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
    if is_cut:
        _mark(told)
    return told


def mended_xml(body: bytes) -> bytes:
    """An XML text without the characters that XML forbids, and without bytes that are no UTF-8 where it is due."""
    if not _XML_ENCODING.match(body.lstrip()[:200]):
        body = body.decode("utf-8", "replace").encode()
    return _FORBIDDEN_IN_XML.sub(b"", body)


def _cut(text: str) -> tuple[str, bool]:
    """A JSON text without what is nested too deep, and whether there was any."""
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
        raise ValueError("it ends too deep inside")
    return "".join([*kept, text[start:]]), bool(kept)


def _mark(told: Any) -> bool:
    """Put null in the place of what was cut, and mark each object around it; whether there was any."""
    is_cut = False
    for name, value in list(told.items() if isinstance(told, dict) else enumerate(told)):
        if value == _TOO_DEEP:
            told[name] = None
            is_cut = True
        elif isinstance(value, dict | list):
            is_cut |= _mark(value)
    if is_cut and isinstance(told, dict):
        told[SPOILED] = f"is nested deeper than {DEEPEST} levels"
    return is_cut


def _finite(text: str) -> Any:
    return orjson.loads(text) if isfinite(float(text)) else None
