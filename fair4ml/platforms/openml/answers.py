"""Reader of the responses of OpenML's API: JSON, XML, or neither.

The API's JSON is written by templates that do not escape the names that users gave, so that one odd name breaks a page;
the same page exists as XML (https://www.openml.org/apis). Errors come as XML even if JSON was requested.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import orjson
from lxml import etree

from fair4ml.read.json_text import mended_json, mended_xml

MAIN_ENGINE = "1"
"""The engine that evaluates all runs (https://www.openml.org/apis)."""

_IDS = {"dataset": "did", "task": "task_id", "evaluation": "run_id"}
_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_FUNCTION = re.compile(r"\w{1,128}", re.ASCII)

# Responses contain user input: nothing is expanded, fetched or nested without limit.
_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}

_HTML = (b"<!doctype html", b"<html")
_NOT_FOR_ALL = ("no access", "access denied", "not authorized", "permission")
_NOTHING_THERE = ("no result", "unknown", "not found", "does not exist", "no evaluations")


class Malformed(ValueError):
    """A response that is neither JSON nor XML as the API writes them."""


class Unavailable(ValueError):
    """An HTML page in place of a response, as during maintenance."""


class Refused(ValueError):
    """An error that the API reports.

    Attributes:
        code: the API's number of the error.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"error {code or '(without code)'}: {message or 'no message'}"[:500])
        self.code = code
        self._message = message.casefold()

    @property
    def is_overload(self) -> bool:
        """Check whether the same request may succeed later."""
        return self.code == "107"

    @property
    def is_denied(self) -> bool:
        """Check whether the error says that the entity is not public."""
        return self.code == "112" or any(words in self._message for words in _NOT_FOR_ALL)

    @property
    def is_empty(self) -> bool:
        """Check whether the error says that there are no results for the request.

        The codes are many and grow (https://www.openml.org/apis lists those of each call); the messages are alike.
        """
        return any(words in self._message for words in _NOTHING_THERE)


def decoded(body: bytes) -> dict[str, Any]:
    """The content of a response, in the shape that its JSON has or would have.

    Raises:
        Refused: it is an error.
        Unavailable: it is an HTML page.
        Malformed: it is not a response of the API.
    """
    start = body[:200].lstrip().lower()
    if start.startswith(_HTML):
        raise Unavailable("expected JSON or XML, got an HTML page: the service may be under maintenance")
    answer = _from_xml(body) if start.startswith(b"<") else _from_json(body)
    error = answer.get("error")
    if isinstance(error, dict):
        message = " - ".join(str(error[name]) for name in ("message", "additional_information") if error.get(name))
        raise Refused(str(error.get("code") or ""), message)
    return answer


def rows(answer: dict[str, Any], name: str) -> list[Any]:
    """The rows of a list.

    Args:
        answer: the content that `decoded` returns.
        name: the name of each row, such as ``flow``; the list around them has its plural.

    Raises:
        Malformed: it is not such a list.
    """
    for around in (f"{name}s", name, "data"):
        inside = answer.get(around)
        if inside == []:
            return []
        if isinstance(inside, dict) and (name in inside or not inside):
            found = inside.get(name, [])
            return found if isinstance(found, list) else [found]
    raise Malformed(f"expected a list of {name}, got {', '.join(map(repr, answer))[:100] or 'an empty object'}")


def native_id(kind: str, row: Any) -> str | None:
    """The platform's id of the entity of a row, or None if it has none; that of an evaluation is its run's."""
    id = row.get(_IDS.get(kind, "id")) if isinstance(row, dict) else None
    text = str(id) if isinstance(id, int) and not isinstance(id, bool) else id
    return text if isinstance(text, str) and _ID.fullmatch(text) else None


def native_key(kind: str, row: Any) -> str | None:
    """The key of a row, unique within its kind, or None if it has none.

    That of an evaluation is its run and measure, and its engine unless that is the main one.
    """
    id = native_id(kind, row)
    if kind != "evaluation" or id is None:
        return id
    function, engine = row.get("function"), row.get("evaluation_engine_id")
    if not isinstance(function, str) or not _FUNCTION.fullmatch(function):
        return None
    return f"{id}-{function}" if engine in (None, [], 1, MAIN_ENGINE) else f"{id}-{function}-{engine}"


def _from_json(body: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = _mended(body)
    if not isinstance(answer, dict):
        raise Malformed(f"expected an object, got {type(answer).__name__}")
    return answer


def _mended(body: bytes) -> Any:
    try:
        return mended_json(body)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not valid JSON: {error}") from error


def _from_xml(body: bytes) -> dict[str, Any]:
    try:
        root = etree.fromstring(mended_xml(body).strip(), etree.XMLParser(**_SAFE))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Malformed(f"not valid XML: {error}") from error
    if root is None or root.getroottree().docinfo.doctype:
        raise Malformed("expected XML with content and without a document type")
    return {_name(root.tag): _value(root)}


def _value(element: Any) -> Any:
    """An element as the API's JSON has it: a text, or an object in which an only child is not a list."""
    found: dict[str, Any] = {_name(name): value for name, value in element.attrib.items()}
    if not len(element):
        text: str = element.text or ""
        if not found:
            return text or []
        return {**found, "value": text} if text else found
    for child in element:
        if not isinstance(child.tag, str):  # an entity, which stays unread
            continue
        # Most have only a text, and looking for attributes takes as long as everything else.
        plain = not len(child) and not child.keys()
        name, value = _name(child.tag), (child.text or []) if plain else _value(child)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list) and found[name]:
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


@lru_cache(maxsize=1024)
def _name(tag: str) -> str:
    return tag.rpartition("}")[2]
