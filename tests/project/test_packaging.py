from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("fair4ml", "mlentory_crawl")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def shipped(package: Path) -> set[Path]:
    patterns = PYPROJECT["tool"]["setuptools"]["package-data"]["*"]
    return {path for pattern in patterns for path in package.glob(pattern)}


@pytest.mark.parametrize("name", PACKAGES)
def test_every_file_of_a_package_is_python_or_shipped_with_it(name: str) -> None:
    packages = {file.parent for file in (ROOT / name).rglob("__init__.py")}
    data = {path for package in packages for path in shipped(package)}
    files = {path for path in (ROOT / name).rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {path for path in files if path.suffix != ".py"} <= data
    assert {path.parent for path in files if path.suffix == ".py"} <= packages


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def normalized(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.mark.parametrize("name", PACKAGES)
def test_every_library_that_is_imported_is_a_declared_dependency(name: str) -> None:
    extras = PYPROJECT["project"]["optional-dependencies"]
    ranges = [*PYPROJECT["project"]["dependencies"], *(r for extra in extras if extra != "dev" for r in extras[extra])]
    declared = {normalized(re.split(r"[<>=!~ \[;]", given, maxsplit=1)[0]) for given in ranges}
    libraries = {module for file in (ROOT / name).rglob("*.py") for module in imported(file)}
    libraries -= {*PACKAGES, *sys.stdlib_module_names}
    installed = packages_distributions()
    names = {library: {normalized(d) for d in installed.get(library, [library])} for library in libraries}
    assert libraries
    assert not [library for library in libraries if not names[library] & declared]
