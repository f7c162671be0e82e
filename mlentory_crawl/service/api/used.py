"""Datasets, licenses, tasks and owners: how many models use each, and which."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from mlentory_crawl.catalog.queries.license_summary import LicenseConflict
from mlentory_crawl.catalog.queries.usage import EDGES, Subject, Used, User, used, users
from mlentory_crawl.service.api.lineage import NO_PERMISSION
from mlentory_crawl.service.api.named import PathName
from mlentory_crawl.service.json_answers import json_answer, source_of, tagged
from mlentory_crawl.service.paging import Extent, Paged, extent, named_like, neighbors

router = APIRouter(tags=["uses"])


async def _subject(request: Request) -> Subject:
    """Return the subject that the path of a route names; asynchronous, as a thread would take longer."""
    path: str = request.scope["route"].path
    return next(subject for subject in EDGES if subject in path.split("/"))


OfPath = Annotated[Subject, Depends(_subject)]


class Listed(Paged):
    """The part of the list that is asked for."""

    q: Annotated[str, Field(max_length=200, description="only those with this in their name, in any case")] = ""


class UsedAnswer(Extent):
    """Entities that models use, the one with most models first."""

    used: list[Used]


class UsersAnswer(Extent):
    """The models that use something, by name; those found first unless `complete`. Of a license with conflicts."""

    iri: str
    name: str
    models: list[User]
    conflicts: list[LicenseConflict]
    complete: bool
    note: str | None


def used_by_models(request: Request, subject: OfPath, asked: Annotated[Listed, Query()]) -> Response:
    """List what models use, with the number of models."""
    found, version = source_of(request).kept(used, subject)
    tag = tagged(request, version)
    fitting = named_like(found, asked.q)
    shown = fitting[asked.offset : asked.offset + asked.limit]
    links = neighbors(request, total=len(fitting), limit=asked.limit, offset=asked.offset)
    return json_answer({**extent(len(fitting), len(shown), asked.offset), "used": shown}, tag, **links)


def users_of(request: Request, subject: OfPath, name: PathName, asked: Annotated[Paged, Query()]) -> Response:
    """List the models that use a dataset, a license or a task, or that an owner shares."""
    catalog = source_of(request).catalog
    tag = tagged(request, exists=lambda: catalog.ask(users, subject, name, 1, 0))
    found = catalog.ask(users, subject, name, asked.limit, asked.offset)
    links = neighbors(request, total=found.total, limit=asked.limit, offset=asked.offset)
    told = {
        "iri": found.iri,
        "name": found.name,
        "models": found.models,
        "conflicts": found.conflicts,
        "complete": found.complete,
        "note": NO_PERMISSION if subject == "licenses" else None,
    }
    return json_answer({**extent(found.total, len(found.models), asked.offset), **told}, tag, **links)


for _each in EDGES:
    router.add_api_route(f"/{_each}", used_by_models, operation_id=_each, response_model=UsedAnswer)
    router.add_api_route(f"/{_each}/{{name:path}}", users_of, operation_id=f"{_each}_users", response_model=UsersAnswer)
