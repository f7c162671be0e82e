"""People who have signed in: their sessions, in the service's own database."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mlentory_crawl.data_directory import in_utc, now
from mlentory_crawl.service.gateway.audit_chain import SCHEMA as AUDIT, Entry, append
from mlentory_crawl.service.gateway.roles import GIVEN, Role
from mlentory_crawl.service.gateway.service_database import (
    FILE,
    SERVICE_WAIT,
    connect,
    file_at,
    opened,
    transaction,
    unusable,
)

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS session (
        sha256 BLOB PRIMARY KEY,        -- of the cookie, which is kept nowhere
        person TEXT NOT NULL,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        expires_at TEXT NOT NULL
    ) WITHOUT ROWID;
"""
_TABLES = _SCHEMA + AUDIT
LONGEST_COOKIE = 100


@dataclass(frozen=True, slots=True)
class Session:
    """A person who has signed in.

    Attributes:
        person: the id, which follows from what the provider calls them.
        name: the name that the provider tells, to be shown to nobody else.
        role: the role.
    """

    person: str
    name: str
    role: Role


def person_of(issuer: str, subject: str) -> str:
    """Return the id of a person: the same at each sign-in, and nothing that anybody else knows them by."""
    return f"person-{hashlib.sha256(f'{issuer} {subject}'.encode()).hexdigest()[:16]}"


class Sessions:
    """The sessions of a data directory.

    Args:
        folder: the directory of what the service writes.
        hours: the number of hours that a session lasts.
    """

    def __init__(self, folder: Path, hours: int) -> None:
        self._folder = folder
        self._hours = hours
        self._file: tuple[int, int] | None = None
        self._database: sqlite3.Connection | None = None

    def begin(self, session: Session) -> str:
        """Begin a session, and return its cookie.

        Raises:
            MlentoryError: it cannot be written.
        """
        cookie, moment = secrets.token_urlsafe(32), datetime.now(UTC)
        expires = in_utc(moment + timedelta(hours=self._hours))
        with opened(self._folder, _TABLES, create=True) as database, transaction(database):
            database.execute("DELETE FROM session WHERE expires_at <= ?", (in_utc(moment),))
            database.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?)",
                (_hash(cookie), session.person, session.name, session.role.word, expires),
            )
            append(database, [_changed("signed in", session, in_utc(moment))])
        return cookie

    def find(self, cookie: str) -> Session | None:
        """Return the session of a cookie; None if there is none, or it has expired.

        Raises:
            MlentoryError: the database cannot be read.
        """
        file = file_at(self._folder / FILE)
        if not 0 < len(cookie) <= LONGEST_COOKIE or file is None:
            return None
        try:
            if self._database is None or file != self._file:
                self.close()
                with opened(self._folder, _TABLES):
                    self._database = connect(self._folder / FILE, SERVICE_WAIT)
                self._file = file
            row = self._database.execute(
                "SELECT person, name, role FROM session WHERE sha256 = ? AND expires_at > ?", (_hash(cookie), now())
            ).fetchone()
        except sqlite3.Error as error:
            self.close()
            raise unusable(self._folder / FILE, error) from error
        return None if row is None else Session(row[0], row[1], GIVEN.get(row[2], Role.READER))

    def end(self, cookie: str) -> None:
        """End a session."""
        session = self.find(cookie)
        if session is not None:
            with opened(self._folder, _TABLES) as database, transaction(database):
                database.execute("DELETE FROM session WHERE sha256 = ?", (_hash(cookie),))
                append(database, [_changed("signed out", session, now())])

    def close(self) -> None:
        """Release the database."""
        if self._database is not None:
            self._database.close()
            self._database = None


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).digest()


def _changed(event: str, session: Session, moment: str) -> Entry:
    return Entry(at=moment, event=event, key=session.person, role=session.role.word)
