"""The templates of pages, and what they may do with values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from fair4ml.identifiers import HUGGING_FACE
from fair4ml.read.web_addresses import host_of
from mlentory_crawl import __version__
from mlentory_crawl.catalog.queries.comparison import Value
from mlentory_crawl.catalog.queries.evaluated import Evaluated
from mlentory_crawl.catalog.queries.evaluations import Result
from mlentory_crawl.catalog.queries.license_summary import LicenseConflict
from mlentory_crawl.catalog.queries.origins import Statement
from mlentory_crawl.console import magnitude, number
from mlentory_crawl.printable import printable
from mlentory_crawl.service.gateway.callers import Caller
from mlentory_crawl.service.pages.facts import label_of
from mlentory_crawl.service.static_files import static_address

LONG = 220
"""The number of characters of a description from which on it is cut in a list of hits."""
MODELS = "MLModel"
_MODEL = re.compile(r"(?!\.\.?/)[\w.-]+/(?!\.\.?$)[\w.-]+", re.ASCII)


def page(request: Request, template: str, /, **values: Any) -> Response:
    """Return a page.

    Args:
        request: the request.
        template: the name of the template, without its ending.
        values: what the template shows; `status` is the status of the answer, too.
    """
    status = values.get("status", 200)
    can_sign_in = request.app.state.sign_in is not None
    text = (
        _environment()
        .get_template(f"{template}.html")
        .render(request=request, version=__version__, can_sign_in=can_sign_in, person=_person(request), **values)
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


def link_to(iri: str) -> str:
    """Return the address of the page about an entity."""
    path = iri.removeprefix(HUGGING_FACE)
    # Anything else would be read as another address: parts of models have a # in theirs.
    is_model = path != iri and _MODEL.fullmatch(path) and not path.startswith(("datasets/", "papers/", "spaces/"))
    return f"/models/{path}" if is_model else f"/entity?{urlencode({'name': iri})}"


def path_name(iri: str) -> str:
    """Return an IRI as the end of a path."""
    return quote(iri, safe="")


def history_of(iri: str) -> str:
    """Return the address of the page with the history of an entity."""
    path, mark, query = link_to(iri).partition("?")
    return f"{path}/history{mark}{query}"


def lineage_of(iri: str, direction: str = "up") -> str:
    """Return the address of the page with the lineage of an entity."""
    path, _, query = link_to(iri).partition("?")
    told = [query] * bool(query) + [f"direction={direction}"] * (direction != "up")
    return f"{path}/lineage{'?' if told else ''}{'&'.join(told)}"


def api_of(iri: str) -> str:
    """Return the address of an entity in the API."""
    return f"/api/v1{link_to(iri)}"


def short_name(iri: str) -> str:
    """Return the shortest name of an entity that is an address on the Hub; others as they are."""
    return iri.removeprefix(HUGGING_FACE)


def result(each: Evaluated) -> str:
    """Return the value of a result as people read it."""
    return "" if each.value is None else number(each.value, each.stated)


def value_of(each: Result) -> str:
    """Return the value of a result on a board as people read it."""
    return number(each.value, each.raw)


def cell(value: Value, stated: str | None) -> str:
    """Return a value of a comparison as people read it."""
    return str(value) if isinstance(value, bool) else number(value, stated)


def moment(time: str) -> str:
    """Return a time to the minute."""
    return time[: len("2026-11-20T10:00")].replace("T", " ")


def host(address: str) -> str:
    """Return the host of an address of the web, for its link."""
    return host_of(address) or address


def origin(statements: list[Statement]) -> str:
    """Return in one line who states a fact, and where."""
    return "; ".join(f"{each.record.rpartition('/')[0]}: {each.field} ({each.method})" for each in statements[:5])


@dataclass(slots=True)
class Reason:
    """Models whose licenses are incompatible with the license of one from which they derive, for the same reason."""

    derived: str
    original: str
    parent: str
    rule: str
    why: str
    source: str
    children: list[str] = field(default_factory=list)


def reasons(conflicts: Iterable[LicenseConflict]) -> list[Reason]:
    """Return conflicts by their reason, in the order in which they come."""
    found: dict[tuple[str, ...], Reason] = {}
    for each in conflicts:
        key = each.derived, each.original, each.parent, each.rule, each.why, each.source
        found.setdefault(key, Reason(*key)).children.append(each.child)
    return list(found.values())


def web_address(text: str) -> str | None:
    """Return a text that may be the target of a link; None if it is no address of the web."""
    return text if text.startswith(("https://", "http://")) else None


def dataset_name(told: str) -> str:
    """Return the name of a dataset that may be told by its address on the Hub."""
    return told.removeprefix(f"{HUGGING_FACE}datasets/")


def is_in(request: Request, address: str) -> bool:
    """Check whether a page belongs to the part of the site that begins at an address."""
    path: str = request.scope["path"]
    if address.startswith("/search"):
        return path.startswith("/models/") or (path == "/search" and request.query_params.getlist("type") == [MODELS])
    return path == address or path.startswith(f"{address}/")


def pieces(hit: Mapping[str, Any], field: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a text of a hit, each with whether it has a word of the search."""
    found = hit.get("highlight", {}).get(field)
    whole = hit.get(field) or ""
    if found is None or (field == "name" and found["text"] != whole):
        yield (whole if field == "name" or len(whole) <= LONG else f"{whole[:LONG].rstrip()}\u2026"), False
        return
    end = 0
    for begin, after in found["matches"]:
        yield found["text"][end:begin], False
        yield found["text"][begin:after], True
        end = after
    yield found["text"][end:], False


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
    environment.filters |= {
        "magnitude": magnitude,
        "count": lambda number: f"{number:,}",
        "day": lambda moment: (moment or "")[: len("2026-11-20")],
        "link_to": link_to,
        "lineage_of": lineage_of,
        "history_of": history_of,
        "path_name": path_name,
        "api_of": api_of,
        "short_name": short_name,
        "result": result,
        "value_of": value_of,
        "cell": cell,
        "moment": moment,
        "host": host,
        "label_of": label_of,
        "dataset_name": dataset_name,
        "is_in": is_in,
        "pieces": pieces,
        "static": static_address,
        "origin": origin,
        "reasons": reasons,
        "web_address": web_address,
    }
    return environment
