"""The audit: who asked what, for those who answer for it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from mlentory_crawl.service.gateway.audit_reading import AuditEntry, entries
from mlentory_crawl.service.gateway.guard import caller_of
from mlentory_crawl.service.gateway.roles import Role
from mlentory_crawl.service.json_answers import hashed_answer
from mlentory_crawl.service.paging import Extent, Paged, extent, neighbors

router = APIRouter(tags=["state"])


class OfKey(Paged):
    """The entries that are asked for."""

    key: Annotated[str, Field(max_length=100, description="the id of a key: only its entries")] | None = None


class AuditAnswer(Extent):
    """Entries of the audit, newest first; before them the counts of this hour."""

    entries: list[AuditEntry]


@router.get("/audit", operation_id="audit", response_model=AuditAnswer)
def audit(request: Request, asked: Annotated[OfKey, Query()]) -> Response:
    """List who asked what: of all keys for administrators, for others of their own key."""
    caller, key = caller_of(request), asked.key
    if caller.role < Role.ADMIN:
        if caller.key is None or key not in (None, caller.key):
            raise HTTPException(HTTPStatus.FORBIDDEN, "only administrators see more than the entries of their own key")
        key = caller.key
    found, total = entries(request.app.state.state_dir, asked.limit, asked.offset, key)
    links = neighbors(request, total=total, limit=asked.limit, offset=asked.offset)
    return hashed_answer(request, {**extent(total, len(found), asked.offset), "entries": found}, **links)
