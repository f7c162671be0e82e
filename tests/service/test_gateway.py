"""The way in: names of hosts, keys, roles, limits, bodies; and what strangers try."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from hypothesis import given, strategies as st
from starlette.routing import compile_path
from starlette.testclient import TestClient
from support.catalogs import Book, model
from support.guarded import ELSEWHERE, HERE, NAME, client_of, served
from support.served import indexed, settings_of

from mlentory_crawl.crawl.plan import CrawlPlan
from mlentory_crawl.crawl.report import Report
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.service.application import application
from mlentory_crawl.service.gateway.budget import Budget
from mlentory_crawl.service.gateway.key_store import Keys, add_key, revoke_key
from mlentory_crawl.service.gateway.policy import Policy
from mlentory_crawl.service.gateway.request_body import LONGEST_BODY
from mlentory_crawl.service.gateway.roles import GIVEN, Role
from mlentory_crawl.service.gateway.route_table import OTHER, ROUTES, RouteTable, by_depth
from mlentory_crawl.service.gateway.service_database import FILE

pytestmark = pytest.mark.extra(name="serve")

PUBLIC = {"SERVE_HOSTS": NAME}
READ = "/api/v1/models/o/m"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gateway") / "data"
    book = Book(folder)
    book.crawl({"1": model("o/m", owner="o")})
    report = Report.begun("first", CrawlPlan("huggingface", "census", "census", {}, {}))
    report.finish()
    book.writer.runs.save_report(book.run, report.json())
    book.close()
    indexed(folder)
    return folder


@pytest.fixture
def here(data_dir: Path) -> Iterator[TestClient]:
    with served(data_dir, **PUBLIC) as client:
        yield client


@pytest.fixture(scope="module")
def shared(data_dir: Path) -> Iterator[TestClient]:
    """A service without a limit, for many examples."""
    with served(data_dir, SERVE_RATE="1000000", **PUBLIC) as client:
        yield client


@pytest.fixture
def there(here: TestClient) -> TestClient:
    return client_of(here, ELSEWHERE)


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


# The table


def routes(client: TestClient) -> list[tuple[str, re.Pattern[str]]]:
    """Templates of the application's routes, in its order, and what they match."""
    found = []
    for each in iter_route_contexts(client.app.routes):
        template = each.path if each.methods else f"{each.path}/{{path:path}}"
        found.append((template, compile_path(template)[0]))
    return found


def test_every_route_has_a_line_in_the_table(here: TestClient) -> None:
    assert {template for template, _ in routes(here)} - set(ROUTES) == set()


SEGMENTS = st.sampled_from(
    [*{part for route in ROUTES for part in route.split("/") if "{" not in part}, "a", "b c", "é", "..", "%2F", "", "x"]
)


@given(st.lists(SEGMENTS, max_size=8))
def test_the_table_finds_the_route_that_the_router_finds(shared: TestClient, segments: list[str]) -> None:
    path = "/" + "/".join(segments)
    known = routes(shared)
    found = next((template for template, matches in known if matches.match(path)), OTHER)
    assert RouteTable({template: ROUTES[template] for template, _ in known}).find(path)[0] == found


@pytest.mark.parametrize("end", ["%0A", "%0D%0A", "%00", "%7F", "%1B"])
def test_a_path_that_only_looks_like_another_opens_nothing(there: TestClient, end: str) -> None:
    assert there.get("/metrics").status_code == 401
    assert there.get(f"/metrics{end}").status_code == 404
    assert there.get(f"/api/v1/quarantine{end}").status_code == 404


def test_costs_follow_from_what_is_asked() -> None:
    search, sparql = ROUTES["/api/v1/entities"], ROUTES["/sparql"]
    assert search.cost("GET", b"q=x") * 2 == search.cost("GET", b"q=x&facets=task")
    assert sparql.cost("GET", b"") * 20 == sparql.cost("POST", b"") == sparql.cost("GET", b"a=b&query=ASK")
    assert [by_depth(3)("GET", query) for query in (b"", b"depth=5", b"a=1&depth=20", b"depth=999", b"xdepth=9")] == [
        30, 50, 200, 200, 30,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "depth", ["depth=1&depth=20", "%64epth=20", "depth=%32%30", "depth=+20", "depth=2_0", "depth="]
)
def test_nobody_pays_less_for_writing_it_otherwise(here: TestClient, depth: str) -> None:
    search, sparql = ROUTES["/api/v1/entities"], ROUTES["/sparql"]
    assert search.cost("GET", b"%66acets=task") == search.cost("GET", b"facets=task")
    assert sparql.cost("GET", b"qu%65ry=ASK") == sparql.cost("GET", b"query=ASK")
    assert sparql.cost("GET", b"myquery=") == sparql.cost("GET", b"")
    assert by_depth(3)("GET", depth.encode()) == 200
    assert here.get(f"/api/v1/models/o/m/lineage?{depth}").status_code in (200, 400)


def test_who_names_no_depth_is_charged_for_what_is_followed(here: TestClient) -> None:
    described = here.get("/api/v1/openapi.json").json()["paths"]["/api/v1/entity/lineage"]["get"]["parameters"]
    (depth,) = (each["schema"]["default"] for each in described if each["name"] == "depth")
    assert ROUTES["/api/v1/entity/lineage"].cost("GET", b"") == ROUTES["/api/v1/entity/lineage"].cost(
        "GET", f"depth={depth}".encode()
    )


# Names of hosts


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8010", 200), ("localhost", 200), ("LOCALHOST.:99", 200), ("[::1]:8010", 200), (NAME, 200),
        ("evil.example", 421), ("127.0.0.1.evil.example", 421), (f"{NAME}.evil.example", 421), ("10.0.0.1", 421),
        ("", 400), ("a b", 400), ("a/b", 400), ("user@localhost", 400), ("localhost:x", 400), ("x" * 1000, 400),
        ("[::1", 400), ("localhost,evil.example", 400), ("<script>", 400),
    ],
)  # fmt: skip
def test_names_that_the_service_answers_to(here: TestClient, host: str, status: int) -> None:
    assert here.get(READ, headers={"Host": host}).status_code == status


def test_names_of_this_machine_are_none_elsewhere(data_dir: Path) -> None:
    with served(data_dir, **PUBLIC) as here:
        there = client_of(here, ELSEWHERE, "192.0.2.7")  # the address that the request came to
        assert there.get(READ, headers={"Host": "localhost"}).status_code == 421
        assert there.get(READ, headers={"Host": NAME}).status_code == 200


def test_others_reach_the_service_only_by_names_that_are_set() -> None:
    for host in ("127.0.0.1", "::1", "localhost", "127.8.8.8"):
        Policy().check_binding(host)
    for host in ("0.0.0.0", "::", "192.0.2.7", "models.example.org"):
        with pytest.raises(SettingError, match="SERVE_HOSTS"):
            Policy().check_binding(host)
        Policy(hosts=frozenset({NAME})).check_binding(host)


@pytest.mark.parametrize(
    "given",
    [
        {"SERVE_KEYS": "maybe"}, {"SERVE_HOSTS": "https://a.example"}, {"SERVE_HOSTS": "a.example:80"},
        {"SERVE_PROXIES": "nginx"}, {"SERVE_RATE": "0"}, {"SERVE_RATE": "many"}, {"SERVE_ACCESS_LOG": "2"},
        {"SERVE_ORIGINS": "*"}, {"SERVE_ORIGINS": "a.example"}, {"SERVE_ORIGINS": "https://a.example/"},
        {"SERVE_AUDIT_DAYS": "0"}, {"SERVE_AUDIT_QUERIES": "perhaps"},
    ],
)  # fmt: skip
def test_settings_that_are_refused(data_dir: Path, given: dict[str, str]) -> None:
    with pytest.raises(SettingError, match=next(iter(given))):
        application(settings_of(data_dir, **given))


# Keys and roles


def test_nothing_is_needed_to_read_unless_keys_are_required(data_dir: Path, there: TestClient) -> None:
    assert there.get(READ).status_code == 200
    with served(data_dir, SERVE_KEYS="required", **PUBLIC) as here:
        for client in (here, client_of(here, ELSEWHERE)):
            refused = client.get(READ)
            assert refused.status_code == 401
            assert refused.headers["WWW-Authenticate"] == 'Bearer realm="mlentory"'
            assert "reader" in refused.json()["detail"]
            assert client.get("/no/such/page").status_code == 401
            assert client.get("/healthz").status_code == 200
            secret, _ = add_key(data_dir, "me", Role.READER, 1)
            assert client.get(READ, headers=bearer(secret)).status_code == 200


@pytest.mark.parametrize("required", ["optional", "required"])
def test_every_route_with_each_key(data_dir: Path, required: str) -> None:
    secrets = {role: add_key(data_dir, role.word, role, 1)[0] for role in GIVEN.values()}
    expired, key = add_key(data_dir, "late", Role.ADMIN, 1)
    with sqlite3.connect(data_dir / FILE) as database:
        database.execute("UPDATE key SET expires_at = '2020-01-01T00:00:00Z' WHERE id = ?", (key.id,))
    revoked, key = add_key(data_dir, "gone", Role.ADMIN, None)
    revoke_key(data_dir, key.id)
    wrong = secrets[Role.ADMIN][:-1] + ("a" if secrets[Role.ADMIN][-1] != "a" else "b")
    with served(data_dir, SERVE_KEYS=required, SERVE_RATE="100000", **PUBLIC) as here:
        there = client_of(here, ELSEWHERE)
        for template, access in ROUTES.items():
            path = re.sub(r"\{[^}]*\}", "x", template)
            for secret, reason in ((expired, "expired"), (revoked, "revoked"), (wrong, "no such"), ("x", "no such")):
                refused = there.get(path, headers=bearer(secret), follow_redirects=False)
                assert refused.status_code == 401
                assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
                assert reason in refused.json()["detail"]
                assert secret == "x" or secret not in refused.text
            for role, secret in secrets.items():
                status = there.get(path, headers=bearer(secret), follow_redirects=False).status_code
                assert (status == 403) == (role < access.role), (path, role)
                assert status != 401
            anonymous = Role.READER if required == "optional" else Role.ANYONE
            assert (there.get(path, follow_redirects=False).status_code == 401) == (anonymous < access.role), path


def test_whatever_is_described_needs_a_key_where_keys_are_required(data_dir: Path) -> None:
    with served(data_dir, SERVE_KEYS="required", **PUBLIC) as here:
        secret, _ = add_key(data_dir, "me", Role.READER, 1)
        described = here.get("/api/v1/openapi.json", headers=bearer(secret)).json()["paths"]
        assert len(described) > 30
        for path, operations in described.items():
            for method in operations:
                refused = here.request(method, re.sub(r"\{[^}]*\}", "x", path))
                assert (refused.status_code, refused.headers["Content-Type"]) == (401, "application/problem+json"), path


def test_pages_of_other_sites_read_nothing_unless_they_are_named(data_dir: Path) -> None:
    asked = {"Origin": "https://notebook.example.org"}
    preflight = {**asked, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    with served(data_dir, **PUBLIC) as here:
        assert not [name for name in here.get(READ, headers=asked).headers if name.startswith("access-control")]
        assert here.options(READ, headers=preflight).status_code == 405
    with served(data_dir, SERVE_ORIGINS="https://notebook.example.org, http://localhost:8888", **PUBLIC) as here:
        answers = here.get(READ, headers=asked), here.options(READ, headers=preflight)
        for answer in answers:
            assert answer.status_code == 200
            assert answer.headers["Access-Control-Allow-Origin"] == asked["Origin"]
            assert "Access-Control-Allow-Credentials" not in answer.headers
            assert "Origin" in answer.headers["Vary"]
        assert "ETag" in answers[0].headers["Access-Control-Expose-Headers"]
        for origin in ("https://evil.example", "null", "https://notebook.example.org.evil.example"):
            assert "Access-Control-Allow-Origin" not in here.get(READ, headers={"Origin": origin}).headers


def test_a_page_of_another_site_is_not_on_this_machine(data_dir: Path) -> None:
    with served(data_dir, SERVE_ORIGINS="https://notebook.example.org", **PUBLIC) as here:
        for origin in ("https://notebook.example.org", "http://127.0.0.1:8888", "null", ""):
            assert here.get("/metrics", headers={"Origin": origin}).status_code == 401
            assert "RateLimit" in here.get(READ, headers={"Origin": origin}).headers
        assert here.get("/metrics", headers={"Origin": "http://127.0.0.1:8010"}).status_code == 200
        assert here.get("/metrics").status_code == 200


def test_metrics_are_for_this_machine_and_for_operators(here: TestClient, there: TestClient, data_dir: Path) -> None:
    assert here.get("/metrics").status_code == 200
    assert there.get("/metrics").status_code == 401
    assert here.get("/metrics", headers={"X-Forwarded-For": ELSEWHERE}).status_code == 401  # a proxy on this machine
    assert there.get("/metrics", headers=bearer(add_key(data_dir, "p", Role.OPERATOR, 1)[0])).status_code == 200
    refused = there.get("/metrics", headers=bearer(add_key(data_dir, "r", Role.CURATOR, 1)[0]))
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]


def test_a_key_is_refused_from_the_moment_it_is_revoked(there: TestClient, data_dir: Path) -> None:
    secret, key = add_key(data_dir, "me", Role.READER, None)
    assert there.get(READ, headers=bearer(secret)).status_code == 200
    revoke_key(data_dir, secret)
    assert there.get(READ, headers=bearer(secret)).status_code == 401
    with sqlite3.connect(data_dir / FILE) as database:
        (used,) = database.execute("SELECT last_used_at FROM key WHERE id = ?", (key.id,)).fetchone()
    assert used is not None


def test_the_last_use_is_written_once_a_minute(data_dir: Path) -> None:
    secret, key = add_key(data_dir, "me", Role.READER, None)
    keys = Keys(data_dir)
    found = keys.find(secret)
    assert found == key
    keys.use(found)
    with sqlite3.connect(data_dir / FILE) as database:
        database.execute("UPDATE key SET last_used_at = NULL WHERE id = ?", (key.id,))
    keys.use(found)
    with sqlite3.connect(data_dir / FILE) as database:
        assert database.execute("SELECT last_used_at FROM key WHERE id = ?", (key.id,)).fetchone() == (None,)
    keys.close()


def test_a_database_of_keys_that_cannot_be_read_lets_nobody_in(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.crawl({"1": model("o/m")})
    book.close()
    secret, _ = add_key(tmp_path, "me", Role.ADMIN, None)
    (tmp_path / FILE).write_bytes(b"not a database" * 100)
    with served(tmp_path, SERVE_KEYS="required") as here:
        assert here.get(READ, headers=bearer(secret)).status_code == 503
        assert here.get(READ).status_code == 401
        (tmp_path / FILE).unlink()
        assert here.get(READ, headers=bearer(secret)).status_code == 401


def test_keys_stand_nowhere(data_dir: Path, capfd: pytest.CaptureFixture[str]) -> None:
    secret, key = add_key(data_dir, "me", Role.READER, 1)
    hidden = secret.rpartition("_")[2]
    with served(data_dir, SERVE_ACCESS_LOG="yes", **PUBLIC) as here:
        assert here.get("/search", params={"q": "what I look for"}, headers=bearer(secret)).status_code == 200
        for address in (f"{READ}?key={secret}", f"/{secret}/x", f"{READ}?a=1&k=%6d{secret[1:]}", f"/x/{secret}"):
            refused = here.get(address)
            assert refused.status_code == 400
            assert "revoke" in refused.json()["detail"]
            assert hidden not in refused.text
        assert here.get("/search?q=mlk_tiny").status_code == 200
    logged = capfd.readouterr().err
    lines = [json.loads(line) for line in logged.splitlines()]
    assert lines[0]["key"] == key.id
    assert lines[0]["path"] == "/search"
    assert "look for" not in logged
    assert hidden not in logged
    assert all(hidden.encode() not in path.read_bytes() for path in data_dir.glob("service.sqlite*"))


@pytest.mark.parametrize(
    ("word", "status"),
    [("Basic dXNlcjpwYXNz", 200), ("bearer", 401), ("Token x", 401), ("n1 Bearer x", 401), ("", 401)],
)
def test_other_ways_to_say_who_one_is(there: TestClient, word: str, status: int) -> None:
    assert there.get(READ, headers={"Authorization": word}).status_code == status


def test_headers_that_stand_twice(here: TestClient) -> None:
    for name, value in (("Host", "localhost"), ("Authorization", "Bearer x"), ("From", "a@b.org")):
        twice = [("Host", HERE), (name, value), (name, value)]
        assert here.get(READ, headers=twice).status_code == 400


# Limits


def test_a_client_that_asks_too_much_waits_and_others_do_not(data_dir: Path) -> None:
    with served(data_dir, SERVE_RATE="10", **PUBLIC) as here:
        there, other = client_of(here, ELSEWHERE), client_of(here, "198.51.100.1")
        answers = [there.get(READ) for _ in range(12)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
        assert answers[0].headers["RateLimit-Policy"] == '"units";q=10;w=60'
        assert re.fullmatch(r'"units";r=9;t=\d+', answers[0].headers["RateLimit"])
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 120
        assert answers[-1].json()["status"] == 429
        assert other.get(READ).status_code == 200
        assert there.get("/healthz").status_code == 200
        assert there.get(READ, headers={"X-Forwarded-For": "198.51.100.2"}).status_code == 429
        secret, _ = add_key(data_dir, "me", Role.READER, 1)
        assert there.get(READ, headers=bearer(secret)).status_code == 200
        assert "RateLimit" not in here.get(READ).headers  # on this machine, who asks could read the files as well
        assert here.get(READ, headers={"X-Forwarded-For": "198.51.100.2"}).headers["RateLimit"]


def test_a_contact_doubles_the_limit(data_dir: Path) -> None:
    with served(data_dir, SERVE_RATE="5", **PUBLIC) as here:
        polite = client_of(here, ELSEWHERE)
        polite.headers["From"] = "me@example.org"
        assert [polite.get(READ).status_code for _ in range(11)] == [200] * 10 + [429]
        rude = client_of(here, "198.51.100.1")
        rude.headers["From"] = "nobody"
        assert [rude.get(READ).status_code for _ in range(6)] == [200] * 5 + [429]
        rude.headers["From"] = "me@example.org"  # one account, whatever it says of itself
        assert rude.get(READ).status_code == 429


def test_the_wait_is_long_enough() -> None:
    budget = Budget(60)
    for _ in range(60):
        assert budget.charge("a", 10).is_allowed
    refused = budget.charge("a", 10)
    assert not refused.is_allowed
    assert refused.left == 0
    assert 1 <= refused.wait <= 62
    assert budget.charge("b", 10_000).is_allowed  # more than there ever is: once in a while
    assert not budget.charge("b", 1).is_allowed


def test_addresses_of_one_customer_have_one_account(data_dir: Path) -> None:
    with served(data_dir, SERVE_RATE="2", **PUBLIC) as here:
        statuses = [client_of(here, f"2001:db8:0:1::{end}").get(READ).status_code for end in range(1, 4)]
        assert statuses == [200, 200, 429]
        assert client_of(here, "2001:db8:0:2::1").get(READ).status_code == 200


@pytest.mark.parametrize(
    ("peer", "told", "client"),
    [
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.7", "198.51.100.7"),  # the client made the first one up
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7:4711", "198.51.100.7"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "<script>", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),  # no proxy that the settings name
        ("127.0.0.1", "198.51.100.7", "127.0.0.1"),
    ],
)
def test_who_a_proxy_says_that_asks(
    data_dir: Path, peer: str, told: str, client: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with served(data_dir, SERVE_PROXIES="10.0.0.0/8", SERVE_ACCESS_LOG="yes", **PUBLIC) as here:
        client_of(here, peer).get(READ, headers={"X-Forwarded-For": told})
    assert json.loads(capfd.readouterr().err)["client"] == client


def test_only_a_proxy_says_by_which_scheme_it_is_reached(data_dir: Path) -> None:
    with served(data_dir, SERVE_PROXIES="10.0.0.1", **PUBLIC) as here:
        for peer, scheme in (("10.0.0.1", "https"), (ELSEWHERE, "http")):
            there = client_of(here, peer)
            moved = there.get(f"{READ}/", headers={"X-Forwarded-Proto": "https"}, follow_redirects=False)
            assert moved.headers["Location"] == f"{scheme}://{NAME}{READ}"


# Bodies


def test_a_body_that_is_too_long(here: TestClient) -> None:
    for long in (b"x" * (LONGEST_BODY + 1), iter([b"x" * LONGEST_BODY, b"x"])):
        with_length = isinstance(long, bytes)
        refused = here.post("/search", content=long)
        # The page reads no body: what comes in pieces is not waited for.
        assert refused.status_code == (413 if with_length else 405)
    assert here.post("/search", headers={"Content-Length": "-1"}).status_code == 413
    assert here.post("/search", content=b"x" * LONGEST_BODY).status_code == 405


# Whatever comes


ODD = st.text(st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"), max_size=60)


@given(
    st.dictionaries(
        st.sampled_from(
            "Host Authorization From X-Forwarded-For X-Forwarded-Proto Forwarded Via Accept Origin Content-Length"
            " If-None-Match Range".split()
        ),
        ODD
        | st.sampled_from(["Bearer mlk_", "Bearer " + "x" * 10_000, "bytes=-", "127.0.0.1", "::1", "*", "localhost"]),
    ),
    st.sampled_from(["/", READ, "/healthz", "/metrics", "/static/style.css", "/nope"]),
)
def test_headers_of_strangers_never_fail(shared: TestClient, headers: dict[str, str], path: str) -> None:
    client = client_of(shared, ELSEWHERE)
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = client.get(path, headers=encoded)
    assert answer.status_code in {200, 304, 400, 401, 404, 413, 416, 421}
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
