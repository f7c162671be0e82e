"""``/sparql``: questions in SPARQL, answered as of a sequence number of the catalog."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from fair4ml.write.rdf_syntax import PREFIXES
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.extras import install_command
from mlentory_crawl.service.json_answers import is_known, problem, source_of
from mlentory_crawl.service.negotiation import HTML, acceptable, accepted
from mlentory_crawl.service.source import Source, version_of
from mlentory_crawl.service.sparql.asked import Refused, query_of
from mlentory_crawl.service.sparql.pool import Answer, NotAnswered, Pool
from mlentory_crawl.service.sparql.self_description import description
from mlentory_crawl.stores.sparql.folder import State

Wanted = list[tuple[str, float]]
router = APIRouter(tags=["sparql"])
TABLES = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
    "application/json",
    "application/xml",
)
"""The types of tables and of yes or no, the best first; the last ones are common names of the first."""
GRAPHS = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json", "text/plain")
"""The types of triples, the best first; the last is a common name of the second."""
MOST_BYTES = 10_000_000
"""The bytes of the largest result. A part of it would pass for the whole: clients know no sign of that."""
MOST_SHOWN = 2_000_000
"""The bytes of the largest table that is read to show its first rows."""
LONGEST_DETAIL = 300
_PLACE = re.compile(r"error at (\d+):(\d+): ", re.ASCII)
_UNAVAILABLE = {
    "memory": "the query took more memory than it may",
    "gone": "the triples are being replaced",
    "unreadable": "the triples cannot be read",
}
_SEQUENCE = "X-MLentory-Sequence"
PAGE = "/query"
"""The page on which a person writes a query."""


@router.api_route("/sparql", methods=["GET", "HEAD", "POST"], include_in_schema=False)
async def sparql(request: Request) -> Response:
    """Answer a query, or say what can be asked (SPARQL 1.1 Protocol)."""
    wanted = accepted(request.headers.get("Accept"))
    try:
        query = await query_of(request)
        if query is None:
            return await _described(request, wanted)
        request.state.query_text = query
        response = await _answered(request, query, wanted)
    except Refused as error:
        response = problem(error.status, str(error))
    except NotAnswered as error:
        response = problem(503, str(error))
        response.headers["Retry-After"] = str(error.retry_after)
    response.headers["Vary"] = "Accept"
    return response


async def _described(request: Request, wanted: Wanted) -> Response:
    if _is_browser(wanted):
        return RedirectResponse(PAGE)
    _check_library()
    media_type = acceptable(wanted, GRAPHS)
    if media_type is None:
        raise Refused(406, f"the description of this service is written as {', '.join(GRAPHS)}")
    address = str(request.url.replace(query="", fragment=""))
    return Response(description(address, media_type), media_type=media_type, headers={"Vary": "Accept"})


async def _answered(request: Request, query: str, wanted: Wanted) -> Response:
    pool: Pool = request.app.state.sparql
    state = await run_sync(askable, source_of(request), pool)
    if request.method != "POST" and is_known(request, _tag(state)):
        return _true_for(state, Response(status_code=304))
    question = {
        "query": query,
        "prefixes": PREFIXES,
        "table": acceptable(wanted, TABLES),
        "graph": acceptable(wanted, GRAPHS),
        "most": MOST_BYTES,
    }
    answer = await pool.ask(request.state.caller.account, question, state)
    told = answer.told
    if told["outcome"] == "ok":
        return _true_for(answer.state, Response(answer.body, media_type=told["type"]))
    return _true_for(answer.state, _failed(told))


def _is_browser(wanted: Wanted) -> bool:
    """Check whether a page is liked better than anything that programs ask for by name."""
    liked = dict(wanted)
    return liked.get(HTML, 0.0) > max(liked.get(each, 0.0) for each in (*TABLES, *GRAPHS))


def askable(source: Source, pool: Pool) -> State:
    """Return what can be asked.

    Args:
        source: the catalog.
        pool: answers questions about the triples.

    Raises:
        StoreError: nothing can.
    """
    _check_library()
    state = pool.state()
    if state is None or state.position is None:
        raise StoreError("there are no triples yet: mlentory sync sparql makes them")
    if state.position.catalog != source.catalog.version[0]:
        raise StoreError("the triples belong to another catalog: mlentory sync sparql --rebuild replaces them")
    return state


async def table_of(source: Source, pool: Pool, client: str, query: str) -> Answer:
    """Return the answer to a query as a table in JSON, to show its first rows.

    Args:
        source: the catalog.
        pool: answers questions about the triples.
        client: who asks.
        query: the query.

    Raises:
        NotAnswered: another time it may be answered.
        StoreError: nothing can be asked.
    """
    state = await run_sync(askable, source, pool)
    question = {"query": query, "prefixes": PREFIXES, "table": TABLES[0], "graph": None, "most": MOST_SHOWN}
    return await pool.ask(client, question, state)


def _check_library() -> None:
    if find_spec("pyoxigraph") is None:
        raise StoreError(f"SPARQL needs Oxigraph: {install_command('sparql')}")


def _tag(state: State) -> str:
    assert state.position is not None
    return f'W/"{version_of(state.position.catalog, state.position.sequence)}"'


def _true_for(state: State, response: Response) -> Response:
    assert state.position is not None
    response.headers[_SEQUENCE] = str(state.position.sequence)
    if response.status_code < 400:
        response.headers["ETag"] = _tag(state)
        response.headers["Cache-Control"] = "no-cache"
    return response


def failure_of(told: Mapping[str, Any]) -> tuple[int, str, dict[str, int]]:
    """Return why a query has no result: the status, the reason for a person, and further members of the problem.

    Args:
        told: the outcome, as `child.answer` tells it.
    """
    outcome, detail = told["outcome"], str(told.get("detail", ""))
    if outcome == "syntax":
        further = {}
        if place := _PLACE.match(detail):
            further = {"line": int(place[1]), "column": int(place[2])}
            detail = f"line {place[1]}, column {place[2]}: {detail[place.end() :]}"
        return 400, " ".join(detail.split())[:LONGEST_DETAIL], further
    if outcome == "update":
        return 403, "updates are not taken: everything here follows from the catalog", {}
    if outcome == "refused":
        return 400 if detail.startswith("FROM") else 403, detail, {}
    if outcome == "unacceptable":
        types = GRAPHS if told["is_graph"] else TABLES
        return 406, f"the result of this query is written as {', '.join(types)}", {}
    if outcome == "large":
        reason = f"the result has more than {told['most']:,} bytes, and is not given in part"
        return 413, f"{reason}: add a LIMIT, or take an export of everything", {}
    if outcome in _UNAVAILABLE:
        return 503, _UNAVAILABLE[outcome], {}
    return 400, " ".join(detail.split())[:LONGEST_DETAIL], {}


def _failed(told: Mapping[str, Any]) -> Response:
    """Return why a query has no result."""
    status, detail, further = failure_of(told)
    response = problem(status, detail, **further)
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response
