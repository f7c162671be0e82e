"""The page for those who are stuck: every message on it is one that the program prints."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
# A message begins a paragraph or an item, or stands in the first column of a table of messages.
_BEGINNING = re.compile(r"^(?:- )?((?:`[^`\n]+`(?:, | or )?)+)(?=:| is a note| means)", re.MULTILINE)
_TABLE = re.compile(r"^\| (?:message|problem) \|.*\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")


def messages() -> list[str]:
    places = [found[1] for found in _BEGINNING.finditer(PAGE)]
    rows = [row for table in _TABLE.findall(PAGE) for row in table.splitlines()]
    places += [row.split(" | ")[0] for row in rows]
    return list(dict.fromkeys(span for place in places for span in _SPAN.findall(place) if " " in span))


def texts(node: ast.AST) -> Iterator[str]:
    """The texts of the code, with a zero character for each value that is put in."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in each.values)
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value
        else:
            yield from texts(each)


@pytest.fixture(scope="module")
def told() -> list[str]:
    files = sorted((ROOT / "mlentory_crawl").rglob("*.py"))
    return [text for file in files for text in texts(ast.parse(file.read_text("utf-8")))]


def test_messages_are_found() -> None:
    assert {"the catalog cannot be written", "... is in use by ...", "... records were quarantined"} <= {*messages()}
    assert len(messages()) > 30


@pytest.mark.parametrize("message", messages())
def test_the_program_prints_the_message(message: str, told: list[str]) -> None:
    parts = [re.escape(part.strip()) for part in message.split("...")]
    pattern = re.compile(r"\s*\S.*?".join(parts) if len(parts) > 1 else parts[0], re.DOTALL)
    assert any(pattern.search(text) for text in told), "the program has no such message: mend the page"
