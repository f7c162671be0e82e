"""The page for questions in SPARQL, with examples that can be asked as they are, and the page about the API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request, Response

from fair4ml.identifiers import HUGGING_FACE
from fair4ml.write.rdf_syntax import PREFIXES
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.page_templates import page
from mlentory_crawl.service.sparql.endpoint import failure_of, table_of
from mlentory_crawl.service.sparql.pool import NotAnswered

router = APIRouter()

LONGEST, SHOWN = 20_000, 200
"""The most characters of a query, and rows on the page."""
EXAMPLES = {
    "Models by license": """SELECT ?license (COUNT(DISTINCT ?model) AS ?models)
WHERE { ?model a fair4ml:MLModel ; schema:license [ schema:name ?license ] }
GROUP BY ?license ORDER BY DESC(?models) LIMIT 20""",
    "The bases that most models derive from": """SELECT ?base (COUNT(?model) AS ?derived)
WHERE { ?model prov:wasDerivedFrom [ schema:name ?base ] }
GROUP BY ?base ORDER BY DESC(?derived) LIMIT 20""",
    "Data of a model and of everything it derives from": f"""SELECT DISTINCT ?dataset ?model
WHERE {{
  <{HUGGING_FACE}example-gguf/acme-7b-pro-GGUF> prov:wasDerivedFrom* ?iri .
  ?iri schema:name ?model ; fair4ml:trainedOn [ schema:name ?dataset ] .
}}
ORDER BY ?dataset ?model""",
    "The best results on a dataset": f"""SELECT ?model ?value
WHERE {{
  ?evaluation fair4ml:evaluationDataset <{HUGGING_FACE}datasets/example-bench/helpdesk-qa> ;
    fair4ml:evaluationMetrics "accuracy" ;
    fair4ml:evaluatedMLModel [ schema:name ?model ] ;
    fair4ml:evaluationResults [ schema:value ?value ] .
}}
ORDER BY DESC(?value) LIMIT 20""",
}
"""Questions in SPARQL, by what they ask."""


@dataclass(frozen=True, slots=True)
class Table:
    """The result of a query.

    Attributes:
        variables: the columns.
        rows: the first rows; None where a variable is not bound.
        total: the number of all rows.
        sequence: the sequence number of the catalog that it is true for.
    """

    variables: list[str]
    rows: list[list[dict[str, Any] | None]] = field(default_factory=list)
    total: int = 0
    sequence: int = 0


@router.get("/query")
async def query(request: Request, query: Annotated[str, Query(max_length=LONGEST)] = "") -> Response:
    """Show the result of a query, and where to write another one."""
    table, problem, status = None, None, 200
    if query.strip():
        request.state.query_text = query
        try:
            table, problem, status = await _asked(request, query)
        except (StoreError, NotAnswered) as error:
            problem, status = str(error), 503
    shown: Response = await run_sync(
        lambda: page(
            request,
            "query",
            query=query,
            table=table,
            problem=problem,
            examples=EXAMPLES,
            prefixes=PREFIXES,
            status=status,
            longest=LONGEST,
        )
    )
    return shown


async def _asked(request: Request, text: str) -> tuple[Table | None, str | None, int]:
    answer = await table_of(source_of(request), request.app.state.sparql, request.state.caller.account, text)
    if answer.told["outcome"] == "unacceptable":
        return None, "This page shows tables: ask with SELECT or ASK. /sparql answers CONSTRUCT, too.", 400
    if answer.told["outcome"] != "ok":
        status, detail, _ = failure_of(answer.told)
        return None, detail, status
    assert answer.state.position is not None
    return _table(orjson.loads(answer.body), answer.state.position.sequence), None, 200


def _table(result: dict[str, Any], sequence: int) -> Table:
    if "boolean" in result:
        answer = {"type": "literal", "value": "yes" if result["boolean"] else "no"}
        return Table(["answer"], [[answer]], 1, sequence)
    variables, found = result["head"]["vars"], result["results"]["bindings"]
    rows = [[row.get(name) for name in variables] for row in found[:SHOWN]]
    return Table(variables, rows, len(found), sequence)


@router.get("/api")
def api(request: Request) -> Response:
    """Show what programs can ask."""
    described = request.app.openapi()
    routes: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for path, methods in described["paths"].items():
        for operation in methods.values():
            routes.setdefault(operation["tags"][0], []).append((path, operation))
    return page(request, "api", routes=routes)
