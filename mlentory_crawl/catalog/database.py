"""The catalog's SQLite database: opening, reading, and writing in transactions."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread, current_thread
from typing import Any
from weakref import WeakKeyDictionary

from fair4ml.platforms import example
from mlentory_crawl.catalog.codec import DamagedDocument
from mlentory_crawl.catalog.schema import create, is_outdated, migrate
from mlentory_crawl.catalog.sql import Executes, Parameters
from mlentory_crawl.data_directory import CATALOG, LOCK, Held, locked
from mlentory_crawl.exceptions import CatalogError, DataDirectoryLocked

logger = logging.getLogger(__name__)
IF_DAMAGED = "; where it is damaged, put a backup in its place, then mlentory sync"
WRITER_CACHE_MIB, READER_CACHE_MIB = 64, 16
MIGRATION_WAIT = 2.0
"""The number of seconds that a reader waits to migrate a catalog: for another reader that does, not for a crawl."""


def connect(data_dir: Path, *, write: bool = False) -> sqlite3.Connection:
    """Open a connection to the catalog in a data directory; reading needs no permission to write.

    A catalog of an earlier version of the program is migrated first.

    Args:
        data_dir: the data directory.
        write: create a missing catalog and allow changes; the caller holds the directory's lock.

    Raises:
        CatalogError: there is no catalog yet (for a reader), it is damaged, a newer version of the program wrote it,
            or an earlier one did and it cannot be migrated now.
    """
    path = data_dir / CATALOG
    if write:
        data_dir.mkdir(parents=True, exist_ok=True)
    elif not _exists(path):
        raise _nothing_yet(data_dir)
    try:
        connection = sqlite3.connect(
            path if write else _read_only(path),
            uri=not write,
            isolation_level=None,
            timeout=30,
            check_same_thread=write,
        )
        with ExitStack() as failed:
            failed.callback(connection.close)
            connection.execute(f"PRAGMA cache_size = -{(WRITER_CACHE_MIB if write else READER_CACHE_MIB) * 1024}")
            connection.execute("PRAGMA temp_store = FILE")
            if write:
                _prepare(connection, path)
            elif _is_empty(connection):
                raise _nothing_yet(data_dir)
            elif is_outdated(connection, path):
                failed.close()
                _migrate_for_readers(data_dir, path)
                return connect(data_dir)
            failed.pop_all()
    except sqlite3.Error as error:
        if not write and not os.access(data_dir, os.W_OK) and _log(path).exists():
            raise CatalogError(
                f"the catalog {path} cannot be opened: {error}; a run that did not end has left {_log(path).name}:"
                " it can be read once the next one has ended, or by whoever may write the directory"
            ) from error
        raise CatalogError(f"the catalog {path} cannot be opened: {error}{IF_DAMAGED}") from error
    return connection


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise CatalogError(f"the catalog {path} cannot be read: {error.strerror}") from error
    return True


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _read_only(path: Path) -> str:
    """Return the address of a catalog that is only read."""
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if _is_at_rest(path) else ''}"


def _is_at_rest(path: Path) -> bool:
    """Check whether a catalog is opened as one that does not change."""
    # To read beside a writer, SQLite creates a log and its index if there are none. Without a log there is no writer.
    return not os.access(path.parent, os.W_OK) and not _log(path).exists()


def identity(data_dir: Path) -> tuple[int, ...] | None:
    """Return what tells whether connections that are only read still see the catalog; None where there is none.

    Where it was opened as one that does not change, they do not see what is written to it afterwards.
    """
    path = data_dir / CATALOG
    try:
        found = path.stat()
    except OSError:
        return None
    written = (found.st_mtime_ns, found.st_size) if _is_at_rest(path) else ()
    return found.st_dev, found.st_ino, *written


@contextmanager
def damage_reported(data_dir: Path) -> Iterator[None]:
    """Turn errors of the catalog's file into errors with a message for people.

    Args:
        data_dir: the data directory.

    Raises:
        CatalogError: the file is damaged, or can no longer be read, or the disk is full.
    """
    try:
        yield
    except (sqlite3.Error, DamagedDocument) as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            # Rows are sorted in temporary files, which may be on another disk.
            raise CatalogError(
                f"the disk of {data_dir}, or that of temporary files, is full: make room, then run the same command"
            ) from error
        raise CatalogError(f"the catalog {data_dir / CATALOG} cannot be read: {error}{IF_DAMAGED}") from error


class ReadDatabase:
    """A catalog that is only read, with a connection for each thread.

    Args:
        data_dir: the data directory.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._of_thread: WeakKeyDictionary[Thread, sqlite3.Connection] = WeakKeyDictionary()

    def execute(self, sql: str, parameters: Parameters = (), /) -> sqlite3.Cursor:
        """Return the rows of a query.

        Raises:
            CatalogError: there is no readable catalog.
        """
        return self._own().execute(sql, parameters)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read the catalog as it is at one moment, whatever a run stores meanwhile."""
        self.execute("BEGIN")
        try:
            yield
        finally:
            self.execute("COMMIT")

    def _own(self) -> sqlite3.Connection:
        thread = current_thread()
        if thread not in self._of_thread:
            self._of_thread[thread] = connect(self._data_dir)
        return self._of_thread[thread]

    def close(self) -> None:
        """Close the connections of all threads."""
        for connection in list(self._of_thread.values()):
            connection.close()


class Database:
    """A catalog that is written, one transaction at a time.

    Objects that cache parts of the tables reset them after a rollback, and write what they have gathered before a
    commit.

    Args:
        data_dir: the data directory, whose lock is held by the caller or by the process that it works for.
    """

    def __init__(self, data_dir: Path) -> None:
        self._connection = connect(data_dir, write=True)
        self._held = Held(data_dir / LOCK, data_dir / CATALOG)
        self._before_commit: list[Callable[[], None]] = []
        self._after_rollback: list[Callable[[], None]] = []

    def before_commit(self, write: Callable[[], None]) -> None:
        """Register a function that is called at the end of each transaction, inside of it."""
        self._before_commit.append(write)

    def after_rollback(self, reset: Callable[[], None]) -> None:
        """Register a function that is called after each transaction that was rolled back."""
        self._after_rollback.append(reset)

    def execute(self, sql: str, parameters: Parameters = (), /) -> sqlite3.Cursor:
        """Return the rows of a statement; a statement that writes belongs into a `transaction`."""
        return self._connection.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement with each of the rows, inside a `transaction`."""
        self._connection.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Store everything that is written inside, or nothing.

        Raises:
            CatalogError: nothing was stored.
        """
        self._held.check()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            for write in self._before_commit:
                write()
            self._connection.execute("COMMIT")
        except Exception as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            for reset in self._after_rollback:
                reset()
            raise CatalogError(f"the catalog cannot be written: {type(error).__name__}: {error}") from error

    def compact(self) -> None:
        """Rewrite the file without the deleted data that its pages still hold.

        Raises:
            CatalogError: there is no room for a second copy, for instance; the contents of the catalog are unchanged.
        """
        try:
            self._connection.execute("VACUUM")
            (busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise CatalogError(f"the catalog cannot be written anew: {error}") from error
        if busy:
            raise CatalogError("the catalog cannot be written anew: somebody reads it all the time")

    def settle(self) -> None:
        """Save readers and the next opening work: update statistics, and leave no log to replay."""
        # Do not wait for readers: if there is one, the next opening has a log to replay.
        self._connection.execute("PRAGMA busy_timeout = 500")
        self._connection.execute("PRAGMA optimize")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Release the file; what was committed stays."""
        self._connection.close()


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    # A committed page has to survive a power cut, because projections may already have it.
    connection.execute("PRAGMA synchronous = FULL")
    # The default of 1,000 pages makes every commit of a page of records a checkpoint.
    connection.execute("PRAGMA wal_autocheckpoint = 16000")
    if _is_empty(connection):
        create(connection)
    elif is_outdated(connection, path):
        # Shown by all commands: somebody who waits for minutes has to know why.
        logger.warning("Migrating %s from an earlier version of this program, once; a large one takes minutes", path)
        migrate(connection)


def _migrate_for_readers(data_dir: Path, path: Path) -> None:
    """Migrate a catalog that somebody wants to read, unless it is in use or may not be written."""
    outdated = f"the catalog {path} was written by an earlier version of this program"
    if not (os.access(data_dir, os.W_OK) and os.access(path, os.W_OK)):
        raise CatalogError(f"{outdated}: who may write {data_dir} has to run a command first, such as mlentory status")
    try:
        with locked(data_dir, MIGRATION_WAIT):
            connect(data_dir, write=True).close()
    except DataDirectoryLocked as error:
        raise CatalogError(f"{outdated}; {error}: try again when that has ended") from error


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is None


def _nothing_yet(data_dir: Path) -> CatalogError:
    return CatalogError(
        f"there is no catalog in {data_dir} yet: run a crawl first, for example mlentory crawl {example()}"
    )


def catalog_id(database: Executes) -> str:
    """Return the id that distinguishes this catalog from all others."""
    return str(database.execute("SELECT value FROM meta WHERE name = 'catalog_id'").fetchone()[0])
