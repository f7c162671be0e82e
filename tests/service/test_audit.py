"""The audit: what is noted of requests, who may read it, and what the hashes tell."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from starlette.testclient import TestClient
from support.catalogs import Book, model
from support.guarded import ELSEWHERE, NAME, client_of, served
from support.served import indexed

from mlentory_crawl.service.gateway import audit_log
from mlentory_crawl.service.gateway.audit_chain import COLUMNS, SCHEMA, Entry, Verdict, append, trim, verify
from mlentory_crawl.service.gateway.audit_log import AuditLog
from mlentory_crawl.service.gateway.audit_reading import AuditEntry, entries, verdict
from mlentory_crawl.service.gateway.key_store import add_key, revoke_key
from mlentory_crawl.service.gateway.roles import Role
from mlentory_crawl.service.gateway.service_database import FILE, opened, transaction

pytestmark = pytest.mark.extra(name="serve")

READ = "/api/v1/models/o/m"
Serve = Callable[..., TestClient]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audit") / "data"
    book = Book(folder)
    book.crawl({"1": model("o/m", owner="o")})
    book.close()
    indexed(folder)
    return folder


@pytest.fixture
def data_dir(catalog: Path) -> Iterator[Path]:
    """The catalog, with nothing of the service's own."""
    yield catalog
    for path in catalog.glob(f"{FILE}*"):
        path.unlink()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def noted(data_dir: Path, event: str = "request") -> list[AuditEntry]:
    """The entries of an event, oldest first."""
    return [each for each in reversed(entries(data_dir, -1)[0]) if each.event == event]


# What is noted


def test_reads_are_counted_and_what_matters_is_noted_in_full(data_dir: Path) -> None:
    reader, key = add_key(data_dir, "me", Role.READER, 1)
    curator, second = add_key(data_dir, "you", Role.CURATOR, 1)
    with served(data_dir, SERVE_HOSTS=NAME) as here:
        there = client_of(here, ELSEWHERE)
        for _ in range(3):
            assert there.get(READ, headers=bearer(reader)).status_code == 200
        there.get("/search?q=what+I+look+for")
        there.get("/metrics", headers=bearer(reader))
        there.get("/api/v1/quarantine", headers=bearer(curator))
        there.post("/sparql", data={"query": "SELECT * { ?secret ?wish ?is }"})
        there.get("/no/such/page", headers={"X-Request-Id": "mine"})
    counts = {(each.key, each.route, each.status): (each.requests, each.cost) for each in noted(data_dir, "requests")}
    assert counts == {
        (key.id, "/api/v1/models/{owner}/{name}", 200): (3, 3.0),
        (None, "/search", 200): (1, 2.0),
        (None, "other", 404): (1, 1.0),
    }
    full = [(each.key, each.role, each.method, each.route, each.status) for each in noted(data_dir)]
    assert full == [
        (key.id, "reader", "GET", "/metrics", 403),
        (second.id, "curator", "GET", "/api/v1/quarantine", noted(data_dir)[1].status),
        (None, "reader", "POST", "/sparql", noted(data_dir)[2].status),
    ]
    assert [each.key for each in noted(data_dir, "key added")] == [key.id, second.id]
    text = b"".join(path.read_bytes() for path in data_dir.glob(f"{FILE}*"))
    assert b"look" not in text
    assert b"wish" not in text
    assert reader.encode() not in text
    assert ELSEWHERE.encode() not in text
    assert verdict(data_dir).broken is None


def test_every_answer_has_an_id_of_its_own_by_which_the_audit_names_it(data_dir: Path) -> None:
    with served(data_dir, SERVE_HOSTS=NAME) as here:
        there = client_of(here, ELSEWHERE)
        answers = [there.get(path, headers={"X-Request-Id": "mine"}) for path in ("/metrics", READ, "/", "/nope")]
        named = [answer.headers["X-Request-Id"] for answer in answers]
    assert len({*named, "mine"}) == 5
    assert [each.request for each in noted(data_dir)] == named[:1]


def test_texts_of_queries_are_noted_if_the_settings_say_so(data_dir: Path) -> None:
    secret, _ = add_key(data_dir, "me", Role.READER, 1)
    with served(data_dir, SERVE_AUDIT_QUERIES="yes", SERVE_HOSTS=NAME) as here:
        there = client_of(here, ELSEWHERE)
        there.post("/sparql", data={"query": f"ASK {{ ?a ?b '{secret}' }}"})
        there.get("/query", params={"query": "SELECT ?wish"})
        there.get("/search?q=look")
    assert [each.detail for each in noted(data_dir)] == ["ASK { ?a ?b '(key)' }", "SELECT ?wish"]


def test_a_key_that_is_refused_is_named_and_one_that_never_was_is_not(data_dir: Path) -> None:
    secret, key = add_key(data_dir, "me", Role.READER, 1)
    revoke_key(data_dir, key.id)
    revoke_key(data_dir, key.id)  # already is
    with served(data_dir, SERVE_HOSTS=NAME) as here:
        for shown in (secret, secret[:-1] + "-", "mlk_aaaaaaaa_" + "a" * 32):
            assert here.get(READ, headers=bearer(shown)).status_code == 401
    assert [(each.key, each.status) for each in noted(data_dir)] == [(key.id, 401), (None, 401), (None, 401)]
    assert len(noted(data_dir, "key revoked")) == 1


def test_refusals_do_not_fill_the_disk(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "MOST_REFUSED", 5)
    with served(data_dir, SERVE_RATE="1", SERVE_HOSTS=NAME) as here:
        there = client_of(here, ELSEWHERE)
        assert [there.get(READ).status_code for _ in range(10)] == [200] + [429] * 9
    assert [each.status for each in noted(data_dir)] == [429] * 5
    assert [each.requests for each in noted(data_dir, "requests") if each.status == 429] == [4]


@pytest.mark.parametrize("refused", [{"Host": "evil.example"}, {"Content-Length": "x"}, {"Content-Length": "99999"}])
def test_no_refusal_fills_the_disk_and_looking_does_not(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, refused: dict[str, str]
) -> None:
    monkeypatch.setattr(audit_log, "MOST_REFUSED", 2)
    with served(data_dir, SERVE_HOSTS=NAME) as here:
        there = client_of(here, ELSEWHERE)
        for _ in range(5):
            assert there.get("/sparql?query=ASK{}", headers=refused).status_code in (400, 413, 421)
            there.get("/sparql")
            there.get("/query")
    assert [each.route for each in noted(data_dir)] == ["/sparql"] * 2
    counts = {(each.route, (each.status or 0) // 100): each.requests for each in noted(data_dir, "requests")}
    assert counts[("/sparql", 4)] == 3
    assert counts[("/query", 2)] == 5


def test_what_was_noted_is_on_disk_within_seconds(data_dir: Path) -> None:
    with served(data_dir) as here:
        assert here.get(READ).status_code == 200
        ends = time.monotonic() + 10
        while not noted(data_dir, "requests") and time.monotonic() < ends:
            time.sleep(0.1)
        assert [each.requests for each in noted(data_dir, "requests")] == [1]


def test_an_answer_does_not_wait_for_the_disk(data_dir: Path) -> None:
    add_key(data_dir, "me", Role.READER, 1)
    with served(data_dir) as here, closing(sqlite3.connect(data_dir / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        here.get("/healthz")
        time.sleep(1.2)
        began = time.monotonic()
        assert here.get("/healthz").status_code == 200
        assert time.monotonic() - began < 1
        other.execute("ROLLBACK")
    assert [each.requests for each in noted(data_dir, "requests")] == [2]


def test_what_cannot_be_written_waits_and_is_told_when_it_is_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit_log, "MOST_WAITING", 2)
    (tmp_path / FILE).mkdir()  # no database can be there
    log = AuditLog(tmp_path, 180)
    for status in range(5):
        log.note(Entry(at="2026-11-29T00:00:00Z", event="request", status=status))
    log.count(None, "reader", "/", "GET", 200, 10)
    log.write()
    log.write()
    assert capsys.readouterr().err.count("the audit cannot be written now") == 1
    (tmp_path / FILE).rmdir()
    log.write()
    assert [each.status for each in noted(tmp_path)] == [0, 1]
    assert [each.detail for each in noted(tmp_path, "lost")] == ["3 entries could not be written"]
    assert [each.requests for each in noted(tmp_path, "requests")] == [1]


def test_the_counts_of_an_hour_become_entries_when_it_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hours = iter(["2026-11-29T17:59:59Z", "2026-11-29T17:59:59Z", "2026-11-29T18:00:00Z"])
    monkeypatch.setattr(audit_log, "now", lambda: next(hours))
    log = AuditLog(tmp_path, 36_500)
    for _ in range(3):
        log.count("k", "reader", "/", "GET", 200, 10)
        log.write()
    found, total = entries(tmp_path, 10)
    assert [(each.number, each.at, each.requests) for each in found] == [
        (None, "2026-11-29T18:00:00Z", 1), (1, "2026-11-29T17:00:00Z", 2),
    ]  # fmt: skip
    assert total == 2


# Who may read it


def test_administrators_read_all_and_curators_their_own(data_dir: Path) -> None:
    secrets = {role: add_key(data_dir, role.word, role, 1) for role in (Role.READER, Role.CURATOR, Role.ADMIN)}
    keys = {role: key.id for role, (_, key) in secrets.items()}
    with served(data_dir, SERVE_HOSTS=NAME) as here:
        there = client_of(here, ELSEWHERE)

        def shown(role: Role, **asked: Any) -> tuple[int, set[str | None]]:
            answer = there.get("/api/v1/audit", params=asked, headers=bearer(secrets[role][0]))
            return answer.status_code, {each["key"] for each in answer.json().get("entries", ())}

        assert shown(Role.READER)[0] == 403
        assert shown(Role.CURATOR) == (200, {keys[Role.CURATOR]})
        assert shown(Role.CURATOR, key=keys[Role.ADMIN])[0] == 403
        assert shown(Role.ADMIN) == (200, set(keys.values()))
        assert shown(Role.ADMIN, key=keys[Role.READER]) == (200, {keys[Role.READER]})
        part = there.get("/api/v1/audit?limit=1", headers=bearer(secrets[Role.ADMIN][0]))
        assert (part.json()["total"], part.json()["shown"]) == (3, 1)
        assert 'rel="next"' in part.headers["Link"]
        assert here.get("/api/v1/audit").status_code == 403  # without a key there is nothing of one's own


# What the hashes tell


def chain(tmp_path: Path, number: int = 6) -> sqlite3.Connection:
    """The database with some entries, and nothing that hinders a forger."""
    with opened(tmp_path, SCHEMA, create=True) as database, transaction(database):
        append(
            database,
            [Entry(at=f"2026-11-{day:02}T00:00:00Z", event="request", status=day) for day in range(1, number + 1)],
        )
    forged = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    for trigger in ("audit_stays", "audit_is_kept"):
        forged.execute(f"DROP TRIGGER {trigger}")
    return forged


CHANGES: dict[str, tuple[int, list[str]]] = {
    "edited": (3, ["UPDATE audit SET status = 7 WHERE number = 3"]),
    "emptied": (4, ["UPDATE audit SET key = '' WHERE number = 4"]),
    "hash": (2, ["UPDATE audit SET hash = zeroblob(32) WHERE number = 2"]),
    "deleted": (4, ["DELETE FROM audit WHERE number = 4"]),
    "deleted and renumbered": (
        2,
        ["DELETE FROM audit WHERE number = 2", "UPDATE audit SET number = number - 1 WHERE number > 2"],
    ),
    "first": (1, ["DELETE FROM audit WHERE number = 1"]),
    "last": (6, ["DELETE FROM audit WHERE number = 6"]),
    "all": (1, ["DELETE FROM audit"]),
    "reordered": (
        2,
        [
            "UPDATE audit SET number = 99 WHERE number = 2",
            "UPDATE audit SET number = 2 WHERE number = 3",
            "UPDATE audit SET number = 3 WHERE number = 99",
        ],
    ),
    "added": (7, [f"INSERT INTO audit SELECT 7, {COLUMNS}, hash FROM audit WHERE number = 6"]),
    "end forgotten": (7, ["DELETE FROM audit_mark WHERE name = 'last'"]),
    "beginning forgotten": (
        3,
        [
            "INSERT INTO audit_mark SELECT 'trimmed', number, hash FROM audit WHERE number = 3",
            "DELETE FROM audit WHERE number <= 3",
        ],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_is_found(change: str, tmp_path: Path) -> None:
    with closing(chain(tmp_path)) as forged:
        assert verify(forged) == Verdict(6, 1, 6, verify(forged).hash)
        broken, statements = CHANGES[change]
        for statement in statements:
            forged.execute(statement)
        assert verify(forged).broken == broken


@given(st.randoms(use_true_random=False), st.sampled_from(["at", "event", "key", "status", "detail", "tenths"]))
def test_whichever_entry_is_changed_is_named(
    tmp_path_factory: pytest.TempPathFactory, draw: random.Random, column: str
) -> None:
    with closing(chain(tmp_path_factory.mktemp("chain"))) as forged:
        number = draw.randint(1, 6)
        forged.execute(f"UPDATE audit SET {column} = 77 WHERE number = ?", (number,))
        assert verify(forged).broken == number


def test_the_database_refuses_changes_by_mistake(tmp_path: Path) -> None:
    chain(tmp_path).close()
    with opened(tmp_path, SCHEMA) as database:
        for statement in ("UPDATE audit SET status = 1", "DELETE FROM audit WHERE number = 1"):
            with pytest.raises(sqlite3.IntegrityError, match="audit"):
                database.execute(statement)


def test_what_is_too_old_goes_and_the_rest_still_verifies(tmp_path: Path) -> None:
    with closing(chain(tmp_path)) as database:
        former = verify(database)
        for before, first in (("2026-11-01T00:00:00Z", 1), ("2026-11-04T00:00:00Z", 4), ("2026-11-06T00:00:00Z", 6)):
            with transaction(database):
                trim(database, before, "2026-12-01T00:00:00Z")
            found = verify(database)
            assert (found.broken, found.first) == (None, first)
        assert verify(database).last > former.last
        with transaction(database):
            trim(database, "2027-11-29T00:00:00Z", "2027-11-29T00:00:00Z")
        assert (verify(database).broken, verify(database).entries) == (None, 1)
        with transaction(database):
            append(database, [Entry(at="2027-11-29T00:00:00Z", event="request")])
        assert (verify(database).broken, verify(database).entries) == (None, 2)


def test_the_service_trims_by_the_setting(tmp_path: Path) -> None:
    chain(tmp_path).close()
    log = AuditLog(tmp_path, 1)
    log.count(None, "reader", "/", "GET", 200, 10)
    log.write()
    assert [each.event for each in entries(tmp_path, 10)[0] if each.number] == ["trimmed"]
    assert verdict(tmp_path).broken is None


def test_several_processes_add_to_one_chain(tmp_path: Path) -> None:
    logs = [AuditLog(tmp_path, 180) for _ in range(3)]
    for log in logs:
        log.start()
    for log in logs * 3:
        log.note(Entry(at="2099-11-29T00:00:00Z", event="request"))
    for log in logs:
        log.close()
    add_key(tmp_path, "me", Role.READER, 1)
    assert len(noted(tmp_path)) == 9
    assert verdict(tmp_path).broken is None
