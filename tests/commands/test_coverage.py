"""A field that suddenly is gone from many records makes a run suspect."""

from __future__ import annotations

import json
from pathlib import Path

from support.crawling import Project, model, write_records

from mlentory_crawl.sample_hub import SampleHub


def test_a_field_that_most_changed_records_lose_is_told(tmp_path: Path) -> None:
    records = [model(n) for n in range(200)]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        project = Project(tmp_path / "data", hub.url)
        project.crawl("-a", "mode=census")
        hub.set(patch={f"acme/model-{n}": {"pipeline_tag": None} for n in range(100)})
        report = project.crawl("-a", "mode=census", code=1)
        assert report["verdict"] == "suspect"
        assert "100 of 100 changed huggingface model records have lost mlTask" in report["problems"]
        (told,) = json.loads(project.scrapy("coverage", "--json").stdout)
        assert told["records"] == 200
        assert told["fields"]["mlTask"] == {"records": 100, "share": 0.5, "before": 1.0}
        assert "fell" in project.scrapy("coverage").stdout
        hub.set(patch={f"acme/model-{n}": {"pipeline_tag": "fill-mask"} for n in range(100)})
        assert project.crawl("-a", "mode=census")["verdict"] == "complete"


def test_few_changes_prove_nothing(tmp_path: Path) -> None:
    records = [model(n) for n in range(60)]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        project = Project(tmp_path / "data", hub.url)
        project.crawl("-a", "mode=census")
        hub.set(patch={f"acme/model-{n}": {"pipeline_tag": None} for n in range(10)}, delete=["acme/model-30"])
        project.crawl("-a", "mode=census")
        project.crawl("-a", "mode=census")
        (told,) = json.loads(project.scrapy("coverage", "--platform", "huggingface", "--json").stdout)
        assert (told["records"], told["fields"]["mlTask"]["records"]) == (59, 49)
        assert project.scrapy("coverage", "--kind", "none").returncode == 1
