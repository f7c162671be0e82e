from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import BytesParser
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mlentory_crawl import __version__

ROOT = Path(__file__).parents[2]
PACKAGES = ("fair4ml", "mlentory_crawl")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS: dict[str, list[str]] = PYPROJECT["project"]["optional-dependencies"]
GROUPS: dict[str, list[str]] = PYPROJECT["dependency-groups"]
DRIVERS = ("neo4j", "elasticsearch", "mongodb")


def of_git(*paths: str) -> set[str]:
    """The files of the checkout that git knows, or that could be added to it."""
    words = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run([*words, "--", *paths], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in done.stdout.split("\0") if (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel that is built of the checkout; the build tools of this environment are used, none are fetched."""
    source = tmp_path_factory.mktemp("source")
    for name in of_git(*PACKAGES, "LICENSE", "NOTICE", "README.md", "pyproject.toml"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    build = "from setuptools.build_meta import build_wheel; build_wheel('dist')"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (built,) = (source / "dist").glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_has_every_file_of_the_packages_and_no_other(wheel: zipfile.ZipFile) -> None:
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == of_git(*PACKAGES)


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    information = f"mlentory_crawl-{__version__}.dist-info"
    assert {f"{information}/licenses/{name}" for name in ("LICENSE", "NOTICE")} <= set(wheel.namelist())
    told = BytesParser().parsebytes(wheel.read(f"{information}/METADATA"))
    assert (told["Name"], told["Version"]) == ("mlentory-crawl", __version__)
    assert set(told.get_all("Provides-Extra", [])) == set(EXTRAS)
    assert b"mlentory = mlentory_crawl.commands.command_line:main" in wheel.read(f"{information}/entry_points.txt")


IN_AN_ARCHIVE = """
import importlib, importlib.resources, sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("fastapi", "starlette", "uvicorn", "jinja2", "mcp", "prometheus_client"):
            raise ModuleNotFoundError(name=name)

sys.meta_path.insert(0, Missing())
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader
assert SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["mlentory_crawl.spiders"]})).list()
importlib.import_module("mlentory_crawl.settings")
service = importlib.resources.files("mlentory_crawl.service")
folders = service / "templates", service / "static"
print(folders[0], *(each.name for folder in folders for each in folder.iterdir()))
"""


def test_an_archive_of_it_crawls_without_the_service_and_has_its_pages(wheel: zipfile.ZipFile) -> None:
    """As scrapyd loads an egg: from the archive, in an environment that has no web server."""
    assert wheel.filename
    archive = Path(wheel.filename)
    command = [sys.executable, "-c", IN_AN_ARCHIVE]
    environment = {**os.environ, "PYTHONPATH": str(archive)}
    done = subprocess.run(command, cwd=archive.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    where, *names = done.stdout.split()
    assert where.startswith(str(archive))
    assert {"base.html", "dumps.html", "style.css", "icon.svg"} <= set(names)


def test_the_release_is_the_same_in_the_citation_and_the_changelog() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == __version__
    assert f"## [{__version__}] - {citation['date-released']}\n" in (ROOT / "CHANGELOG.md").read_text()


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("name", PACKAGES)
def test_every_library_that_is_imported_is_a_declared_dependency(name: str) -> None:
    ranges = [*PYPROJECT["project"]["dependencies"], *chain.from_iterable(EXTRAS.values())]
    declared = {canonicalize_name(Requirement(given).name) for given in ranges}
    libraries = {module for file in (ROOT / name).rglob("*.py") for module in imported(file)}
    libraries -= {*PACKAGES, *sys.stdlib_module_names}
    installed = packages_distributions()
    names = {library: {canonicalize_name(d) for d in installed.get(library, [library])} for library in libraries}
    assert libraries
    assert not [library for library in libraries if not names[library] & declared]


def pinned(path: Path) -> dict[str, set[str]]:
    """The versions that a lock file has of each library; markers may tell them apart."""
    found: dict[str, set[str]] = {}
    for line in path.read_text().splitlines():
        if not line.startswith("#"):
            required = Requirement(line.partition("  #")[0])
            (version,) = (each.version for each in required.specifier if each.operator == "==")
            found.setdefault(canonicalize_name(required.name), set()).add(version)
    return found


def test_there_is_a_lock_file_for_each_extra_and_group_and_all_agree() -> None:
    names = (EXTRAS.keys() - set(DRIVERS)) | GROUPS.keys()
    assert {path.stem for path in (ROOT / "requirements").iterdir()} == names
    core = ROOT / "requirements.txt"
    needed = {core: [*PYPROJECT["project"]["dependencies"], *(r for name in DRIVERS for r in EXTRAS[name])]}
    needed |= {ROOT / "requirements" / f"{name}.txt": [*EXTRAS.get(name, []), *GROUPS.get(name, [])] for name in names}
    everywhere: dict[str, set[str]] = {}
    for path, ranges in needed.items():
        locked = pinned(path)
        for required in map(Requirement, ranges):
            versions = locked[canonicalize_name(required.name)]
            assert all(required.specifier.contains(version) for version in versions), f"{required} in {path.name}"
        for name, versions in locked.items():
            assert everywhere.setdefault(name, versions) == versions, f"{name} in {path.name}"


def test_programs_that_tests_start_are_locked() -> None:
    ranges = list((ROOT / "tests" / "environments").glob("*.in"))
    assert ranges
    for path in ranges:
        locked = pinned(path.with_suffix(".txt"))
        for line in path.read_text().splitlines():
            if not line.startswith("#"):
                required = Requirement(line)
                assert all(map(required.specifier.contains, locked[canonicalize_name(required.name)]))
