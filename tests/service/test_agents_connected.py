"""Agents that talk to the service in a process of its own: over HTTP in both protocols, and over standard streams."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client
from support.agents import LISTS, MOST, checked, program, serving
from support.catalogs import HUB
from support.crowded import BASE, INVISIBLE, ORDER, TALKER, crowded
from support.served import HOSTILE
from support.served_sparql import fill

pytestmark = pytest.mark.extra(name="serve")

CALLS = 100
PROTOCOLS = {"2026-07-28": "2026-07-28", "legacy": "2025-11-25"}
"""The modes of a client, each with the protocol that it talks."""
NAMES = [
    TALKER, BASE, "orchard/tune-8B", "tide/base-8B", "evil/model", "new/name", "old/name", "gone/model", "bench/exam",
    "crowd/child-5", "MIT", f"{HUB}datasets/tide/corpus", HOSTILE, INVISIBLE, ORDER, "nobody/nothing", "", "%", "'; --",
]  # fmt: skip
ARGUMENTS: dict[str, dict[str, list[Any]]] = {
    "search_models": {
        "query": ["", "crowd", "talker", '"ignore all', "\U0001f9e8", *NAMES], "type": ["MLModel", "any", "x"],
        "license": ["MIT", ["MIT", "Apache-2.0"], HOSTILE], "base_model": NAMES, "limit": [1, "50", 50, 0],
        "offset": [0, 40, 9_900, 10_000], "facets": [["keyword", "license"], "author", []], "sort": ["downloads", "x"],
        "min_parameters": ["7B", 1, -1], "keyword": NAMES,
    },
    "get_model": {
        "name": NAMES, "part": ["facts", "evaluations", "articles", "history"], "offset": [0, 3, 10_000],
        "property": ["keywords", "trainedOn", "description", "x"], "at": ["2024-01-01T12:00:00Z", "2026-01-01", "x"],
    },
    "lineage": {"name": NAMES, "direction": ["up", "down"], "depth": [1, "20"], "offset": [0, 50], "kind": ["merge"]},
    "license_conflicts": {"name": NAMES, "direction": ["up", "down"], "depth": [1, 20], "offset": [0, 50]},
    "compare": {"names": [NAMES[:3], NAMES[:10], ["a"], NAMES[3:7]], "offset": [0, 5]},
    "leaderboard": {
        "dataset": ["bench/exam", "exam", *NAMES[:3]], "metric": ["accuracy", "x"], "board": [0, "0", 5],
        "top": [1, 50], "offset": [0, 60],
    },
    "similar": {"name": NAMES, "limit": [1, 50], "offset": [0, 10, 99]},
    "sparql": {
        "query": [
            "SELECT ?m ?text WHERE { ?m schema:description ?text }", "ASK { ?m a fair4ml:MLModel }", "SELECT",
            "x" * 1_400, "SELECT ?m ?name WHERE { ?m schema:name ?name } ORDER BY ?m", "CONSTRUCT WHERE { ?s ?p ?o }",
            "SELECT ?m WHERE { SERVICE <http://127.0.0.1:9/> { ?m ?p ?o } }", "DELETE WHERE { ?s ?p ?o }",
        ],
        "offset": [0, 20],
    },
    "changes": {"after": [0, "5", 10_000, -1], "limit": [1, 100], "compared_with": [0]},
}  # fmt: skip


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = crowded(tmp_path_factory.mktemp("crowded") / "data")
    book.close()
    fill(book.data_dir)
    return book.data_dir


@pytest.fixture(scope="module")
def url(data_dir: Path) -> Iterator[str]:
    with serving(data_dir) as address:
        yield address


def calls(seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Calls as a confused agent makes them: most of them have an answer."""
    chosen = random.Random(seed)
    for number in range(CALLS):
        tool = list(LISTS)[number % len(LISTS)]
        known = ARGUMENTS[tool]
        first = next(iter(known))
        others = chosen.sample(list(known), chosen.choice((0, 0, 1, 2)))
        yield tool, {name: chosen.choice(known[name]) for name in (first, *others)}


async def answered(client: Client, seed: int) -> list[tuple[str, str]]:
    """The answers to random calls, after each was checked."""
    found = []
    for tool, arguments in calls(seed):
        answer = await client.call_tool(tool, arguments)
        if answer.is_error:
            assert len(answer.content[0].text) < MOST
            assert answer.content[0].text.isprintable()
        else:
            checked(tool, answer)
        found.append((tool, "" if answer.is_error else answer.content[0].text))
    return found


@pytest.mark.parametrize("mode", PROTOCOLS)
def test_random_calls_have_answers_that_fit(url: str, mode: str) -> None:
    async def talk() -> list[tuple[str, str]]:
        async with Client(f"{url}/mcp", mode=mode) as client:
            assert client.protocol_version == PROTOCOLS[mode]
            assert [tool.name for tool in (await client.list_tools()).tools] == list(LISTS)
            assert {resource.name for resource in (await client.list_resources()).resources} == {"schema", "examples"}
            assert len((await client.list_resource_templates()).resource_templates) == 1
            read = (await client.read_resource(f"mlentory://model/{TALKER}")).contents[0]
            assert json.loads(read.text)["iri"] == f"{HUB}{TALKER}"
            return await answered(client, 19)

    found = anyio.run(talk)
    assert {tool for tool, text in found if text} == set(LISTS)
    assert 20 < sum(bool(text) for _, text in found) < CALLS


def test_several_agents_at_once_get_what_each_would_get_alone(url: str) -> None:
    async def together(*seeds: int) -> dict[int, list[tuple[str, str]]]:
        found = {}

        async def talk(place: int, seed: int, mode: str) -> None:
            async with Client(f"{url}/mcp", mode=mode) as client:
                found[place] = await answered(client, seed)

        async with anyio.create_task_group() as group:
            for place, seed in enumerate(seeds):
                group.start_soon(talk, place, seed, list(PROTOCOLS)[place % 2])
        return found

    at_once = anyio.run(together, 1, 1, 2)
    assert at_once[0] == at_once[1] != at_once[2]


def test_an_agent_that_starts_the_service_talks_to_it(data_dir: Path) -> None:
    async def talk(mode: str) -> int:
        async with Client(program(data_dir), mode=mode) as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == list(LISTS)
            return len(checked("lineage", await client.call_tool("lineage", {"name": "orchard/tune-8B"}))["models"])

    assert [anyio.run(talk, mode) for mode in ("auto", "legacy")] == [1, 1]


def test_questions_in_sparql_are_answered_in_parts(url: str) -> None:
    async def talk() -> tuple[Any, ...]:
        async with Client(f"{url}/mcp") as client:

            async def ask(query: str, **arguments: Any) -> Any:
                return await client.call_tool("sparql", {"query": query, **arguments})

            names = "SELECT ?model ?name WHERE { ?model a fair4ml:MLModel ; schema:name ?name } ORDER BY ?model"
            found = [checked("sparql", await ask(names))]
            while following := found[-1]["next"]:
                found.append(checked("sparql", await client.call_tool("sparql", following["arguments"])))
            count = checked(
                "sparql", await ask("SELECT (COUNT(*) AS ?n) WHERE { ?m a fair4ml:MLModel ; schema:name ?x }")
            )
            truth = checked("sparql", await ask("ASK { ?model fair4ml:trainedOn ?data }"))
            refused = [
                (await ask(query)).content[0].text
                for query in ("SELECT", "CONSTRUCT WHERE { ?s ?p ?o }", "DELETE WHERE { ?s ?p ?o }")
            ]
            return found, count, truth, refused

    found, count, truth, refused = anyio.run(talk)
    rows = [row for part in found for row in part["rows"]]
    assert len(found) > 1
    assert len({row["model"] for row in rows}) == len(rows) == count["rows"][0]["n"] == found[0]["total"]
    assert all(text.replace("\n", "").isprintable() for row in rows for text in row.values())
    assert truth["rows"] == [{"answer": True}]
    assert [text.partition(":")[0] for text in refused] == ["query"] * 3
    assert "expected SELECT or ASK" in refused[1]


def message(id: int, method: str, **params: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params})


def test_nothing_but_the_protocol_is_written_to_the_standard_output(data_dir: Path) -> None:
    begin = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    lines = [
        message(1, "initialize", **begin),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        message(2, "tools/call", name="get_model", arguments={"name": "evil/model"}),
        message(3, "tools/call", name="get_model", arguments={"name": HOSTILE * 3}),
        message(4, "no/such/method"),
        "this is no message",
    ]
    command = program(data_dir)
    with subprocess.Popen(
        [command.command, *command.args], env=command.env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("".join(f"{line}\n" for line in lines))
        process.stdin.flush()
        told = [json.loads(process.stdout.readline()) for _ in range(4)]
        rest, errors = process.communicate(timeout=60)
    assert {each["id"] for each in told} == {1, 2, 3, 4}
    assert all(each["jsonrpc"] == "2.0" for each in told)
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest.splitlines())
    assert process.returncode == 0
    assert "Traceback" not in errors


def test_a_catalog_that_is_not_there_is_said_on_the_standard_error(tmp_path: Path) -> None:
    command = program(tmp_path)
    ended = subprocess.run(
        [command.command, *command.args], env=command.env, text=True, capture_output=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert len(ended.stderr.splitlines()) == 1


def posted(url: str, body: str = "", **headers: str) -> httpx.Response:
    given = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
    asked = body or message(1, "tools/call", name="leaderboard", arguments={})
    return httpx.post(url, content=asked, headers={name.replace("_", "-"): each for name, each in given.items()})


@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
def test_both_paths_answer_without_a_redirect(url: str, path: str) -> None:
    answer = posted(url + path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert "mcp-session-id" not in answer.headers
    (content,) = answer.json()["result"]["content"]
    assert content["type"] == "text"
    assert json.loads(content["text"])["datasets"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content_Type": "text/plain"}, 400),
        ({"Host": "localhost:1234", "Origin": "http://localhost:1234"}, 200),
    ],
)
def test_only_who_names_this_machine_is_answered(url: str, headers: dict[str, str], status: int) -> None:
    assert posted(f"{url}/mcp", **headers).status_code == status


def test_there_are_no_streams_and_no_large_requests(url: str) -> None:
    for method in ("GET", "DELETE", "PUT"):
        answer = httpx.request(method, f"{url}/mcp", headers={"Accept": "text/event-stream"})
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert posted(f"{url}/mcp", "x" * 70_000).status_code == 413
    assert posted(f"{url}/mcp", "[" * 60_000).status_code == 400
    assert httpx.get(f"{url}/api/v1/stats").status_code == 200
