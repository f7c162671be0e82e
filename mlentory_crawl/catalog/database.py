"""Opening the catalog's SQLite database."""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from threading import Thread, current_thread
from weakref import WeakKeyDictionary

from mlentory_crawl.catalog.codec import DamagedDocument
from mlentory_crawl.exceptions import CatalogError

FILE_NAME = "catalog.sqlite"
SCHEMA_VERSION = "2"
IF_DAMAGED = "; where it is damaged, put a backup in its place, then scrapy sync"
WRITER_CACHE_MIB, READER_CACHE_MIB = 64, 16


def connect(data_dir: Path, *, write: bool = False) -> sqlite3.Connection:
    """A connection to the catalog below a data directory; reading needs no permission to write.

    Args:
        data_dir: the data directory.
        write: create what is missing and allow changes; whoever asks for it holds the directory's lock.

    Raises:
        CatalogError: there is no catalog yet (for a reader), it is damaged, or another version wrote it.
    """
    path = data_dir / FILE_NAME
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
                _prepare(connection)
            elif _is_empty(connection):
                raise _nothing_yet(data_dir)
            _check_version(connection, path)
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
    """The address of a catalog that is only read."""
    # To read along with a writer SQLite makes a log and its index where there are none. Without a log nobody writes.
    is_at_rest = not os.access(path.parent, os.W_OK) and not _log(path).exists()
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if is_at_rest else ''}"


@contextmanager
def damage_told(data_dir: Path) -> Iterator[None]:
    """What goes wrong with the catalog's file, as an error for a person.

    Args:
        data_dir: the data directory.

    Raises:
        CatalogError: the file is damaged, or cannot be read on.
    """
    try:
        yield
    except (sqlite3.Error, DamagedDocument) as error:
        raise CatalogError(f"the catalog {data_dir / FILE_NAME} cannot be read: {error}{IF_DAMAGED}") from error


class Readers:
    """The connections of those who read a catalog: one for each thread that asks.

    Args:
        data_dir: the data directory.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._of_thread: WeakKeyDictionary[Thread, sqlite3.Connection] = WeakKeyDictionary()

    @property
    def own(self) -> sqlite3.Connection:
        """That of the current thread.

        Raises:
            CatalogError: there is no catalog that can be read.
        """
        thread = current_thread()
        if thread not in self._of_thread:
            self._of_thread[thread] = connect(self._data_dir)
        return self._of_thread[thread]

    def close(self) -> None:
        """Close them all."""
        for connection in list(self._of_thread.values()):
            connection.close()


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    # A committed page survives a power cut: projections vouch for what the catalog has.
    connection.execute("PRAGMA synchronous = FULL")
    # The default of 1,000 pages makes every commit of a page of records a checkpoint.
    connection.execute("PRAGMA wal_autocheckpoint = 16000")
    if not _is_empty(connection):
        return
    schema = (files("mlentory_crawl.catalog") / "schema.sql").read_text()
    # One transaction: a kill in between must leave no tables without the version that vouches for them.
    connection.executescript(f"BEGIN IMMEDIATE; {schema}")
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?)",
        [("catalog_id", uuid.uuid4().hex), ("schema_version", SCHEMA_VERSION), ("sequence", "0")],
    )
    connection.execute("COMMIT")


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is None


def _nothing_yet(data_dir: Path) -> CatalogError:
    return CatalogError(
        f"there is no catalog in {data_dir} yet: run a crawl first, for example scrapy crawl huggingface"
    )


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
    if found is None or found[0] != SCHEMA_VERSION:
        raise CatalogError(
            f"the catalog {path} has schema version {found and found[0]}, this program needs {SCHEMA_VERSION}"
        )


def catalog_id(connection: sqlite3.Connection) -> str:
    """The id that tells this catalog from every other one."""
    return str(connection.execute("SELECT value FROM meta WHERE name = 'catalog_id'").fetchone()[0])


def last_sequence(connection: sqlite3.Connection) -> int:
    """The highest sequence number given out."""
    return int(connection.execute("SELECT value FROM meta WHERE name = 'sequence'").fetchone()[0])


class SequenceNumbers:
    """Gives out the numbers by which projections see what is new.

    Args:
        connection: the catalog, open for writing; the caller begins and ends transactions.

    Attributes:
        last: the highest number given out.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.last = last_sequence(connection)

    def next(self) -> int:
        """One that nothing has had."""
        self.last += 1
        return self.last

    def save(self) -> None:
        """Write the highest one; part of the transaction that uses it."""
        self._connection.execute("UPDATE meta SET value = ? WHERE name = 'sequence'", (str(self.last),))
