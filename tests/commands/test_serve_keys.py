"""``mlentory serve keys``: without the extra that serving needs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.crawling import ROOT

from mlentory_crawl.data_directory import now
from mlentory_crawl.service.gateway.key_store import KEY, Keys, add_key, list_keys
from mlentory_crawl.service.gateway.roles import Role
from mlentory_crawl.service.gateway.service_database import FILE

RunKeys = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def keys(environment: dict[str, str]) -> RunKeys:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mlentory_crawl", "serve", "keys", *words]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    return run


def test_a_key_is_shown_once_and_can_be_revoked(keys: RunKeys, data_dir: Path) -> None:
    assert "There are no keys" in keys("list").stdout
    assert not data_dir.exists()  # who only looks makes nothing
    made = keys("add", "--owner", "Anna [bold]\x1b[31m", "--role", "operator", "--days", "30")
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    shown = KEY.fullmatch(secret)
    assert shown
    assert secret not in made.stderr
    assert "shown only now" in made.stderr
    listed = keys("list")
    assert all(word in listed.stdout for word in (shown[1], "operator", "Anna [bold]", "valid"))
    assert "\x1b" not in listed.stdout + made.stderr
    assert shown[2] not in listed.stdout
    for file in data_dir.glob(f"{FILE}*"):
        assert shown[2].encode() not in file.read_bytes()
        assert file.stat().st_mode & 0o007 == 0
    service = Keys(data_dir)
    found = service.find(secret)
    assert found
    assert found.role is Role.OPERATOR
    assert found.refusal(now()) is None
    assert keys("revoke", shown[1]).returncode == 0
    found = service.find(secret)  # the same object, at once
    assert found
    assert "revoked" in str(found.refusal(now()))
    service.close()
    (told,) = json.loads(keys("list", "--json").stdout)
    assert told.keys() == {"id", "role", "owner", "created_at", "expires_at", "last_used_at", "revoked_at"}
    assert told["revoked_at"]
    again = json.loads(keys("revoke", secret, "--json").stdout)
    assert again == told


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["add"], 2, "--owner"),
        (["add", "--owner", " "], 2, "--owner"),
        (["add", "--owner", "x", "--role", "king"], 2, "reader, curator, operator, admin"),
        (["add", "--owner", "x", "--role", "anyone"], 2, "reader, curator, operator, admin"),
        (["add", "--owner", "x", "--days", "-1"], 2, "--days"),
        (["add", "x", "--owner", "x"], 2, "options only"),
        (["revoke"], 2, "id"),
        (["revoke", "abcdefgh"], 1, "mlentory serve keys list"),
        (["remove", "abcdefgh"], 2, "add, list, revoke"),
        ([], 2, "add, list, revoke"),
    ],
)
def test_what_is_refused(keys: RunKeys, words: list[str], code: int, said: str, data_dir: Path) -> None:
    done = keys(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not data_dir.exists()


def test_no_two_keys_are_the_same(data_dir: Path) -> None:
    made = [add_key(data_dir, "x", Role.READER, None) for _ in range(20)]
    assert len({secret for secret, _ in made}) == len({key.id for _, key in made}) == 20
    assert {key.id for key in list_keys(data_dir)} == {key.id for _, key in made}


def test_a_key_is_no_other_one_s(data_dir: Path) -> None:
    (first, _), (second, _) = (add_key(data_dir, "x", Role.READER, None) for _ in range(2))
    service = Keys(data_dir)
    mixed = first.rpartition("_")[0] + "_" + second.rpartition("_")[2]
    for wrong in (mixed, first[:-1], first + "x", first.upper(), "", "mlk_", f" {first}", first + "\n"):
        assert service.find(wrong) is None
    assert service.find(first)
    service.close()
