from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

from support.crawling import ROOT, Project

from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.sample_hub import SampleHub

MODELS = 3_000


def live(catalog: Path) -> int:
    with closing(sqlite3.connect(f"{catalog.as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return int(connection.execute("SELECT count(*) FROM record WHERE deleted_at IS NULL").fetchone()[0])


def stored(catalog: Path) -> int:
    try:
        with closing(sqlite3.connect(f"{catalog.as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM record").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0


def test_a_catalog_can_be_copied_while_it_is_written_and_its_copy_can_take_its_place(tmp_path: Path) -> None:
    backup, compact = tmp_path / "backup.sqlite", tmp_path / "compact.sqlite"
    with SampleHub(models=MODELS, latency=1_500) as hub:
        project = Project(tmp_path / "data", hub.url)
        catalog = project.data_dir / CATALOG
        crawl = subprocess.Popen(
            project.command("crawl", "huggingface", "-a", "mode=census"), cwd=ROOT, env=project.environment,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not stored(catalog) and time.monotonic() < deadline:
            time.sleep(0.05)
        with closing(sqlite3.connect(catalog)) as source, closing(sqlite3.connect(backup)) as target:
            source.backup(target)
            source.execute("VACUUM INTO ?", (str(compact),))
        assert crawl.poll() is None
        assert crawl.wait(120) == 0
    complete = project.export("complete.nt")
    copied = live(backup)
    assert 0 < copied <= live(compact) < MODELS
    assert live(catalog) == MODELS

    for name in (f"{CATALOG}-wal", f"{CATALOG}-shm"):
        (project.data_dir / name).unlink(missing_ok=True)
    shutil.copy(backup, catalog)
    assert project.status()["projections"]["search"]["documents"] == MODELS
    assert project.scrapy("sync").returncode == 0
    assert project.status()["projections"]["search"]["documents"] == copied

    with SampleHub(models=MODELS) as hub:
        again = Project(project.data_dir, hub.url)
        again.crawl("-a", "mode=census")
    assert again.status()["projections"]["search"]["documents"] == MODELS
    assert again.export("again.nt") == complete
