"""The values of YAML files, and their lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import yaml

from mlentory_crawl.crawl.seed_values import DEEPEST, MOST_VALUES

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def as_json(event: Any) -> Any:
    """Return a scalar as JSON would have it: dates, octal numbers and Norway's ``no`` stay texts."""
    if _is_null(event):
        return None
    if not event.implicit[0]:
        return event.value
    try:
        return orjson.loads(event.value)
    except ValueError:
        return event.value


def as_written(event: Any) -> str | None:
    """Return a scalar as the text that it is written as, so that 2104.05930 keeps its zero; None for YAML's null."""
    return None if _is_null(event) else str(event.value)


def _is_null(event: Any) -> bool:
    return event.implicit[0] and event.value in ("", "~", "null")


class Document:
    """Builds the values of a text event by event, so that neither deep nesting nor aliases can make it large.

    Args:
        text: the text.
        scalar: makes a value of the event of a scalar: `as_json` or `as_written`.

    Attributes:
        values: the values of the documents in the text.
        lines: the line of each value, by its container's id and its key or index in the container; the container of
            documents is `values`.

    Raises:
        ValueError: it is not YAML, nested too deeply, or too large.
    """

    def __init__(self, text: str, scalar: Callable[[Any], Any] = as_json) -> None:
        self._scalar = scalar
        self.values: list[Any] = []
        self.lines: dict[tuple[int, Any], int] = {}
        self._anchors: dict[str, Any] = {}
        self._open: list[Any] = [self.values]
        self._keys: list[str | None] = [None]
        try:
            for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
                if count > MOST_VALUES:
                    raise ValueError(f"has more than {MOST_VALUES:,} values")
                self._take(event)
        except yaml.YAMLError as error:
            raise ValueError(_problem(error)) from error

    def _take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.CollectionEndEvent):
            self._keys.pop()
            closed = self._open.pop()
            if isinstance(closed, dict):
                _merge(closed)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise ValueError(f"is not valid YAML at line {line}: unknown alias {event.anchor}")
            self._add(self._anchors[event.anchor], line)
        elif isinstance(event, yaml.ScalarEvent):
            self._named(event, self._scalar(event), line)
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(self._open) > DEEPEST:
                raise ValueError(f"is nested deeper than {DEEPEST} levels at line {line}")
            value: Any = [] if isinstance(event, yaml.SequenceStartEvent) else {}
            self._named(event, value, line)
            self._open.append(value)
            self._keys.append(None)

    def _named(self, event: Any, value: Any, line: int) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        self._add(value, line)

    def _add(self, value: Any, line: int) -> None:
        into, key = self._open[-1], self._keys[-1]
        if isinstance(into, list):
            self.lines[id(into), len(into)] = line
            into.append(value)
        elif key is None:
            self._keys[-1] = f"line {line}" if isinstance(value, list | dict) else str(value)
        else:
            self.lines[id(into), key] = line
            into[key] = value
            self._keys[-1] = None


def _merge(into: dict[str, Any]) -> None:
    """Copy the fields of the objects to which an object's merge key refers."""
    merged = into.pop("<<", None)
    for each in merged if isinstance(merged, list) else [merged]:
        for name, value in each.items() if isinstance(each, dict) else ():
            into.setdefault(name, value)


def _problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = "" if mark is None else f" at line {mark.line + 1}"
    problem = getattr(error, "problem", None) or error
    return f"is not valid YAML{place}: {' '.join(str(problem).split())[:200]}"
