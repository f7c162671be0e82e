"""What tests share: the corpus, a data directory, an environment without servers, and `scrapy` as a user runs it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import hypothesis
import pytest
import vcr
from support.runs import opened
from support.scrapy_process import run_scrapy

from mlentory_crawl.config.environment import ENV_FILE, names_in_environment
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.spiders import variables

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"

# These files load the extra that they test, which is in an environment of its own.
_NEEDED = {"orchestration": "dagster", "service": "fastapi", "stores/test_sparql.py": "pyoxigraph"}
collect_ignore = [folder for folder, library in _NEEDED.items() if find_spec(library) is None]

# The width of the terminal that tests are run on is not that of the commands in them.
os.environ.pop("COLUMNS", None)

# Nothing is asserted about time, and the machine may be busy.
hypothesis.settings.register_profile("developer", deadline=None, max_examples=20)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=20, derandomize=True, database=None)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=100)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "developer")
)


class RunScrapy(Protocol):
    """Runs ``scrapy`` with the given arguments to its end; the test fails if it has none after `timeout` seconds."""

    def __call__(self, *args: str | Path, timeout: float = 120) -> subprocess.CompletedProcess[str]: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "corpus" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.requires_corpus)
        if any(mark.kwargs.keys() != {"name"} for mark in item.iter_markers("extra")):
            raise pytest.UsageError(f'{item.nodeid}: nothing would select it; write pytest.mark.extra(name="...")')


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """Commands that run in this process restrict who may read new files; the next test begins without that."""
    before = os.umask(0)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real services' captured answers, which is never part of the repository."""
    if not CORPUS.is_dir():
        pytest.skip(f"there is no corpus in {CORPUS.parent.name}/{CORPUS.name} beside the checkout")
    return CORPUS


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Where a data directory can be made; it does not exist yet."""
    return tmp_path / "data"


@pytest.fixture
def environment(data_dir: Path) -> dict[str, str]:
    """The environment variables of a machine without servers, accounts and ``.env``; the test may add to it."""
    names = names_in_environment(variables())
    others = {name: value for name, value in os.environ.items() if name not in names}
    return {**others, "MLENTORY_DATA_DIR": str(data_dir), ENV_FILE: os.devnull}


@pytest.fixture
def scrapy(environment: dict[str, str]) -> RunScrapy:
    """``scrapy`` in a process of its own, in the repository, with the test's `environment`."""

    def run(*args: str | Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return run_scrapy(args, cwd=ROOT, environment=environment, timeout=timeout)

    return run


@pytest.fixture(scope="session")
def vcr_settings() -> vcr.VCR:
    """How scrapy-mock's `response` fixture replays answers; unlike its own default it never asks the network."""
    return vcr.VCR(
        serializer="yaml",
        decode_compressed_response=True,
        cassette_library_dir=str(ROOT / "tests" / "cassettes"),
        record_mode="none",
    )


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """A run of the Hub's census with an empty catalog, and without a crawler."""
    made = opened(tmp_path)
    yield made
    made.close()
