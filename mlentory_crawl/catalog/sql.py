"""Statements built from the names of their columns, and the differences between SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import orjson

Parameters = Sequence[Any] | Mapping[str, Any]
ENDING = "lower(substr({0}, 1 + length(rtrim({0}, replace({0}, '/', '')))))"
"""The last segment of an IRI, in small letters: of a column, which an index has for entities that are no parts."""


class Executes(Protocol):
    """A connection to a catalog, or an object that acts as one."""

    def execute(self, sql: str, parameters: Parameters = (), /) -> sqlite3.Cursor:
        """Return the rows of a statement."""
        ...


def array(values: Iterable[Any]) -> str:
    """Return values as one parameter of a statement, for `among` and `elements`."""
    return orjson.dumps(list(values)).decode()


def among(parameter: str) -> str:
    """Return the values of an array parameter, for the right side of IN."""
    return f"(SELECT value FROM json_each(:{parameter}))"


def elements(parameter: str) -> str:
    """Return an array parameter as a table with the single column ``value``."""
    return f"json_each(:{parameter})"


def with_member(column: str, name: str, parameter: str) -> str:
    """Return a JSON column with another value for one of its members."""
    return f"json_set({column}, '$.{name}', :{parameter})"


def insert(table: str, columns: str) -> str:
    """Return the statement that adds rows.

    Args:
        table: the name of the table.
        columns: the names of the columns, in the order of the values of a row.
    """
    names = columns.split()
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


def insert_missing(table: str, columns: str) -> str:
    """Return the statement that adds rows whose keys the table does not have; see `insert`."""
    return f"{insert(table, columns)} ON CONFLICT DO NOTHING"


def upsert(table: str, key: str, columns: str) -> str:
    """Return the statement that adds rows, or replaces those with the same key.

    Args:
        table: the name of the table.
        key: the columns of its primary key, which come first in a row.
        columns: the other columns, in the order of the values of a row.
    """
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns.split())
    return f"{insert(table, f'{key} {columns}')} ON CONFLICT ({', '.join(key.split())}) DO UPDATE SET {changes}"


@cache
def update(table: str, *columns: str) -> str:
    """Return the statement that changes columns of the row with a given ``id``, all by name."""
    return f"UPDATE {table} SET {', '.join(f'{name} = :{name}' for name in columns)} WHERE id = :id"
