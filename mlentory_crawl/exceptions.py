"""What can go wrong, by who raises it and what to do about it."""

from __future__ import annotations


class MlentoryError(Exception):
    """A failure whose message is written for a person: commands print it in one line and exit 1."""


class WrongUsage(MlentoryError):
    """Arguments that cannot be meant: exit 2."""


class DataDirectoryLocked(MlentoryError):
    """Another run holds the data directory: wait for it, or use another directory."""


class CatalogError(MlentoryError):
    """The catalog cannot be read or written: the crawl stops, nothing of the open pages is stored."""


class StoreError(MlentoryError):
    """A store that cannot be used at all: it is down, locked, of another catalog or too old."""


class SettingError(StoreError):
    """A setting that no store can be opened with, whatever the server says: wrong usage."""
