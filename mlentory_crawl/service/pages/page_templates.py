"""The templates of pages, and what every page has."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from mlentory_crawl import __version__
from mlentory_crawl.catalog.queries.freshness import Freshness, freshness
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.printable import printable
from mlentory_crawl.service.gateway.callers import Caller
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.addresses import same_as_data
from mlentory_crawl.service.pages.filters import FILTERS


def page(request: Request, template: str, /, *, is_data: bool = True, **values: Any) -> Response:
    """Return a page.

    Args:
        request: the request.
        template: the name of the template, without its ending.
        is_data: whether the API has the same, where it has pages like this one.
        values: what the template shows; `status` is the status of the answer, too.
    """
    status = values.get("status", 200)
    can_sign_in = request.app.state.sign_in is not None
    same = (
        same_as_data(request.scope["path"], request.query_params.multi_items()) if status == 200 and is_data else None
    )
    around = {"version": __version__, "same": same, "age": _age(request)}
    text = (
        _environment()
        .get_template(f"{template}.html")
        .render(request=request, can_sign_in=can_sign_in, person=_person(request), **around, **values)
    )
    headers = {"Cache-Control": "no-cache", "Vary": "Accept, HX-Request"}
    if can_sign_in:
        headers = {
            "Cache-Control": "private, no-cache",
            "Vary": "Accept, HX-Request, Cookie",
            # Without it, browsers do not even tell the service itself that a form was sent by its own page.
            "Referrer-Policy": "same-origin",
        }
    return Response(text, status, media_type="text/html", headers=headers)


def _person(request: Request) -> str | None:
    """Return the name of whoever has signed in."""
    caller: Caller | None = request.scope.get("state", {}).get("caller")
    return caller.owner if caller is not None and caller.has_session else None


def failed(request: Request, status: int, detail: str) -> Response:
    """Return the page that says what went wrong."""
    address = f"{request.url.path}{'?' if request.url.query else ''}{request.url.query}"
    return page(request, "failed", detail=detail, status=status, address=address)


def _age(request: Request) -> Freshness | None:
    """Return the age of what a page shows; None if that cannot be read, which the page says itself."""
    try:
        return source_of(request).catalog.ask(freshness)
    except MlentoryError:
        return None


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("mlentory_crawl.service", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        # What strangers wrote controls nothing, and does not mislead the eye.
        finalize=lambda value: printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    environment.filters |= FILTERS
    return environment
