"""The catalog as the service reads it where it may not write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.catalogs import Book
from support.families import relative
from support.guarded import served
from support.served import indexed

from mlentory_crawl.service.gateway.key_store import add_key
from mlentory_crawl.service.gateway.roles import Role

pytestmark = pytest.mark.extra(name="serve")


def test_crawls_are_seen_in_a_folder_that_the_service_may_not_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Book(tmp_path / "data")
    book.crawl({"1": relative("a/first", "MIT")})
    indexed(book.data_dir)
    book.close()
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and may(path, mode))
    with served(book.data_dir) as client:
        for day in range(2, 6):
            # At rest, while it is written, and at rest again.
            again = Book(book.data_dir)
            again.days = day
            again.crawl({str(day): relative(f"a/model-{day}", "MIT")})
            if day % 2:
                assert client.get(f"/api/v1/models/a/model-{day}").status_code == 200
            again.close()
            assert client.get("/api/v1/stats").json()["sequence"] == day
            assert client.get(f"/api/v1/models/a/model-{day}").status_code == 200


def test_keys_can_be_kept_elsewhere(tmp_path: Path) -> None:
    book = Book(tmp_path / "data")
    book.crawl({"1": relative("a/first", "MIT")})
    book.close()
    state = tmp_path / "state"
    secret, _ = add_key(state, "somebody", Role.READER, 1)
    with served(book.data_dir, SERVE_STATE_DIR=str(state), SERVE_KEYS="required") as client:
        asked = {"Authorization": f"Bearer {secret}"}
        assert client.get("/api/v1/stats").status_code == 401
        assert client.get("/api/v1/stats", headers=asked).status_code == 200
    assert not list(book.data_dir.glob("service.sqlite*"))
