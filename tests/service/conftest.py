"""A served catalog, made once for a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from support.catalogs import Book
from support.guarded import HERE
from support.served import settings_of, small

from mlentory_crawl.service.application import application


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """The catalog of `support.served`, which tests of a module may add to."""
    made = small(tmp_path_factory.mktemp("served") / "data")
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(served: Book) -> Iterator[TestClient]:
    """A client of the service; what it does not expect is raised."""
    app = application(settings_of(Path(served.data_dir)))
    with TestClient(app, f"http://{HERE}", client=(HERE, 50_000)) as made:
        yield made
