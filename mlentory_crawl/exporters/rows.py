"""A record as one row: what CSV and Parquet share."""

from __future__ import annotations

from typing import Any

from fair4ml.write.search_document import COUNTERS, FIELDS, search_document


def columns(*, counters: bool) -> list[str]:
    """The names of the columns.

    Args:
        counters: whether records come with theirs.
    """
    return ["key", *(name for name in FIELDS if counters or name not in COUNTERS)]


def row(record: dict[str, Any]) -> dict[str, Any]:
    """The search document of a record."""
    return search_document({"counters": {}, **record})
