"""Filters of templates: how values are read by people, and where links lead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request

from fair4ml.identifiers import HUGGING_FACE
from fair4ml.platforms import title
from fair4ml.read.web_addresses import host_of
from mlentory_crawl.catalog.queries.comparison import Value
from mlentory_crawl.catalog.queries.evaluated import Evaluated
from mlentory_crawl.catalog.queries.evaluations import Result
from mlentory_crawl.catalog.queries.license_summary import LicenseConflict
from mlentory_crawl.console import magnitude, number
from mlentory_crawl.service.pages.addresses import (
    api_of,
    crate_of,
    form_of,
    history_of,
    lineage_of,
    link_to,
    path_name,
    short_name,
)
from mlentory_crawl.service.pages.aligned import padding
from mlentory_crawl.service.pages.facts import label_of
from mlentory_crawl.service.static_files import static_address

LEAD = 320
"""The number of characters of a description at the head of a page."""
LONG = 220
"""The number of characters of a description from which on it is cut in a list of hits."""
MODELS = "MLModel"


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


def platform_name(record: str) -> str:
    """Return the platform of a record, and its kind, as people call them."""
    platform, _, rest = record.partition("/")
    kind = rest.partition("/")[0]
    return f"{title(platform)} {kind}".strip()


def lead(text: str) -> str:
    """Return the first sentences of a description, as many as can be read at a glance."""
    words = " ".join(text.split())
    if len(words) <= LEAD:
        return words
    end = max(words.rfind(mark, 0, LEAD) for mark in (". ", "! ", "? "))
    return words[: end + 1] if end > LEAD // 3 else f"{words[:LEAD].rpartition(' ')[0]}\u2026"


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


FILTERS: dict[str, Callable[..., Any]] = {
    "magnitude": magnitude,
    "count": lambda number: f"{number:,}",
    "day": lambda moment: (moment or "")[: len("2026-11-20")],
    "link_to": link_to,
    "lineage_of": lineage_of,
    "history_of": history_of,
    "path_name": path_name,
    "api_of": api_of,
    "form_of": form_of,
    "crate_of": crate_of,
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
    "platform_name": platform_name,
    "lead": lead,
    "padding": padding,
    "reasons": reasons,
    "web_address": web_address,
}
"""The filters by their names in templates."""
