"""The files of runs, also of those that were interrupted."""

from __future__ import annotations

from pathlib import Path
from threading import get_ident

import orjson
import pytest
import zstandard
from support.small_catalog import SmallCatalog, document

from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.projections.registry import sync
from mlentory_crawl.projections.run_files import FilesProjection, RunFiles, lacking


def test_a_version_that_is_told_again_while_its_run_goes_on_is_written_once(tmp_path: Path) -> None:
    catalog = SmallCatalog(tmp_path)
    derived, base = document("acme/derived"), "https://huggingface.co/acme/base"
    derived["root"]["wasDerivedFrom"] = [base]
    derived["stubs"].append({"iri": base, "class": "MLModel", "name": "acme/base"})
    catalog.store_all({"1": document("acme/base"), "2": derived})
    files = RunFiles(tmp_path, "first")
    assert files.step()
    catalog.store("1", document("acme/renamed"))
    assert files.step()
    files.flush()
    files.close()
    (path,) = (tmp_path / "normalized").rglob("*.zst")
    lines = zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read().splitlines()
    assert [orjson.loads(line)["key"] for line in lines].count("huggingface/model/2") == 1
    (turtle,) = (tmp_path / "rdf").rglob("*.ttl")
    assert turtle.read_text().count("\n<https://huggingface.co/acme/derived> a ") == 1


def test_files_that_cannot_be_written_are_told_with_their_place(tmp_path: Path) -> None:
    SmallCatalog(tmp_path).store("1", document("acme/one"))
    (tmp_path / "rdf").write_text("in the way of a folder")
    with pytest.raises(StoreError, match=rf"^{tmp_path}/rdf.* cannot be written: (Not a directory|File exists)$"):
        sync("turtle", {"MLENTORY_DATA_DIR": str(tmp_path)}, rebuild=False, on_batch=print)


def test_a_full_disk_is_told_with_the_data_directory(tmp_path: Path) -> None:
    SmallCatalog(tmp_path).store("1", document("acme/one"))
    folder = tmp_path / "rdf" / "huggingface"
    folder.mkdir(parents=True)
    (folder / f"first.ttl.{get_ident()}.part").symlink_to("/dev/full")
    told = f"^the files of runs in {tmp_path} cannot be written: No space left on device$"
    with pytest.raises(StoreError, match=told):
        sync("turtle", {"MLENTORY_DATA_DIR": str(tmp_path)}, rebuild=False, on_batch=print)


def test_files_that_earlier_runs_lack_are_written_by_the_next(tmp_path: Path) -> None:
    catalog = SmallCatalog(tmp_path)
    catalog.store("1", document("acme/one"))
    catalog.begin("second")
    catalog.store("2", document("acme/two"))
    catalog.begin("third")
    catalog.store("3", document("acme/three"))
    reader = CatalogReader(tmp_path)
    assert lacking(reader, tmp_path) == ["first", "second", "third"]
    files = FilesProjection(tmp_path, "third")
    files.open()
    while files.step():
        pass
    files.flush()
    files.close()
    assert lacking(reader, tmp_path) == []
    told = {path.stem: path.read_text() for path in tmp_path.rglob("*.ttl")}
    assert [run for run, text in told.items() if "acme/two" in text] == ["second"]
