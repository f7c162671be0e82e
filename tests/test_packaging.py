from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def shipped(package: Path) -> set[Path]:
    patterns = PYPROJECT["tool"]["setuptools"]["package-data"]["*"]
    return {path for pattern in patterns for path in package.glob(pattern)}


@pytest.mark.parametrize("name", ["fair4ml", "mlentory_crawl"])
def test_every_file_of_a_package_is_python_or_shipped_with_it(name: str) -> None:
    packages = [file.parent for file in (ROOT / name).rglob("__init__.py")]
    data = {path for package in packages for path in shipped(package)}
    files = {path for path in (ROOT / name).rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {path for path in files if path.suffix != ".py"} <= data
    assert {path.parent for path in files if path.suffix == ".py"} <= set(packages)
