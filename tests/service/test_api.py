"""The API: each route on a small catalog, its bounds and its headers."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
import rdflib
from openapi_spec_validator import validate
from starlette.testclient import TestClient
from support.catalogs import DAY, HUB, Book, rejected
from support.served import EXAM

from mlentory_crawl.catalog.commits import Commit

pytestmark = pytest.mark.extra(name="serve")

API = "/api/v1"
TUNE = f"{API}/models/orchard/tune-8B"
ROUTES = (
    TUNE, f"{TUNE}/lineage", f"{TUNE}/licenses", f"{TUNE}/history", f"{TUNE}/similar", f"{TUNE}/ro-crate-metadata.json",
    f"{API}/entity?name={HUB}evil/model", f"{API}/entities", f"{API}/suggest?q=tune", f"{API}/facets/license",
    f"{API}/compare?name=tide/base-8B&name=orchard/tune-8B", f"{API}/leaderboards", f"{API}/leaderboards/bench/exam",
    f"{API}/datasets", f"{API}/licenses/MIT", f"{API}/tasks", f"{API}/owners", f"{API}/articles?about=tide/base-8B",
    f"{API}/stats", f"{API}/coverage", f"{API}/runs", f"{API}/runs/last", f"{API}/quarantine", f"{API}/changes",
    f"{API}/drift",
    f"{API}/dumps", f"{API}/dumps/everything.jsonl.zst",
)  # fmt: skip


def told(client: TestClient, address: str, status: int = 200) -> Any:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return answer.json()


def links(answer: Any) -> dict[str, str]:
    return {
        relation: target for target, relation in re.findall(r'<([^>]*)>; rel="(next|prev)"', answer.headers["link"])
    }


@pytest.mark.parametrize("address", ROUTES)
def test_answers_are_known_again_and_have_heads(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == answer.headers["content-length"]


@pytest.mark.parametrize("address", ROUTES)
def test_unknown_parameters_are_named(client: TestClient, address: str) -> None:
    answer = client.get(address, params={**dict(parse_qsl(urlsplit(address).query)), "limitt": "1"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "there is no parameter limitt" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (f"{API}/entities?limitt=1", "did you mean limit?"),
        (f"{API}/entities?limit=101", "limit: "),
        (f"{API}/entities?offset=9901", "offset: "),
        (f"{API}/entities?q={'x' * 1_001}", "q: "),
        (f"{API}/entities?" + "&".join("task=a" for _ in range(21)), "task: "),
        (f"{API}/entities?facets=licence", "did you mean license?"),
        (f"{API}/entities?min_created=2024-13", "min_created: "),
        (f"{API}/entities?min_parameters=nan", "min_parameters: "),
        (f"{TUNE}/lineage?depth=21", "depth: "),
        (f"{TUNE}/lineage?limit=501", "limit: "),
        (f"{TUNE}/lineage?format=png", "format: "),
        (f"{API}/compare?name=a/b", "name: "),
        (f"{API}/changes?after=-1", "after: "),
        (f"{API}/entity", "name: "),
    ],
)
def test_what_is_out_of_bounds_is_said(client: TestClient, address: str, words: str) -> None:
    problem = told(client, address, 400)
    assert words in problem["detail"]
    assert problem["status"] == 400


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (f"{API}/models/orchard/tune-9B", "did you mean orchard/tune-8B"),
        (f"{API}/models/orchard/tune-8B?at=1900-01-01", "it was first fetched 2024-01-01"),
        (f"{API}/leaderboards/bench/exams", "no result on bench/exams"),
        (f"{API}/leaderboards/bench/exam?metric=bleu", "no result on bench/exam for bleu"),
        (f"{API}/datasets/tide/corpsu", "did you mean tide/corpus"),
        (f"{API}/runs/never", "there is no run never"),
        (f"{API}/nothing", "Not Found"),
    ],
)
def test_what_is_not_there_is_said(client: TestClient, address: str, words: str) -> None:
    assert words in told(client, address, 404)["detail"]


def test_an_entity_has_its_facts_and_who_says_so(client: TestClient) -> None:
    found = told(client, TUNE)
    assert found["root"]["license"] == ["https://spdx.org/licenses/Apache-2.0"]
    assert found["statements"]["license"][0]["record"] == "huggingface/model/2"
    assert "statements" not in told(client, f"{TUNE}?why=false")
    before = told(client, f"{TUNE}?at={DAY.format(1)}")
    assert before["root"]["license"] == ["https://spdx.org/licenses/MIT"]
    assert told(client, f"{API}/entity?name=old/name")["root"]["iri"] == f"{HUB}new/name"
    assert told(client, f"{API}/entity?name=gone/model")["deletedAt"] == "2024-01-02T12:00:00Z"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/ld+json", "application/ld+json"),
        ("text/turtle;q=0.9, application/json;q=0.1", "text/turtle"),
        ("text/html", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/turtle"),
        ("text/turtle;q=0", "application/json"),
        (";;;,q=,text/turtle;q=x", "application/json"),
    ],
)
def test_an_entity_comes_as_the_client_prefers(client: TestClient, accept: str, media_type: str) -> None:
    answer = client.get(TUNE, headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert "Accept" in answer.headers["vary"]


def test_the_page_of_an_entity_is_data_for_programs(client: TestClient) -> None:
    page = client.get("/models/orchard/tune-8B", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    turtle = client.get("/models/orchard/tune-8B", headers={"Accept": "text/turtle"})
    assert len(rdflib.Graph().parse(data=turtle.text, format="turtle")) > 10
    assert turtle.text == client.get(f"{TUNE}?format=turtle").text
    assert len({client.get(f"{TUNE}?format={each}").headers["etag"] for each in ("json", "jsonld", "turtle")}) == 3


def test_signposts_lead_to_every_representation(client: TestClient) -> None:
    header = client.get(TUNE).headers["link"]
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?', header)
    assert (f"{HUB}orchard/tune-8B", "cite-as", "") in found
    assert ("https://w3id.org/fair4ml#MLModel", "type", "") in found
    assert ("https://spdx.org/licenses/Apache-2.0", "license", "") in found
    assert (f"{HUB}orchard", "author", "") in found
    described = [(target, media_type) for target, relation, media_type in found if relation == "describedby"]
    assert len(described) == 4
    for target, media_type in described:
        assert client.get(target).headers["content-type"].partition(";")[0] == media_type


def test_a_research_object_has_what_is_asked_of_one(client: TestClient) -> None:
    document = told(client, f"{TUNE}/ro-crate-metadata.json")
    by_id = {each["@id"]: each for each in document["@graph"]}
    assert len(by_id) == len(document["@graph"])
    assert by_id["ro-crate-metadata.json"]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    crate = by_id[by_id["ro-crate-metadata.json"]["about"]["@id"]]
    assert crate["datePublished"] == DAY.format(2)
    assert {"name", "description"} <= crate.keys()
    model = by_id[crate["mainEntity"]["@id"]]
    assert model["@type"] == "MLModel"
    assert model["license"] == [{"@id": "https://spdx.org/licenses/Apache-2.0"}]
    assert document["@context"][1]["trainedOn"] == "https://w3id.org/fair4ml#trainedOn"


def test_lineages_say_how_many_there_are(client: TestClient) -> None:
    up = told(client, f"{TUNE}/lineage")
    assert [(each["kind"], each["how"]) for each in up["steps"]] == [("finetune", "resolved")]
    down = client.get(f"{API}/models/tide/base-8B/lineage?direction=down&limit=1")
    assert (down.json()["total"], down.json()["shown"], down.json()["left_out"]) == (2, 1, 1)
    rest = client.get(f"{API}/models/tide/base-8B/lineage{links(down)['next']}")
    assert (rest.json()["shown"], rest.json()["offset"]) == (1, 1)
    assert links(rest) == {"prev": "?direction=down&limit=1&offset=0"}
    assert told(client, f"{TUNE}/lineage?kind=merge")["total"] == 0
    assert told(client, f"{API}/models/tide/base-8B/lineage?direction=down&license=MIT")["shown"] == 1
    assert told(client, f"{TUNE}/lineage?data=training")["uses"]


@pytest.mark.parametrize(
    ("format", "media_type", "begins"),
    [
        ("svg", "image/svg+xml", "<svg"),
        ("mermaid", "text/vnd.mermaid", "flowchart"),
        ("dot", "text/vnd.graphviz", "digraph"),
    ],
)
def test_lineages_come_as_pictures(client: TestClient, format: str, media_type: str, begins: str) -> None:
    answer = client.get(f"{TUNE}/lineage?format={format}")
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.text.startswith(begins)
    assert "sandbox" in answer.headers["content-security-policy"]


def test_conflicts_of_licenses_come_with_the_rule_and_without_a_promise(client: TestClient) -> None:
    found = told(client, f"{TUNE}/licenses")
    assert [(each["original"], each["derived"]) for each in found["conflicts"]] == [("CC-BY-NC-4.0", "Apache-2.0")]
    assert found["conflicts"][0]["source"].startswith("https://")
    assert "no permission" in found["note"]
    assert told(client, f"{API}/models/evil/model/licenses")["conflicts"] == []


def test_histories_and_changes(client: TestClient) -> None:
    history = told(client, f"{TUNE}/history?limit=1")
    assert (history["total"], history["shown"], history["revisions"][0]["event"]) == (2, 1, "changed")
    assert told(client, f"{API}/entity/history?name=gone/model")["revisions"][0]["event"] == "gone"
    found, after = [], f"{API}/changes?after=0&limit=2"
    while after:
        answer = client.get(after)
        found += answer.json()["changes"]
        after = f"{API}/changes{links(answer)['next']}" if "link" in answer.headers else ""
    assert [each["kind"] for each in found] == ["new", "new", "new", "new", "new", "gone"]
    assert [each["sequence"] for each in found] == sorted(each["sequence"] for each in found)


def test_boards_and_their_index(client: TestClient) -> None:
    (dataset,) = told(client, f"{API}/leaderboards")["datasets"]
    assert (dataset["iri"], dataset["models"]) == (EXAM, 2)
    assert told(client, f"{API}/leaderboards?q=nothing")["datasets"] == []
    for address in (f"leaderboards/{quote(EXAM, safe='')}", f"leaderboard?dataset={EXAM}", "leaderboards/bench/exam"):
        (board,) = told(client, f"{API}/{address}")["boards"]
        assert board["ranks"] == [1, 2]
        assert [each["value"] for each in board["results"]] == [0.91, 0.9]
    (part,) = told(client, f"{API}/leaderboards/bench/exam?offset=1&limit=1")["boards"]
    assert (part["ranks"], part["total"]) == ([2], 2)
    page = client.get("/leaderboards?dataset=bench/exam&metric=bleu")
    assert page.status_code == 200
    assert "No result on bench/exam for bleu." in page.text


def test_the_page_of_a_dataset_with_many_results_says_how_many_it_shows(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlentory_crawl.service.pages.boards.SHOWN", 1)
    text = client.get("/leaderboards?dataset=bench/exam").text
    assert text.count('class="number value"') == 1
    address = re.search(r'The first 1 of 2; <a href="([^"]*)">more of', text)
    assert address is not None
    monkeypatch.setattr("mlentory_crawl.service.pages.boards.SHOWN", 50)
    assert client.get(unescape(address[1])).text.count('class="number value"') == 2


def test_comparisons_and_similar_models(client: TestClient) -> None:
    found = told(client, f"{API}/compare?name=tide/base-8B&name=orchard/tune-8B")
    rows = {row["name"]: row["values"] for row in found["rows"]}
    assert rows["license"] == [["CC-BY-NC-4.0"], ["Apache-2.0"]]
    similar = told(client, f"{TUNE}/similar?limit=1")
    assert (similar["total"], similar["shown"]) == (2, 1)
    assert similar["models"][0]["shared"]


def test_searches_narrow_down(client: TestClient) -> None:
    def names(query: str) -> set[str]:
        return {hit["iri"].removeprefix(HUB) for hit in told(client, f"{API}/entities?{query}")["hits"]}

    assert names("derivation=quantized") == {"small/tune-8B-GGUF"}
    assert names("has=data&has=license") == {"tide/base-8B", "orchard/tune-8B", "new/name"}
    assert names("without=license&has=evaluation") == set()
    assert names("not_license=MIT&type=MLModel") == {"tide/base-8B", "orchard/tune-8B", "evil/model"}
    answer = client.get(f"{API}/entities?limit=1&facets=license&facets=has&histograms=parameters")
    found = answer.json()
    assert (found["shown"], links(answer)["next"]) == (
        1,
        "?limit=1&facets=license&facets=has&histograms=parameters&offset=1",
    )
    assert found["facets"]["has"]["license"] == 5
    assert sum(bar["count"] for bar in found["histograms"]["parameters"]) == 0
    assert told(client, f"{API}/entities?min_created=2024&max_modified=2024-02-03")["unstated"] == {}


def test_facets_are_listed_by_their_beginning(client: TestClient) -> None:
    found = told(client, f"{API}/facets/license?starts=ap")
    assert (found["values"], found["complete"]) == ([{"value": "Apache-2.0", "count": 1}], True)
    assert told(client, f"{API}/facets/license?q=tune&starts=m")["values"] == [{"value": "MIT", "count": 1}]
    assert told(client, f"{API}/facets/licence", 400)["detail"].endswith("did you mean license?")


def test_names_are_suggested(client: TestClient) -> None:
    found = told(client, f"{API}/suggest?q=tun")
    assert {each["name"] for each in found["suggestions"]} == {"orchard/tune-8B", "small/tune-8B-GGUF"}


def test_the_state_of_the_catalog(client: TestClient, served: Book) -> None:
    stats = told(client, f"{API}/stats")
    assert stats["records"]["huggingface"]["model"] == {"live": 5, "deleted": 1}
    (kind,) = told(client, f"{API}/coverage?platform=huggingface")["kinds"]
    assert kind["fields"]["license"]["records"] == 5
    runs = told(client, f"{API}/runs?limit=1")
    assert (runs["total"], runs["shown"]) == (2, 1)
    served.writer.commit(served.run, Commit(rejected=[rejected("odd")]))
    (refused,) = told(client, f"{API}/quarantine")["records"]
    assert (refused["field"], refused["reason"]) == ("id", "is missing")
    assert "payload" not in refused


def test_the_description_is_valid_and_its_examples_work(client: TestClient) -> None:
    described = told(client, f"{API}/openapi.json")
    validate(described)
    assert described["openapi"].startswith("3.1")
    assert not [path for path in described["paths"] if not path.startswith(f"{API}/")]
    for path, item in described["paths"].items():
        examples = {each["name"]: each.get("example") for each in item["get"].get("parameters", ())}
        address, asked = path, {name: value for name, value in examples.items() if value is not None}
        for name in re.findall(r"\{(\w+)\}", path):
            address = address.replace(f"{{{name}}}", quote(asked.pop(name), safe=""))
        answer = client.get(address, params=asked)
        # Who has no key has no entries in the audit.
        assert answer.status_code == (403 if path == f"{API}/audit" else 200), (path, answer.text)


@pytest.mark.parametrize("tag", ["{strong}", '"other", {tag}', "*"])
def test_tags_are_compared_as_the_protocol_says(client: TestClient, tag: str) -> None:
    known = client.get(TUNE).headers["etag"]
    told = tag.format(tag=known, strong=known.removeprefix("W/"))
    answer = client.get(TUNE, headers={"If-None-Match": told})
    assert (answer.status_code, answer.headers["vary"]) == (304, "Accept")


def test_several_lines_of_tags_are_one_list(client: TestClient) -> None:
    known = client.get(TUNE).headers["etag"]
    lines = [("If-None-Match", '"other"'), ("If-None-Match", known)]
    assert client.get(TUNE, headers=lines).status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/models/acme/no-such", "/models/acme/no-such/history", "/models/acme/no-such/similar", "/datasets/no-such",
        "/models/acme/no-such/lineage", "/models/acme/no-such/licenses", "/articles?about=acme/no-such",
        "/compare?name=acme/no-such&name=orchard/tune-8B", "/models/acme/no-such/ro-crate-metadata.json",
    ],
)  # fmt: skip
def test_nobody_has_what_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(f"/api/v1{path}", headers={"If-None-Match": "*"}).status_code == 404


def test_what_takes_get_takes_head(client: TestClient) -> None:
    answer = client.patch(TUNE)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
