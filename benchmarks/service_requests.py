"""Requests to the service for every route, with names that its catalog has, no two the same where that is possible."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from mlentory_crawl.service.gateway.route_table import OTHER, ROUTES

API = "/api/v1"
FACETS = ("type", "task", "license", "library", "language", "author")
"""The six facets that a search counts."""
CACHED = frozenset({
    *("/static/{path:path}", "/lineage.css", "/api", "/api/v1/openapi.json", "/api/v1/stats", "/api/v1/coverage"),
    *("/", "/coverage", "/datasets", "/licenses", "/tasks", "/owners", "/leaderboards"),
    *(f"{API}/leaderboard", f"{API}/leaderboards/{{dataset:path}}"),
    *(f"{API}/{name}" for name in ("datasets", "licenses", "tasks", "owners", "leaderboards")),
})  # fmt: skip
"""Routes that answer from what was counted once for a version of the catalog."""
CONFIGURED = frozenset({"/sparql", "/query", f"{API}/dumps/{{name}}", "/sign-in", "/sign-out", "/signed-in"})
"""Routes that answer only where more than a catalog is there: triples, dumps, a provider of identities."""
WORDS = "vane wick bert code chat review sql legal medical news llama vision speech tuner harbor granite".split()
SPARQL = (
    "PREFIX schema: <http://schema.org/> SELECT ?name ?license WHERE {{ <https://huggingface.co/{0}> "
    "schema:name ?name . OPTIONAL {{ <https://huggingface.co/{0}> schema:license ?license }} }}"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request.

    Attributes:
        path: the path with its query.
        method: its method.
        body: its body.
        headers: headers beside the usual ones.
    """

    path: str
    method: str = "GET"
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """Names that the catalog of a service has, in no order.

    Attributes:
        models: ids of models.
        base: the id of the model from which most others derive.
        used: names of what models use, by subject.
        evaluated: names of datasets with results.
        run: the name of the last run.
        sequence: the sequence number of the catalog.
        asset: the path of a style of the pages.
        has_triples: whether the service answers SPARQL.
    """

    models: list[str]
    base: str
    used: dict[str, list[str]]
    evaluated: list[str]
    run: str
    sequence: int
    asset: str
    has_triples: bool


def sampled(get: Callable[[str], bytes], base: str, rare: Random) -> Sample:
    """Ask a service for names.

    Args:
        get: asks for a path, and returns the body of the answer.
        base: the id of the model from which most others derive.
        rare: decides which models.
    """

    def asked(path: str, **parameters: Any) -> Any:
        return orjson.loads(get(f"{API}/{path}?{urlencode(parameters)}"))

    models: dict[str, None] = {}
    for sort in ("name", "downloads", "modified", "created"):
        for _ in range(8):
            part = asked("entities", type="MLModel", sort=sort, limit=100, offset=rare.randrange(9_900))
            models |= dict.fromkeys(hit["name"] for hit in part["hits"] if hit["iri"].endswith(f"/{hit['name']}"))
    page = get("/").decode()
    asset = next(each for each in page.split('"') if each.startswith("/static/") and ".css" in each)
    ids = [each for each in models if each.count("/") == 1]
    rare.shuffle(ids)
    return Sample(
        models=ids,
        base=base,
        used={each: _names(asked(each, limit=100)["used"]) for each in ("datasets", "licenses", "tasks", "owners")},
        evaluated=_names(asked("leaderboards", limit=50)["datasets"]),
        run=asked("runs", limit=1)["runs"][0]["name"],
        sequence=asked("stats")["sequence"],
        asset=asset,
        has_triples=b"boolean" in get(f"/sparql?{urlencode({'query': 'ASK {}'})}"),
    )


def _names(found: Sequence[dict[str, Any]]) -> list[str]:
    return [each["name"] for each in found]


def requests_of(sample: Sample, each: int, rare: Random) -> dict[str, list[Asked]]:
    """Return requests for every route, by its template and what distinguishes several ways to ask it.

    Args:
        sample: names that the catalog has.
        each: the number of requests for a route.
        rare: decides which names are in which request.
    """
    made = {label: [next(asked) for _ in range(each)] for label, asked in _endless(sample, rare)}
    known = {label.partition(" ")[0] for label in made}
    if missing := ROUTES.keys() - known - {OTHER} - CONFIGURED:
        sys.exit(f"no request is known for {', '.join(sorted(missing))}")
    return made


def _endless(sample: Sample, rare: Random) -> Iterator[tuple[str, Iterator[Asked]]]:
    """Yield endless requests for each label."""
    yield from ((each, _same(each)) for each in ("/healthz", "/readyz", "/metrics", "/lineage.css", "/api"))
    yield "/static/{path:path}", _same(sample.asset)
    for prefix, template in (("", "/models/{owner}/{name}"), (API, f"{API}/models/{{owner}}/{{name}}")):
        yield template, (Asked(f"{prefix}/models/{name}") for name in _models(sample, rare))
    yield f"{API}/models/{{owner}}/{{name}} most used", _same(f"{API}/models/{sample.base}")
    yield "/models/{owner}/{name} most used", _same(f"/models/{sample.base}")
    yield from _of_models(sample, rare)
    yield from _searches(sample, rare)
    yield from _lists(sample, rare)
    yield from _for_programs(sample, rare)


def _of_models(sample: Sample, rare: Random) -> Iterator[tuple[str, Iterator[Asked]]]:
    for part in ("ro-crate-metadata.json", "lineage", "licenses", "history", "similar"):
        template = f"{API}/models/{{owner}}/{{name}}/{part}"
        yield template, _about(sample, rare, f"{API}/models/{{}}/{part}")
        yield f"{API}/entity/{part}", _about(sample, rare, f"{API}/entity/{part}?name={{}}")
    for part in ("lineage", "history"):
        yield f"/models/{{owner}}/{{name}}/{part}", _about(sample, rare, f"/models/{{}}/{part}")
        yield f"/entity/{part}", _about(sample, rare, f"/entity/{part}?name={{}}")
    yield f"{API}/entity", _about(sample, rare, f"{API}/entity?name={{}}")
    yield "/entity", _about(sample, rare, "/entity?name={}")
    down = f"{sample.base}/lineage?direction=down&limit=100"
    yield f"{API}/models/{{owner}}/{{name}}/lineage most used", _numbered(f"{API}/models/{down}&offset={{}}", 20)
    yield "/models/{owner}/{name}/lineage most used", _numbered(f"/models/{down}&offset={{}}", 20)
    yield (
        f"{API}/models/{{owner}}/{{name}}/licenses most used",
        _same(f"{API}/models/{sample.base}/licenses?direction=down"),
    )
    for prefix in ("", API):
        yield (
            f"{prefix}/compare",
            (
                Asked(f"{prefix}/compare?{urlencode([('name', each) for each in rare.sample(sample.models, 3)])}")
                for _ in count()
            ),
        )


def _searches(sample: Sample, rare: Random) -> Iterator[tuple[str, Iterator[Asked]]]:
    counted = "&".join(f"facets={name}" for name in FACETS)
    yield f"{API}/entities", _search(sample, rare, f"{API}/entities?")
    yield f"{API}/entities 6 facets", _search(sample, rare, f"{API}/entities?{counted}&")
    yield (
        f"{API}/entities 6 facets, all",
        (Asked(f"{API}/entities?{counted}&sort=downloads&offset={20 * n}") for n in _cycle(400)),
    )
    yield f"{API}/entities.csv", _numbered(f"{API}/entities.csv?sort=downloads&offset={{}}", 20)
    yield "/search", _search(sample, rare, "/search?")
    yield (
        "/search/{name}",
        (
            Asked(f"/search/{rare.choice(FACETS)}?{urlencode({'q': rare.choice(WORDS), 'starts': 'a'})}")
            for _ in count()
        ),
    )
    yield (
        f"{API}/facets/{{name}}",
        (
            Asked(
                f"{API}/facets/{rare.choice(('license', 'task', 'keyword', 'author'))}?starts={rare.choice('abcdefgh')}"
            )
            for _ in count()
        ),
    )
    yield (
        f"{API}/suggest",
        (Asked(f"{API}/suggest?q={quote(name[: rare.randrange(3, 14)])}") for name in _models(sample, rare)),
    )


def _lists(sample: Sample, rare: Random) -> Iterator[tuple[str, Iterator[Asked]]]:
    for prefix in ("", API):
        yield f"{prefix}/leaderboards", _numbered(f"{prefix}/leaderboards?offset={{}}", 5)
        for subject, names in sample.used.items():
            yield f"{prefix}/{subject}", _numbered(f"{prefix}/{subject}?offset={{}}", 20)
            yield (
                f"{prefix}/{subject}/{{name:path}}",
                (Asked(f"{prefix}/{subject}/{quote(rare.choice(names))}?offset={rare.randrange(5)}") for _ in count()),
            )
        yield f"{prefix}/runs", _same(f"{prefix}/runs")
        yield f"{prefix}/runs/{{name}}", _same(f"{prefix}/runs/{quote(sample.run)}")
        yield from ((f"{prefix}/{name}", _same(f"{prefix}/{name}")) for name in ("coverage", "drift", "dumps"))
    yield "/", _same("/")
    boards = f"{API}/leaderboard"
    yield f"{boards}s/{{dataset:path}}", (Asked(f"{boards}s/{quote(rare.choice(sample.evaluated))}") for _ in count())
    yield boards, (Asked(f"{boards}?{urlencode({'dataset': rare.choice(sample.evaluated)})}") for _ in count())
    yield (
        "/leaderboards of one dataset",
        (Asked(f"/leaderboards?{urlencode({'dataset': rare.choice(sample.evaluated)})}") for _ in count()),
    )
    yield f"{API}/stats", _same(f"{API}/stats")
    yield f"{API}/openapi.json", _same(f"{API}/openapi.json")
    yield f"{API}/quarantine", _numbered(f"{API}/quarantine?offset={{}}", 5)
    yield f"{API}/audit", _same(f"{API}/audit")
    for path, since in ((f"{API}/changes", "after"), ("/changes", "since"), ("/changes.atom", "since")):
        yield path, _since(f"{path}?{since}=", sample, rare)
    yield (
        f"{API}/articles",
        (
            Asked(f"{API}/articles?{urlencode({'about': f'https://huggingface.co/{name}'})}")
            for name in _models(sample, rare)
        ),
    )


def _for_programs(sample: Sample, rare: Random) -> Iterator[tuple[str, Iterator[Asked]]]:
    for path in ("/mcp", "/mcp/"):
        yield path, (_tool(path, "get_model", {"name": name}) for name in _models(sample, rare))
    yield "/mcp search", (_tool("/mcp", "search_models", {"query": rare.choice(WORDS)}) for _ in count())
    yield (
        "/mcp lineage, most used",
        (_tool("/mcp", "lineage", {"name": sample.base, "direction": "down"}) for _ in count()),
    )
    if sample.has_triples:
        queries = (SPARQL.format(name) for name in _models(sample, rare))
        yield "/sparql", (Asked(f"/sparql?{urlencode({'query': each})}") for each in queries)
        queries = (SPARQL.format(name) for name in _models(sample, rare))
        yield "/query", (Asked(f"/query?{urlencode({'query': each})}") for each in queries)


def _tool(path: str, name: str, arguments: dict[str, Any]) -> Asked:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    return Asked(path, "POST", orjson.dumps(message), headers)


def _same(path: str) -> Iterator[Asked]:
    while True:
        yield Asked(path)


def _cycle(most: int) -> Iterator[int]:
    for n in count():
        yield n % most


def _numbered(path: str, step: int) -> Iterator[Asked]:
    return (Asked(path.format(n * step)) for n in _cycle(20))


def _since(path: str, sample: Sample, rare: Random) -> Iterator[Asked]:
    return (Asked(f"{path}{rare.randrange(max(sample.sequence - 200, 1))}") for _ in count())


def _models(sample: Sample, rare: Random) -> Iterator[str]:
    while True:
        yield rare.choice(sample.models)


def _about(sample: Sample, rare: Random, path: str) -> Iterator[Asked]:
    return (Asked(path.format(quote(name))) for name in _models(sample, rare))


def _search(sample: Sample, rare: Random, path: str) -> Iterator[Asked]:
    """Yield searches that are not the same: words, beginnings of names, and parts of the hits."""
    for name in _models(sample, rare):
        words = rare.choice((rare.choice(WORDS), name.rpartition("/")[2].split("-")[0]))
        yield Asked(f"{path}{urlencode({'q': words, 'offset': rare.randrange(5)})}")
