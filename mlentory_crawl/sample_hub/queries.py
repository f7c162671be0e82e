"""Parsing and answering of requests for lists of any kind."""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from urllib.parse import parse_qsl, urlencode

import orjson

from mlentory_crawl.sample_hub.hub import SORTS, Cursor, Query
from mlentory_crawl.sample_hub.messages import Answer, Refused, Request

LARGEST_PAGE = 1000
TRUE = ("true", "True", "1")


def read_query(
    route: str, request: Request, legal: Collection[str], listed: Sequence[str], full: Sequence[str]
) -> Query:
    """Parse a request for a list.

    Args:
        route: the route of the list.
        request: the request.
        legal: the fields that may be requested.
        listed: the fields of a list if none are requested.
        full: the fields that ``full`` adds to them.

    Raises:
        Refused: the request is invalid.
    """
    pairs = parse_qsl(request.query, keep_blank_values=True)
    one = dict(pairs)
    sort = one.get("sort", SORTS[0])
    if sort not in SORTS:
        raise Refused.bad(route, "Invalid sort parameter: expected one of " + ", ".join(SORTS))
    direction = one.get("direction", "-1")
    if direction not in ("1", "-1") or (direction == "1" and sort != "createdAt"):
        raise Refused.bad(route, "Invalid direction: ascending order is only possible for createdAt")
    limit = one.get("limit", str(LARGEST_PAGE))
    if not limit.isascii() or not limit.isdecimal() or not int(limit[:9]):
        raise Refused.bad(route, "Invalid limit: expected a positive number")
    names = expanded(route, pairs, legal)
    if names is None:
        extra = [name for name in ("cardData", "config") if one.get(name) in TRUE]
        names = (*listed, *(full if one.get("full") in TRUE else ()), *extra)
    return Query(
        names=names,
        sort=sort,
        ascending=direction == "1",
        limit=min(int(limit[:9]), LARGEST_PAGE),
        after=_cursor(route, one["cursor"], str if sort == "createdAt" else int) if "cursor" in one else None,
        author=one.get("author"),
        search=one.get("search"),
        pipeline_tag=one.get("pipeline_tag"),
        tags=tuple(value for name, value in pairs if name == "filter"),
    )


def expanded(route: str, pairs: list[tuple[str, str]], legal: Collection[str]) -> tuple[str, ...] | None:
    """The fields that a request asks for, or None if it asks for none.

    Raises:
        Refused: one of them cannot be requested.
    """
    names = [value for name, value in pairs if name in ("expand", "expand[]")]
    if any(name not in legal for name in names):
        raise Refused.bad(route, "Invalid option: expected one of " + "|".join(f'"{name}"' for name in legal))
    return ("_id", "id", *dict.fromkeys(names)) if names else None


def listing(route: str, request: Request, body: bytes, cursor: Cursor | None) -> Answer:
    """A page of a list, with the link to the next one."""
    answer = Answer(route, body=body)
    if cursor is not None:
        pairs = parse_qsl(request.query, keep_blank_values=True)
        kept = [(name, value) for name, value in pairs if name != "cursor"]
        encoded = base64.urlsafe_b64encode(orjson.dumps(cursor)).decode()
        host = request.headers.get("host", "localhost")
        query = urlencode([*kept, ("cursor", encoded)])
        answer.headers["Link"] = f'<http://{host}/api/{route}?{query}>; rel="next"'
    return answer


def repository_id(route: str, segments: Sequence[str], bucket: str = "api") -> str:
    """The id of a repository, from segments of a path.

    Raises:
        Refused: they are not an id.
    """
    if len(segments) not in (1, 2) or any("/" in segment or not segment for segment in segments):
        raise Refused.bad(route, "Invalid repo name: it must be of the form owner/name", bucket)
    return "/".join(segments)


def _cursor(route: str, text: str, kind: type[int | str]) -> Cursor:
    try:
        value, n = orjson.loads(base64.urlsafe_b64decode(text))
    except (ValueError, TypeError):
        raise Refused.bad(route, "Invalid cursor") from None
    if not isinstance(value, kind) or not isinstance(n, int):
        raise Refused.bad(route, "Invalid cursor")
    return value, n
