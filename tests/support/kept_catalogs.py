"""Data directories that earlier versions of the program have made, as `tools/keep_catalog.py` keeps them."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

from mlentory_crawl.data_directory import CATALOG

FOLDER = Path(__file__).parents[1] / "data" / "catalogs"
KEPT = sorted(path.name.removesuffix(".tar.xz") for path in FOLDER.iterdir())
OLDEST = "schema-3"
HUB = "https://huggingface.co/"


class Kept:
    """A copy of a kept data directory.

    Args:
        version: the version of the program that made it.
        folder: where the copy is to be.

    Attributes:
        data_dir: the data directory.
        records: a file of the models that the hub has at last.
        entities: the ids of models by what became of them.
    """

    def __init__(self, version: str, folder: Path) -> None:
        with tarfile.open(FOLDER / f"{version}.tar.xz") as archive:
            archive.extractall(folder, filter="data")
        self.data_dir = folder / "data"
        self.catalog = self.data_dir / CATALOG
        self.records = folder / "records.jsonl"
        self.entities: dict[str, str] = json.loads((folder / "entities.json").read_bytes())
