"""The service in this process, as clients on this machine, elsewhere and behind proxies reach it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from mlentory_crawl.service.application import application
from support.served import settings_of

HERE, ELSEWHERE = "127.0.0.1", "203.0.113.9"
NAME = "models.example.org"


@contextmanager
def served(data_dir: Path, **given: Any) -> Iterator[TestClient]:
    """A client on this machine of a service with these settings."""
    with TestClient(
        application(settings_of(data_dir, **given)), f"http://{HERE}:8010", client=(HERE, 50_000)
    ) as client:
        yield client


def client_of(client: TestClient, address: str, name: str = NAME) -> TestClient:
    """A client of the same service elsewhere, which reaches it by a name."""
    return TestClient(client.app, f"http://{name}", client=(address, 50_000))
