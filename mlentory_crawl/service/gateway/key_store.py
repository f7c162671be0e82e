"""Keys of the service: what is kept of them, and how they are recognized."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import sqlite3
import string
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mlentory_crawl.data_directory import in_utc, now
from mlentory_crawl.exceptions import MlentoryError
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

PREFIX = "mlk_"
KEY = re.compile(rf"{PREFIX}([0-9a-z]{{8}})_([0-9A-Za-z]{{32}})")
"""A key: its id, and 190 random bits, which need no slow hash."""
USED_EVERY = 60.0
"""The number of seconds in which the last use of a key is written once at the most."""
LONGEST_OWNER = 200

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS key (
        id TEXT PRIMARY KEY,
        sha256 BLOB NOT NULL,           -- of the whole key, which is kept nowhere
        role TEXT NOT NULL,
        owner TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT,
        last_used_at TEXT,
        revoked_at TEXT
    ) WITHOUT ROWID;
"""
_TABLES = _SCHEMA + AUDIT
_ALL = "SELECT sha256, id, role, owner, created_at, expires_at, last_used_at, revoked_at FROM key"
_ONE = f"{_ALL} WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept, without its secret; times are in UTC.

    Attributes:
        id: the part that names it.
        role: the role of whoever shows it; the lowest if another version of the program gave a role that is unknown.
        owner: the person or program that it was made for.
        created_at: the time at which it was made.
        expires_at: the time from which it is refused; None for never.
        last_used_at: the time of its last use, to the minute; None if it was never used.
        revoked_at: the time at which it was revoked; None if it was not.
    """

    id: str
    role: Role
    owner: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None

    def refusal(self, moment: str) -> str | None:
        """Return the reason why it is refused at a time (UTC); None if it is not."""
        if self.revoked_at is not None:
            return f"it was revoked at {self.revoked_at}"
        if self.expires_at is not None and self.expires_at <= moment:
            return f"it expired at {self.expires_at}"
        return None


class UnknownKey(MlentoryError):
    """There is no key of this id."""


def add_key(folder: Path, owner: str, role: Role, days: int | None) -> tuple[str, Key]:
    """Make a key, and return it with what is kept of it.

    Args:
        folder: the directory of what the service writes, which is made if it does not exist.
        owner: the person or program that it is for.
        role: its role.
        days: the number of days until it expires; None for never.
    """
    id = _random(string.digits + string.ascii_lowercase, 8)
    secret = f"{PREFIX}{id}_{_random(string.digits + string.ascii_letters, 32)}"
    moment = datetime.now(UTC)
    expires = None if days is None else in_utc(moment + timedelta(days=days))
    key = Key(id, role, owner, in_utc(moment), expires, None, None)
    with opened(folder, _TABLES, create=True) as database, transaction(database):
        database.execute(
            "INSERT INTO key (id, sha256, role, owner, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
            (id, _hash(secret), role.word, owner, key.created_at, expires),
        )
        append(database, [_changed("key added", key, key.created_at)])
    return secret, key


def list_keys(folder: Path) -> list[Key]:
    """Return all keys, the newest last."""
    if not (folder / FILE).exists():
        return []
    with opened(folder, _TABLES) as database:
        return [_key(row) for row in database.execute(f"{_ALL} ORDER BY created_at, id")]


def revoke_key(folder: Path, id: str) -> Key:
    """Revoke a key, which the service refuses from the next request on; one that was revoked before stays so.

    Args:
        folder: the directory of what the service writes.
        id: its id, or the key.

    Raises:
        UnknownKey: there is no such key.
    """
    id = id.removeprefix(PREFIX).partition("_")[0]
    if (folder / FILE).exists():
        moment = now()
        with opened(folder, _TABLES) as database, transaction(database):
            changed = database.execute(
                "UPDATE key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (moment, id)
            ).rowcount
            row = database.execute(_ONE, (id,)).fetchone()
            if row is not None:
                key = _key(row)
                append(database, [_changed("key revoked", key, moment)] * changed)
                return key
    raise UnknownKey(f"there is no key {id}; mlentory serve keys list shows them")


class Keys:
    """Keys as the service reads them: from memory, until another process has changed one.

    Args:
        folder: the directory of what the service writes.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._file: tuple[int, int] | None = None
        self._database: sqlite3.Connection | None = None
        self._version = -1
        self._known: dict[str, tuple[bytes, Key] | None] = {}
        self._used: dict[str, float] = {}

    def find(self, text: str) -> Key | None:
        """Return the key that somebody shows, also one that has expired or was revoked; None if there is no such key.

        Raises:
            MlentoryError: the database cannot be read.
        """
        shown = KEY.fullmatch(text)
        if shown is None or not self._refresh():
            return None
        id = shown[1]
        if id not in self._known:
            self._remember(id)
        found = self._known[id]
        # Also compared where there is none, so that the time does not tell.
        expected, key = found or (b"\0" * 32, None)
        return key if hmac.compare_digest(expected, _hash(text)) else None

    def use(self, key: Key) -> None:
        """Note that a key was used; failures are left for the next time."""
        moment = time.monotonic()
        if self._database is None or moment - self._used.get(key.id, -USED_EVERY) < USED_EVERY:
            return
        self._used[key.id] = moment
        try:
            self._database.execute("UPDATE key SET last_used_at = ? WHERE id = ?", (now(), key.id))
        except sqlite3.OperationalError:  # another process writes, or the disk is full or not to be written to
            return

    def close(self) -> None:
        """Release the database."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _refresh(self) -> bool:
        """Forget what another process has changed, and return whether there is a database at all."""
        file = file_at(self._path)
        if file is None:
            self.close()
            return False
        try:
            if self._database is None or file != self._file:
                self.close()
                self._database = connect(self._path, SERVICE_WAIT)
                self._file = file
                self._known.clear()
            (version,) = self._database.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error as error:
            raise unusable(self._path, error) from error
        if version != self._version:
            self._version = version
            self._known.clear()
        return True

    def _remember(self, id: str) -> None:
        assert self._database is not None
        if len(self._known) >= 10_000:  # ids that somebody makes up
            self._known.clear()
        try:
            row = self._database.execute(_ONE, (id,)).fetchone()
        except sqlite3.Error as error:
            raise unusable(self._path, error) from error
        self._known[id] = None if row is None else (row[0], _key(row))


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _key(row: tuple[Any, ...]) -> Key:
    _, id, role, *others = row
    return Key(id, GIVEN.get(role, Role.READER), *others)


def _changed(event: str, key: Key, moment: str) -> Entry:
    return Entry(at=moment, event=event, key=key.id, role=key.role.word)
