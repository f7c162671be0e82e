"""The pages of what models use: datasets, licenses, tasks and owners, and the models that use each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from mlentory_crawl.catalog.queries.glances import glances
from mlentory_crawl.catalog.queries.usage import EDGES, Subject, used, users
from mlentory_crawl.service.api.named import PathName
from mlentory_crawl.service.api.used import OfPath
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.page_templates import page
from mlentory_crawl.service.paging import Offset, Paged, named_like

router = APIRouter()

TITLES: dict[Subject, str] = {
    "datasets": "Datasets that models were trained or tested on",
    "licenses": "Licenses of models",
    "tasks": "Tasks of models",
    "owners": "Owners of models",
}
SHOWN = 60
Words = Annotated[str, Query(max_length=200)]


def used_by_models(request: Request, subject: OfPath, q: Words = "", offset: Offset = 0) -> Response:
    """Show what models use, with the number of models."""
    found, _ = source_of(request).kept(used, subject)
    fitting = named_like(found, q)
    return page(
        request,
        "used",
        subject=subject,
        title=TITLES[subject],
        q=q,
        found=fitting[offset : offset + SHOWN],
        most=max((each.models for each in fitting), default=1),
        total=len(fitting),
        offset=offset,
        shown=SHOWN,
    )


def users_of(request: Request, subject: OfPath, name: PathName, asked: Annotated[Paged, Query()]) -> Response:
    """Show the models that use something."""
    found = source_of(request).catalog.ask(users, subject, name, asked.limit, asked.offset)
    known = source_of(request).catalog.ask(glances, [each.iri for each in found.models])
    return page(request, "users", subject=subject, found=found, known=known, offset=asked.offset, limit=asked.limit)


for _each in EDGES:
    router.add_api_route(f"/{_each}", used_by_models)
    router.add_api_route(f"/{_each}/{{name:path}}", users_of)
