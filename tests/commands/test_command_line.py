"""What the commands print, and how they end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
import zstandard
from support.crawling import Project, model, write_records

from mlentory_crawl.sample_hub import SampleHub


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with SampleHub(models=80) as hub:
        project = Project(tmp_path_factory.mktemp("commands") / "data", hub.url)
        project.crawl("-a", "mode=census")
        yield project


def test_status_tells_catalog_projections_and_runs(crawled: Project) -> None:
    told = crawled.status()
    assert set(told) == {"catalog", "projections", "runs", "waiting"}
    catalog = told["catalog"]
    assert catalog["sequence"] == 80
    assert catalog["records"] == {"huggingface": {"model": {"live": 80, "deleted": 0}}}
    assert set(catalog) == {"sequence", "entities", "edges", "stubs", "records", "watermarks", "last_census"}
    assert catalog["entities"] >= 80
    assert told["projections"]["search"] == {"backend": "tantivy", "position": 80, "backlog": 0, "documents": 80}
    assert told["projections"]["turtle"]["backlog"] == 0
    assert told["runs"][0]["verdict"] == "complete"
    assert catalog["watermarks"]["huggingface"] <= catalog["last_census"]["huggingface"]
    shown = crawled.scrapy("status").stdout
    assert "tantivy" in shown
    assert told["runs"][0]["run_id"] in shown


def test_show_has_four_formats(crawled: Project) -> None:
    line = json.loads(crawled.export("one.jsonl").splitlines()[0])
    name, key = line["root"]["name"], line["key"]
    told = json.loads(crawled.scrapy("show", name, "--format", "json").stdout)
    assert told["root"] == line["root"]
    assert json.loads(crawled.scrapy("show", key, "--json").stdout) == told
    assert told["sources"][0]["key"] == key
    graph = rdflib.Graph().parse(data=crawled.scrapy("show", name, "--format", "ttl").stdout, format="turtle")
    linked = rdflib.Graph().parse(data=crawled.scrapy("show", name, "--format", "jsonld").stdout, format="json-ld")
    assert set(graph) == set(linked)
    text = crawled.scrapy("show", f"https://huggingface.co/{name}", "--why").stdout
    assert name in text
    assert "(stated)" in text


def test_show_takes_no_text_for_markup(tmp_path: Path) -> None:
    evaluation = {"results": [{"dataset": {"name": "[/d]"}, "metrics": [{"type": "wer", "value": "[/v]"}]}]}
    record = model(1, cardData={"license": "[/INST]", "tags": ["[red]"], "model-index": [evaluation]})
    with SampleHub(records=write_records(tmp_path / "records.jsonl", [record])) as hub:
        project = Project(tmp_path / "data", hub.url)
        project.crawl("-a", "mode=census")
        text = project.scrapy("show", record["id"], "--why").stdout
        for stated in ("[/inst]", "[red]", "[/d]", "[/v]"):
            assert stated in text


def test_what_is_not_there_is_told_in_one_line(crawled: Project, tmp_path: Path) -> None:
    done = crawled.scrapy("show", "nobody/nothing")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert crawled.scrapy("show").returncode == 2
    assert crawled.scrapy("show", "x/y", "--at", "yesterday").returncode == 2
    assert crawled.scrapy("export", tmp_path / "x.docx").returncode == 2
    assert crawled.scrapy("export").returncode == 2
    assert crawled.scrapy("export", tmp_path / "no" / "such" / "folder.nt").returncode == 2
    assert crawled.scrapy("sync", "graph").returncode == 2
    empty = Project(tmp_path / "empty", "http://127.0.0.1:9")
    for command in ("status", "sync"):
        done = empty.scrapy(command)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
        assert "no catalog" in done.stderr


def test_an_export_has_the_same_bytes_each_time(crawled: Project) -> None:
    for ending in ("ttl", "nt", "jsonld", "jsonl", "jsonl.zst", "csv"):
        assert crawled.export(f"a.{ending}") == crawled.export(f"b.{ending}"), ending
    folder = crawled.data_dir.parent
    about = json.loads((folder / "a.ttl.about.json").read_bytes())
    assert about["described"]["MLModel"] == 80
    assert set(rdflib.Graph().parse(folder / "a.ttl")) == set(rdflib.Graph().parse(folder / "a.nt"))
    assert (
        zstandard.decompress((folder / "a.jsonl.zst").read_bytes(), max_output_size=10**8)
        == (folder / "a.jsonl").read_bytes()
    )
    assert (folder / "a.csv").read_text().startswith("key,iri,type,platform,")
    full = crawled.export("full.ttl", "--provenance", "--counters", "--platform", "huggingface")
    assert b"prov:wasGeneratedBy" in full
    assert b"schema:interactionStatistic" in full
    assert b"prov:wasGeneratedBy" not in (folder / "a.ttl").read_bytes()


def test_sync_restores_what_was_deleted(crawled: Project) -> None:
    before = crawled.status()["projections"]
    shutil.rmtree(crawled.data_dir / "search")
    shutil.rmtree(crawled.data_dir / "rdf")
    behind = crawled.status()["projections"]
    assert behind["search"]["backlog"] == 80
    assert behind["turtle"]["backlog"] == 1
    assert behind["turtle"]["position"] < before["turtle"]["position"]
    told = json.loads(crawled.scrapy("sync", "--json").stdout)
    assert (told["search"]["written"], told["turtle"]["written"]) == (80, 2)
    for name, at in before.items():
        assert told[name]["failed"] == 0
        assert {key: told[name][key] for key in at} == at
        assert at["position"] == crawled.status()["catalog"]["sequence"]
    assert crawled.status()["projections"] == before
    assert crawled.scrapy("sync", "search", "--rebuild").returncode == 0
    assert crawled.status()["projections"] == before
