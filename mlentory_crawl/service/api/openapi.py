"""The description of the API (OpenAPI 3.1), with examples that work on the catalog that it serves."""

from __future__ import annotations

from copy import deepcopy
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query
from fastapi.openapi.utils import get_openapi

from mlentory_crawl.catalog.queries.examples import Examples, examples
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.service.api.dumps import dumps_of
from mlentory_crawl.service.json_answers import PROBLEM
from mlentory_crawl.service.parameters import Search
from mlentory_crawl.service.source import Source

DESCRIPTION = """\
Every answer has an `ETag` that follows from the version of the catalog (or of the search index) that it is true for:
send it back in `If-None-Match`, and you get 304 for as long as nothing has changed. Lists say how many entries there
are (`total`) and how many are shown (`shown`); `Link` leads to the next and the previous part. Errors are problem
documents (RFC 9457). What sources state is text of others: escape it before you show it.

`RateLimit` says how many units are left of those in `RateLimit-Policy`, and for how many seconds: most requests cost
one, searches with facets two, leaderboards, changes and tables of hits five, lineages one for each generation. With a
contact in the header `From`, twice as many are allowed.
"""
PROBLEMS = {
    "400": "A parameter is wrong; the detail names it.",
    "401": "A key is needed, or the key is not valid.",
    "403": "The key has a lower role than is needed.",
    "404": "There is nothing of this name.",
    "413": "The body is too long.",
    "429": "Too much was asked in a minute; `Retry-After` says when to ask again.",
    "503": "The catalog or the search index cannot be read now.",
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
    "example": {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "limit: expected 1 or more"},
}
KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of the service (`mlk_...`), which its operator makes. Most services answer readers without.",
}
SEARCH = "/api/v1/entities"
_UNUSED = ("HTTPValidationError", "ValidationError")


class Description:
    """The function that describes the API.

    Args:
        app: the application.
        source: what it answers from: the examples are taken from there.
    """

    def __init__(self, app: FastAPI, source: Source) -> None:
        self._app = app
        self._source = source
        self._described: dict[str, Any] | None = None

    def prepare(self) -> dict[str, Any]:
        """Describe everything but the examples, which change with the catalog.

        FastAPI prepares routes when they are first used, and cannot describe them in another thread meanwhile.
        """
        if self._described is None:
            self._described = _described(self._app)
        return self._described

    def __call__(self) -> dict[str, Any]:
        """Return the description with examples from the catalog as it is now."""
        source = self._source
        told, _ = source.cache.get("openapi", source.version(), lambda: _exemplified(self.prepare(), source))
        # FastAPI answers with it, and may add to it.
        return dict(told)


def _described(app: FastAPI) -> dict[str, Any]:
    described = get_openapi(
        title=app.title, version=app.version, summary=app.summary, description=DESCRIPTION, routes=app.routes
    )
    schemas = described.setdefault("components", {}).setdefault("schemas", {})
    for name in _UNUSED:
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    described["components"]["securitySchemes"] = {"key": KEY}
    described["security"] = [{}, {"key": []}]
    described["paths"][SEARCH]["get"]["parameters"] = _parameters_of_searches()
    for item in described["paths"].values():
        for operation in item.values():
            operation["responses"].pop("422", None)
            operation["responses"] |= {status: _problem(told) for status, told in PROBLEMS.items()}
    return dict(described)


def _parameters_of_searches() -> list[dict[str, Any]]:
    """Describe the parameters of searches, which the application reads itself, as FastAPI describes all others."""
    router = APIRouter()

    @router.get("/")
    def search(given: Annotated[Search, Query()]) -> None: ...

    described = get_openapi(title="", version="", routes=router.routes)
    parameters: list[dict[str, Any]] = described["paths"]["/"]["get"]["parameters"]
    return parameters


def _exemplified(described: dict[str, Any], source: Source) -> dict[str, Any]:
    """Return a description with examples from the catalog, as far as it can be read."""
    told = deepcopy(described)
    try:
        known = source.catalog.ask(examples)
        dump = next((each.name for each in dumps_of(source)), "")
    except MlentoryError:
        return told
    for path, item in told["paths"].items():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                _exemplify(path, parameter, known, dump)
    return told


def _problem(told: str) -> dict[str, Any]:
    return {"description": told, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _exemplify(path: str, parameter: dict[str, Any], known: Examples, dump: str) -> None:
    found = dump if "/dumps/" in path else _example(path, parameter["name"], parameter["in"], known)
    if found:
        parameter["example"] = found


def _example(path: str, name: str, place: str, known: Examples) -> Any:
    owner, _, model = known.model.rpartition("/")
    if "/models/" in path and place == "path":
        return {"owner": owner, "name": model}.get(name)
    if path.endswith("/compare"):
        return known.several
    if "/facets/" in path and place == "path":
        return "license"
    if "/runs/" in path or name == "run":
        return known.run
    for subject, example in known.used.items():
        if f"/{subject}/" in path and place == "path":
            return example
    return {"name": known.iri, "about": known.iri, "dataset": known.dataset}.get(name)
