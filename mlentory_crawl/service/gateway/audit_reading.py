"""Reading of the audit: its newest entries, and whether all are as they were written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlentory_crawl.service.gateway.audit_chain import COLUMNS, ORIGIN, SCHEMA, Verdict, verify
from mlentory_crawl.service.gateway.service_database import FILE, opened
from mlentory_crawl.service.gateway.units import TENTHS

_OPEN = (
    "SELECT NULL, hour, 'requests', nullif(key, ''), role, route, method, status, NULL, requests, tenths, NULL, NULL"
    " FROM audit_open"
)
_ENTRIES = f"SELECT * FROM (SELECT number, {COLUMNS}, hash FROM audit UNION ALL {_OPEN})"  # noqa: S608
_NEWEST = "ORDER BY number IS NULL DESC, number DESC, at DESC, route, status LIMIT ?2 OFFSET ?3"
_OWN = "WHERE ?1 IS NULL OR key = ?1"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry of the audit as it is shown.

    Attributes:
        number: its number; None for counts of an hour that is not over, which are no entry yet.
        at: the time in UTC; of counts, the hour.
        event: what happened.
        key: the id of the key, or of the person who signed in; None without one.
        role: the role that it had.
        route: the template of the route.
        method: the method.
        status: the status of the answer.
        request: the id of the request.
        requests: the number of requests.
        cost: their cost in units.
        detail: what else is to be known.
        hash: its hash, in hexadecimal digits.
    """

    number: int | None
    at: str
    event: str
    key: str | None
    role: str | None
    route: str | None
    method: str | None
    status: int | None
    request: str | None
    requests: int
    cost: float
    detail: str | None
    hash: str | None


def entries(folder: Path, limit: int, offset: int = 0, key: str | None = None) -> tuple[list[AuditEntry], int]:
    """Return the newest entries, newest first, and the number of all.

    Args:
        folder: the directory of what the service writes.
        limit: the maximum number of entries; -1 for all.
        offset: the number of entries to leave out first.
        key: the id of the key whose entries are wanted; None for all.

    Raises:
        MlentoryError: the audit cannot be read.
    """
    with _snapshot(folder) as database:
        if database is None:
            return [], 0
        found = database.execute(f"{_ENTRIES} {_OWN} {_NEWEST}", (key, limit, offset))
        shown = [_shown(row) for row in found]
        (total,) = database.execute(f"SELECT count(*) FROM ({_ENTRIES} {_OWN})", (key,)).fetchone()  # noqa: S608
        return shown, total


def verdict(folder: Path) -> Verdict:
    """Return whether all entries are as they were written.

    Raises:
        MlentoryError: the audit cannot be read.
    """
    with _snapshot(folder) as database:
        return Verdict(0, 1, 0, ORIGIN.hex()) if database is None else verify(database)


@contextmanager
def _snapshot(folder: Path) -> Iterator[sqlite3.Connection | None]:
    if not (folder / FILE).exists():
        yield None
        return
    with opened(folder, SCHEMA) as database:
        yield database


def _shown(row: tuple[Any, ...]) -> AuditEntry:
    *columns, tenths, detail, hash = row
    values = (*columns, tenths / TENTHS, detail, None if hash is None else hash.hex())
    return AuditEntry(*values)
