"""What is said where an extra is not installed; which extras there are, and that each is tested somewhere."""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path

import pytest

from fair4ml.read.web_page import read_page
from mlentory_crawl import extras
from mlentory_crawl.base_spiders import text_spider
from mlentory_crawl.base_spiders.text_spider import missing_library
from mlentory_crawl.commands.validate import Command as Validate
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.extras import install_command

ROOT = Path(__file__).parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


def named(pattern: str, folder: str) -> set[str]:
    """What the first group of a pattern finds in the Python files of a folder."""
    return {name for path in (ROOT / folder).rglob("*.py") for name in re.findall(pattern, path.read_text("utf-8"))}


def variable(name: str) -> set[str]:
    """The words of a variable of the Makefile."""
    (value,) = re.findall(rf"^{name} := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return set(value.split())


def test_the_command_is_that_of_the_running_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/my tools/python")
    monkeypatch.setattr(extras, "find_spec", lambda _: True)
    assert install_command("parquet") == "'/opt/my tools/python' -m pip install 'mlentory-crawl[parquet]'"
    monkeypatch.setattr(extras, "find_spec", lambda _: None)  # as in the environments that uv makes
    assert install_command("parquet") == "uv pip install --python '/opt/my tools/python' 'mlentory-crawl[parquet]'"


def test_every_extra_that_users_are_told_of_exists() -> None:
    told = named(r"""install_command\(["'](\w+)["']\)""", "mlentory_crawl")
    assert told
    assert told <= EXTRAS.keys()


def test_without_the_library_of_shapes_it_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyshacl", None)
    with pytest.raises(WrongUsage, match=r"^validation needs pySHACL: .* 'mlentory-crawl\[validate\]'$"):
        Validate({"MLENTORY_DATA_DIR": str(tmp_path)}).run([], argparse.Namespace(json=False))


def test_without_the_library_of_pages_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_spider, "find_spec", lambda name: None if name == "trafilatura" else name)
    told = missing_library("article")
    assert told is not None
    assert re.fullmatch(r"article needs trafilatura: .* 'mlentory-crawl\[documents\]'", told)
    monkeypatch.setattr(text_spider, "find_spec", lambda name: name)
    assert missing_library("article") is None


def test_a_missing_library_is_no_property_of_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    monkeypatch.setitem(sys.modules, "pypdf", None)
    assert read_page(b"%PDF-1.7", "https://terns.test/a", "text/html", {})["state"] == "not_html"
    with pytest.raises(ImportError):
        read_page(b"<html><p>Terns.", "https://terns.test/a", "text/html", {})


def test_every_extra_that_tests_need_is_run_by_make_and_the_other_way_round() -> None:
    assert named(r"""mark\.extra\(name="(\w+)"\)""", "tests") == variable("EXTRAS") | variable("PROGRAMS")
    assert variable("EXTRAS") <= EXTRAS.keys()
