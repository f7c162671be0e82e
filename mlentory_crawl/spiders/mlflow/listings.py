"""The lists of an MLflow tracking server, and the further lists to which their pages lead.

Source: https://mlflow.org/docs/latest/api_reference/rest-api.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

import orjson
from scrapy import Request
from scrapy.http import Response

from fair4ml.platforms.mlflow import addresses as iris
from mlentory_crawl.base_spiders.paginators import Cursor, ListPage
from mlentory_crawl.base_spiders.paginators.token import Token
from mlentory_crawl.responses import NoJson
from mlentory_crawl.spiders.mlflow import api

PAGE_SIZE = 100
"""The number of registered models and experiments on a page: each leads to requests that a cursor has to hold."""
LONG_PAGE_SIZE = 1_000


class Listing(NamedTuple):
    """The list of one kind of record.

    Attributes:
        method: GET with a query, or POST with a JSON body.
        path: the address below the API's.
        field: the field of the response that holds the records.
        size: the maximum number of records on a page.
    """

    method: Literal["GET", "POST"]
    path: str
    field: str
    size: int | None = None


LISTINGS = {
    "registered_model": Listing("GET", "registered-models/search", "registered_models", PAGE_SIZE),
    "model_version": Listing("GET", "model-versions/search", "model_versions", LONG_PAGE_SIZE),
    "model_version_run": Listing("GET", "runs/get", "run"),
    "experiment": Listing("POST", "experiments/search", "experiments", PAGE_SIZE),
    "run": Listing("POST", "runs/search", "runs", LONG_PAGE_SIZE),
    "logged_model": Listing("POST", "logged-models/search", "models", PAGE_SIZE),
}
"""The lists, by kind of record."""

LIMITED = ("registered_model", "run", "logged_model")
"""The kinds to which a limit applies; versions come with their models."""


@dataclass(frozen=True)
class Lists:
    """Requests pages of lists of every kind, and reads them as records with their kind.

    Its cursors have the ``kind``, the ``query``, the data of other records that its records need as ``context``, the
    ``name`` of the model whose records are wanted if the query cannot express it, and the ``token`` of the page.

    Attributes:
        server: the address of the tracking server.
        ask: makes a request of its API.
        limit: the maximum number of records of a kind.
    """

    server: str
    ask: Callable[..., Request]
    limit: int | None = None

    def first(self, **query: Any) -> Cursor:
        return listed("registered_model", **query)

    def request(self, cursor: Cursor) -> Request:
        return self._token(cursor).request(cursor)

    def read(self, response: Response, cursor: Cursor) -> ListPage:
        kind, context = cursor["kind"], cursor["context"]
        if response.status != 200:
            return ListPage([], None)
        if kind == "model_version_run":
            run = api.held(response, "run")
            return ListPage([(kind, self.stated({**version, "run": run})) for version in context], None)
        try:
            page = self._token(cursor).read(response, cursor)
        except NoJson as error:
            raise ValueError("not valid JSON: is MLFLOW_TRACKING_URI a tracking server?") from error
        return ListPage([(kind, self.stated(record)) for record in _meant(page.items, cursor)], page.next)

    def stated(self, record: Any) -> Any:
        """Return a record with the server that states it."""
        return {**record, "server": self.server} if isinstance(record, dict) else record

    def _token(self, cursor: Cursor) -> Token:
        return Token(self._request, LISTINGS[cursor["kind"]].field)

    def _request(self, cursor: Cursor) -> Request:
        kind, query = cursor["kind"], dict(cursor["query"])
        if token := cursor.get("token"):
            query["page_token"] = token
        method, path, _, size = LISTINGS[kind]
        if size is not None:
            query["max_results"] = min(size, self.limit or size) if kind in LIMITED else size
        url = f"{self.server}{iris.API}{path}"
        if method == "GET":
            return self.ask(f"{url}?{urlencode(query, doseq=True)}")
        return self.ask(url, method=method, body=orjson.dumps(query), headers={"Content-Type": "application/json"})


def _meant(records: list[Any], cursor: Cursor) -> list[Any]:
    """Return the records of a page that belong to its list, with the aliases that lead to them."""
    if (name := cursor.get("name")) is not None:
        records = [record for record in records if not isinstance(record, dict) or record.get("name") == name]
    if cursor["kind"] == "model_version":
        records = [_with_aliases(record, cursor["context"]) for record in records]
    return records


def lists_of(kind: str, records: list[dict[str, Any]], since: int | None) -> Iterator[Cursor]:
    """Return the lists to which the records of a page lead.

    Args:
        kind: the kind of the records.
        records: all records of the page.
        since: the time from which changes are wanted, in milliseconds; None for everything.
    """
    if kind == "registered_model":
        yield from filter(None, map(versions_of, records))
    elif kind == "model_version":
        yield from runs_of(records)
    elif kind == "experiment":
        yield from contents_of(records, since)


def listed(kind: str, context: Any = None, **query: Any) -> Cursor:
    """Return the cursor of the first page of a list."""
    return {"kind": kind, "context": context, "query": query}


def versions_of(model: dict[str, Any]) -> Cursor | None:
    """Return the list of the versions of a registered model; None if it has no name.

    Lists of versions lack the aliases, which the registered model has.
    """
    name = model.get("name")
    if not isinstance(name, str):
        return None
    if "'" in name and '"' in name:
        # Filters cannot express such a name: versions of other models come along, and are left out by ``name``.
        pattern = name.replace("'", "_").replace('"', "_")
        return {**listed("model_version", context=_aliases(model), filter=f"name LIKE '{pattern}'"), "name": name}
    mark = '"' if "'" in name else "'"
    return listed("model_version", context=_aliases(model), filter=f"name={mark}{name}{mark}")


def _aliases(model: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    listed = model.get("aliases")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and isinstance(each.get("alias"), str):
            found.setdefault(str(each.get("version")), []).append(each["alias"])
    return found


def _with_aliases(version: Any, aliases: dict[str, list[str]]) -> Any:
    """Return a version from a list with those of its model's aliases that lead to it."""
    return (
        {**version, "aliases": aliases.get(str(version.get("version")), [])} if isinstance(version, dict) else version
    )


def runs_of(versions: list[dict[str, Any]]) -> Iterator[Cursor]:
    """Return the runs from which versions were registered, each run once."""
    by_run: dict[str, list[dict[str, Any]]] = {}
    for version in versions:
        if isinstance(run := version.get("run_id"), str) and run:
            by_run.setdefault(run, []).append({name: version.get(name) for name in ("name", "version", "source")})
    for run, registered in by_run.items():
        yield listed("model_version_run", context=registered, run_id=run)


def contents_of(experiments: list[dict[str, Any]], since: int | None) -> Iterator[Cursor]:
    """Return the lists of runs and logged models of experiments.

    Args:
        experiments: the experiments on a page.
        since: the time from which changes are wanted, in milliseconds; None for everything.
    """
    ids = [id for experiment in experiments if isinstance(id := experiment.get("experiment_id"), str)]
    if not ids:
        return
    if since is None:
        yield listed("run", experiment_ids=ids)
        yield listed("logged_model", experiment_ids=ids)
        return
    # Runs have no time of their last update, so all that ended since then or have not ended may have changed.
    unended = " and ".join(f"attributes.status != '{status}'" for status in ("FINISHED", "FAILED", "KILLED"))
    for condition in (f"attributes.end_time >= {since}", unended):
        yield listed("run", experiment_ids=ids, filter=condition)
    yield listed("logged_model", experiment_ids=ids, filter=f"last_updated_timestamp >= {since}")
