"""A served catalog, made once for a module, and a browser, started once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from mlentory_crawl.service.application import application
from support.browsing import CHROMIUM, browsing, listening
from support.catalogs import Book
from support.guarded import HERE
from support.served import settings_of, small
from support.site import varied


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium that is there already; not longer than needed, since no event loop can be run beside it."""
    if not CHROMIUM:
        pytest.skip("there is no Chromium on this machine (Debian: apt install chromium)")
    with browsing() as started:
        yield started


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of `support.site`, which nobody changes."""
    folder: Path = tmp_path_factory.mktemp("library") / "data"
    varied(folder).close()
    return folder


@pytest.fixture(scope="session")
def site(library: Path) -> Iterator[str]:
    """The address of the service over `library`."""
    with listening(library) as address:
        yield address
