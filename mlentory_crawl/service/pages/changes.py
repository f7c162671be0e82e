"""The page of the last changes, and the feed of them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, Field

from mlentory_crawl.catalog.queries.kept_distributions import kinds_of_records
from mlentory_crawl.catalog.queries.recent_changes import (
    NEWEST,
    Event,
    RecentChanges,
    recent_changes,
    sequence_at,
)
from mlentory_crawl.catalog.queries.run_list import run_list
from mlentory_crawl.service.json_answers import source_of, tagged
from mlentory_crawl.service.pages.addresses import history_of
from mlentory_crawl.service.pages.atom import ATOM, Feed, atom
from mlentory_crawl.service.pages.page_templates import page
from mlentory_crawl.service.parameters import Parameters

router = APIRouter()

SHOWN = 50
"""The number of changes on a page, and in a feed."""
EVENTS = ("new", "changed", "renamed", "gone", "counters")
_SINCE = re.compile(
    r"(\d{1,18}|[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ)?)?", re.ASCII
)
_DAY_BEFORE_ALL = "1970-01-01T00:00:00Z"


def _is_since(given: str) -> str:
    if not _SINCE.fullmatch(given):
        raise ValueError("expected a day such as 2026-11-20, a time such as 2026-11-20T12:00:00Z, or a sequence number")
    return given


Chosen = Annotated[str, Field(max_length=100)]


class Narrowed(Parameters):
    """The changes that are asked for; what is empty narrows nothing down, so that forms can be sent as they are."""

    since: Annotated[str, AfterValidator(_is_since)] = ""
    platform: Chosen = ""
    kind: Chosen = ""
    event: Event | Literal[""] = ""
    before: Annotated[int | None, Field(ge=0, le=NEWEST)] = None


Asked = Annotated[Narrowed, Query()]


@router.get("/changes")
def changes(request: Request, asked: Asked) -> Response:
    """Show what is new, changed, renamed or gone, newest first."""
    found = _found(request, asked)
    kinds = source_of(request).catalog.ask(kinds_of_records)
    return page(
        request,
        "changes",
        found=found,
        asked=asked,
        events=EVENTS,
        platforms=sorted({platform for platform, _ in kinds}),
        kinds=sorted({kind for _, kind in kinds}),
        feed=_address("/changes.atom", asked, before=None),
        newest=_address("/changes", asked, before=None),
        older=None if found.before is None else _address("/changes", asked, before=found.before),
    )


@router.get("/changes.atom")
def feed(request: Request, asked: Asked) -> Response:
    """Return the same as a feed (Atom, RFC 4287)."""
    tag = tagged(request, form="atom")
    found = _found(request, asked)
    catalog = source_of(request).catalog
    runs = catalog.ask(run_list, 1).runs
    site = str(request.base_url).rstrip("/")
    told = Feed(
        catalog=catalog.version[0],
        title=_title(asked),
        name=_address("", asked, before=None),
        self=site + _address("/changes.atom", asked, before=asked.before),
        page=site + _address("/changes", asked, before=asked.before),
        older=None if found.before is None else site + _address("/changes.atom", asked, before=found.before),
        updated=runs[0].started_at if runs else _DAY_BEFORE_ALL,
    )
    entries = [(each, site + history_of(each.iri)) for each in found.changes]
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    return Response(atom(told, entries), media_type=ATOM, headers=headers)


def _found(request: Request, asked: Narrowed) -> RecentChanges:
    catalog = source_of(request).catalog
    since = None
    if asked.since:
        since = int(asked.since) if asked.since.isdecimal() else catalog.ask(sequence_at, asked.since)
    return catalog.ask(
        recent_changes,
        SHOWN,
        before=NEWEST if asked.before is None else asked.before,
        since=since,
        platform=asked.platform or None,
        kind=asked.kind or None,
        event=asked.event or None,
    )


def _address(path: str, asked: Narrowed, **changed: Any) -> str:
    told = {name: value for name, value in {**asked.model_dump(), **changed}.items() if value not in ("", None)}
    return f"{path}?{urlencode(told)}" if told else path


def _title(asked: Narrowed) -> str:
    words = [each for each in (asked.platform, asked.kind, asked.event) if each]
    return f"MLentory: changes{' of ' if words else ''}{', '.join(words)}"
