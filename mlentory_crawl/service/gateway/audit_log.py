"""Notes of requests for the audit: in memory, and every second on disk."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mlentory_crawl.console import fail
from mlentory_crawl.data_directory import in_utc, now
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.service.gateway.audit_chain import NOBODY, SCHEMA, Entry, append, trim
from mlentory_crawl.service.gateway.service_database import opened, transaction

EVERY = 1.0
"""The number of seconds after which what was noted is written."""
MOST_WAITING = 10_000
"""The number of entries that wait in memory at the most, where they cannot be written."""
MOST_REFUSED = 500
"""The number of refusals of an hour that are entries of their own; anybody can make more, which are counted."""
METHODS = frozenset(("GET", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"))

Counted = tuple[str, str, str, str, int]
"""Key, role, route, method and status."""


class AuditLog:
    """Notes requests, and writes them from a thread of its own.

    Args:
        folder: the directory of what the service writes.
        days: the number of days for which entries are kept.
    """

    def __init__(self, folder: Path, days: int) -> None:
        self._folder = folder
        self._days = days
        self._lock = threading.Lock()
        self._requests, self._tenths = Counter[Counted](), Counter[Counted]()
        self._waiting: list[Entry] = []
        self._lost = 0
        self._refused_in, self._refused = "", 0
        self._trimmed_on = ""
        self._noted, self._ended = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._has_failed = False

    def count(self, key: str | None, role: str, route: str, method: str, status: int, tenths: int) -> None:
        """Count a request."""
        counted = (key or NOBODY, role, route, method if method in METHODS else "other", status)
        with self._lock:
            self._requests[counted] += 1
            self._tenths[counted] += tenths
        self._noted.set()

    def note(self, entry: Entry) -> None:
        """Note an entry; where none can be written for long, only that there were more."""
        with self._lock:
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(entry)
            else:
                self._lost += 1
        self._noted.set()

    def takes_refusal(self, moment: str) -> bool:
        """Check whether a refusal is an entry of its own; so many in an hour are."""
        if (hour := moment[: len("2026-11-29T17")]) != self._refused_in:
            self._refused_in, self._refused = hour, 0
        self._refused += 1
        return self._refused <= MOST_REFUSED

    def start(self) -> None:
        """Begin to write."""
        self._ended.clear()
        self._thread = threading.Thread(target=self._write_on, name="audit", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what has been noted, and end."""
        self._ended.set()
        self._noted.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _write_on(self) -> None:
        while not self._ended.is_set():
            self._noted.wait()
            self._ended.wait(EVERY)
            self._noted.clear()
            self.write()
        self.write()

    def write(self) -> None:
        """Write what has been noted; what cannot be written is kept for the next time."""
        with self._lock:
            requests, tenths, waiting, lost = self._requests, self._tenths, self._waiting, self._lost
            self._requests, self._tenths, self._waiting, self._lost = Counter(), Counter(), [], 0
        if not (requests or waiting or lost):
            return
        try:
            self._store(requests, tenths, waiting, lost)
        except MlentoryError as error:
            with self._lock:
                self._requests.update(requests)
                self._tenths.update(tenths)
                self._waiting[:0] = waiting
                self._lost += lost
            self._noted.set()
            if not self._has_failed:
                fail(f"the audit cannot be written now: {error}")
            self._has_failed = True
        else:
            self._has_failed = False

    def _store(self, requests: Counter[Counted], tenths: Counter[Counted], waiting: list[Entry], lost: int) -> None:
        moment = now()
        hour = f"{moment[: len('2026-11-29T17')]}:00:00Z"
        if lost:
            waiting = [*waiting, Entry(at=moment, event="lost", detail=f"{lost} entries could not be written")]
        with opened(self._folder, SCHEMA, create=True) as database, transaction(database):
            database.executemany(
                "INSERT INTO audit_open VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET requests = requests + excluded.requests, tenths = tenths + excluded.tenths",
                [(hour, *counted, number, tenths[counted]) for counted, number in requests.items()],
            )
            ended = database.execute(
                "SELECT hour, key, role, route, method, status, requests, tenths FROM audit_open WHERE hour < ?"
                " ORDER BY hour, key, role, route, method, status",
                (hour,),
            ).fetchall()
            append(database, [*map(_counted, ended), *waiting])
            database.execute("DELETE FROM audit_open WHERE hour < ?", (hour,))
            if self._trimmed_on != (today := moment[: len("2026-11-29")]):
                trim(database, in_utc(datetime.now(UTC) - timedelta(days=self._days)), moment)
                self._trimmed_on = today


def _counted(row: tuple[str, str, str, str, str, int, int, int]) -> Entry:
    hour, key, role, route, method, status, requests, tenths = row
    return Entry(
        at=hour, event="requests", key=key or None, role=role, route=route, method=method, status=status,
        requests=requests, tenths=tenths,
    )  # fmt: skip
