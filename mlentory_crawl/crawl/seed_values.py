"""Seeds in nested values, such as those of JSON and YAML."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple

URL_FIELDS = ("url", "link", "uri", "href", "seed")
"""The names of the field that holds the URL in a table or an object; the first one present counts."""
LIST_FIELDS = frozenset({"urls", "links", "uris", "seeds"})
DEEPEST = 100
"""The maximum depth of a nested value."""
MOST_VALUES = 1_000_000
"""The maximum number of values in a file."""
MOST_BESIDE = 50
"""The maximum number of fields beside a list that become metadata of each of its seeds."""
NO_FIELD = f"has no URL, and no field named {', '.join(URL_FIELDS[:-1])} or {URL_FIELDS[-1]}"

Lines = Mapping[tuple[int, Any], int]
"""The line of each value, by its container's id and its key or index in the container."""


class Found(NamedTuple):
    """A seed, or an invalid entry in its place, as a file has it.

    Attributes:
        text: the URL, or the invalid text in its place.
        metadata: the other fields that the file has for it.
        problem: the reason why it cannot be used; None if none is known yet.
        line: the line on which it is; None if the format has no lines.
    """

    text: str
    metadata: Mapping[str, Any] = {}
    problem: str | None = None
    line: int | None = None


def is_address(value: Any) -> bool:
    """Check whether a value is written as a Web address, with its scheme."""
    return isinstance(value, str) and re.match(r"\s*https?://", value, re.IGNORECASE) is not None


def no_seed(value: Any, line: int | None) -> Found:
    """Return the entry for a value that has no URL where a seed is expected."""
    # Values with references to each other are longer written out than in the file.
    text = reprlib.repr(value) if isinstance(value, list | dict) else str(value)
    return Found(text[:200], {}, NO_FIELD, line)


def of_object(
    found: Mapping[str, Any],
    line: int | None = None,
    beside: Mapping[str, Any] | None = None,
    lines: Lines | None = None,
) -> list[Found]:
    """Return the seeds of a row or an object: its URL field, or, if it has none, all values that are addresses."""
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
    """Check whether a value is small enough for a seed's metadata; nested values can be of any size."""
    if isinstance(value, list):
        return len(value) <= MOST_BESIDE and not any(isinstance(each, list | dict) for each in value)
    return not isinstance(value, dict)


class Walk:
    """Finds the seeds in a value that was read from a file.

    A list counts if it is the value itself, has one of the names `LIST_FIELDS`, or contains a seed: then each of its
    items should be a seed. The fields of an object beside a list become metadata of the list's seeds.

    Args:
        lines: the lines of the values, for formats that have lines.
    """

    def __init__(self, lines: Lines | None = None) -> None:
        self._lines = lines or {}
        self._seen: set[int] = set()
        self._count = 0

    def seeds(self, value: Any, line: int | None = None) -> list[Found]:
        """Return the seeds in a whole value.

        Raises:
            ValueError: it is nested too deeply, or has too many values.
        """
        if isinstance(value, str):
            return [Found(value, line=line)]
        return self._within(value, line, {}, counts=True, is_item=False, depth=1) or []

    def _within(
        self, value: Any, line: int | None, beside: Mapping[str, Any], *, counts: bool, is_item: bool, depth: int
    ) -> list[Found] | None:
        """Return the seeds in a list or an object; None if it was already read through another reference."""
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
