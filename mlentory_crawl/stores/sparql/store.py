"""The embedded store of triples: Oxigraph, in a folder of the data directory."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import orjson
from filelock import FileLock, Timeout

from mlentory_crawl.changes import Change, Position, Refusal
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.extras import install_command
from mlentory_crawl.stores.errors import error_message
from mlentory_crawl.stores.sparql.folder import (
    DATABASES,
    LOCK,
    SNAPSHOTS,
    State,
    check_folder,
    folder_of,
    new_name,
    remove_others,
)

if TYPE_CHECKING:
    from pyoxigraph import Store as Database

    from mlentory_crawl.stores.sparql.notes import Held
    from mlentory_crawl.stores.sparql.stated import Stated

logger = logging.getLogger(__name__)

LOCK_WAIT = 10.0
"""Seconds to wait for an earlier process that is still ending."""
BULK_LINES = 10_000
"""Lines from which loading a file of them is quicker than a transaction."""
_DOCUMENTS = "SELECT (COUNT(?key) AS ?documents) WHERE { GRAPH ?key { ?key <urn:mlentory:digest> ?digest } }"
_POSITION = "<urn:mlentory:position>"


class OxigraphStore:
    """The triples of all entities, as an export has them.

    One process writes. Others read snapshots, each of which is complete up to a position; one that is older than the
    deletion of an entity is removed at once.

    Args:
        folder: where everything is kept; made if it does not exist.
    """

    backend = "oxigraph"
    batch_size = 1000
    kinds: frozenset[str] | None = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: FileLock | None = None
        self._state = State("")
        self._database: Database | None = None
        self._name = ""
        self._documents = 0
        self._pending: Position | None = None
        self._durable: Position | None = None
        self._replaces = self._is_changed = self._removes = False
        self.equal = 0

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """The store of the data directory that the settings name."""
        return cls(folder_of(settings))

    # Connecting

    def open(self) -> Position | None:
        """Take the folder for writing; what is damaged or of another layout is emptied, to be filled anew."""
        self._acquire()
        with self._store_errors():
            found = State.read(self._folder)
            if found is None or not self._continue(found):
                self._begin_anew()
        return self._durable

    def _acquire(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            check_folder(self._folder)
            self._lock = FileLock(self._folder / LOCK, timeout=LOCK_WAIT)
            self._lock.acquire()
        except Timeout as error:
            self._lock = None
            raise StoreError(f"another process is writing the triples in {self._folder}") from error
        except OSError as error:
            raise StoreError(f"{self._folder} cannot be written: {error.strerror or error}") from error

    def _continue(self, found: State) -> bool:
        """Open the database that there is; False if it cannot be continued."""
        path = self._folder / DATABASES / found.database
        if not path.is_dir():
            return False
        try:
            self._use(found.database)
            self._durable = self._noted_position()
            self._documents = int(self._one(_DOCUMENTS) or 0)
        except (FileNotFoundError, RuntimeError, ValueError, KeyError, TypeError) as error:
            logger.warning("The triples in %s are damaged, and made anew: %s", self._folder, error_message(error))
            return False
        if self._durable is None:
            return False
        self._state = found
        # The database may have more than the last snapshot: a process may have ended before it published that.
        self._is_changed = self._removes = True
        if found.position != self._durable:
            self._publish_snapshot()
        return True

    def _begin_anew(self) -> None:
        self._database = None
        self._durable = None
        self._documents = 0
        remove_others(self._folder / SNAPSHOTS)
        remove_others(self._folder / DATABASES)
        self._use(new_name())
        self._state = State(self._name)
        self._state.write(self._folder)

    def _use(self, name: str) -> None:
        """Open a database, a new one if there is none of that name."""
        database_class = _library()
        self._database = None  # its files are closed with it
        path = self._folder / DATABASES / name
        path.mkdir(parents=True, exist_ok=True)
        self._database, self._name = database_class(path), name

    def _noted_position(self) -> Position | None:
        query = f"SELECT ?p WHERE {{ GRAPH {_POSITION} {{ {_POSITION} {_POSITION} ?p }} }}"
        found = self._one(query)
        return None if found is None else Position(**orjson.loads(found))

    def _one(self, query: str) -> str | None:
        """Return the only value that a query finds."""
        from pyoxigraph import Literal, QuerySolutions

        solutions = self._open_database().query(query)
        assert isinstance(solutions, QuerySolutions)
        found = [solution[0] for solution in solutions]
        return found[0].value if found and isinstance(found[0], Literal) else None

    def peek(self) -> tuple[Position | None, dict[str, int]]:
        """Position and counts of the last snapshot; no position where there is none."""
        found = State.read(self._folder)
        return (None, {"documents": 0}) if found is None else (found.position, {"documents": found.documents})

    def counts(self) -> dict[str, int]:
        """The number of entities that have triples of their own."""
        return {"documents": self._documents}

    def close(self) -> None:
        """Release the folder; what was not published is begun again the next time."""
        self._database = self._pending = None
        self._replaces = self._is_changed = self._removes = False
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()

    def _open_database(self) -> Database:
        if self._database is None:
            raise StoreError("the triples are not open for writing")
        return self._database

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, RuntimeError, SyntaxError) as error:
            raise StoreError(f"the triples in {self._folder} failed: {error_message(error)}") from error

    # Writing

    def write(self, changes: Sequence[Change], position: Position) -> list[Refusal]:
        """Replace the triples of each change's key; a change is refused if it says something that is no RDF."""
        from mlentory_crawl.stores.sparql.notes import Held
        from mlentory_crawl.stores.sparql.stated import stated

        database = self._open_database()
        said: dict[str, Stated] = {}
        held: dict[str, Held] = {}
        refusals = []
        self.equal = 0
        with self._store_errors():
            for change in {change.key: change for change in changes}.values():
                try:
                    now = stated(change)
                    digest = now.digest()
                except Exception as error:  # noqa: BLE001  (whatever is wrong with it, its neighbors are taken)
                    refusals.append(Refusal(change.key, error_message(error)))
                    continue
                had = Held(database, now.graph)
                self.equal += had.digest == digest if now.is_live else not had.states
                if had.digest != digest and (had.exists or now.describes):
                    said[now.graph], held[now.graph] = now, had
            if said:
                self._replace(database, said, held)
        self._pending = position
        return refusals

    def _replace(self, database: Database, said: dict[str, Stated], held: dict[str, Held]) -> None:
        from mlentory_crawl.stores.sparql.exchange import Exchange

        made = Exchange(database, said, held)
        if made.replaces or made.adds < BULK_LINES:
            database.update(made.update())
        else:
            made.load(database)
        self._is_changed = True
        self._removes |= any(had.states and not said[graph].is_live for graph, had in held.items())
        self._documents += sum(now.is_live - bool(held[graph].states) for graph, now in said.items())

    def flush(self) -> Position | None:
        """Note up to where it is complete, and make a snapshot of it; between `clear` and `publish` nothing is."""
        if self._pending is not None and not self._replaces:
            self._commit()
        return self._durable

    def _commit(self) -> None:
        database = self._open_database()
        with self._store_errors():
            if self._pending is not None:
                from mlentory_crawl.stores.sparql.stated import literal

                told = literal(orjson.dumps(asdict(self._pending)).decode())
                database.update(
                    f"DROP SILENT GRAPH {_POSITION} ;"
                    f" INSERT DATA {{ GRAPH {_POSITION} {{ {_POSITION} {_POSITION} {told} }} }}"
                )
            database.flush()
            self._durable, self._pending = self._pending, None
            self._publish_snapshot()

    def _publish_snapshot(self) -> None:
        """Make what is durable visible to readers."""
        former, name = self._state.snapshot, self._state.snapshot
        if self._is_changed or former is None:
            name = new_name()
            part = self._folder / SNAPSHOTS / f"{name}.part"
            part.parent.mkdir(exist_ok=True)
            self._open_database().backup(os.fspath(part))
            part.rename(part.with_suffix(""))
        self._state = State(self._name, name, self._durable, self._documents)
        self._state.write(self._folder)
        # One that is just being read may be read to its end, unless it has what is gone for good.
        remove_others(self._folder / SNAPSHOTS, name, None if self._removes else former)
        remove_others(self._folder / DATABASES, self._name)
        self._is_changed = self._removes = False

    def clear(self) -> None:
        """Begin a new database; readers go on with the last snapshot."""
        with self._store_errors():
            self._use(new_name())
        self._durable = self._pending = None
        self._documents = 0
        self._replaces = self._is_changed = self._removes = True

    def publish(self) -> None:
        """Make a snapshot of what replaces the database of before, which is deleted."""
        if self._replaces:
            with self._store_errors():
                self._open_database().optimize()
            self._replaces = False
            self._commit()


def _library() -> type[Database]:
    """Return the class of databases.

    Raises:
        StoreError: the library is not installed.
    """
    try:
        import pyoxigraph
    except ImportError as error:
        raise StoreError(f"SPARQL needs Oxigraph: {install_command('sparql')}") from error
    library: type[Database] = pyoxigraph.Store
    return library
