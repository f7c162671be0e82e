"""`mlentory erase` in tests, and what must not be found after it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import zstandard

from support.crawling import Project


def without_marks(path: Path) -> bytes:
    """The bytes of the catalog after its marks are deleted, those that lie unused in its pages among them."""
    with sqlite3.connect(path) as catalog:
        copy = path.read_bytes()
        marked = [iri for (iri,) in catalog.execute("SELECT iri FROM erased ORDER BY length(iri) DESC")]
        packed = catalog.execute(
            """SELECT document FROM record WHERE iri NOT IN (SELECT iri FROM erased)
               UNION ALL SELECT document FROM version"""
        ).fetchall()
    catalog.close()
    for iri in marked:
        copy = copy.replace(iri.encode(), b"")
    return copy + b"".join(zstandard.decompress(text) for (text,) in packed)


def erased(project: Project, *words: str, code: int = 0) -> dict[str, Any]:
    done = project.scrapy("erase", *words, "--json")
    assert done.returncode == code, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told
