"""A field that suddenly is gone from many records makes a run suspect."""

from __future__ import annotations

import json
from contextlib import closing
from itertools import count
from pathlib import Path

from support.catalogs import DAY, Book, model
from support.crawling import Project, model as record, write_records

import mlentory_crawl
from mlentory_crawl.catalog.queries.coverage import Coverage
from mlentory_crawl.sample_hub import SampleHub


def test_a_field_that_most_changed_records_lose_is_told(tmp_path: Path) -> None:
    records = [record(n) for n in range(200)]
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
        project.environment["COLUMNS"] = "80"
        drift = project.scrapy("coverage", "--drift").stdout.splitlines()
        assert [line.split() for line in drift if line.startswith(("mlTask", "task"))] == [
            ["mlTask", "100", "50.0%", "100.0%", "fell"],
            ["task", "2.982", "1", "strong", "none", "stated", "0.0%", "50.0%"],
        ]
        assert max(map(len, drift)) <= 80
        (drifted,) = json.loads(project.scrapy("coverage", "--drift", "--json").stdout)
        values = {each["distribution"]: each for each in drifted.pop("distributions")}
        assert drifted == {**told, "fields": {"mlTask": told["fields"]["mlTask"]}}
        assert (values["task"]["level"], values["license"]["level"], values["license"]["psi"]) == (
            "strong",
            "stable",
            0,
        )
        before = project.scrapy("coverage", "--drift", "--since", "2020-01-01")
        assert "no run had ended by then" in before.stdout
        assert project.scrapy("coverage", "--since", "2020-01-01").returncode == 2
        assert project.scrapy("coverage", "--drift", "--since", "soon").returncode == 2
        hub.set(patch={f"acme/model-{n}": {"pipeline_tag": "fill-mask"} for n in range(100)})
        assert project.crawl("-a", "mode=census")["verdict"] == "complete"


NUMBERS = count()


def counted(book: Book, *fields: dict[str, int]) -> list[Coverage]:
    """The coverage by present records, after runs that have counted these fields, the oldest first."""
    for counts in fields:
        told = json.dumps({"fields": {"huggingface": {"model": counts}}}).encode()
        run = book.writer.runs.open(f"run-{next(NUMBERS)}", "huggingface", "census", b"{}", DAY.format(1), told)
        book.writer.runs.complete(run, DAY.format(2), watermark=None, census=None)
    with mlentory_crawl.open(book.data_dir) as catalog:
        return catalog.coverage()


def test_a_field_that_is_gone_has_drifted_most(data_dir: Path) -> None:
    with closing(Book(data_dir)) as book:
        book.crawl({str(n): model(f"a/m-{n}") for n in range(3000)})
        before = {"iri": 2999, "class": 2999, "name": 2999, "url": 2998, "readme": 1500}
        (found,) = counted(book, {"iri": 1, "url": 0}, before, {"iri": 3000})
    assert {name: (field.records, field.change) for name, field in found.fields.items()} == {
        "name": (3000, 0.0),
        "url": (3000, 0.0),  # less than what is shown
        "readme": (0, -0.5),
    }
    assert list(found.drift().fields) == ["readme"]


def test_nothing_to_compare_with_is_no_drift(data_dir: Path) -> None:
    project = Project(data_dir, "http://127.0.0.1:9")
    with closing(Book(data_dir)) as book:
        book.crawl({"1": model("a/a")})
        same = {"iri": 1, "name": 1, "url": 1}
        assert counted(book, same)[0].drift().fields == {}
        first = project.scrapy("coverage", "--drift")
        counted(book, same)
        second = project.scrapy("coverage", "--drift")
    title = "huggingface model: 1 record"
    uncounted = f"{title}, and no values of its fields have been counted\n"
    assert (first.returncode, first.stdout) == (0, f"{title}, and none before the last run\n{uncounted}")
    assert (second.returncode, second.stdout) == (0, f"{title}, no share has changed since the run before\n{uncounted}")


def test_few_changes_prove_nothing(tmp_path: Path) -> None:
    records = [record(n) for n in range(60)]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        project = Project(tmp_path / "data", hub.url)
        project.crawl("-a", "mode=census")
        hub.set(patch={f"acme/model-{n}": {"pipeline_tag": None} for n in range(10)}, delete=["acme/model-30"])
        project.crawl("-a", "mode=census")
        project.crawl("-a", "mode=census")
        (told,) = json.loads(project.scrapy("coverage", "--platform", "huggingface", "--json").stdout)
        assert (told["records"], told["fields"]["mlTask"]["records"]) == (59, 49)
        assert project.scrapy("coverage", "--kind", "none").returncode == 1
