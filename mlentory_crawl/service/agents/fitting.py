"""Answers that fit: as many whole entries as there is room for, and how to ask for the others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.service.agents.strangers_texts import harmless, shortened

MOST = 12_000
"""The number of characters of an answer, however its JSON is written."""
STEPS = (
    *((longest, None) for longest in (2_000, 1_000, 500, 250, 120, 60, 20)),
    *((20, length) for length in (20, 5, 1, 0)),
)
"""The lengths at which texts, and then lists, are cut one after the other in an entry that is alone too large."""


class Call(TypedDict):
    """A call of a tool."""

    tool: str
    arguments: dict[str, Any]


class Answer(TypedDict):
    """Members of every answer."""

    total: Annotated[int, Field(description="the number of entries that there are")]
    shown: Annotated[int, Field(description="the number of entries in this answer")]
    next: Annotated[Call | None, Field(description="the call that shows the entries after these; null at the end")]
    as_of: Annotated[str, Field(description="the state of the catalog that this is true for: id and sequence number")]
    note: Annotated[str, Field(description="how to read this answer")]


def size(value: Any) -> int:
    """Return the number of characters of data as JSON, with all that is not ASCII escaped: none is longer."""
    return len(json.dumps(value))


def fitted(
    frame: Mapping[str, Any],
    entries: Iterable[tuple[str, Any]],
    following: Callable[[int], Call | None],
    most: int = MOST,
) -> dict[str, Any]:
    """Return an answer with as many entries as fit, none of them cut.

    Args:
        frame: the answer without entries, and without ``shown`` and ``next``; lists for entries are empty.
        entries: the entries in order, each with the name of the list that it belongs to.
        following: makes the call that continues after a number of entries; None if nothing is left.
        most: the maximum number of characters.
    """
    named = [(name, harmless(entry)) for name, entry in entries]
    # Room is left for the longest call that can follow.
    reserved = max(size(following(count)) for count in {0, 1, len(named)}) + 40
    answer = within(harmless(frame), max(most - reserved, 0) * 2 // 3)
    room = most - reserved - size(answer)
    shown = 0
    for name, entry in named:
        fitting = entry if shown else within(entry, room - 2)
        room -= size(fitting) + 2
        if room < 0:
            break
        answer[name].append(fitting)
        shown += 1
    return {"total": answer.pop("total"), "shown": shown, "next": following(shown), **answer}


def within(value: Any, room: int) -> Any:
    """Return data that have room; in those that have none, texts are cut, and then lists."""
    shorter = value
    for longest, length in STEPS:
        if size(shorter) <= room:
            break
        shorter = _cut(value, longest, length)
    return shorter


def _cut(value: Any, longest: int, length: int | None) -> Any:
    if isinstance(value, str):
        return shortened(value, longest)
    if isinstance(value, dict):
        return {name: _cut(each, longest, length) for name, each in value.items()}
    if isinstance(value, list):
        return [_cut(each, longest, length) for each in value[:length]]
    return value
