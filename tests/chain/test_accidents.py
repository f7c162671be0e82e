"""Stores that refuse, signals at bad moments, and what piles up."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.crawling import Project, model, write_records
from support.small_catalog import SmallCatalog

from mlentory_crawl.commands import export
from mlentory_crawl.exceptions import MlentoryError, WrongUsage
from mlentory_crawl.exporters.formats import FORMATS
from mlentory_crawl.sample_hub import SampleHub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[SampleHub]:
    with SampleHub(records=write_records(tmp_path / "records.jsonl", [model(n) for n in range(50)])) as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, hub: SampleHub) -> Project:
    return Project(tmp_path / "data", hub.url)


def test_a_record_that_the_search_store_refuses_is_told_until_it_is_taken(project: Project, hub: SampleHub) -> None:
    project.crawl("-a", "mode=census")
    with sqlite3.connect(project.data_dir / "catalog.sqlite") as catalog:
        # No platform's number gets this far; somebody's hand in the catalog might.
        (record, key) = catalog.execute("SELECT id, key FROM record WHERE iri LIKE '%/model-7'").fetchone()
        ((sequence,),) = catalog.execute("SELECT value FROM meta WHERE name = 'sequence'")
        catalog.execute("UPDATE meta SET value = ? WHERE name = 'sequence'", (str(int(sequence) + 1),))
        catalog.execute("UPDATE record SET sequence = ? WHERE id = ?", (int(sequence) + 1, record))
        catalog.execute("UPDATE counter SET published = ? WHERE record = ?", (f'{{"downloads":{2**63}}}', record))
        catalog.execute("UPDATE counter SET observed = published WHERE record = ?", (record,))
    catalog.close()
    hub.set(patch={"acme/model-8": {"pipeline_tag": "text-classification"}})
    for changed in (1, 0):
        # The counters move back below what the catalog shows; until that is published they are as they were.
        report = project.crawl("-a", "ids=acme/model-8", code=1)
        assert report["records"]["changed"] == changed
        told = report["projections"]["search"]
        assert (told["written"], told["failed"], told["backlog"]) == (changed, 1, 1)
        assert list(told["errors"]) == [f"huggingface/model/{key}"]
        assert report["verdict"] == "failed"
    assert project.crawl("-a", "mode=census")["projections"]["search"]["failed"] == 0


@pytest.mark.parametrize("asked", [["-a", "mode=census"], ["-a", "ids=acme/model-20,acme/model-40"]])
def test_a_catalog_that_cannot_be_written_ends_the_crawl_and_counts_what_it_has(
    project: Project, asked: list[str]
) -> None:
    assert project.crawl("-a", "ids=acme/model-1")["records"]["new"] == 1
    with sqlite3.connect(project.data_dir / "catalog.sqlite") as catalog:
        catalog.execute(
            """CREATE TRIGGER full BEFORE INSERT ON record WHEN NEW.iri LIKE '%/model-40'
               BEGIN SELECT RAISE(ABORT, 'no room'); END"""
        )
    catalog.close()
    report = project.crawl(*asked, code=1)
    told, wanted = report["records"], report["requested"]
    assert report["verdict"] == "failed"
    assert any("the catalog cannot be written" in problem for problem in report["problems"])
    assert told["failed"] == told["fetched"] - told["new"] >= 1
    assert report["platforms"]["huggingface"] == {name: told[name] for name in report["platforms"]["huggingface"]}
    assert wanted["found"] == (told["new"] if wanted["asked"] else 0)
    assert project.status()["catalog"]["records"]["huggingface"]["model"]["live"] == 1 + told["new"]
    with sqlite3.connect(project.data_dir / "catalog.sqlite") as catalog:
        catalog.execute("DROP TRIGGER full")
    catalog.close()
    assert project.crawl(*asked)["records"]["failed"] == 0
    assert project.scrapy("show", "acme/model-40").returncode == 0


def test_one_signal_while_the_stores_finish_waits_for_them(tmp_path: Path) -> None:
    with SampleHub(models=3_000) as hub:
        project = Project(tmp_path / "data", hub.url)
        with subprocess.Popen(
            project.command("crawl", "huggingface", "-a", "mode=census"),
            env=project.environment, stderr=subprocess.PIPE, text=True,
        ) as crawl:  # fmt: skip
            assert crawl.stderr is not None
            for line in crawl.stderr:
                if "Closing spider" in line:
                    crawl.send_signal(signal.SIGINT)
        assert crawl.returncode == 0
        assert project.report()["verdict"] == "complete"
        assert project.report()["projections"]["search"]["backlog"] == 0


def test_what_was_killed_before_its_first_page_is_the_run_that_goes_on(project: Project, hub: SampleHub) -> None:
    hub.set(latency=20_000)
    crawl = subprocess.Popen(
        project.command("crawl", "huggingface", "-a", "mode=census"), env=project.environment, stderr=subprocess.DEVNULL
    )
    while not (project.data_dir / "catalog.sqlite").exists() or not runs(project):
        pass
    crawl.kill()
    crawl.wait()
    hub.set(latency=0)
    assert project.crawl("-a", "mode=census")["records"]["new"] == 50
    assert len(runs(project)) == 1


def runs(project: Project) -> list[str]:
    try:
        with sqlite3.connect(f"file:{project.data_dir}/catalog.sqlite?mode=ro", uri=True) as catalog:
            return [name for (name,) in catalog.execute("SELECT name FROM run")]
    except sqlite3.OperationalError:  # it is being made
        return []


def no_options(command: export.Command) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_options(parser)
    return parser.parse_args([])


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_an_export_without_room_is_no_wrong_usage(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def write(*given: object) -> None:
        raise OSError(code, os.strerror(code))

    SmallCatalog(data_dir).writer.close()
    monkeypatch.setattr(FORMATS[".nt"], "start", write)
    command = export.Command({"MLENTORY_DATA_DIR": str(data_dir)})
    with pytest.raises(MlentoryError, match=os.strerror(code)):
        command.carry_out([str(tmp_path / "all.nt")], no_options(command))
    assert not list(tmp_path.glob("all.nt*"))


def test_an_export_to_where_no_file_can_be_is_wrong_usage(data_dir: Path, tmp_path: Path) -> None:
    SmallCatalog(data_dir).writer.close()
    (tmp_path / "taken.nt.part").mkdir()
    command = export.Command({"MLENTORY_DATA_DIR": str(data_dir)})
    for path in (tmp_path / "none" / "all.nt", tmp_path / "taken.nt"):
        with pytest.raises(WrongUsage, match="cannot be written"):
            command.carry_out([str(path)], no_options(command))


@pytest.mark.parametrize("command", ["status", "show", "export", "sync", "search", "demo", "sample-hub"])
def test_unknown_options_are_wrong_usage(project: Project, command: str) -> None:
    done = project.scrapy(command, "--jsno")
    assert done.returncode == 2
    assert "--jsno" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_pages_of_the_hub_are_understood_as_their_model(project: Project) -> None:
    asked = [
        "https://huggingface.co/acme/model-1/tree/main",
        "https://huggingface.co/acme/model-2/blob/main/README.md?raw=1#top",
        "hf.co/acme/model-3",
        "https://huggingface.co/api/models/acme/model-4",
        "https://huggingface.co/datasets/acme/data",
        "https://huggingface.co/spaces/acme/space",
        "ACME/Model-5",
    ]
    told = project.crawl("-a", f"ids={','.join(asked)}")["requested"]
    assert (told["found"], told["invalid"], told["renamed"]) == (5, 2, 0)


def test_raw_answers_are_kept_as_long_as_they_may_be_needed(project: Project, hub: SampleHub) -> None:
    project.environment["RAW_KEEP_RUNS"] = "2"
    for number in range(4):
        hub.set(patch={f"acme/model-{number}": {"pipeline_tag": "text-classification"}})
        project.crawl("-a", "limit=5")
    raw = project.data_dir / "raw" / "huggingface"
    # Without a census nothing is known to be outdated.
    assert len(list(raw.glob("*/answers.jsonl"))) == 4
    project.crawl("-a", "mode=census")
    project.crawl("-a", "mode=census")
    kept = sorted(path.parent.name for path in raw.glob("*/answers.jsonl"))
    assert len(kept) == 2
    # The second census has the body of the first: it is still there.
    assert len(list(raw.rglob("*.zst"))) == 1
