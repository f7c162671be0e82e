"""The metadata block before a model card's text, read as data and nothing else.

PyYAML produces the events, and this module decides what they mean: no tag creates an object, no alias multiplies
anything, and everything but ``true``, ``false``, ``null`` and decimal numbers is text, so that ``no`` stays Norwegian
and a date stays text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from fair4ml.entities import FieldIssue

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # built without libyaml: the same events, several times as slow
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

FRONT_MATTER = "front matter"
MAX_DEPTH = 20
MAX_ISSUES = 20
"""The maximum number of issues that are reported for one block."""

_OPENING = re.compile(r"\s*^(-{3,})[ \t]*\n", re.MULTILINE)
_CLOSING = re.compile(r"^-{3,}[ \t]*$\n?", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[ \t]", re.MULTILINE)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_STANDARD_TAG = re.compile(r"tag:yaml\.org,2002:(?:null|bool|int|float|map|seq)")
_TEXT_TAGS = frozenset({"!", "tag:yaml.org,2002:str"})
_FORBIDDEN = re.compile(r"[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHOWN_KEY = re.compile(r"[\w-]{1,64}", re.ASCII)
_LEFT_OUT = object()


@dataclass(slots=True)
class FrontMatter:
    """The metadata block of a card, and the text after it.

    Attributes:
        metadata: the block's mapping as JSON values; empty if there is none.
        body: the text after the block.
        issues: the parts that could not be read, and why.
    """

    metadata: dict[str, Any] = field(default_factory=dict)
    body: str = ""
    issues: list[FieldIssue] = field(default_factory=list)


def split(text: str, *, texts: bool = False) -> FrontMatter:
    """Split a model card into its metadata block and its body.

    The block is recognized as by https://github.com/huggingface/huggingface_hub, including blank lines before the first
    fence; fences of more than three dashes are read, too, and reported as an issue.

    Args:
        text: the card, with line feeds only.
        texts: whether all values are meant as texts: ``1.10``, ``True`` and ``Null`` then stay texts.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return FrontMatter(body=text)
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        return FrontMatter(body=_unclosed(text, opening), issues=[_issue("has no closing line")])
    found = FrontMatter(body=text[closing.end() :])
    block, forbidden = _FORBIDDEN.subn("\ufffd", text[opening.end() : closing.start()])
    if forbidden:
        found.issues.append(_issue("has characters that YAML does not allow"))
    try:
        value = _Reader(block, found.issues, _as_text if texts else _resolved).read()
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "unacceptable character"
        found.issues.append(_issue(f"is not valid YAML: {problem}"[:120]))
        return found
    except _Refused as error:
        found.issues.append(_issue(str(error)))
        return found
    if isinstance(value, dict):
        found.metadata = value
        if {opening[1], closing[0].strip()} != {"---"}:
            found.issues.append(_issue("is delimited by lines other than ---"))
    elif value is not None:
        found.issues.append(_issue(f"expected a mapping, got {type(value).__name__}"))
        if isinstance(value, str):  # a rule, prose, and another rule
            found.body = text[opening.end() :]
    return found


def body(text: str) -> str:
    """Return the body of a model card, where nothing of its metadata is needed.

    Args:
        text: the card, with line feeds only.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return text
    closing = _CLOSING.search(text, opening.end())
    return _unclosed(text, opening) if closing is None else text[closing.end() :]


def _unclosed(text: str, opening: re.Match[str]) -> str:
    """Return what begins at the first heading, where a block has no closing line."""
    heading = _HEADING.search(text, opening.end())
    return "" if heading is None else text[heading.start() :]


def _issue(reason: str, key: str | None = None) -> FieldIssue:
    return FieldIssue(FRONT_MATTER if key is None else f"{FRONT_MATTER}.{key}", reason)


class _Refused(ValueError):
    """Raised when the block is YAML that is not supported."""


class _Reader:
    """Builds plain values from YAML's events, which are parsed only as they are needed."""

    def __init__(self, block: str, issues: list[FieldIssue], resolve: Callable[[str], Any]) -> None:
        self._events: Iterator[yaml.Event] = yaml.parse(block, Loader=_Loader)
        self._issues = issues
        self._resolve = resolve
        self._key: str | None = None

    def read(self) -> Any:
        value: Any = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                value = self._value(next(self._events), 0)
            elif not isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentEndEvent):
                raise _Refused("has more than one YAML document")
        return value

    def _value(self, event: yaml.Event, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise _Refused("is nested too deeply")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items = [self._value(each, depth + 1) for each in self._until(yaml.SequenceEndEvent)]
            return self._standard(event, [item for item in items if item is not _LEFT_OUT])
        if isinstance(event, yaml.MappingStartEvent):
            return self._standard(event, self._mapping(depth))
        self._tell("has a YAML alias, which is not followed")
        return _LEFT_OUT

    def _mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for each in self._until(yaml.MappingEndEvent):
            key = each.value if isinstance(each, yaml.ScalarEvent) else None
            if depth == 0:
                self._key = key if key is not None and _SHOWN_KEY.fullmatch(key) else None
            if key is None:
                self._value(each, depth + 1)
                self._tell("has a key that is not a string")
            value = self._value(next(self._events), depth + 1)
            if key in found:
                self._tell(f"{'is repeated' if depth == 0 else 'has a repeated key'}; the first value is kept")
            elif key is not None and value is not _LEFT_OUT:
                found[key] = value
        return found

    def _until(self, end: type[yaml.Event]) -> Iterator[yaml.Event]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        if event.tag in _TEXT_TAGS:
            return event.value
        if event.tag is None and not event.implicit[0]:
            return event.value
        return self._standard(event, self._resolve(event.value))

    def _standard(self, event: Any, value: Any) -> Any:
        """The value, unless a tag asks for more than plain data."""
        if event.tag is None or _STANDARD_TAG.fullmatch(event.tag) or event.tag == "!":
            return value
        self._tell("has a YAML tag, which is not supported")
        return _LEFT_OUT

    def _tell(self, reason: str) -> None:
        issue = _issue(reason, self._key)
        if len(self._issues) < MAX_ISSUES and issue not in self._issues:
            self._issues.append(issue)


def _resolved(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


def _as_text(text: str) -> str | None:
    return None if text in ("", "~", "null") else text
