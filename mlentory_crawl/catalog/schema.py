"""The schema of a catalog: made anew, or migrated from that of an earlier version of the program."""

from __future__ import annotations

import sqlite3
import uuid
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from mlentory_crawl.catalog.sql import insert
from mlentory_crawl.exceptions import CatalogError

MIGRATIONS: Traversable = files("mlentory_crawl.catalog.migrations")
"""The folder of the SQL files, whose names begin with the version of the schema that they make."""


@cache
def migrations() -> dict[int, Traversable]:
    """Return the migrations by the version of the schema that each makes, in their order."""
    scripts = [each for each in MIGRATIONS.iterdir() if each.name.endswith(".sql")]
    return dict(sorted((int(each.name.partition("_")[0]), each) for each in scripts))


def newest() -> int:
    """Return the version of the schema that this program reads and writes."""
    return max(migrations())


def create(connection: sqlite3.Connection) -> None:
    """Make the tables of a new catalog."""
    schema = (files("mlentory_crawl.catalog") / "schema.sql").read_text()
    # One transaction: a kill in between must not leave tables without their schema version.
    connection.executescript(f"BEGIN IMMEDIATE; {schema}")
    connection.executemany(
        insert("meta", "name value"),
        [("catalog_id", uuid.uuid4().hex), ("schema_version", str(newest())), ("sequence", "0")],
    )
    connection.execute("COMMIT")


def is_outdated(connection: sqlite3.Connection, path: Path) -> bool:
    """Check whether a catalog has to be migrated before it can be read.

    Args:
        connection: a connection to the catalog.
        path: its file, for messages.

    Raises:
        CatalogError: its version is newer than this program, or no migration leads on from it.
    """
    row = connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
    version = int(row[0]) if row is not None and row[0].isdecimal() else 0
    if version > newest():
        raise CatalogError(
            f"the catalog {path} was written by a newer version of this program (its schema is {version}, the newest"
            f" that this one knows is {newest()}): update mlentory-crawl"
        )
    if version < min(migrations()) - 1:
        raise CatalogError(
            f"the catalog {path} has schema version {version}, which cannot be migrated: crawl into an empty directory"
        )
    return version < newest()


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a catalog to the newest version, with one transaction for each version on the way.

    Args:
        connection: a connection of the catalog's writer.

    Raises:
        sqlite3.Error: a migration failed; its transaction is to be rolled back.
    """
    (found,) = connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
    for version, script in migrations().items():
        if version > int(found):
            # The script and its version at once: a kill leaves the one before, whole.
            connection.executescript(
                f"BEGIN IMMEDIATE; {script.read_text()};"
                f"UPDATE meta SET value = '{version}' WHERE name = 'schema_version'; COMMIT;"
            )
