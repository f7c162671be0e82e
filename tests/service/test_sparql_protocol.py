"""What /sparql answers, and what it refuses, whoever asks whatever."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import HealthCheck, given, settings as given_settings, strategies as st
from starlette.testclient import TestClient
from support.catalogs import HUB, Book, model
from support.served import settings_of
from support.served_sparql import fill

from mlentory_crawl.service.application import application
from mlentory_crawl.service.sparql import asked, endpoint, pool

pytestmark = pytest.mark.extra(name="serve")

NAMES = "SELECT ?name WHERE { ?model a fair4ml:MLModel ; schema:name ?name } ORDER BY ?name"
CROSS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o FILTER(?c > ?o) }"
RATE = {"SERVE_RATE": "1000000"}
QUERY, FORM = "application/sparql-query", "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog of 40 models with their triples."""
    place = tmp_path_factory.mktemp("sparql") / "data"
    book = Book(place)
    book.crawl({str(n): model(f"acme/m{n:02}", base="acme/base", owner="acme") for n in range(40)})
    book.close()
    fill(place)
    return place


@pytest.fixture(scope="module")
def client(data_dir: Path) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "SECONDS", 1.0)
        app = application(settings_of(data_dir) | RATE)
        with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as made:
            yield made


def ask(client: TestClient, query: str, **headers: str) -> Any:
    return client.get("/sparql", params={"query": query}, headers=headers)


def rows(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [row["name"]["value"] for row in response.json()["results"]["bindings"]]


# What is answered


def test_a_query_is_taken_in_all_ways_of_the_protocol(client: TestClient) -> None:
    ways = [
        ask(client, NAMES),
        client.post("/sparql", data={"query": NAMES}),
        client.post("/sparql", content=NAMES, headers={"Content-Type": QUERY}),
        client.post("/sparql", content=NAMES, headers={"Content-Type": f"{QUERY}; charset=utf-8"}),
    ]
    assert len(rows(ways[0])) == 41
    assert [rows(each) for each in ways] == [rows(ways[0])] * 4


def test_the_header_has_the_sequence_number(client: TestClient) -> None:
    response = ask(client, "ASK {}")
    assert response.json() == {"head": {}, "boolean": True}
    assert response.headers["X-MLentory-Sequence"] == "40"
    assert response.headers["Vary"] == "Accept"
    assert "Access-Control-Allow-Origin" not in response.headers
    again = ask(client, "ASK {}", **{"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert ask(client, "ASK {", **{"If-None-Match": 'W/"other"'}).status_code == 400


def test_head_has_the_same_headers_and_nothing_else(client: TestClient) -> None:
    got, head = ask(client, NAMES), client.head("/sparql", params={"query": NAMES})
    assert (head.status_code, head.content) == (200, b"")
    of_each_request = ("ratelimit", "x-request-id")
    assert {k: v for k, v in head.headers.items() if k not in of_each_request} == {
        k: v for k, v in got.headers.items() if k not in of_each_request
    }


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv;q=0.5, application/sparql-results+xml;q=0.9, */*;q=0.1", "application/sparql-results+xml"),
        ("text/csv, application/sparql-results+json;q=0", "text/csv; charset=utf-8"),
        ("TEXT/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("text/*", "text/csv; charset=utf-8"),
        ("text/html;q=x, application/xml;q=0.9", "application/xml"),
    ],
)
def test_the_format_of_tables_follows_from_what_is_accepted(client: TestClient, accept: str, media_type: str) -> None:
    response = ask(client, "SELECT * WHERE { ?s ?p ?o } LIMIT 1", Accept=accept)
    assert (response.status_code, response.headers["Content-Type"]) == (200, media_type)


@pytest.mark.parametrize(
    ("accept", "parser"),
    [
        ("text/turtle", "turtle"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "xml"),
        ("application/ld+json", "json-ld"),
    ],
)
def test_triples_are_written_as_is_accepted(client: TestClient, accept: str, parser: str) -> None:
    one = f"<{HUB}acme/m01>"
    expected = rdflib.Graph().parse(data=ask(client, f"DESCRIBE {one}").text, format="turtle")
    assert len(expected) == 6
    response = ask(client, f"CONSTRUCT WHERE {{ {one} ?p ?o }}", Accept=accept)
    assert response.headers["Content-Type"].partition(";")[0] == accept
    found = rdflib.Graph().parse(data=response.text, format=parser)
    assert {triple for triple in found if str(triple[0]) == one[1:-1]} == set(expected)


@pytest.mark.parametrize("query", ["ASK {}", "DESCRIBE <x:y>"])
def test_what_is_accepted_and_not_to_be_had_is_said(client: TestClient, query: str) -> None:
    response = ask(client, query, Accept="image/png")
    assert response.status_code == 406
    assert response.headers["Content-Type"] == "application/problem+json"


def test_without_a_query_the_service_describes_itself(client: TestClient) -> None:
    response = client.get("/sparql", headers={"Accept": "application/rdf+xml, text/html;q=0.5"})
    graph = rdflib.Graph().parse(data=response.text, format="xml")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    (service,) = graph.subjects(rdflib.RDF.type, sd.Service)
    assert [str(each) for each in graph.objects(service, sd.endpoint)] == ["http://127.0.0.1/sparql"]
    assert set(graph.objects(service, sd.supportedLanguage)) == {sd.SPARQL11Query}
    assert client.get("/sparql", headers={"Accept": "image/png"}).status_code == 406
    assert client.post("/sparql", data={"format": "json"}).status_code == 400


def test_without_a_query_a_browser_is_led_to_the_page_for_one(client: TestClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    response = client.get("/sparql", headers=browser, follow_redirects=False)
    assert (response.status_code, response.headers["Location"]) == (307, "/query")
    assert "SPARQL" in client.get("/sparql", headers=browser).text
    assert client.get("/sparql").headers["Content-Type"].startswith("text/turtle")


# What is refused


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("SELECT * WHERE {\n ?s ?p", 400, "line 2, column "),
        ("SELECT * FROM <x:y> WHERE { ?s ?p ?o }", 400, "FROM: "),
        ("SELECT * WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", 403, "SERVICE: "),
        ("SELECT * WHERE { ?s ?p ?o.service SILENT ?s { ?s ?p ?o } }", 403, "SERVICE: "),
        ("INSERT DATA { <x:a> <x:b> <x:c> }", 403, "updates "),
        ("PREFIX a: <x:y> # SELECT\n DELETE WHERE { ?s ?p ?o }", 403, "updates "),
        ("LOAD <http://127.0.0.1/>", 403, "updates "),
        ("clear ALL", 403, "updates "),
        ("SELECT * WHERE { ?s ?p ?o FILTER(<x:nothing>(?s)) }", 400, ""),
        ("", 400, "line 1, column 1: "),
    ],
)
def test_what_is_no_query_or_asks_for_more(client: TestClient, query: str, status: int, told: str) -> None:
    response = ask(client, query)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert response.json()["detail"].startswith(told)
    assert len(response.json()["detail"]) <= endpoint.LONGEST_DETAIL


def test_a_place_is_told_as_numbers(client: TestClient) -> None:
    told = ask(client, "SELECT * WHERE {\n ?s ?p").json()
    assert (told["line"], told["column"]) == (2, 7)


@pytest.mark.parametrize(
    "query",
    ['SELECT * WHERE { ?s schema:name "SERVICE FROM" } # FROM SERVICE', "SELECT ?from { ?from <x:SERVICE> ?o }"],
)
def test_the_same_words_elsewhere_mean_nothing(client: TestClient, query: str) -> None:
    assert ask(client, query).status_code == 200


def test_what_the_store_notes_for_itself_is_not_to_be_asked(client: TestClient) -> None:
    for query in ("SELECT * { GRAPH ?g { ?s ?p ?o } }", "SELECT * { ?s ?p ?o FILTER(STRSTARTS(STR(?p), 'urn:')) }"):
        assert ask(client, query).json()["results"]["bindings"] == []


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"data": {"update": "CLEAR ALL"}}, 403),
        ({"content": "CLEAR ALL", "headers": {"Content-Type": "application/sparql-update"}}, 403),
        ({"content": NAMES, "headers": {"Content-Type": "text/plain"}}, 415),
        ({"content": NAMES}, 415),
        ({"files": {"query": NAMES.encode()}}, 415),
        ({"content": b"\xff", "headers": {"Content-Type": QUERY}}, 400),
        ({"content": b"query=%ff", "headers": {"Content-Type": FORM}}, 400),
        ({"content": b"&".join([b"a=b"] * 200), "headers": {"Content-Type": FORM}}, 400),
        ({"content": b"query=ASK+{}&query=ASK+{}", "headers": {"Content-Type": FORM}}, 400),
        ({"data": {"query": NAMES, "default-graph-uri": "x:y"}}, 400),
        ({"data": {"query": NAMES}, "params": {"named-graph-uri": "x:y"}}, 400),
        ({"content": b"#" * (asked.LONGEST + 1), "headers": {"Content-Type": QUERY}}, 413),
        ({"data": {"query": "#" * (asked.LONGEST + 1)}}, 413),
        ({"data": {"query": "ASK {} #" + "é" * asked.LONGEST}}, 413),
        ({"content": b"query=ASK+{}+" + b"%23" * 20_000, "headers": {"Content-Type": FORM}}, 200),
    ],
)
def test_what_is_posted_is_checked(client: TestClient, request_: dict[str, Any], status: int) -> None:
    response = client.post("/sparql", **request_)
    assert response.status_code == status, response.text
    if status != 200:
        assert json.loads(response.content)["status"] == status


def test_other_methods_and_origins_are_not_served(client: TestClient) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        response = client.request(method, "/sparql", headers={"Origin": "https://elsewhere.example"})
        assert response.status_code == 405
        assert not any(name.lower().startswith("access-control") for name in response.headers)


def test_a_result_that_is_too_large_is_refused_as_a_whole(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    # The whole limits take longer to reach than a question may take here.
    monkeypatch.setattr(endpoint, "MOST_BYTES", 200_000)
    monkeypatch.setattr(endpoint, "MOST_SHOWN", 100_000)
    query = "SELECT ?s ?a WHERE { ?s ?p ?o . ?a ?b ?c }"
    response = ask(client, query)
    assert response.status_code == 413
    assert "LIMIT" in response.json()["detail"]
    assert "200,000 bytes" in response.json()["detail"]
    page = client.get("/query", params={"query": query})
    assert page.status_code == 413
    assert "100,000 bytes" in page.text
    assert len(rows(ask(client, NAMES))) == 41


# Limits


def test_what_takes_too_long_is_ended_while_others_are_answered(client: TestClient) -> None:
    answers: list[Any] = []
    slow = threading.Thread(target=lambda: answers.append(ask(client, CROSS)))
    slow.start()
    found = [client.get("/api/v1/entity", params={"name": HUB + "acme/m01"}).status_code for _ in range(3)]
    assert found == [200] * 3
    assert answers == []
    slow.join()
    (response,) = answers
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "1"
    assert "longer than 1 s" in response.json()["detail"]
    assert len(rows(ask(client, NAMES))) == 41


def test_what_takes_too_much_memory_is_ended(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SECONDS", 30.0)
    monkeypatch.setattr(pool, "MEMORY", 600 << 20)
    doubled = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    with TestClient(application(settings_of(data_dir) | RATE), base_url="http://127.0.0.1") as client:
        response = ask(client, f'SELECT (STRLEN(?x40) AS ?n) WHERE {{ BIND("0123456789" AS ?x0) {doubled} }}')
        assert response.status_code == 503
        assert "memory" in response.json()["detail"]
        assert len(rows(ask(client, NAMES))) == 41


def test_one_client_has_one_turn_at_a_time(client: TestClient) -> None:
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(ask(client, CROSS))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.status_code for each in answers] == [503] * 8
    reasons = {each.json()["detail"] for each in answers}
    assert "too many questions are waiting to be answered" in reasons
    assert ask(client, "ASK {}").status_code == 200


PIECES = st.sampled_from([
    *("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "WHERE", "*", "{", "}", "(", ")", ".", ";", "UNION", "OPTIONAL"),
    *("MINUS", "FILTER", "BIND", "VALUES", "GRAPH", "SERVICE", "SILENT", "FROM", "NAMED", "LIMIT", "ORDER BY"),
    *("?s", "?p", "?o", "?s ?p ?o", "schema:name", "<x:y>", "<", ">", '"', "'''", "\\", "#", "\n", "1e999", "_:b"),
    *("prov:wasDerivedFrom+", "(<x:y>|!<x:z>)*", "COUNT(*)", "REGEX(?o, '(a*)*b')", "EXISTS", "AS", "\0", "\ud7ff"),
])  # fmt: skip


@given_settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text() | st.lists(PIECES, max_size=25).map(" ".join) | st.lists(PIECES).map("SELECT * { %s }".__mod__))
def test_nothing_that_is_asked_ends_the_service(client: TestClient, query: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "SECONDS", 0.5)
        assert ask(client, query).status_code in (200, 400, 403, 406, 413, 503)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { " + "{" * 5_000 + "}" * 5_000 + " }",
        "SELECT * { " + "OPTIONAL { " * 2_000 + "}" * 2_000 + " }",
        "SELECT * { ?s " + "(" * 10_000 + "<x:y>" + ")" * 10_000 + " ?o }",
        "SELECT * { FILTER(" + "!" * 20_000 + "true) }",
        "SELECT (" + "1+" * 10_000 + "1 AS ?x) {}",
        "'" * 32_000,
        '"""\\' * 8_000,
        "<" * 32_000,
    ],
    ids=lambda query: query[:20],
)
def test_deep_and_endless_queries_end_no_more_than_their_process(client: TestClient, query: str) -> None:
    response = client.post("/sparql", content=query, headers={"Content-Type": QUERY})
    assert response.status_code in (200, 400, 503)
    assert ask(client, "ASK {}").status_code == 200


def test_hostile_queries_are_still_followed_by_answers(client: TestClient) -> None:
    assert len(rows(ask(client, NAMES))) == 41
