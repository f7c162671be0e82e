"""The hits of a search as a table that spreadsheets open (CSV, RFC 4180)."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from mlentory_crawl.exporters.cells import cell
from mlentory_crawl.service.json_answers import source_of, tagged
from mlentory_crawl.service.paging import neighbors
from mlentory_crawl.service.parameters import Search
from mlentory_crawl.stores.search.query import MAX_HITS

router = APIRouter(tags=["search"])

ROWS = 1_000
"""The number of rows of a table, at the most and by default."""
COLUMNS = (
    "name", "iri", "type", "task", "license", "library", "language", "author", "platform", "base_model", "parameters",
    "context_length", "downloads", "likes", "created", "modified", "published",
)  # fmt: skip


class Rows(Search):
    """The parameters of a search; the rows of its table are more than the hits of an answer in JSON."""

    limit: Annotated[int, Field(ge=0, le=ROWS)] = ROWS


class Table(Response):
    """A table."""

    media_type = "text/csv"


@router.get("/entities.csv", operation_id="search_table", response_class=Table)
def search_table(request: Request, given: Annotated[Rows, Query()]) -> Response:
    """Return a table of the hits of a search (CSV); what a spreadsheet would compute begins with an apostrophe."""
    source = source_of(request)
    tag = tagged(request, source.index_version(), "csv")
    found = source.search(given.query())
    headers = {
        "ETag": tag,
        "Cache-Control": "no-cache",
        "Content-Disposition": 'attachment; filename="mlentory.csv"',
        **neighbors(request, total=min(found.total, MAX_HITS), limit=given.limit, offset=given.offset),
    }
    return Table(table_of(found.hits), headers=headers)


def table_of(hits: list[dict[str, Any]]) -> str:
    """Return hits as a table with a line of headings.

    Args:
        hits: the hits; several values of a field are separated by semicolons.
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    writer.writerows([cell(hit.get(name)) for name in COLUMNS] for hit in hits)
    return written.getvalue()
