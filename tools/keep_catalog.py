"""Keeps a data directory of this version of the program, which tests of later versions open.

`.venv/bin/python tools/keep_catalog.py 0.2.0` before the release 0.2.0 writes `tests/data/catalogs/0.2.0.tar.xz`. It
holds made-up models with all that a catalog may have: versions, a tombstone, an alias, an erased entity, records in the
quarantine, values that were left out. Beside the data directory are `records.jsonl`, the last models of the hub, and
`entities.json`, the ids of those that were changed, renamed, deleted or erased.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

# The packages of this checkout, not those that happen to be installed.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mlentory_crawl.config.environment import ENV_FILE
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.sample_hub.models import MadeUpModels
from mlentory_crawl.spiders import variables

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "data" / "catalogs"
HUB = "https://huggingface.co/"
MODELS = 40
RENAMED, ERASED, DELETED, ODD, DATED, CHANGED = 2, 4, 7, 12, 14, 36
"""The numbers of the models that are not left alone; others derive from the first three, the last from the second."""
KEPT = ("data/catalog.sqlite", "data/raw/", "data/runs/", "entities.json", "records.jsonl")
"""The files that are kept; everything else in the data directory is made from the catalog."""

Records = list[dict[str, Any]]


def keep(target: Path) -> None:
    """Crawl made-up models several times, and write the data directory to an archive.

    Args:
        target: the archive; an existing file is replaced.

    Raises:
        subprocess.CalledProcessError: a command failed.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        first = _models()
        last = _later(first)
        _crawl(folder, first, "mode=census")
        # So few records that the one that is gone is a larger share than a census may miss.
        for _ in range(2):
            _crawl(folder, last, "mode=census", "accept_deletions=true")
        _run(folder, "erase", "--yes", HUB + first[ERASED]["id"])
        _crawl(folder, last, "mode=census")
        _crawl(folder, last, f"ids={first[ERASED]['id']},{first[CHANGED]['id']},nobody/nothing")
        _write(folder / "records.jsonl", last)
        of = {"renamed": RENAMED, "erased": ERASED, "deleted": DELETED, "changed": CHANGED}
        (folder / "entities.json").write_bytes(orjson.dumps({name: first[number]["id"] for name, number in of.items()}))
        with tarfile.open(target, "w:xz") as archive:
            for path in sorted(folder.rglob("*")):
                name = str(path.relative_to(folder))
                if path.is_file() and name.startswith(KEPT):
                    archive.add(path, name, filter=_anonymous)


def _models() -> Records:
    source = MadeUpModels(MODELS)
    models: Records = [source.record(number) for number in range(MODELS)]
    models[ODD]["_id"] = 17
    models[DATED]["createdAt"] = "some day"
    return models


def _later(models: Records) -> Records:
    later = [dict(model) for model in models]
    later[CHANGED] |= {"pipeline_tag": "summarization", "lastModified": "2026-11-02T00:00:00.000Z"}
    later[RENAMED]["id"] += "-renamed"
    later.pop(DELETED)
    return later


def _write(path: Path, records: Sequence[dict[str, Any]]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in records))
    return path


def _crawl(folder: Path, records: Sequence[dict[str, Any]], *arguments: str) -> None:
    with SampleHub(records=_write(folder / "served.jsonl", records)) as hub:
        words = [word for each in arguments for word in ("-a", each)]
        _run(folder, "crawl", "huggingface", "--loglevel", "WARNING", *words, HF_ENDPOINT=hub.url)


def _run(folder: Path, *words: str, **environment: str) -> None:
    bare = {name: value for name, value in os.environ.items() if name not in {each.name for each in variables()}}
    told = {"MLENTORY_DATA_DIR": str(folder / "data"), ENV_FILE: os.devnull, "PYTHONPATH": str(ROOT), **environment}
    subprocess.run([sys.executable, "-m", "mlentory_crawl", *words], env={**bare, **told}, cwd=ROOT, check=True)


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    (version,) = sys.argv[1:]
    path = FOLDER / f"{version}.tar.xz"
    path.parent.mkdir(parents=True, exist_ok=True)
    keep(path)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")
