"""Signing in with an account of an OpenID provider: who is let in, and what is refused."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient
from support.catalogs import Book, model
from support.guarded import HERE, NAME, client_of, served
from support.openid_server import CLIENT, SECRET, OpenIdServer, openid_server
from support.served import indexed, settings_of

from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.service.application import application
from mlentory_crawl.service.gateway import oidc_provider
from mlentory_crawl.service.gateway.audit_reading import entries, verdict
from mlentory_crawl.service.gateway.key_store import add_key
from mlentory_crawl.service.gateway.oidc_settings import OidcSettings
from mlentory_crawl.service.gateway.roles import Role
from mlentory_crawl.service.gateway.service_database import FILE
from mlentory_crawl.service.pages import sign_in
from mlentory_crawl.service.pages.sign_in import session_of

pytestmark = pytest.mark.extra(name="serve")

READ = "/models/o/m"
PROXY = "192.0.2.44"
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdServer]:
    with openid_server() as made:
        yield made


@pytest.fixture(autouse=True)
def honest(provider: OpenIdServer) -> None:
    """A provider that does not lie unless the test says so."""
    provider.claims, provider.description, provider.answers = {}, {}, {}
    provider.signs_with, provider.header, provider.seconds = None, {"alg": "RS256"}, 0.0
    provider.asked.clear()
    provider.forms.clear()


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sign-in") / "data"
    book = Book(folder)
    book.crawl({"1": model("o/m", owner="o")})
    book.close()
    indexed(folder)
    return folder


def oidc(provider: OpenIdServer, **given: str) -> dict[str, str]:
    return {
        "OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET,
        "OIDC_ROLE_CLAIM": "roles", "SERVE_HOSTS": NAME, "SERVE_PROXIES": PROXY, "SERVE_KEYS": "required", **given,
    }  # fmt: skip


@pytest.fixture(scope="module")
def service(data_dir: Path, provider: OpenIdServer) -> Iterator[TestClient]:
    with served(data_dir, **oidc(provider)) as client:
        yield client


@pytest.fixture
def here(service: TestClient) -> TestClient:
    """A browser on this machine, over HTTP."""
    return TestClient(service.app, f"http://{HERE}:8010", client=(HERE, 50_000), follow_redirects=False)


def behind_proxy(client: TestClient) -> TestClient:
    """A browser elsewhere, over HTTPS that a proxy ends."""
    made = TestClient(client.app, f"https://{NAME}", client=(PROXY, 50_000), follow_redirects=False)
    made.headers |= {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
    return made


def begun(client: TestClient, goes_to: str = READ) -> str:
    """The address at the provider to which somebody is sent."""
    answer = client.get("/sign-in", params={"next": goes_to})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def sent_back(address: str) -> str:
    """The address at the service to which the provider sends somebody back."""
    return str(httpx.get(address).headers["Location"])


def signed_in(client: TestClient, goes_to: str = READ) -> httpx.Response:
    """The last answer of a whole sign-in."""
    answer: httpx.Response = client.get(sent_back(begun(client, goes_to)))
    return answer


def changed(address: str, **values: str) -> str:
    """An address with other parameters."""
    parts = urlsplit(address)
    return parts._replace(query=urlencode(dict(parse_qsl(parts.query)) | values)).geturl()


# Who is let in


def test_a_person_signs_in_at_the_page_and_programs_use_keys(here: TestClient, data_dir: Path) -> None:
    assert here.get(READ).status_code == 401
    refused = here.get(f"{READ}?at=2026", headers=PAGE)
    assert refused.status_code == 401
    (address,) = re.findall(r'href="(/sign-in\?[^"]+)"', refused.text)
    assert parse_qs(urlsplit(address).query) == {"next": [f"{READ}?at=2026"]}
    answer = signed_in(here)
    assert (answer.status_code, answer.headers["Location"]) == (303, READ)
    shown = here.get(READ, headers=PAGE)
    assert shown.status_code == 200
    assert "Signed in as Anna &lt;b&gt;" in shown.text
    assert "Cookie" in shown.headers["Vary"]
    assert "private" in shown.headers["Cache-Control"]
    assert here.get("/api/v1/quarantine").status_code != 403  # the claim says curator
    assert here.get("/metrics").status_code == 403
    secret, _ = add_key(data_dir, "program", Role.READER, 1)
    program = client_of(here, HERE)
    assert program.get(f"/api/v1{READ}").status_code == 401
    assert program.get(f"/api/v1{READ}", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_who_signs_out_is_out_with_every_copy_of_the_cookie(here: TestClient, data_dir: Path) -> None:
    signed_in(here)
    copy = here.cookies["mlentory"]
    assert here.post("/sign-out", headers={"Origin": f"http://{HERE}:8010"}).status_code == 303
    assert "mlentory" not in here.cookies
    assert here.get(READ, headers={"Cookie": f"mlentory={copy}"}).status_code == 401
    found = [(each.event, each.role) for each in entries(data_dir, 100)[0] if each.event.startswith("signed")]
    assert found[:2] == [("signed out", "curator"), ("signed in", "curator")]


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", f"https://{HERE}:8010", f"http://{NAME}"])
def test_what_another_page_sends_is_refused(here: TestClient, origin: str | None) -> None:
    signed_in(here)
    headers = {} if origin is None else {"Origin": origin}
    for path in ("/sign-out", "/sparql", "/mcp"):
        assert here.post(path, headers=headers).status_code == 403
    assert here.get(READ).status_code == 200
    assert here.post("/sparql", headers={"Origin": f"http://{HERE}:8010"}).status_code != 403


def test_cookies_are_bound_to_the_host_and_to_https(here: TestClient) -> None:
    there = behind_proxy(here)
    sent = there.get("/sign-in")
    assert parse_qs(urlsplit(sent.headers["Location"]).query)["redirect_uri"] == [f"https://{NAME}/signed-in"]
    answer = there.get(sent_back(sent.headers["Location"]))
    cookies = [*sent.headers.get_list("Set-Cookie"), *answer.headers.get_list("Set-Cookie")]
    assert [each.partition("=")[0] for each in cookies] == [
        "__Host-mlentory-sign-in", "__Host-mlentory", "__Host-mlentory-sign-in",
    ]  # fmt: skip
    for each in cookies:
        assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(each.split("; "))
        assert "Domain" not in each
    value = there.cookies["__Host-mlentory"]
    assert there.get(READ).status_code == 200
    # The name without the prefix can be set by whoever is on the way.
    stranger = behind_proxy(here)
    assert stranger.get(READ, headers={"Cookie": f"mlentory={value}"}).status_code == 401
    assert stranger.get(READ, headers={"Cookie": f"__Host-mlentory={value}; __Host-mlentory=x"}).status_code == 401


def test_nobody_signs_in_where_others_can_read_along(here: TestClient) -> None:
    for path in ("/sign-in", "/signed-in?state=x&code=y"):
        assert client_of(here, "198.51.100.7").get(path, follow_redirects=False).status_code == 400


def test_a_session_ends_by_itself(here: TestClient, data_dir: Path) -> None:
    signed_in(here)
    assert here.get(READ).status_code == 200
    with sqlite3.connect(data_dir / FILE) as database:
        database.execute("UPDATE session SET expires_at = '2020-01-01T00:00:00Z'")
    assert here.get(READ).status_code == 401


def test_secrets_stand_nowhere(here: TestClient, data_dir: Path, capfd: pytest.CaptureFixture[str]) -> None:
    signed_in(here)
    text = b"".join(path.read_bytes() for path in data_dir.glob(f"{FILE}*")) + "".join(capfd.readouterr()).encode()
    for secret in (here.cookies["mlentory"], SECRET, "anna"):
        assert secret.encode() not in text
    assert SECRET not in repr(OidcSettings("https://a.example", CLIENT, SECRET))
    assert verdict(data_dir).broken is None


@pytest.mark.parametrize(
    "goes_to",
    [
        "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nX: y", "x", "", "/\t/evil.example", "/a b",
        "/a\\b", "/\u65e5\u672c", "/\x85", "/\u2028", "/\xe9", "\\/evil.example", "javascript:alert(1)", "/\ud7ff",
    ],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(here: TestClient, goes_to: str) -> None:
    assert signed_in(here, goes_to).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("told", "role"),
    [
        (None, Role.READER), ("admin", Role.ADMIN), (["operator", "curator"], Role.OPERATOR), ("boss", Role.READER),
        ({"admin": True}, Role.READER), ([["admin"]], Role.READER), ("anyone", Role.READER), (4, Role.READER),
    ],
)  # fmt: skip
def test_roles_that_a_claim_gives(told: Any, role: Role) -> None:
    settings = OidcSettings("https://a.example", CLIENT, role_claim="roles")
    assert session_of({"sub": "anna", "roles": told}, settings).role is role
    assert session_of({"sub": "anna", "roles": "admin"}, OidcSettings("https://a.example", CLIENT)).role is Role.READER


@pytest.mark.parametrize("subject", ["", "a" * 256, "\xe4nna", ["anna"], {"admin": True}, 7, True])
def test_nobody_becomes_another_person(here: TestClient, provider: OpenIdServer, subject: Any) -> None:
    provider.claims = {"sub": subject}
    assert signed_in(here).status_code == 403
    assert here.get(READ).status_code == 401


def test_a_database_in_the_place_of_another_has_its_own_sessions(here: TestClient, data_dir: Path) -> None:
    signed_in(here)
    assert here.get(READ).status_code == 200
    kept = here.cookies["mlentory"]
    for path in data_dir.glob(f"{FILE}*"):
        path.unlink()
    assert here.get(READ).status_code == 401
    signed_in(here)
    assert here.get(READ).status_code == 200
    assert here.get(READ, headers={"Cookie": f"mlentory={kept}"}).status_code == 401


def test_whoever_begins_many_sign_ins_ends_none_of_others(here: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "OF_ONE_ACCOUNT", 3)
    monkeypatch.setattr(sign_in, "MOST_ATTEMPTS", 5)
    mine = sent_back(begun(here))
    there = behind_proxy(here)
    others = [sent_back(begun(there)) for _ in range(6)]
    assert here.get(mine).status_code == 303
    assert there.get(others[-1]).status_code == 303


# What is refused


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"aud": "another"}, {"aud": ["another"]}, {"aud": None},
        {"nonce": "another"}, {"nonce": None}, {"exp": 1}, {"exp": None}, {"iat": 4_000_000_000}, {"sub": None},
        {"aud": [CLIENT, "another"], "azp": "another"}, {"nbf": 4_000_000_000},
    ],
    ids=str,
)  # fmt: skip
def test_tokens_that_say_something_else(here: TestClient, provider: OpenIdServer, claims: dict[str, Any]) -> None:
    provider.claims = claims
    refused = signed_in(here)
    assert refused.status_code == 403
    assert "token" in refused.json()["detail"]
    assert here.get(READ).status_code == 401


def test_tokens_that_another_key_signed(here: TestClient, provider: OpenIdServer) -> None:
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert signed_in(here).status_code == 403


def test_a_state_is_good_once(here: TestClient) -> None:
    address = sent_back(begun(here))
    cookie = dict(here.cookies)
    assert here.get(address).status_code == 303
    here.cookies.update(cookie)
    assert here.get(address).status_code == 403
    assert here.get(changed(sent_back(begun(here)), state="made-up")).status_code == 403
    assert here.get("/signed-in").status_code == 403


def test_a_sign_in_is_ended_by_the_browser_that_began_it(here: TestClient) -> None:
    address = sent_back(begun(here))
    assert client_of(here, HERE, f"{HERE}:8010").get(address, follow_redirects=False).status_code == 403


def test_the_provider_refuses_another_verifier(here: TestClient, provider: OpenIdServer) -> None:
    mine, other = begun(here), begun(here)
    # The code of one attempt with the state of the other, as whoever stole a code would use it.
    stolen = dict(parse_qsl(urlsplit(sent_back(mine)).query))["code"]
    refused = here.get(changed(sent_back(other), code=stolen))
    assert refused.status_code == 403
    assert "invalid_grant" in refused.json()["detail"]
    assert provider.forms[-1]["code"] == stolen


def test_what_the_provider_or_another_one_says_instead_of_a_code(here: TestClient) -> None:
    address = sent_back(begun(here))
    assert here.get(changed(address, iss="https://evil.example")).status_code == 403
    refused = here.get(changed(sent_back(begun(here)), error="<script>"), headers=PAGE)
    assert refused.status_code == 403
    assert "&lt;script&gt;" in refused.text
    assert "<script>" not in refused.text


@pytest.mark.parametrize(
    ("description", "told"),
    [
        ({"issuer": "https://evil.example"}, "OIDC_ISSUER"),
        ({"authorization_endpoint": None}, "authorization_endpoint"),
        ({"authorization_endpoint": "http://login.example.org/x"}, "https"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint"),
    ],
)
def test_descriptions_that_lead_astray(
    here: TestClient, provider: OpenIdServer, description: dict[str, Any], told: str
) -> None:
    provider.description = description
    refused = here.get("/sign-in")
    assert refused.status_code == 502
    assert told in refused.json()["detail"]


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri"])
def test_a_description_leads_nowhere_inside(here: TestClient, provider: OpenIdServer, name: str) -> None:
    provider.description = {name: "https://10.0.0.1/inside"}
    refused = signed_in(here)
    assert refused.status_code == 502
    assert "private network" in refused.json()["detail"]


def test_a_provider_that_is_slow_large_or_gone(
    here: TestClient, provider: OpenIdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = "/.well-known/openid-configuration"
    for body in (b" " * (oidc_provider.LONGEST + 1), b"<html>", b"[]", b"\xff"):
        provider.answers = {known: body}
        assert here.get("/sign-in").status_code == 502
    provider.answers = {}
    monkeypatch.setattr(oidc_provider, "SECONDS", 0.2)
    provider.seconds = 1.0
    assert here.get("/sign-in").status_code == 502
    assert here.get("/healthz").status_code == 200


# Settings


@pytest.mark.parametrize(
    "given",
    [
        {"OIDC_ISSUER": "https://a.example"}, {"OIDC_CLIENT_ID": "x"},
        {"OIDC_ISSUER": "http://a.example", "OIDC_CLIENT_ID": "x"}, {"OIDC_ISSUER": "a.example", "OIDC_CLIENT_ID": "x"},
        {"OIDC_ISSUER": "https://a.example", "OIDC_CLIENT_ID": "x", "OIDC_SESSION_HOURS": "0"},
    ],
)  # fmt: skip
def test_settings_that_are_refused(data_dir: Path, given: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="OIDC_"):
        application(settings_of(data_dir, **given))


def test_nothing_of_it_is_there_unless_it_is_set(data_dir: Path) -> None:
    with served(data_dir) as client:
        assert client.get("/sign-in").status_code == 404
        shown = client.get(READ, headers={**PAGE, "Cookie": "mlentory=x"})
        assert shown.status_code == 200
        assert "ign in" not in shown.text
