"""Queries in requests, as the protocol has them (SPARQL 1.1 Protocol, section 2)."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import Request

LONGEST = 32 * 1024
"""The bytes of the longest query."""
LONGEST_FORM = 64 * 1024
"""The bytes of the longest form, in which others may stand beside the query, and many characters take three."""
FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
_DATASET = ("default-graph-uri", "named-graph-uri", "using-graph-uri", "using-named-graph-uri")


class Refused(Exception):
    """A request is not answered.

    Args:
        status: the status of the answer.
        detail: the reason, for a person.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


async def query_of(request: Request) -> str | None:
    """Return the query of a request; None if it has none, and so asks what is here.

    Raises:
        Refused: it asks something else, or too much.
    """
    parameters = _parameters(request.scope["query_string"])
    if request.method == "POST":
        media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if media_type == FORM:
            parameters += _parameters(await _body(request, LONGEST_FORM))
        elif media_type == QUERY:
            parameters.append(("query", _text(await _body(request, LONGEST))))
        elif media_type == UPDATE:
            raise Refused(403, "updates are not taken: everything here follows from the catalog")
        else:
            raise Refused(415, f"expected {QUERY} or {FORM}")
    named = {name for name, _ in parameters}
    if "update" in named:
        raise Refused(403, "updates are not taken: everything here follows from the catalog")
    if found := named.intersection(_DATASET):
        raise Refused(400, f"{min(found)}: there is one graph, the default one; leave the parameter out")
    queries = [value for name, value in parameters if name == "query"]
    if len(queries) > 1:
        raise Refused(400, "query: expected one, got several")
    if not queries:
        if request.method == "POST":
            raise Refused(400, "query: it is missing")
        return None
    if len(queries[0].encode()) > LONGEST:
        raise Refused(413, f"query: it is longer than {LONGEST:,} bytes")
    return queries[0]


async def _body(request: Request, longest: int) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise Refused(413, f"query: it is longer than {LONGEST:,} bytes")
    return body


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Refused(400, "query: it is not UTF-8") from None


def _parameters(data: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(_text(data), keep_blank_values=True, errors="strict", max_num_fields=100)
    except UnicodeDecodeError:
        raise Refused(400, "query: it is not UTF-8") from None
    except ValueError as error:
        raise Refused(400, f"parameters: {error}") from None
