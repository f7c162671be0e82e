"""The audit: entries that are only ever added, each with a hash over itself and the one before it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from typing import Any

import orjson

SCHEMA = """
    CREATE TABLE IF NOT EXISTS audit (
        number INTEGER PRIMARY KEY,     -- 1, 2, 3, ... without a gap
        at TEXT NOT NULL,               -- of counts, the hour that they are of
        event TEXT NOT NULL,
        key TEXT, role TEXT, route TEXT, method TEXT, status INTEGER, request TEXT,
        requests INTEGER NOT NULL,
        tenths INTEGER NOT NULL,        -- of units
        detail TEXT,
        hash BLOB NOT NULL              -- SHA-256 of the hash before it and of all columns but this one
    );
    CREATE TABLE IF NOT EXISTS audit_mark (
        name TEXT PRIMARY KEY,          -- 'trimmed': the last entry that was deleted for its age; 'last': the last one
        number INTEGER NOT NULL,
        hash BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS audit_open (  -- counts of hours that may still grow; then they become entries
        hour TEXT, key TEXT, role TEXT, route TEXT, method TEXT, status INTEGER,
        requests INTEGER NOT NULL,
        tenths INTEGER NOT NULL,
        PRIMARY KEY (hour, key, role, route, method, status)
    ) WITHOUT ROWID;
    CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'entries of the audit are not changed'); END;
    CREATE TRIGGER IF NOT EXISTS audit_is_kept BEFORE DELETE ON audit
        WHEN OLD.number > coalesce((SELECT number FROM audit_mark WHERE name = 'trimmed'), 0)
        BEGIN SELECT RAISE(ABORT, 'entries of the audit are not deleted'); END;
"""
ORIGIN = bytes(32)
"""The hash before the first entry."""
TRIMMED = "trimmed"
NOBODY = ""
"""Stands for no key where counts need one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of the audit.

    Attributes:
        at: the time in UTC; of counts, the hour.
        event: what happened: ``request``, ``requests`` (counted), ``key added``, ``key revoked``, and others.
        key: the id of the key, or of the person who signed in; None without one.
        role: the role that it has.
        route: the template of the route.
        method: the method.
        status: the status of the answer.
        request: the id of the request.
        requests: the number of requests; 0 where it is none.
        tenths: their cost, in tenths of a unit.
        detail: what else is to be known.
    """

    at: str
    event: str
    key: str | None = None
    role: str | None = None
    route: str | None = None
    method: str | None = None
    status: int | None = None
    request: str | None = None
    requests: int = 0
    tenths: int = 0
    detail: str | None = None


COLUMNS = ", ".join(each.name for each in fields(Entry))
_INSERT = f"INSERT INTO audit (number, {COLUMNS}, hash) VALUES (?{', ?' * (len(fields(Entry)) + 1)})"  # noqa: S608
_ALL = f"SELECT number, {COLUMNS}, hash FROM audit ORDER BY number"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of checking the hashes.

    Attributes:
        entries: the number of entries that are as they were written, from the first one on.
        first: the number of the first entry that is kept.
        last: the number of the last of those that are as they were written.
        hash: its hash, in hexadecimal digits.
        broken: the number of the first entry that is not; None if all are.
        reason: what is wrong with it.
    """

    entries: int
    first: int
    last: int
    hash: str
    broken: int | None = None
    reason: str | None = None


def hash_of(former: bytes, row: tuple[Any, ...]) -> bytes:
    """Return the hash of an entry.

    Args:
        former: the hash of the entry before it.
        row: its number and its columns; their canonical form is a list in JSON without spaces.
    """
    return hashlib.sha256(former + orjson.dumps(row)).digest()


def append(database: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Add entries; the caller has begun a transaction.

    Args:
        database: the service's own database, with the tables of the audit.
        entries: the entries, in their order.
    """
    number, former = _mark(database, "last")
    rows = []
    for number, entry in enumerate(entries, number + 1):  # noqa: B020
        row = (number, *astuple(entry))
        former = hash_of(former, row)
        rows.append((*row, former))
    if rows:
        database.executemany(_INSERT, rows)
        _set_mark(database, "last", number, former)


def trim(database: sqlite3.Connection, before: str, moment: str) -> None:
    """Delete the entries before a time, and add one that says so; the caller has begun a transaction.

    Args:
        database: the service's own database, with the tables of the audit.
        before: the time.
        moment: the present time.
    """
    kept = database.execute("SELECT min(number) FROM audit WHERE at >= ?", (before,)).fetchone()[0]
    last = _mark(database, "last")[0] if kept is None else kept - 1
    row = database.execute("SELECT number, hash FROM audit WHERE number = ?", (last,)).fetchone()
    if row is None:
        return
    _set_mark(database, TRIMMED, *row)
    database.execute("DELETE FROM audit WHERE number <= ?", (last,))
    append(database, [Entry(at=moment, event=TRIMMED, detail=_trimmed(*row))])


def verify(database: sqlite3.Connection) -> Verdict:
    """Compute all hashes anew, and compare them."""
    database.execute("BEGIN")
    try:
        return _verified(database)
    finally:
        database.execute("ROLLBACK")


def _verified(database: sqlite3.Connection) -> Verdict:
    base, former = _mark(database, TRIMMED)
    number, is_trimming_told = base, base == 0
    base_hash = former
    for stored, *columns, kept in database.execute(_ALL):
        expected = number + 1
        if stored != expected:
            reason = "it is missing" if stored > expected else "it should have been deleted for its age"
            return _broken(base, number, former, min(stored, expected), reason)
        computed = hash_of(former, (stored, *columns))
        if computed != kept:
            return _broken(base, number, former, stored, "it, or the one before it, is not as it was written")
        is_trimming_told |= columns[1] == TRIMMED and columns[-1] == _trimmed(base, base_hash)
        number, former = stored, computed
    last = _mark(database, "last")
    if last != (number, former):
        return _broken(base, number, former, number + 1, "it is missing" if last[0] > number else "the end is not it")
    if not is_trimming_told:
        return _broken(base, number, former, base, "no entry says that those up to it were deleted for their age")
    return Verdict(number - base, base + 1, number, former.hex())


def _broken(base: int, last: int, hash: bytes, broken: int, reason: str) -> Verdict:
    return Verdict(last - base, base + 1, last, hash.hex(), broken, reason)


def _trimmed(number: int, hash: bytes) -> str:
    return f"up to {number} {hash.hex()}"


def _mark(database: sqlite3.Connection, name: str) -> tuple[int, bytes]:
    row = database.execute("SELECT number, hash FROM audit_mark WHERE name = ?", (name,)).fetchone()
    return (0, ORIGIN) if row is None else (row[0], row[1])


def _set_mark(database: sqlite3.Connection, name: str, number: int, hash: bytes) -> None:
    database.execute("INSERT OR REPLACE INTO audit_mark (name, number, hash) VALUES (?, ?, ?)", (name, number, hash))
