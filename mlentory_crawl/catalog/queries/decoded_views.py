"""Views for people who write SQL: the names of those in the schema, and those of what only documents have."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import orjson

from mlentory_crawl.catalog.codec import unpack, unpacked
from mlentory_crawl.catalog.queries.evaluated import evaluated

VIEWS = ("models", "derivations", "evaluations", "licenses", "tasks", "datasets", "relations")
"""The views of the schema, which every SQLite client can read."""

DECODED = ("results", "properties")
"""The views that `prepare` adds to a connection."""

FUNCTIONS = ("evaluation_results", "additional_properties")
"""The functions that these views call."""


def prepare(connection: sqlite3.Connection) -> None:
    """Add the views `DECODED` to a connection to a catalog, and the functions that they call.

    Args:
        connection: a connection that has none of them yet; it may be one that cannot write.
    """
    connection.create_function("evaluation_results", 2, _evaluation_results, deterministic=True)
    connection.create_function("additional_properties", 1, _additional_properties, deterministic=True)
    connection.executescript((files(__package__) / "decoded_views.sql").read_text())


def add_unzstd(connection: sqlite3.Connection) -> None:
    """Add the function ``unzstd``, which returns the JSON of a document, whole texts included, to a connection."""
    connection.create_function("unzstd", 1, lambda blob: unpacked(blob).decode(), deterministic=True)


@lru_cache(maxsize=8)
def _document(blob: bytes) -> dict[str, Any]:
    # One evaluation after the other of the same record.
    found: dict[str, Any] = unpack(blob)
    return found


def _evaluation_results(blob: bytes, evaluation: str) -> str:
    """Return the results that a document states for one of its evaluations, as JSON."""
    document = _document(blob)
    entities = (document["root"], *document["parts"])
    root = next((each for each in entities if each["iri"] == evaluation), None)
    if root is None:
        return "[]"
    parts = [each for each in document["parts"] if each["class"] != root["class"]]
    return _json(
        {"metric": each.metric, "settings": each.settings or None, **_value(each.value, each.stated)}
        for each in evaluated({"root": root, "parts": parts, "stubs": document["stubs"]})
        if each.value is not None
    )


def _additional_properties(blob: bytes) -> str:
    """Return the values that a document states under names of their own, as JSON."""
    document = _document(blob)
    stated = set(document["root"].get("additionalProperty", ()))
    return _json(
        {"property": each.get("propertyID"), "name": each.get("name"), "unit": each.get("unitText")}
        | _value(each["value"], None)
        for each in document["parts"]
        if each["iri"] in stated and each.get("value") is not None
    )


def _value(value: Any, stated: str | None) -> dict[str, Any]:
    """Return a value as a number or a text, so that each column has one type."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"number": float(value), "stated": stated}
    return {"number": None, "stated": stated or (value if isinstance(value, str) else orjson.dumps(value).decode())}


def _json(rows: Iterator[Mapping[str, Any]]) -> str:
    return orjson.dumps(list(rows)).decode()
