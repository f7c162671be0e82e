"""The runner of mutants: what it changes, and what it says of tests that find it or do not."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import mutants  # noqa: E402
import mutation  # noqa: E402

SOURCE = '''"""A module."""

from __future__ import annotations

import re

__all__ = ["scaled"]
NAME = re.compile(r"[a-z]+\\d?", re.ASCII)


def scaled(value: int, *, by: "int" = 2) -> int:
    """Scale."""
    if value > 0 and not value == 7:
        return value * by + divmod(value, by)[1]
    if value < -100:
        raise ValueError("far too small")
    return min(value, 0)


def names(texts: list[str]) -> list[str]:
    """Clean."""
    logger.info("cleaning %d", 12)
    return sorted((text.strip() for text, _ in zip(texts, texts, strict=True) if text), key=len)
'''


SMALL = """def is_large(n: int) -> bool:
    if n > 9:
        return True
    return n < -9
"""


def changes(count: int = 200, seed: str = "1") -> set[tuple[str, str, str]]:
    return {(each.operator, each.before, each.after) for each in mutants.mutants(SOURCE, seed, count)}


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "MOST_A_LINE", 100)


@pytest.mark.usefixtures("unlimited")
def test_mistakes_of_every_kind_are_made_and_nothing_else_is_changed() -> None:
    made = changes()
    assert made >= {
        ("comparison", "value > 0", "value >= 0"),
        ("and/or", "value > 0 and (not value == 7)", "value > 0 or not value == 7"),
        ("operand left out", "value > 0 and (not value == 7)", "value > 0"),
        ("not left out", "not value == 7", "value == 7"),
        ("condition", "value < -100", "not value < -100"),
        ("arithmetic", "value * by", "value / by"),
        ("constant", "7", "8"),
        ("result", "min(value, 0)", "None"),
        ("other function", "min(value, 0)", "max(value, 0)"),
        ("arguments swapped", "divmod(value, by)", "divmod(by, value)"),
        ("call left out", "text.strip()", "text"),
        (
            "filter left out",
            "(text.strip() for text, _ in zip(texts, texts, strict=True) if text)",
            "(text.strip() for text, _ in zip(texts, texts, strict=True))",
        ),
        ("pattern", "'[a-z]+\\\\d?'", "'[a-z]*\\\\d?'"),
        ("pattern", "'[a-z]+\\\\d?'", "'[a-z]+\\\\w?'"),
    }
    for text in ("12", "'scaled'", "'far too small'", "'int'", "'A module.'", "'Scale.'", "'cleaning %d'"):
        assert not [each for each in made if each[1] == text]
    assert not [each for each in made if each[2] in ("min(0, value)", "zip(texts, texts)")]


def test_a_mutant_is_the_source_with_one_change() -> None:
    for each in mutants.mutants(SOURCE, "1", 200):
        assert ast.dump(ast.parse(each.source)) != ast.dump(ast.parse(SOURCE))
        differing = [
            n
            for n, pair in enumerate(zip(each.source.splitlines(), SOURCE.splitlines(), strict=True), 1)
            if pair[0] != pair[1]
        ]
        assert differing == [each.line]


def test_a_seed_chooses_the_same_ones_and_few_of_a_line() -> None:
    assert changes(8) == changes(8)
    assert changes(8) != changes(8, "2")
    chosen = mutants.mutants(SOURCE, "1", 8)
    assert len(chosen) == 8
    lines = [each.line for each in chosen]
    assert max(map(lines.count, lines)) <= mutants.MOST_A_LINE


def test_every_declared_file_is_there() -> None:
    for module in mutation.TESTS:
        assert (ROOT / module).is_file()
        for names in mutation.tests_of(module, crawls=True):
            assert all((ROOT / name).is_file() for name in names)
    assert len(mutation.tests_of("mlentory_crawl/crawl/seed_list.py", crawls=False)) == 1


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of one module and one test, with the runner."""
    for name in ("mutants.py", "mutation.py"):
        (tmp_path / "tools").mkdir(exist_ok=True)
        shutil.copy(ROOT / "tools" / name, tmp_path / "tools")
    script = tmp_path / "tools" / "mutation.py"
    text = script.read_text("utf-8").replace("LIBRARIES = (", "LIBRARIES = () and (")
    head, _, rest = text.partition("TESTS: dict[str, tuple[str, str]] = {")
    script.write_text(f'{head}TESTS = {{"small.py": ("small", "")}}\nUNUSED = {{{rest}')
    (tmp_path / "small.py").write_text(SMALL)
    (tmp_path / "tests").mkdir()
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def run(checkout: Path, test: str) -> subprocess.CompletedProcess[str]:
    (checkout / "tests" / "test_small.py").write_text(f"from small import is_large\ndef test():\n    {test}\n")
    command = [sys.executable, "tools/mutation.py", "small.py", "--mutants", "4"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_what_no_test_looks_at_is_told(checkout: Path) -> None:
    done = run(checkout, "assert is_large(10) and not is_large(9)")
    assert done.returncode == 0, done.stderr
    *survivors, head, row = done.stdout.splitlines()
    assert head.split() == ["module", "mutants", "killed", "timed", "out", "survived", "score"]
    name, total, killed, timed_out, survived, _ = row.split()
    assert (name, int(total)) == ("small.py", int(killed) + int(timed_out) + int(survived))
    assert int(killed) > 0
    assert len(survivors) == int(survived) > 0
    assert all(line.startswith("small.py:4: survived: ") for line in survivors)
    assert (checkout / "small.py").read_text() == SMALL


def test_tests_that_fail_by_themselves_are_told(checkout: Path) -> None:
    done = run(checkout, "assert is_large(0)")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "small.py: tests/test_small.py fail without a mutant"
