"""Seeds in nested values, as JSON and YAML have them."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple

URL_FIELDS = ("url", "link", "uri", "href", "seed")
"""What the field of a table or an object is called that holds the URL; the first one that is there."""
LIST_FIELDS = frozenset({"urls", "links", "uris", "seeds"})
DEEPEST = 100
"""Levels of a nested value."""
MOST_VALUES = 1_000_000
"""Values of a file."""
MOST_BESIDE = 50
"""How much of what stands beside a list is said of each of its seeds."""
NO_FIELD = f"has no field of {', '.join(URL_FIELDS)}, nor a URL"

Lines = Mapping[tuple[int, Any], int]
"""The line of each value, by its container's id and its key or index in there."""


class Found(NamedTuple):
    """What a file says at one place.

    Attributes:
        text: the URL, or what stands in its place.
        metadata: what else is said of it.
        problem: why it cannot be used; None where that is not known yet.
        line: where it stands; None where the format has none.
    """

    text: str
    metadata: Mapping[str, Any] = {}
    problem: str | None = None
    line: int | None = None


def is_address(value: Any) -> bool:
    """Whether a value is written as an address of the Web, with its scheme."""
    return isinstance(value, str) and re.match(r"\s*https?://", value, re.IGNORECASE) is not None


def no_seed(value: Any, line: int | None) -> Found:
    """What stands where a seed is due, and has none."""
    # Values that refer to each other are larger written out than in the file.
    text = reprlib.repr(value) if isinstance(value, list | dict) else str(value)
    return Found(text[:200], {}, NO_FIELD, line)


def of_object(
    found: Mapping[str, Any],
    line: int | None = None,
    beside: Mapping[str, Any] | None = None,
    lines: Lines | None = None,
) -> list[Found]:
    """The seeds of one row or object: its URL field, or, where it has none, each of its values that is an address."""
    names = _url_field(found) or [name for name, value in found.items() if is_address(value)]
    metadata = {
        **(beside or {}),
        **{name: value for name, value in found.items() if name not in names and _is_short(value)},
    }
    return [Found(found[name], metadata, None, (lines or {}).get((id(found), name), line)) for name in names]


def _url_field(found: Mapping[str, Any]) -> list[str]:
    texts = {name.casefold(): name for name, value in found.items() if isinstance(value, str) and value.strip()}
    stated = [texts[field] for field in URL_FIELDS if field in texts]
    return sorted(stated, key=lambda name: not is_address(found[name]))[:1]


def _is_short(value: Any) -> bool:
    """Whether a value may be said of a seed: what is nested may be without end."""
    if isinstance(value, list):
        return len(value) <= MOST_BESIDE and not any(isinstance(each, list | dict) for each in value)
    return not isinstance(value, dict)


class Walk:
    """Goes through a value that was read from a file.

    A list counts if it is the value itself, or called `LIST_FIELDS`, or something in it is a seed: then each of its
    items should be one. What an object says beside a list is said of the list's seeds.

    Args:
        lines: where values stand, for formats that have lines.
    """

    def __init__(self, lines: Lines | None = None) -> None:
        self._lines = lines or {}
        self._seen: set[int] = set()
        self._count = 0

    def seeds(self, value: Any, line: int | None = None) -> list[Found]:
        """The seeds of a whole value.

        Raises:
            ValueError: it is nested too deep.
        """
        if isinstance(value, str):
            return [Found(value, line=line)]
        return self._within(value, line, {}, counts=True, is_item=False, depth=1) or []

    def _within(
        self, value: Any, line: int | None, beside: Mapping[str, Any], *, counts: bool, is_item: bool, depth: int
    ) -> list[Found] | None:
        """The seeds in a list or an object; None where it was read before, as it is referred to again."""
        if not isinstance(value, list | dict):
            return []
        if depth > DEEPEST:
            raise ValueError(f"is nested deeper than {DEEPEST} levels")
        if id(value) in self._seen:
            return None
        self._seen.add(id(value))
        self._count += len(value)
        if self._count > MOST_VALUES:
            raise ValueError(f"has more than {MOST_VALUES:,} values")
        if isinstance(value, list):
            return self._list(value, beside, counts, depth)
        return self._object(value, line, beside, is_item, depth)

    def _list(self, items: list[Any], beside: Mapping[str, Any], counts: bool, depth: int) -> list[Found]:
        lines = [self._lines.get((id(items), n)) for n in range(len(items))]
        inside = [
            self._within(each, line, beside, counts=counts, is_item=True, depth=depth + 1)
            for each, line in zip(items, lines, strict=True)
        ]
        counts = counts or any(inside) or any(map(is_address, items))
        found: list[Found] = []
        for each, line, below in zip(items, lines, inside, strict=True):
            if below:
                found += below
            elif counts and isinstance(each, str):
                found.append(Found(each, beside, None, line))
            elif counts and below is not None:
                found.append(no_seed(each, line))
        return found

    def _object(
        self, value: dict[str, Any], line: int | None, beside: Mapping[str, Any], is_item: bool, depth: int
    ) -> list[Found]:
        has_field = bool(_url_field(value))
        if has_field and is_item:
            return of_object(value, line, beside, self._lines)
        scalars = ((name, each) for name, each in value.items() if isinstance(each, str | int | float))
        said = {**beside, **dict(islice(scalars, MOST_BESIDE))}
        below: list[Found] = []
        for name, each in value.items():
            if isinstance(each, list) or not has_field:
                at = self._lines.get((id(value), name))
                counts = name in LIST_FIELDS
                below += self._within(each, at, said, counts=counts, is_item=False, depth=depth + 1) or []
        return [*of_object(value, line, beside, self._lines), *below] if has_field or not below else below
