"""The questions of the documentation: their snippets by language, what is printed below, and the rows of queries."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import rdflib
import zstandard

from mlentory_crawl.data_directory import CATALOG

Rows = list[dict[str, Any]]

_FENCE = re.compile(r"^( +)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Question:
    """A section of the page.

    Attributes:
        title: its heading.
        snippets: the code, by language.
        outputs: what the page shows below the code, by language.
    """

    title: str
    snippets: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)


def questions(text: str) -> list[Question]:
    """The questions of a page, in their order."""
    found = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        question, language = Question(section.partition("\n")[0]), ""
        for _, name, code in _FENCE.findall(section):
            if name == "text":
                question.outputs[language] = dedent(code)
            else:
                language = name
                question.snippets[name] = dedent(code)
        if question.snippets:
            found.append(question)
    return found


def opened(data_dir: Path) -> sqlite3.Connection:
    """The catalog of a data directory, as the documentation has its readers open it."""
    connection = sqlite3.connect(f"{(data_dir / CATALOG).as_uri()}?mode=ro", uri=True)
    connection.create_function("unzstd", 1, lambda blob: zstandard.decompress(blob).decode(), deterministic=True)
    return connection


def sql_rows(connection: sqlite3.Connection, query: str) -> Rows:
    """The rows of a query to the catalog."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@cache
def _graph(path: Path) -> rdflib.Graph:
    return rdflib.Graph(bind_namespaces="none").parse(path)


def sparql_rows(path: Path, query: str) -> Rows:
    """The rows of a query to a Turtle file; times as texts."""
    found = _graph(path).query(query)
    names = [str(name) for name in found.vars or ()]
    return [{name: _plain(row.get(name)) for name in names} for row in found]  # type: ignore[union-attr]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, rdflib.URIRef):
        return value and str(value)
    if value.datatype == rdflib.XSD.dateTime:
        return str(value).replace("+00:00", "Z")
    return value.toPython()


def common(rows: Rows, others: Rows) -> list[list[Any]]:
    """The values of rows in the columns that others have, too."""
    shared = sorted(rows[0].keys() & others[0].keys()) if rows and others else []
    assert shared
    return sorted(([row[name] for name in shared] for row in rows), key=str)
