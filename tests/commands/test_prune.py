"""What is old can be deleted, and what is still needed stays."""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.catalogs import HUB, Book, model as document
from support.crawling import Project, model, write_records

from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.commands.prune import Command, _moment
from mlentory_crawl.sample_hub import SampleHub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[SampleHub]:
    with SampleHub(records=write_records(tmp_path / "records.jsonl", [model(n) for n in range(20)])) as served:
        yield served


def pruned(project: Project, *words: str) -> dict[str, Any]:
    done = project.scrapy("prune", "--json", *words)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def size_of(raw: Path) -> int:
    return sum(path.stat().st_size for path in raw.rglob("*") if path.is_file())


def test_raw_answers_and_versions(hub: SampleHub, tmp_path: Path) -> None:
    project = Project(tmp_path / "data", hub.url)
    for number in range(3):
        hub.set(patch={f"acme/model-{number}": {"pipeline_tag": "text-classification"}})
        project.crawl("-a", "mode=census")
    raw = project.data_dir / "raw"
    before, export = size_of(raw), project.export("before.nt")
    nothing = pruned(project)
    assert (nothing["raw"]["files"], nothing["versions"]["count"]) == (0, 0)
    assert nothing["possible"]["raw"]["runs"] == 2
    assert "\nmlentory prune --keep-runs 0 frees 4 files (0.0 MB) of 2 runs\n" in project.scrapy("prune").stdout
    planned = pruned(project, "--keep-runs", "1", "--versions-before", "2999-01-01", "--dry-run")
    assert size_of(raw) == before
    # Of an answer that there was no room for, or whose writer was killed.
    for folder in raw.glob("huggingface/*"):
        (folder / f"{'0' * 64}.7.part").write_bytes(b"")
    told = pruned(project, "--keep-runs", "1", "--versions-before", "2999-01-01")
    assert not list(raw.rglob("*.part"))
    assert len(list(raw.glob("huggingface/*"))) == 1
    assert told == planned | {"dry_run": False}
    assert (told["raw"]["runs"], told["raw"]["files"], told["versions"]["count"]) == (2, 4, 2)
    assert size_of(raw) == before - told["raw"]["bytes"]
    assert told["versions"]["bytes"] > 0
    with sqlite3.connect(project.data_dir / "catalog.sqlite") as catalog:
        assert catalog.execute("SELECT count(*) FROM version").fetchall() == [(0,)]
        assert catalog.execute("SELECT count(DISTINCT run) FROM answer").fetchall() == [(1,)]
    catalog.close()
    assert project.export("after.nt") == export
    again = pruned(project, "--keep-runs", "1", "--versions-before", "2999-01-01")
    assert (again["raw"]["files"], again["versions"]["count"]) == (0, 0)
    # Nothing is fetched twice or stored anew because of it.
    assert project.crawl("-a", "mode=census")["records"]["unchanged"] == 20
    words = project.scrapy("prune", "--keep-runs", "0", "--dry-run")
    assert "would be deleted" in words.stdout


def test_what_held_at_the_day_stays(tmp_path: Path) -> None:
    book = Book(tmp_path)
    for license_name in ("mit", "apache-2.0", "bsd-3-clause", "isc"):
        book.crawl({"1": document("acme/one", version=license_name), "2": document("acme/two")})
    book.writer.census.settle(book.begin(), "2024-01-05T00:00:00Z", [1, 2], [1, 2], b"{}")
    day = "2024-01-03T12:00:00Z"
    reader = CatalogReader(tmp_path)
    held = [each.document for each in reader.about_at(f"{HUB}acme/one", day)]
    assert book.writer.prune_versions(day, dry_run=True)[0] == 2
    assert book.writer.prune_versions(day, dry_run=False)[0] == 2
    assert [each.document for each in reader.about_at(f"{HUB}acme/one", day)] == held
    assert [each.document["root"]["version"] for each in reader.about_at(f"{HUB}acme/one", "2024-01-04T12:00:00Z")] == [
        "isc"
    ]
    # Until it was deleted, the second one was as its last version says.
    assert len(reader.about_at(f"{HUB}acme/two", day)) == 1
    assert book.rows("SELECT count(*) FROM version") == [(3,)]
    reader.close()
    book.close()


def test_what_could_be_deleted_is_told_and_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = Book(tmp_path)
    for license_name in ("mit", "apache-2.0", "isc"):
        book.crawl({"1": document("acme/one", version=license_name)})
    book.close()
    parser = argparse.ArgumentParser()
    Command.add_options(parser)
    settings = {"MLENTORY_DATA_DIR": str(tmp_path), "MLENTORY_DATA_ACCESS": "group", "RAW_KEEP_RUNS": "7"}
    assert Command(settings).run([], parser.parse_args([])) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("Superseded versions deleted: 0 ")
    (hint,) = lines[2:]
    day = re.fullmatch(r"mlentory prune --versions-before (\d{4}-\d\d-\d\d) frees 2 \(0\.0 MB .*\)", hint)
    assert day is not None
    # Who does as it says gets what it says.
    assert Command(settings).run([], parser.parse_args(["--versions-before", day[1]])) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [lines[1].replace(": 0 ", ": 2 ")]


def test_a_day_has_its_zone() -> None:
    assert _moment("2026-11-20T00:00:00+02:00") == "2026-11-19T22:00:00Z"
    assert _moment("2026-11-20") == "2026-11-20T00:00:00Z"


@pytest.mark.parametrize(
    "words", [["--keep-runs", "-1"], ["--keep-runs", "few"], ["--versions-before", "spring"], ["everything"], ["--al"]]
)
def test_wrong_usage(tmp_path: Path, words: list[str]) -> None:
    done = Project(tmp_path / "data", "http://127.0.0.1:9").scrapy("prune", *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_without_a_catalog_there_is_nothing_to_prune(tmp_path: Path) -> None:
    done = Project(tmp_path / "data", "http://127.0.0.1:9").scrapy("prune")
    assert done.returncode == 1
    assert "there is no catalog" in done.stderr
