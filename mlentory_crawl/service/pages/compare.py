"""The page that shows entities side by side."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from mlentory_crawl.catalog.queries.comparison import Comparison, Row
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.addresses import short_name
from mlentory_crawl.service.pages.page_templates import page

router = APIRouter()

MOST = 6
"""The number of entities that a page has room for."""
Names = Annotated[list[Annotated[str, Query(max_length=2_000)]], Query(max_length=MOST)]


def comparison_of(iris: Iterable[str]) -> str | None:
    """Return the address of the comparison of the first entities; None if there is only one."""
    names = [short_name(iri) for iri in islice(iris, MOST)]
    return f"/compare?{urlencode([('name', name) for name in names])}" if len(names) > 1 else None


@router.get("/compare")
def compare(request: Request, name: Names = []) -> Response:  # noqa: B006  FastAPI copies defaults
    """Show entities side by side, or ask for them."""
    names = [each.strip() for each in name if each.strip()]
    found = source_of(request).catalog.compare(*names) if names else None
    sections: dict[str, list[Row]] = {}
    for row in found.rows if found else ():
        sections.setdefault(row.section, []).append(row)
    return page(request, "compare", found=found, names=names, sections=sections, differs=_differs, most=MOST)


def _differs(found: Comparison, row: Row) -> bool:
    """Check whether the entities state different values."""
    return len(found.things) > 1 and len({tuple(map(str, values)) for values in row.values}) > 1
