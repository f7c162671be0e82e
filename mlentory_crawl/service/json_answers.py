"""Answers of the API: JSON with the version that it is true for, and problems that name what is wrong (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response

from mlentory_crawl.catalog.queries.find import NotFound
from mlentory_crawl.catalog.queries.run_details import UnknownRun
from mlentory_crawl.exceptions import CatalogError, MlentoryError, StoreError, WrongUsage
from mlentory_crawl.exporters.dumps import UnknownDump
from mlentory_crawl.service.source import Source

PROBLEM = "application/problem+json"
STATUSES: dict[type[Exception], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    UnknownRun: HTTPStatus.NOT_FOUND,
    UnknownDump: HTTPStatus.NOT_FOUND,
    WrongUsage: HTTPStatus.BAD_REQUEST,
    CatalogError: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    MlentoryError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The status of each failure; the first that it is an instance of."""


class Unchanged(Exception):
    """The client has the answer already.

    Attributes:
        tag: its entity tag.
    """

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


def source_of(request: Request) -> Source:
    """Return what the service answers from."""
    source: Source = request.app.state.source
    return source


def tagged(
    request: Request, version: str | None = None, form: str = "", exists: Callable[[], object] = lambda: True
) -> str:
    """Return the entity tag of the answer to a request, which follows from the version of the catalog.

    Args:
        request: the request.
        version: the version that the answer is true for; None for the present one.
        form: the representation, where there are several.
        exists: raises an error if there is nothing that the client could have; asked before it is told that it has it.

    Raises:
        Unchanged: the client has this version.
    """
    told = version or source_of(request).version()
    try:
        return unless_known(request, f'W/"{told}{form and "-"}{form}"')
    except Unchanged:
        exists()
        raise


def unless_known(request: Request, tag: str) -> str:
    """Return an entity tag.

    Raises:
        Unchanged: the client has what it stands for.
    """
    if is_known(request, tag):
        raise Unchanged(tag)
    return tag


def is_known(request: Request, tag: str) -> bool:
    """Check whether a client has what an entity tag stands for; weak and strong tags are compared alike (RFC 9110)."""
    lines = request.headers.getlist("If-None-Match")
    asked = {each.strip().removeprefix("W/") for line in lines for each in line.split(",")}
    return tag.removeprefix("W/") in asked or "*" in asked


def json_answer(data: Any, tag: str, media_type: str = "application/json", **headers: str) -> Response:
    """Return data as JSON; dataclasses are taken as they are.

    Args:
        data: what to answer.
        tag: its entity tag.
        media_type: its type.
        headers: further headers, with underscores for hyphens.
    """
    told = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(orjson.dumps(data), media_type=media_type, headers=told)


def hashed_answer(request: Request, data: Any, **headers: str) -> Response:
    """Return data as JSON whose entity tag follows from the data: they may change while the catalog's records do not.

    Args:
        request: the request.
        data: what to answer.
        headers: as for `json_answer`.

    Raises:
        Unchanged: the client has these data.
    """
    digest = blake2b(orjson.dumps(data), digest_size=8).hexdigest()
    return json_answer(data, unless_known(request, f'W/"{digest}"'), **headers)


def status_of(error: Exception) -> HTTPStatus:
    """Return the status that a failure is answered with."""
    return next(status for kind, status in STATUSES.items() if isinstance(error, kind))


def problem(status: int, detail: str, **further: Any) -> Response:
    """Return an error as a problem document.

    Args:
        status: the status.
        detail: what is wrong, for a person.
        further: further members.
    """
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **further}
    return Response(orjson.dumps(told), status, media_type=PROBLEM)
