"""Tools for agents over a catalog in which everything is too much for one answer."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import MCPError
from mcp.types import INVALID_PARAMS
from starlette.testclient import TestClient
from support.agents import LISTS, MOST, ROOT, all_of, ask, in_process, refusal
from support.catalogs import DAY, HUB, Book
from support.crowded import BASE, CHILDREN, ORDER, TALKER, crowded
from support.families import relative
from support.served import HOSTILE, indexed, settings_of

from fair4ml.entities import CLASSES, properties
from mlentory_crawl.service.agents.arguments import understood
from mlentory_crawl.service.agents.offers import OFFERS
from mlentory_crawl.service.agents.readings import EXAMPLES, MODEL, QUESTIONS, SCHEMA, read
from mlentory_crawl.service.application import application
from mlentory_crawl.service.source import Source

pytestmark = pytest.mark.extra(name="serve")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    made = crowded(tmp_path_factory.mktemp("crowded") / "data")
    yield made
    made.close()


@pytest.fixture(scope="module")
def source(book: Book) -> Iterator[Source]:
    made = Source(settings_of(book.data_dir))
    yield made
    made.close()


@pytest.fixture(scope="module")
def api(book: Book) -> Iterator[TestClient]:
    with TestClient(application(settings_of(book.data_dir)), base_url="http://127.0.0.1") as made:
        yield made


def texts(value: Any) -> Iterator[str]:
    """All texts in data, the names of members among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


# What is offered


def test_tools_say_how_they_are_used(source: Source) -> None:
    async def listed() -> Any:
        async with in_process(source) as client:
            return (await client.list_tools()).tools

    tools = anyio.run(listed)
    assert [tool.name for tool in tools] == [offer.name for offer in OFFERS]
    for tool in tools:
        assert tool.title
        assert len(tool.description) > 80
        assert tool.annotations.read_only_hint
        assert tool.annotations.idempotent_hint
        assert not tool.annotations.destructive_hint
        assert not tool.annotations.open_world_hint
        assert tool.input_schema["additionalProperties"] is False
        assert all(each["description"] for each in tool.input_schema["properties"].values())
        assert {"total", "shown", "next"} <= set(tool.output_schema["required"])
    told = json.dumps([tool.model_dump(mode="json") for tool in tools])
    assert not any(word in told for word in ("crowd", "orchard", "<script", ORDER))


def test_resources_are_read(source: Source) -> None:
    schema, _ = read(source, SCHEMA)
    assert all(f"`{name}`" in schema for each in CLASSES for name in properties(each))
    examples, _ = read(source, EXAMPLES)
    by_name = {offer.name: offer for offer in OFFERS}
    for question, (tool, arguments) in QUESTIONS.items():
        assert question in examples
        understood(by_name[tool].arguments, arguments)
    assert max(len(schema), len(examples)) <= MOST
    model, media_type = read(source, f"{MODEL}orchard/tune-8B")
    assert (json.loads(model)["iri"], media_type) == (f"{HUB}orchard/tune-8B", "application/json")


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        (f"{MODEL}orchard/tune-8b-x", "did you mean orchard/tune-8B?"),
        (f"{MODEL}orchard", "there is no such resource"),
        ("mlentory://model/../../etc/passwd", "there is no such resource"),
        ("file:///etc/passwd", "there is no such resource"),
        (f"{MODEL}a/{'b' * 5_000}", "there is no such resource"),
    ],
)
def test_resources_that_do_not_exist_are_named(source: Source, uri: str, reason: str) -> None:
    async def refused() -> MCPError:
        async with in_process(source) as client:
            with pytest.raises(MCPError) as raised:
                await client.read_resource(uri)
            return raised.value

    error = anyio.run(refused)
    assert reason in error.message
    assert error.code == INVALID_PARAMS


def test_the_documentation_has_every_tool_and_settings_that_can_be_read() -> None:
    page = (ROOT / "docs" / "agents.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(LISTS)
    settings = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    servers = [each["mcpServers"]["mlentory"] for each in settings if "mcpServers" in each]
    assert [each.get("args") for each in servers] == [None, ["serve", "--mcp-stdio"], None]
    assert f"{MOST:,} characters" in page


# What is answered


def test_searches_find_what_the_api_finds(source: Source, api: TestClient) -> None:
    told = ask(source, "search_models", license="MIT", base_model=BASE, limit=3)
    same = api.get("/api/v1/entities", params={"type": "MLModel", "license": "MIT", "base_model": BASE}).json()
    assert told["total"] == same["total"] == CHILDREN
    assert told["shown"] == 3
    assert told["next"]["arguments"] == {"license": ["MIT"], "base_model": [BASE], "limit": 3, "offset": 3}
    assert len(all_of(source, "search_models", base_model="base", limit=50)) == CHILDREN


def test_searches_say_why_nothing_is_found(source: Source) -> None:
    told = ask(source, "search_models", license=["MITT"], min_parameters="7B")
    assert told["total"] == 0
    (unknown,) = told["unknown_values"]
    assert (unknown["field"], unknown["value"]) == ("license", "MITT")
    assert "MIT" in [each["value"] for each in unknown["near"]]


def test_facets_are_counted(source: Source) -> None:
    told = ask(source, "search_models", facets=["license", "keyword"], limit=1)
    licenses, keywords = told["facets"]
    assert {"value": "CC-BY-NC-4.0", "count": 2} in licenses["values"]
    assert (len(keywords["values"]), keywords["more"]) == (20, 30)


def test_a_model_comes_with_who_says_so(source: Source) -> None:
    told = ask(source, "get_model", name="orchard/tune-8B")
    facts = {each["property"]: each for each in told["facts"]}
    assert [each["name"] for each in facts["license"]["values"]] == ["Apache-2.0"]
    assert facts["license"]["stated_by"][0].startswith("huggingface/model/2: ")
    assert (told["derived"], told["evaluations_total"]) == ({"quantized": 1}, 1)
    assert ask(source, "get_model", name="orchard/tune-8B", part="evaluations")["evaluations"][0]["value"] == 0.91
    before = ask(source, "get_model", name="orchard/tune-8B", at=DAY.format(1).replace("T00", "T23"))
    assert {"iri": "https://spdx.org/licenses/MIT", "name": "MIT"} in [
        value for each in before["facts"] for value in each["values"]
    ]


def test_a_history_says_what_changed(source: Source) -> None:
    newest, first = all_of(source, "get_model", name="orchard/tune-8B", part="history")
    assert (newest["event"], first["event"]) == ("changed", "first")
    assert "license" in newest["changed"]


def test_all_values_of_a_property_can_be_had(source: Source) -> None:
    facts = {each["property"]: each for each in all_of(source, "get_model", name=TALKER)}
    assert facts["trainedOn"]["total_values"] == 300
    assert len(facts["trainedOn"]["values"]) < 300
    values = all_of(source, "get_model", name=TALKER, property="trainedOn")
    assert {value["name"] for each in values for value in each["values"]} == {f"crowd/data-{n}" for n in range(300)}
    told = ask(source, "get_model", name=TALKER, property="keywords")
    assert (told["total"], told["stated_by"]) == (2_000, ["huggingface/model/talker: tags (stated)"])


def test_a_large_family_is_told_in_parts(source: Source, api: TestClient) -> None:
    told = ask(source, "lineage", name=BASE, direction="down")
    assert told["total"] == CHILDREN
    assert told["shown"] < CHILDREN
    members = all_of(source, "lineage", name=BASE, direction="down")
    same = api.get(f"/api/v1/models/{BASE}/lineage", params={"direction": "down", "limit": 500}).json()
    assert {each["iri"] for each in members} | {told["root"]} == {each["iri"] for each in same["members"]}
    assert {each["derivations"][0]["kind"] for each in members} == {"finetune"}
    conflicts = all_of(source, "license_conflicts", name=BASE, direction="down")
    licenses = api.get(f"/api/v1/models/{BASE}/licenses", params={"direction": "down", "limit": 500}).json()
    assert len(conflicts) == licenses["total"] == CHILDREN
    assert "no permission" in ask(source, "license_conflicts", name=TALKER)["note"]


def test_boards_are_told_apart_and_in_full(source: Source, api: TestClient) -> None:
    datasets = ask(source, "leaderboard")["datasets"]
    assert [each["name"] for each in datasets] == ["bench/exam"]
    told = ask(source, "leaderboard", dataset="bench/exam", top="3")
    same = api.get("/api/v1/leaderboards/bench/exam", params={"limit": 3}).json()
    assert [each["metric"] for each in told["boards"]] == [each["metric"] for each in same["boards"]]
    assert [each["value"] for each in told["boards"][0]["results"]] == [
        each["value"] for each in same["boards"][0]["results"]
    ]
    results = all_of(source, "leaderboard", dataset="bench/exam", board=0)
    assert len(results) == told["boards"][0]["total_results"] == CHILDREN + 2
    assert [each["rank"] for each in results] == sorted(each["rank"] for each in results)


def test_models_stand_side_by_side(source: Source) -> None:
    told = ask(source, "compare", names=["orchard/tune-8B", "tide/base-8B"])
    rows = {row["property"]: [cell["stated_by_owner"] for cell in row["cells"]] for row in told["rows"]}
    assert rows["license"] == [["Apache-2.0"], ["CC-BY-NC-4.0"]]
    assert rows["wasDerivedFrom"] == [["tide/base-8B"], []]
    many = all_of(source, "compare", names=[TALKER, *(f"crowd/child-{number}" for number in range(9))])
    assert {row["property"] for row in many} >= {"license", "trainedOn"}


def test_similar_models_come_with_reasons(source: Source) -> None:
    told = ask(source, "similar", name="orchard/tune-8B")
    assert told["model"] == f"{HUB}orchard/tune-8B"
    assert all(each["shared"] for each in told["models"])


def test_changes_are_the_last_ones_or_all(source: Source) -> None:
    last = ask(source, "changes", limit=5)
    assert last["upto"] == last["latest"]
    assert last["shown"] == 5
    everything = all_of(source, "changes", after=0, limit=100)
    assert len(everything) == ask(source, "changes", after=0, limit=1)["total"]
    assert [each["sequence"] for each in everything] == sorted({each["sequence"] for each in everything})
    assert ask(source, "changes", after=last["upto"])["changes"] == []


# What strangers wrote


def test_texts_of_strangers_are_marked_short_and_visible(source: Source) -> None:
    for tool, arguments in (
        ("get_model", {"name": TALKER}), ("get_model", {"name": "evil/model"}),
        ("get_model", {"name": TALKER, "property": "description"}), ("search_models", {"query": "talker"}),
        ("search_models", {"query": "script", "facets": ["keyword", "license"]}), ("similar", {"name": TALKER}),
        ("compare", {"names": [TALKER, "evil/model"]}), ("lineage", {"name": "evil/model"}),
        ("license_conflicts", {"name": "evil/model"}), ("changes", {"after": 0}),
    ):  # fmt: skip
        told = ask(source, tool, **arguments)
        for text in texts(told):
            assert len(text) <= 2_000
            assert not [each for each in text if unicodedata.category(each)[0] == "C" and each != "\n"]
            assert not set("\u3164\ufe0f\u2800") & set(text)
    told = ask(source, "get_model", name=TALKER)
    facts = list(texts([{**each, "values": []} for each in told["facts"]]))
    assert ORDER not in " ".join(facts)
    everything = all_of(source, "get_model", name=TALKER)
    marked = {each["property"]: each["values"] for each in everything if each not in told["facts"]}
    assert marked["description"][0].startswith(f"{ORDER} 詳細")
    assert {"keywords", "intendedUse"} <= set(marked)


def test_a_hostile_name_is_a_name(source: Source) -> None:
    told = ask(source, "get_model", name="evil/model")
    assert told["name"].startswith("<script>alert(1)</script>")
    assert "\n" not in told["name"]
    assert "<script>" in refusal(source, "get_model", name=f"{HOSTILE}s")


def test_what_must_not_be_read_by_ai_is_not_told(source: Source) -> None:
    iri = "https://example.org/forbidding"
    for arguments in ({}, {"part": "history"}):
        told = ask(source, "get_model", name=iri, **arguments)
        assert "Secret" not in json.dumps(told)
        assert "AI must not use it" in told["note"]
    assert "Secret" not in json.dumps(ask(source, "search_models", type="Article"))
    assert "states no description" in refusal(source, "get_model", name=iri, property="description")


# What is wrong


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("get_model", {"nam": "x"}, "there is no parameter nam; did you mean name?"),
        ("get_model", {}, "name: is required"),
        ("get_model", {"name": "orchard/tune-8b-x"}, "did you mean orchard/tune-8B?"),
        ("get_model", {"name": "tune"}, "search_models with query tune looks for this word"),
        ("get_model", {"name": "orchard/tune-8B", "property": "licence"}, "did you mean license?"),
        ("get_model", {"name": "orchard/tune-8B", "part": "all"}, "part: input should be 'facts', "),
        ("get_modell", {}, "there is no tool get_modell; did you mean get_model?"),
        ("sparql", {"query": "ASK {}"}, "there is no tool sparql"),  # as there are no triples
        ("search_models", {"limit": "many"}, "limit: input should be a valid integer"),
        ("search_models", {"limit": 5_000}, "limit: input should be less than or equal to 50, got 5000"),
        ("search_models", {"facets": ["licence"]}, "there is no licence; did you mean license?"),
        ("search_models", {"query": "x" * 501}, "query: string should have at most 500 characters"),
        ("search_models", {"task": ["x" * 190] * 10, "keyword": ["y" * 190] * 10}, "longer than 2,000 characters"),
        ("search_models", {"min_parameters": "nan"}, "min_parameters: "),
        ("compare", {"names": "orchard/tune-8B"}, "names: value should have at least 2 items"),
        ("leaderboard", {"dataset": "bench/exams"}, "no result on bench/exams"),
        ("leaderboard", {"dataset": "bench/exam", "board": 9}, "numbered from 0 to 0"),
        ("lineage", {"name": "orchard/tune-8B", "direction": "sideways"}, "direction: input should be 'up' or 'down'"),
        ("x" * 5_000, {}, "there is no tool xxx"),
    ],
)
def test_what_is_wrong_is_named(source: Source, tool: str, arguments: dict[str, Any], reason: str) -> None:
    assert reason in refusal(source, tool, **arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"limit": "2", "license": "MIT", "type": "MLModel"},
        {"limit": 2.0, "license": '["MIT"]', "query": ""},
        {"limit": " 2 ", "license": ["MIT"], "sort": None, "task": [], "max_parameters": None},
    ],
)
def test_what_models_are_likely_to_send_is_understood(source: Source, arguments: dict[str, Any]) -> None:
    told = ask(source, "search_models", **arguments)
    assert (told["shown"], told["next"]["arguments"]) == (2, {"license": ["MIT"], "limit": 2, "offset": 2})


def test_what_is_erased_is_gone(tmp_path: Path) -> None:
    book = Book(tmp_path / "data")
    book.crawl({"1": relative("a/kept", "MIT"), "2": relative("a/secret", "MIT", a__kept="finetune")})
    indexed(book.data_dir)
    source = Source(settings_of(book.data_dir))
    assert ask(source, "lineage", name="a/kept", direction="down")["total"] == 1
    with book.writer.erasing(book.writer.names_of([f"{HUB}a/secret"]), DAY.format(2)):
        pass
    indexed(book.data_dir)
    assert "does not describe" in refusal(source, "get_model", name="a/secret")
    for tool, arguments in (
        ("lineage", {"name": "a/kept", "direction": "down"}), ("search_models", {}), ("get_model", {"name": "a/kept"}),
    ):  # fmt: skip
        assert "a/secret" not in json.dumps(ask(source, tool, **arguments))
    source.close()
    book.close()
