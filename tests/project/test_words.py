"""Docstrings begin with a verb or a noun, as in the documentation of Scrapy."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    str(path.relative_to(ROOT))
    for folder in ("fair4ml", "mlentory_crawl", "tools", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)
CLAUSES = frozenset("what whatever whether how which why where when who whoever whose that".split())
"""Words that begin a clause, and no sentence about what one gets."""


def documentation(module: str) -> Iterator[tuple[int, str]]:
    """Line and text of each docstring, and of each text behind an assignment."""
    for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8"))):
        body = getattr(node, "body", None)
        for before, each in zip([None, *body], body, strict=False) if isinstance(body, list) else ():
            is_text = isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
            is_first = before is None and isinstance(
                node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
            )
            if is_text and (is_first or isinstance(before, ast.Assign | ast.AnnAssign)):
                yield each.lineno, str(each.value.value)


@pytest.mark.parametrize("module", MODULES)
def test_docstrings_begin_with_a_verb_or_a_noun(module: str) -> None:
    found = [
        f"line {line}: {text.splitlines()[0]}"
        for line, text in documentation(module)
        if text.split() and text.split()[0].strip(",:").lower() in CLAUSES
    ]
    assert found == []


def test_texts_of_both_kinds_are_read() -> None:
    texts = dict(documentation("fair4ml/describe/source_record.py")).values()
    assert any(text.startswith("Prose.") for text in texts)
    assert any("Attributes:" in text for text in texts)
