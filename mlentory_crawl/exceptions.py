"""Exceptions of the project, by who raises them and what to do about them."""

from __future__ import annotations


class MlentoryError(Exception):
    """A failure whose message is written for a person: commands print it in one line and exit 1."""


class WrongUsage(MlentoryError):
    """Invalid arguments: exit 2."""


class DataDirectoryLocked(MlentoryError):
    """Another run holds the data directory: wait for it, or use another directory."""


class CatalogError(MlentoryError):
    """The catalog cannot be read or written: the crawl stops, and no open page is stored."""


class StoreError(MlentoryError):
    """A store cannot be used at all: it is down, locked, too old or belongs to another catalog."""


class SettingError(StoreError):
    """A setting with which no store can be opened, whatever the server answers: wrong usage."""
