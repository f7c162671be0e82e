"""The wheel as users install it: with what it names itself, and run in a folder that has nothing of the checkout."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlentory_crawl import __version__
from mlentory_crawl.config.environment import ENV_FILE, names_in_environment
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.spiders import variables

pytestmark = pytest.mark.extra(name="wheel")

ROOT = Path(__file__).parents[2]
OF_EXTRAS = """
    anyio authlib dagster fastapi httpx2 jinja2 joserfc limits markupsafe mcp mcp_types nh3 playwright
    prometheus_client pyoxigraph scrapy_playwright scrapy_splash scrapyd starlette uvicorn
""".split()
"""The libraries that modules load although only an extra brings them; commands load these modules if it is there."""
IMPORT_ALL = f"""
import fair4ml, importlib, mlentory_crawl, pkgutil
for package in (fair4ml, mlentory_crawl):
    for module in pkgutil.walk_packages(package.__path__, f"{{package.__name__}}."):
        if not module.name.endswith(".__main__"):
            try:
                importlib.import_module(module.name)
            except ModuleNotFoundError as error:
                if error.name.partition(".")[0] not in {OF_EXTRAS}:
                    raise
    print(package.__file__)
"""


class Installed:
    """The `mlentory` of the wheel, in an empty folder.

    Args:
        folder: where commands are run.
        settings: environment variables.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        command = shutil.which("mlentory")
        if command is None:
            pytest.fail("there is no mlentory on PATH: make test-extras EXTRA=wheel has one")
        self.command = Path(command)
        self.folder = folder
        left_out = {*names_in_environment(variables()), "PYTHONPATH"}
        others = {name: value for name, value in os.environ.items() if name not in left_out}
        self.environment = {**others, ENV_FILE: os.devnull, **settings}

    def run(self, *words: str, code: int = 0, **settings: str) -> subprocess.CompletedProcess[str]:
        return self.start([str(self.command), *words], code, settings)

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.start([str(self.command.with_name("python")), *words], 0, {})

    def start(self, words: list[str], code: int, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            words, cwd=self.folder, env={**self.environment, **settings},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
        assert "Traceback" not in done.stderr
        return done


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with SampleHub(models=60) as hub:
        installed = Installed(tmp_path_factory.mktemp("wheel"), HF_ENDPOINT=hub.url)
        installed.run("crawl", "huggingface", "-a", "limit=10")
        yield installed


def test_it_is_the_wheel_and_all_of_it_can_be_loaded_without_extras(tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    assert installed.run("--version").stdout == f"mlentory_crawl {__version__}\n"
    for place in installed.python("-c", IMPORT_ALL).stdout.split():
        assert Path(place).is_relative_to(installed.command.parents[1])
        assert not Path(place).is_relative_to(ROOT / Path(place).parent.name)
    extras = "dagster elasticsearch neo4j pyarrow pyshacl scrapyd"
    absent = f"import importlib.util; print(*(name for name in {extras.split()} if importlib.util.find_spec(name)))"
    assert installed.python("-c", absent).stdout == "\n"


def test_the_demo_runs_and_leaves_nothing(tmp_path: Path) -> None:
    Installed(tmp_path).run("demo", "--models", "60")
    assert list(tmp_path.iterdir()) == []


def test_what_was_crawled_is_found_shown_and_exported(crawled: Installed) -> None:
    status = json.loads(crawled.run("status", "--json").stdout)
    assert status["catalog"]["records"]["huggingface"]["model"]["live"] == 10
    hits = json.loads(crawled.run("search", "--json").stdout)["hits"]
    assert len(hits) == 10
    assert "license" in crawled.run("show", hits[0]["iri"], "--why").stdout
    crawled.run("export", "all.ttl")
    assert (crawled.folder / "all.ttl").read_text().startswith("@prefix")


def test_an_archive_is_replayed(crawled: Installed) -> None:
    done = crawled.run("replay", "--all", "--from", "data", "--json", MLENTORY_DATA_DIR="again")
    assert [run["as_before"] for run in json.loads(done.stdout)] == [True]
    assert (crawled.folder / "again" / "catalog.sqlite").exists()


def test_the_command_that_adds_an_extra_knows_the_installation(crawled: Installed) -> None:
    cases = {
        ("validate",): ("validate", "pyshacl"),
        ("export", "all.parquet"): ("parquet", "pyarrow"),
        ("crawl", "huggingface", "-O", "all.parquet"): ("parquet", "pyarrow"),
    }
    for words, (extra, library) in cases.items():
        told = crawled.run(*words, code=2).stderr
        command = told[told.index(": ", told.index(" needs ")) + 2 :]
        assert command.endswith(f" -m pip install 'mlentory-crawl[{extra}]'\n")
        # Without an index pip finds the project, since it is installed, and then misses the extra's library.
        done = crawled.start([*shlex.split(command), "--no-index"], 1, {"PIP_FIND_LINKS": ""})
        assert f"requirement {library}" in done.stderr
    told = crawled.run("sync", "neo4j", code=1, NEO4J_URI="bolt://127.0.0.1:9").stderr
    assert "-m pip install 'mlentory-crawl[neo4j]'" in told
