"""Indexes of which others may read the files: tantivy writes some for their owner alone, and takes a lock to read."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

from tantivy import Index, Searcher

from mlentory_crawl.stores.search.tantivy.index import VERSION_FILE, prepared

META, MANAGED, READERS_LOCK = "meta.json", ".managed.json", ".tantivy-meta.lock"


def keep_readable(directory: Path) -> None:
    """Give the files that tantivy makes for their owner alone the permissions that the others have."""
    permissions = stat.S_IMODE((directory / VERSION_FILE).stat().st_mode)
    for name in (META, MANAGED):
        with contextlib.suppress(FileNotFoundError):
            (directory / name).chmod(permissions)


def can_be_locked(directory: Path) -> bool:
    """True where tantivy can take the lock that it reads an index with."""
    lock = directory / READERS_LOCK
    return os.access(lock if lock.exists() else directory, os.W_OK)


def snapshot(directory: Path) -> Searcher:
    """The index as of its last commit, read without a lock.

    The lock keeps a writer from deleting files that a reader is about to open. What was opened stays, whatever becomes
    of the folder; where a file is gone before, there is a new commit, and that is read.
    """
    while True:
        meta = (directory / META).read_bytes()
        try:
            return _opened(directory, meta)
        except ValueError:
            if (directory / META).read_bytes() == meta:
                raise


def _opened(directory: Path, meta: bytes) -> Searcher:
    with TemporaryDirectory(prefix="mlentory-search-") as name:
        links = Path(name)
        (links / META).write_bytes(meta)
        for file in directory.resolve().iterdir():
            if file.suffix not in (".json", ".lock"):
                (links / file.name).symlink_to(file)
        index = prepared(Index.open(name))
        index.reload()
        return index.searcher()
