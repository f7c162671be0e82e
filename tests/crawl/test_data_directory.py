"""What is being written stays the catalog of its data directory, and its lock stays the lock."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.small_catalog import SmallCatalog, document

from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.data_directory import LOCK, Held, locked
from mlentory_crawl.exceptions import CatalogError


@pytest.mark.parametrize("name", [LOCK, "catalog.sqlite"])
@pytest.mark.parametrize("replaced", [True, False])
def test_nothing_is_written_once_a_file_is_another(data_dir: Path, name: str, replaced: bool) -> None:
    with locked(data_dir):
        catalog = SmallCatalog(data_dir)
        catalog.store("1", document("acme/one"))
        path = data_dir / name
        if replaced:
            shutil.copy(path, data_dir / "copy")
            (data_dir / "copy").replace(path)
        else:
            path.unlink()
        writes: list[Callable[[], None]] = [
            lambda: catalog.store("2", document("acme/two")),
            lambda: catalog.begin("another"),
            lambda: catalog.writer.mark(["https://huggingface.co/acme/one"], "2026-01-01T00:00:00Z"),
        ]
        for write in writes:
            with pytest.raises(CatalogError, match=f"{name} was deleted or replaced"):
                write()
        assert catalog.writer.sequence == 1
        catalog.writer.close()


def test_a_catalog_that_nobody_touches_goes_on(data_dir: Path) -> None:
    with locked(data_dir):
        catalog = SmallCatalog(data_dir)
        catalog.store("1", document("acme/one"))
        catalog.writer.compact()
        catalog.store("2", document("acme/two"))
        catalog.writer.close()
    reader = CatalogReader(data_dir)
    assert reader.last_sequence() == 2
    reader.close()


def test_a_file_that_is_not_there_is_not_held(tmp_path: Path) -> None:
    held = Held(tmp_path / "later")
    (tmp_path / "later").touch()
    held.check()
