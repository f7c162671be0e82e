"""The folder of the triples: the database that one process writes, and its snapshots, which others read.

Everything here is about files; none of it needs the library that the store is written with.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import orjson

from mlentory_crawl.changes import Position
from mlentory_crawl.data_directory import whole
from mlentory_crawl.exceptions import StoreError

FOLDER = "sparql"
LAYOUT = 1
"""The number of the layout; a database of another one is filled anew."""
STATE, LOCK = "state.json", "lock"
DATABASES, SNAPSHOTS = "databases", "snapshots"


def folder_of(settings: Mapping[str, Any]) -> Path:
    """Return the folder of the triples in the data directory that the settings name."""
    return Path(settings["MLENTORY_DATA_DIR"]) / FOLDER


@dataclass(frozen=True, slots=True)
class State:
    """State of a folder.

    Attributes:
        database: the name of the database that is written.
        snapshot: the name of its last snapshot; None before the first.
        position: up to where that is complete; None where it is empty.
        documents: the number of entities in it.
    """

    database: str
    snapshot: str | None = None
    position: Position | None = None
    documents: int = 0

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return the state of a folder; None where nothing is, or nothing of this layout.

        Raises:
            StoreError: it cannot be read.
        """
        try:
            told = orjson.loads((folder / STATE).read_bytes())
            if told.pop("layout") != LAYOUT:
                return None
            position = told.pop("position")
            return cls(**told, position=position and Position(**position))
        except (FileNotFoundError, NotADirectoryError, ValueError, TypeError, KeyError, AttributeError):
            return None
        except OSError as error:
            raise StoreError(f"the triples in {folder} cannot be read: {error.strerror or error}") from error

    def write(self, folder: Path) -> None:
        """Write the state, in one step."""
        with whole(folder / STATE) as file:
            file.write(orjson.dumps({"layout": LAYOUT, **asdict(self)}))

    def snapshot_in(self, folder: Path) -> Path | None:
        """Return where the last snapshot is."""
        return None if self.snapshot is None else folder / SNAPSHOTS / self.snapshot


def check_folder(folder: Path) -> None:
    """Refuse a folder in which others keep something.

    Raises:
        StoreError: it has other files.
    """
    known = {STATE, LOCK, DATABASES, SNAPSHOTS}
    found = [path for path in folder.iterdir() if path.name not in known and path.suffix != ".part"]
    if found:
        raise StoreError(f"{folder} contains files that are not of this program, such as {found[0].name}")


def new_name() -> str:
    """Return a name that no database or snapshot had before: who has one open knows it by its name."""
    return uuid4().hex


def remove_others(folder: Path, *kept: str | None) -> None:
    """Remove all in a folder but what is kept; readers that have it open notice."""
    for path in folder.iterdir() if folder.exists() else ():
        if path.name not in kept:
            # First its name, in one step: nobody opens half of it.
            gone = path if path.suffix == ".part" else path.with_suffix(".part")
            with contextlib.suppress(OSError):
                path.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)
