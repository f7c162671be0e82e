"""One table of all routes: who may ask each, and what an answer costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from mlentory_crawl.service.gateway.roles import Role
from mlentory_crawl.service.gateway.units import TENTHS
from mlentory_crawl.service.parameters import DEEPEST, DEPTH, DEPTH_OF_PAGES

OTHER = "other"
"""The name of all paths that no route has."""
_DEPTH = re.compile(r"0*([0-9]{1,3})")
Asked = Callable[[str, bytes], bool]


def parameter_in(query: bytes, name: str) -> str | None:
    """Return the last value of a parameter, as routes read it, however it is written; None if it is not there."""
    # Without an escape, a name stands in the query as it is.
    if b"%" not in query and name.encode() not in query:
        return None
    found = [value for key, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True) if key == name]
    return found[-1] if found else None


def by_depth(unless_given: int) -> Callable[[str, bytes], int]:
    """Return what tells the cost of following a lineage, in tenths of a unit: one unit for each generation.

    Args:
        unless_given: the number of generations that are followed if a request does not say how many.
    """

    def cost(method: str, query: bytes) -> int:
        told = parameter_in(query, "depth")
        if told is None:
            return TENTHS * unless_given
        # What is no plain number may still be read as one.
        given = _DEPTH.fullmatch(told)
        return TENTHS * (min(int(given[1]), DEEPEST) if given else DEEPEST)

    return cost


def by_facets(method: str, query: bytes) -> int:
    """Return the cost of a search, in tenths of a unit: with counted facets it is twice that of one without."""
    return TENTHS if parameter_in(query, "facets") is None else 2 * TENTHS


def has_query(method: str, query: bytes) -> bool:
    """Check whether a request to `/sparql` asks a query, and not what can be asked."""
    return method not in ("GET", "HEAD") or parameter_in(query, "query") is not None


def by_language(method: str, query: bytes) -> int:
    """Return the cost of what `/sparql` answers, in tenths of a unit: a query is dear, the page about it is not."""
    return 20 * TENTHS if has_query(method, query) else TENTHS


def always(method: str, query: bytes) -> bool:
    """Return True, for all requests to a route."""
    return True


def never(method: str, query: bytes) -> bool:
    """Return False, for all requests to a route."""
    return False


@dataclass(frozen=True, slots=True)
class Access:
    """A line of the table.

    Attributes:
        role: the lowest role that may ask.
        units: the cost of an answer.
        by_request: the cost in tenths of a unit where it follows from the method and the query.
        is_noted: whether a request is an entry of the audit, by the method and the query; others are counted.
    """

    role: Role = Role.READER
    units: float = 1
    by_request: Callable[[str, bytes], int] | None = None
    is_noted: Asked = never

    def cost(self, method: str, query: bytes) -> int:
        """Return the cost of the answer to a request, in tenths of a unit."""
        return round(self.units * TENTHS) if self.by_request is None else self.by_request(method, query)


LITTLE = 0.1
READ, COUNT, BOARD, DUMP = Access(), Access(units=2), Access(units=5), Access(units=20)
SEARCH, SPARQL = Access(by_request=by_facets), Access(by_request=by_language, is_noted=has_query)
LINEAGE, LINEAGE_PAGE = Access(by_request=by_depth(DEPTH)), Access(by_request=by_depth(DEPTH_OF_PAGES))

ROUTES: dict[str, Access] = {
    "/healthz": Access(Role.ANYONE, 0),
    "/readyz": Access(Role.ANYONE, 0),
    "/metrics": Access(Role.OPERATOR),
    "/static/{path:path}": Access(Role.ANYONE, LITTLE),
    "/lineage.css": Access(Role.ANYONE, LITTLE),
    "/sparql": SPARQL,
    "/mcp": BOARD,
    "/mcp/": BOARD,
    "/sign-in": Access(Role.ANYONE, 5),
    "/signed-in": Access(Role.ANYONE, 5),
    "/sign-out": Access(Role.ANYONE),
    # Pages
    "/": COUNT,
    "/search": COUNT,
    "/search/{name}": COUNT,
    "/models/{owner}/{name}": READ,
    "/models/{owner}/{name}/lineage": LINEAGE_PAGE,
    "/models/{owner}/{name}/history": READ,
    "/entity": READ,
    "/entity/lineage": LINEAGE_PAGE,
    "/entity/history": READ,
    "/compare": READ,
    "/leaderboards": BOARD,
    "/datasets": COUNT,
    "/datasets/{name:path}": COUNT,
    "/licenses": COUNT,
    "/licenses/{name:path}": COUNT,
    "/tasks": COUNT,
    "/tasks/{name:path}": COUNT,
    "/owners": COUNT,
    "/owners/{name:path}": COUNT,
    "/changes": BOARD,
    "/changes.atom": BOARD,
    "/runs": READ,
    "/runs/{name}": READ,
    "/coverage": READ,
    "/drift": READ,
    "/dumps": READ,
    "/query": SPARQL,
    "/api": READ,
    # API
    "/api/v1/openapi.json": READ,
    "/api/v1/entities": SEARCH,
    "/api/v1/entities.csv": BOARD,
    "/api/v1/suggest": READ,
    "/api/v1/facets/{name}": COUNT,
    "/api/v1/models/{owner}/{name}": READ,
    "/api/v1/models/{owner}/{name}/ro-crate-metadata.json": READ,
    "/api/v1/models/{owner}/{name}/lineage": LINEAGE,
    "/api/v1/models/{owner}/{name}/licenses": LINEAGE,
    "/api/v1/models/{owner}/{name}/history": READ,
    "/api/v1/models/{owner}/{name}/similar": COUNT,
    "/api/v1/entity": READ,
    "/api/v1/entity/ro-crate-metadata.json": READ,
    "/api/v1/entity/lineage": LINEAGE,
    "/api/v1/entity/licenses": LINEAGE,
    "/api/v1/entity/history": READ,
    "/api/v1/entity/similar": COUNT,
    "/api/v1/compare": READ,
    "/api/v1/leaderboards": BOARD,
    "/api/v1/leaderboards/{dataset:path}": BOARD,
    "/api/v1/leaderboard": BOARD,
    "/api/v1/articles": COUNT,
    "/api/v1/datasets": COUNT,
    "/api/v1/datasets/{name:path}": COUNT,
    "/api/v1/licenses": COUNT,
    "/api/v1/licenses/{name:path}": COUNT,
    "/api/v1/tasks": COUNT,
    "/api/v1/tasks/{name:path}": COUNT,
    "/api/v1/owners": COUNT,
    "/api/v1/owners/{name:path}": COUNT,
    "/api/v1/changes": BOARD,
    "/api/v1/stats": COUNT,
    "/api/v1/coverage": READ,
    "/api/v1/drift": READ,
    "/api/v1/runs": READ,
    "/api/v1/runs/{name}": READ,
    "/api/v1/dumps": READ,
    "/api/v1/dumps/{name}": DUMP,
    "/api/v1/quarantine": Access(Role.CURATOR, is_noted=always),
    "/api/v1/audit": Access(Role.CURATOR, 2, is_noted=always),
}
"""Each route with its line; a mounted folder is written with what is below it."""


class _Node:
    __slots__ = ("any", "below", "literal", "template")

    def __init__(self) -> None:
        self.literal: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.below: str | None = None
        self.template: str | None = None


class RouteTable:
    """Finds the line of a path, as the router finds its route.

    Args:
        routes: the table.
    """

    def __init__(self, routes: dict[str, Access]) -> None:
        self._root = _Node()
        self._routes = routes
        self._other = Access()
        for template in routes:
            self._add(template)

    def _add(self, template: str) -> None:
        node = self._root
        for segment in template.split("/")[1:]:
            if segment.endswith(":path}"):
                node.below = template
                return
            if segment.startswith("{"):
                node.any = node.any or _Node()
                node = node.any
            else:
                node = node.literal.setdefault(segment, _Node())
        node.template = template

    def find(self, path: str) -> tuple[str, Access]:
        """Return the template of a path, and its line; `OTHER` for a path that no route has."""
        template = _found(self._root, path.split("/"), 1) if path.startswith("/") else None
        return (OTHER, self._other) if template is None else (template, self._routes[template])


def _found(node: _Node, segments: list[str], at: int) -> str | None:
    if at == len(segments):
        return node.template
    segment = segments[at]
    following = node.literal.get(segment)
    if following is not None and (found := _found(following, segments, at + 1)) is not None:
        return found
    if node.any is not None and segment and (found := _found(node.any, segments, at + 1)) is not None:
        return found
    return node.below
