"""The positions of projections: up to which sequence number each is complete, before and after a sync."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.crawling import Project
from support.small_catalog import SmallCatalog, document

from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.projections.registry import positions, sync

RUNS = ("first", "second", "third")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Three runs, each with one record."""
    catalog = SmallCatalog(tmp_path)
    for number, run in enumerate(RUNS):
        if number:
            catalog.begin(run)
        catalog.store(str(number), document(f"acme/{run}"))
    catalog.writer.close()
    return tmp_path


def position(data_dir: Path) -> dict[str, Any]:
    with closing(CatalogReader(data_dir)) as reader:
        return positions(reader, {"MLENTORY_DATA_DIR": str(data_dir)})["turtle"]


def test_files_are_complete_up_to_the_first_run_that_lacks_one(data_dir: Path) -> None:
    def write(*, rebuild: bool = False) -> dict[str, Any]:
        settings = {"MLENTORY_DATA_DIR": str(data_dir)}
        return sync("turtle", settings, rebuild=rebuild, on_batch=lambda _: None)

    complete = {"backend": "files", "position": 3, "backlog": 0, "files": 6}
    assert position(data_dir) == {**complete, "position": 0, "backlog": 6, "files": 0}
    assert write() == {**complete, "written": 6, "failed": 0}
    (lost,) = data_dir.glob("rdf/*/second.ttl")
    lost.unlink()
    assert position(data_dir) == {**complete, "position": 1, "backlog": 1, "files": 5}
    assert write() == {**complete, "written": 2, "failed": 0}
    assert write() == {**complete, "written": 0, "failed": 0}
    assert write(rebuild=True) == {**complete, "written": 6, "failed": 0}


def test_of_a_store_that_cannot_be_used_nothing_is_known(data_dir: Path) -> None:
    (data_dir / "search").write_text("in the way")
    done = Project(data_dir, "http://127.0.0.1:9").scrapy("sync", "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert {name: told["search"][name] for name in ("position", "backlog", "written", "failed")} == {
        "position": None, "backlog": None, "written": 0, "failed": 0,
    }  # fmt: skip
    assert told["turtle"]["position"] == 3
