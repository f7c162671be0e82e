"""Parts of long lists: how many there are, how many are shown, and where the others are."""

from __future__ import annotations

from typing import Annotated, Protocol, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.service.parameters import Parameters

MOST, USUAL = 100, 20
"""The number of entries of an answer, at the most and by default."""
FARTHEST = 1_000_000
Offset = Annotated[int, Field(ge=0, le=FARTHEST, description="the number of entries to leave out first")]


class Paged(Parameters):
    """The part of a list that is asked for."""

    limit: Annotated[int, Field(ge=1, le=MOST, description="the maximum number of entries")] = USUAL
    offset: Offset = 0


class HasName(Protocol):
    """An entry of a list."""

    @property
    def name(self) -> str:
        """Its name."""


Entry = TypeVar("Entry", bound=HasName)


def named_like(entries: list[Entry], words: str) -> list[Entry]:
    """Return the entries of a list that have some words in their names, in any case.

    Args:
        entries: the list, which is not changed.
        words: the words; for an empty text it is the whole list.
    """
    return [each for each in entries if words.casefold() in each.name.casefold()] if words else entries


class Extent(TypedDict):
    """The extent of a part of a list."""

    total: int
    shown: int
    offset: int


def extent(total: int, shown: int, offset: int) -> Extent:
    """Return how much of a list is shown."""
    return {"total": total, "shown": shown, "offset": offset}


def neighbors(request: Request, *, total: int, limit: int, offset: int) -> dict[str, str]:
    """Return the header that leads to the parts of a list before and after this one.

    Args:
        request: the request for this part.
        total: the length of the list.
        limit: the maximum length of a part.
        offset: the number of entries before this part.
    """
    links = []
    if offset + limit < total and limit:
        links.append(link(request, "next", offset=offset + limit))
    if offset:
        links.append(link(request, "prev", offset=max(offset - limit, 0)))
    return {"Link": ", ".join(links)} if links else {}


def link(request: Request, relation: str, **changed: int) -> str:
    """Return a link to the same address with other parameters."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in changed]
    # Relative to the address of the request: right behind any proxy.
    return f'<?{urlencode([*kept, *changed.items()])}>; rel="{relation}"'
