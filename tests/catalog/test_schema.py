"""Catalogs of earlier versions are migrated, whole or not at all; those of later ones are refused."""

from __future__ import annotations

import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.catalogs import Book, model, recounted
from support.crawling import ROOT
from support.kept_catalogs import KEPT, OLDEST, Kept

from mlentory_crawl.catalog import schema
from mlentory_crawl.catalog.database import connect
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.data_directory import CATALOG, locked
from mlentory_crawl.exceptions import CatalogError

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(OLDEST, tmp_path)


@pytest.fixture
def with_migration(tmp_path: Path) -> Iterator[Callable[[str], int]]:
    """Adds a made-up migration to those of the program, and returns the version that it makes."""
    folder = Path(shutil.copytree(str(schema.MIGRATIONS), tmp_path / "migrations"))
    with pytest.MonkeyPatch.context() as patched:

        def add(script: str) -> int:
            version = schema.newest() + 1
            (folder / f"{version:04}_made_up.sql").write_text(script)
            patched.setattr(schema, "MIGRATIONS", folder)
            schema.migrations.cache_clear()
            return version

        yield add
    schema.migrations.cache_clear()


def version_of(catalog: Path) -> int:
    with closing(sqlite3.connect(catalog)) as connection:
        return int(connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()[0])


def schema_of(catalog: Path) -> list[tuple[str, str, str]]:
    """Type, name and statement of everything in a database, without what means nothing to SQLite."""
    with closing(sqlite3.connect(catalog)) as connection:
        rows = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
        ).fetchall()
    return [(type, name, re.sub(r"--[^\n]*|[\s\"]", "", sql)) for type, name, sql in rows]


def contents(catalog: Path) -> Rows:
    """All rows of a catalog, by table."""
    with closing(sqlite3.connect(catalog)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for (name,) in tables}


@pytest.mark.parametrize("version", KEPT)
def test_a_migrated_catalog_has_the_schema_of_a_new_one(version: str, tmp_path: Path) -> None:
    kept = Kept(version, tmp_path)
    CatalogWriter(kept.data_dir).close()
    CatalogWriter(tmp_path / "new").close()
    assert schema_of(kept.catalog) == schema_of(tmp_path / "new" / CATALOG)
    assert version_of(kept.catalog) == version_of(tmp_path / "new" / CATALOG) == schema.newest()


def test_a_migration_is_told_once(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        CatalogReader(kept.data_dir).close()
    assert [record.getMessage().split(" from ")[0] for record in caplog.records] == [f"Migrating {kept.catalog}"]


def test_what_records_state_is_not_touched(kept: Kept) -> None:
    before = contents(kept.catalog)
    CatalogReader(kept.data_dir).close()
    after = contents(kept.catalog)
    before["erased"] = before.pop("forgotten")
    assert all(after.pop(name) == [] for name in ("compared_text", "text_band", "value", "distribution"))
    totals = {name: after.pop(name) for name in ("total", "record_total")}
    with closing(sqlite3.connect(kept.catalog)) as connection:
        assert totals == {"total": recounted(connection)[0], "record_total": recounted(connection)[1]}
    assert after.keys() == before.keys()
    assert len(after["erased"]) == 1
    # New columns come last.
    kept_of = {name: [row[: len(before[name][0])] for row in rows] for name, rows in after.items()}
    assert [name for name in after if kept_of[name] != before[name]] == ["meta", "run"]
    reports = [[row[-1].replace("forgotten", "erased") for row in rows["run"]] for rows in (before, after)]
    assert [sorted(text) for text in reports[0]] == [sorted(text) for text in reports[1]]
    assert not any("forgotten" in row[-1] for row in after["run"])


@pytest.mark.parametrize("version", KEPT)
def test_the_next_version_opens_all_before_it(
    version: str, tmp_path: Path, with_migration: Callable[[str], int]
) -> None:
    kept = Kept(version, tmp_path)
    present = schema.newest()
    with closing(CatalogReader(kept.data_dir)) as reader:
        states = list(reader.states())
    following = with_migration(
        "ALTER TABLE record ADD COLUMN color TEXT; UPDATE record SET color = 'red; white' WHERE kind = 'model'"
    )
    with closing(CatalogReader(kept.data_dir)) as reader:
        assert list(reader.states()) == states
    with closing(connect(kept.data_dir)) as connection:
        assert set(connection.execute("SELECT color FROM record")) == {("red; white",)}
    assert version_of(kept.catalog) == following == present + 1


def test_a_catalog_of_a_later_version_is_refused_in_one_line(data_dir: Path) -> None:
    book = Book(data_dir)
    book.crawl({"1": model("a/a")})
    book.alter("UPDATE meta SET value = '99' WHERE name = 'schema_version'")
    book.close()
    before = contents(data_dir / CATALOG)
    for opened in (CatalogReader, CatalogWriter):
        with pytest.raises(CatalogError, match="written by a newer version of this program") as refused:
            opened(data_dir)
        assert str(data_dir / CATALOG) in str(refused.value)
        assert "\n" not in str(refused.value)
    assert contents(data_dir / CATALOG) == before


@pytest.mark.parametrize("found", ["2", "", "new"])
def test_a_version_from_which_nothing_leads_on_is_refused(data_dir: Path, found: str) -> None:
    book = Book(data_dir)
    book.alter("UPDATE meta SET value = ? WHERE name = 'schema_version'", found)
    book.close()
    for opened in (CatalogReader, CatalogWriter):
        with pytest.raises(CatalogError, match="cannot be migrated"):
            opened(data_dir)


# Whole or not at all


def test_a_migration_that_fails_changes_nothing(kept: Kept, with_migration: Callable[[str], int]) -> None:
    version = with_migration("DELETE FROM record; DELETE FROM no_such_table")
    for opened in (CatalogReader, CatalogWriter):
        with pytest.raises(CatalogError, match="no_such_table"):
            opened(kept.data_dir)
    assert version_of(kept.catalog) == version - 1  # the migrations before it are whole, too
    assert contents(kept.catalog)["record"]


KILLED = """
import os, signal, sqlite3, sys
from pathlib import Path
from typing import Any
from mlentory_crawl.catalog.schema import migrate

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")

def die(statement):
    if sys.argv[2] in statement:
        os.kill(os.getpid(), signal.SIGKILL)

connection.set_trace_callback(die)
migrate(connection)
"""


@pytest.mark.parametrize("statement", ["UPDATE run", "UPDATE meta", "COMMIT"])
def test_a_kill_leaves_the_version_before(kept: Kept, statement: str) -> None:
    before = contents(kept.catalog)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(kept.catalog), statement], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert contents(kept.catalog) == before
    CatalogReader(kept.data_dir).close()
    assert version_of(kept.catalog) == schema.newest()


# Readers


def test_a_reader_leaves_a_catalog_alone_that_a_crawl_of_the_earlier_version_holds(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlentory_crawl.catalog.database.MIGRATION_WAIT", 0)
    with locked(kept.data_dir), pytest.raises(CatalogError, match=r"in use by process .* try again") as refused:
        CatalogReader(kept.data_dir)
    assert "\n" not in str(refused.value)
    assert version_of(kept.catalog) == 3
    CatalogReader(kept.data_dir).close()
    assert version_of(kept.catalog) == schema.newest()
