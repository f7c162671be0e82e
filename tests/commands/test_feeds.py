"""Feeds have every record of the run, or are refused before it begins."""

from __future__ import annotations

import argparse
import csv
import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.crawling import ROOT, CatalogProject, model, write_records
from support.small_catalog import SmallCatalog

from mlentory_crawl.commands.export import Command as Export
from mlentory_crawl.exporters.base import Format
from mlentory_crawl.exporters.formats import FORMATS, Csv
from mlentory_crawl.extras import install_command
from mlentory_crawl.sample_hub import SampleHub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleHub]:
    records = write_records(tmp_path_factory.mktemp("hub") / "records.jsonl", [model(n) for n in range(3)])
    with SampleHub(records=records) as hub:
        yield hub


def test_all_of_scrapys_names_for_json_have_every_record(hub: SampleHub, tmp_path: Path) -> None:
    files = [tmp_path / f"out.{ending}" for ending in ("json", "jsonlines", "jl", "jsonl")]
    project = CatalogProject(tmp_path / "data", hub.url)
    project.crawl(*(word for file in files for word in ("-O", str(file))))
    whole, *lines = (file.read_text() for file in files)
    records = json.loads(whole)
    assert [record["key"] for record in records] == [f"huggingface/model/{model(n)['_id']}" for n in (2, 1, 0)]
    assert lines == ["".join(f"{line}\n" for line in whole[2:-3].split(",\n"))] * 3
    assert {platform for record in records for platform in record["platforms"]} == {"huggingface"}


@pytest.mark.parametrize("ending", ["xml", "pickle", "marshal", "odd"])
def test_a_feed_that_cannot_have_records_is_refused(hub: SampleHub, tmp_path: Path, ending: str) -> None:
    project = CatalogProject(tmp_path / "data", hub.url)
    for words in (("-O", str(tmp_path / f"out.{ending}")), ("-s", f'FEEDS={{"out": {{"format": "{ending}"}}}}')):
        done = project.scrapy("crawl", "huggingface", *words)
        assert done.returncode == 2
        assert ending in done.stderr
        assert "jsonl" in done.stderr
    assert not project.data_dir.exists()


def test_a_feed_that_lost_a_record_fails_the_run(hub: SampleHub, tmp_path: Path) -> None:
    project = CatalogProject(tmp_path / "data", hub.url)
    (tmp_path / "odd.py").write_text(
        "from mlentory_crawl.exporters.feeds import JsonLinesExporter\n"
        "class Odd(JsonLinesExporter):\n"
        "    class Format(JsonLinesExporter.Format):\n"
        "        def write(self, record):\n"
        "            if record['root']['iri'].endswith('1'):\n"
        "                raise TypeError('odd')\n"
        "            super().write(record)\n"
    )
    project.environment["PYTHONPATH"] = str(tmp_path)
    out = tmp_path / "out.odd"
    feeds = {str(out): {"format": "odd"}}
    words = ("-s", f"FEEDS={json.dumps(feeds)}", "-s", 'FEED_EXPORTERS={"odd": "odd.Odd"}')
    report = project.crawl(*words, code=1)
    assert report["verdict"] == "failed"
    assert report["problems"] == ["1 records could not be written to a feed"]
    assert out.read_text().count("\n") == 2


def test_nothing_is_appended_where_it_would_spoil_the_file(hub: SampleHub, tmp_path: Path) -> None:
    project = CatalogProject(tmp_path / "data", hub.url)
    project.crawl()
    before = project.export("there.jsonld")
    done = project.scrapy("crawl", "huggingface", "-o", tmp_path / "there.jsonld")
    assert done.returncode == 2
    assert "-O overwrites it" in done.stderr
    assert (tmp_path / "there.jsonld").read_bytes() == before


def test_without_pyarrow_one_line_says_what_to_install(tmp_path: Path) -> None:
    SmallCatalog(tmp_path / "data").writer.close()
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['pyarrow'] = None\n")
    bare = CatalogProject(tmp_path / "data", "http://127.0.0.1:9", PYTHONPATH=f"{tmp_path}:{ROOT}")
    commands: tuple[tuple[str | Path, ...], ...] = (
        ("export", tmp_path / "out.parquet"),
        ("crawl", "huggingface", "-O", tmp_path / "out.parquet"),
    )
    for words in commands:
        done = _from_nothing(bare, *words)
        assert done.returncode == 2
        assert f"needs pyarrow: {install_command('parquet')}" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "out.parquet").exists()
    assert _from_nothing(bare, "export", tmp_path / "out.csv").returncode == 0


def _from_nothing(project: CatalogProject, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """A command in a process that has loaded nothing before, such as pyarrow."""
    return subprocess.run(
        project.command(*words), cwd=ROOT, env=project.environment, capture_output=True, text=True, check=False
    )


def test_a_csv_that_is_appended_to_keeps_one_heading() -> None:
    file = io.BytesIO()
    for name in ("first", "second"):
        out = Csv(file)
        out.start()
        out.write(record(name))
        out.finish()
    told = csv.DictReader(io.StringIO(file.getvalue().decode(), newline=""))
    assert [row["name"] for row in told] == ["first", "second"]


def record(name: str) -> dict[str, Any]:
    root: dict[str, Any] = {"iri": "https://example.org/x", "class": "MLModel", "name": name}
    return {"key": "hub/model/1", "platforms": ["hub"], "root": root, "parts": [], "stubs": []}


def rows(*names: str) -> list[dict[str, str]]:
    file = io.BytesIO()
    out = Csv(file)
    out.start()
    for name in names:
        out.write(record(name))
    out.finish()
    return list(csv.DictReader(io.StringIO(file.getvalue().decode(), newline="")))


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", " =cmd|'/C calc'!A0", "-", "+x", "\uff1d1"]
)
def test_what_a_spreadsheet_would_compute_is_a_text(formula: str) -> None:
    ((row),) = rows(formula)
    assert row["name"] == f"'{formula}"


def test_counters_have_columns_where_they_are_told() -> None:
    for counters in (True, False):
        file = io.BytesIO()
        out = Csv(file, counters=counters)
        out.start()
        out.finish()
        assert (b"downloads" in file.getvalue()) is counters


def test_an_export_goes_where_a_link_leads(hub: SampleHub, tmp_path: Path) -> None:
    project = CatalogProject(tmp_path / "data", hub.url)
    project.crawl()
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "a.nt", tmp_path / "link.nt"
    target.write_text("before")
    link.symlink_to(target)
    assert project.scrapy("export", link).returncode == 0
    assert link.is_symlink()
    assert "acme/model-0" in target.read_text()
    assert sorted(path.name for path in target.parent.iterdir()) == ["a.nt", "a.nt.about.json"]


def test_an_export_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    SmallCatalog(tmp_path / "data").writer.close()
    target = tmp_path / "a.json"
    target.write_text("before")

    def full(self: Format) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FORMATS[".json"], "finish", full)
    command = Export({"MLENTORY_DATA_DIR": str(tmp_path / "data")})
    parser = argparse.ArgumentParser()
    command.add_options(parser)
    assert command.run([str(target)], parser.parse_args([])) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert target.read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "data"]


@pytest.mark.parametrize("text", ["-2.5", "+1", "-1e-5", "a=b", "x", "'quoted", "模型"])
def test_other_cells_stay(text: str) -> None:
    ((row),) = rows(text)
    assert row["name"] == text
    assert row["platform"] == "hub"
