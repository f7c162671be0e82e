"""Changes: what is new, changed, renamed or gone since a sequence number."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries.changed import ChangedRecord, changed
from mlentory_crawl.service.json_answers import json_answer, source_of, tagged
from mlentory_crawl.service.paging import link
from mlentory_crawl.service.parameters import Parameters

router = APIRouter(tags=["history"])


class Since(Parameters):
    """The place in the changes to begin at."""

    after: Annotated[int, Field(ge=0, le=2**62, description="the sequence number up to which you are complete")] = 0
    since: Annotated[int | None, Field(ge=0, le=2**62)] = None
    """The sequence number that kinds and fields are compared with, if you read in parts; `Link` has it."""
    limit: Annotated[int, Field(ge=1, le=1_000, description="the maximum number of records")] = 100


class ChangesAnswer(TypedDict):
    """Changed records in order, each once; continue after `upto` as long as there are more.

    They are counted up to 100,000: `total_is_exact` is false if there are more.
    """

    total: int
    total_is_exact: bool
    shown: int
    upto: int
    changes: list[ChangedRecord]


@router.get("/changes", operation_id="changes", response_model=ChangesAnswer)
def changes(request: Request, asked: Annotated[Since, Query()]) -> Response:
    """List the records that have changed since a sequence number, with the kind of change and the fields."""
    tag = tagged(request)
    found = source_of(request).catalog.ask(changed, asked.after, asked.limit, asked.since)
    since = asked.after if asked.since is None else asked.since
    has_more = found.total > len(found.records)
    more = {"Link": link(request, "next", after=found.upto, since=since)} if has_more else {}
    counted = {"total": found.total, "total_is_exact": found.total_is_exact, "shown": len(found.records)}
    return json_answer({**counted, "upto": found.upto, "changes": found.records}, tag, **more)
