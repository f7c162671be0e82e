"""Any list of URLs goes in, each to the spider of its platform, and every line is accounted for."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.crawling import CatalogProject, Project, model, write_records

from mlentory_crawl.sample_hub import SampleHub

HUB = "https://huggingface.co"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[SampleHub]:
    records = [model(n) for n in range(1_030)] + [model(2_000, id="other/one", author="other", pipeline_tag="ner")]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        yield hub


def ended(project: Project) -> list[dict[str, str]]:
    (path,) = (project.data_dir / "runs").glob("*.seeds.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


def answered(hub: SampleHub) -> int:
    return sum(sum(counts.values()) for counts in hub.stats()["requests"].values())


def test_every_line_of_a_list_is_accounted_for(hub: SampleHub, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.csv"
    seeds.write_text(
        "url,topic\n"
        f"{HUB}/acme/model-1,first\n"
        f"{HUB}/acme/model-1?utm_source=letter,first again\n"
        f"{HUB}/acme/model-2/tree/main,\n"
        f"{HUB}/acme/nothing,\n"
        f"{HUB}/other,an owner\n"
        f"{HUB}/models?pipeline_tag=ner&sort=likes,a search\n"
        "http://127.0.0.1:8080/admin,\n"
        "file:///etc/passwd,\n"
        "https://huggingface.co:99999/acme/model-3,\n"
        "hello,\n"
    )
    project = CatalogProject(tmp_path / "data", hub.url)
    report = project.crawl("-a", f"seeds={seeds}", spider="dispatcher")
    assert [line["outcome"] for line in ended(project)] == [
        "found", "duplicate", "found", "missing", "found", "found", "blocked", "invalid", "invalid", "invalid",
    ]  # fmt: skip
    told = report["requested"]
    assert (told["asked"], told["found"], told["invalid"]) == (10, 4, 3)
    assert report["records"]["new"] == 3
    assert report["records"]["duplicate"] == 1  # the owner's model is what the search finds
    assert report["platforms"]["huggingface"]["fetched"] == 4
    assert [line["place"] for line in ended(project)][-1] == "seeds.csv:11"
    shown = project.scrapy("export", tmp_path / "all.jsonl", "--provenance")
    assert shown.returncode == 0, shown.stderr
    assert '"topic":"first"' in (tmp_path / "all.jsonl").read_text()


def test_an_owner_with_many_models_is_a_walk(hub: SampleHub, tmp_path: Path) -> None:
    project = CatalogProject(tmp_path / "data", hub.url)
    report = project.crawl("-a", f"seeds={HUB}/acme,{HUB}/acme/model-3", spider="dispatcher")
    assert report["requested"]["found"] == 2
    assert report["records"]["new"] == 1_030


def test_a_list_that_changed_its_fields_is_told(hub: SampleHub, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.jsonl"
    project = CatalogProject(tmp_path / "data", hub.url)
    seeds.write_text(json.dumps({"url": f"{HUB}/acme/model-1", "stars": 5, "topic": "x"}))
    assert project.crawl("-a", f"seeds={seeds}", spider="dispatcher")["notes"] == []
    seeds.write_text(json.dumps({"url": f"{HUB}/acme/model-1", "stars": "many"}))
    notes = project.crawl("-a", f"seeds={seeds}", spider="dispatcher")["notes"]
    assert [note.partition(": ")[2] for note in notes] == [
        "the field 'stars' was int, is str", "the field 'topic' was str, is gone",
    ]  # fmt: skip


def test_an_interrupted_list_goes_on_where_it_was(hub: SampleHub, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.txt"
    seeds.write_text("".join(f"{HUB}/acme/model-{n}\n" for n in range(1_030)))
    project = CatalogProject(tmp_path / "data", hub.url)
    words = ("crawl", "dispatcher", "-a", f"seeds={seeds}")
    hub.set(latency=20)
    for _ in range(2):
        before = answered(hub)
        process = subprocess.Popen(
            project.command(*words), env=project.environment, stderr=subprocess.DEVNULL, start_new_session=True
        )
        while answered(hub) < before + 400:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
    hub.set(latency=0)
    report = project.crawl("-a", f"seeds={seeds}", spider="dispatcher")
    assert Counter(line["outcome"] for line in ended(project)) == {"found": 1_030}
    assert report["requested"]["found"] == 1_030
    assert report["records"]["fetched"] == 1_030
    whole = CatalogProject(tmp_path / "whole", hub.url)
    whole.crawl("-a", f"seeds={seeds}", spider="dispatcher")
    assert whole.export("whole.nt") == project.export("pieces.nt")


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    project = CatalogProject(tmp_path / "data", "http://127.0.0.1:9")
    done = project.scrapy("crawl", "dispatcher", "-a", f"seeds={tmp_path / 'none.txt'}")
    assert done.returncode == 2
    assert "no such file" in done.stderr
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    done = project.scrapy("crawl", "dispatcher", "-a", f"seeds={broken}")
    assert done.returncode == 2
    assert "broken.json is not valid JSON at line 1" in done.stderr
    assert "Traceback" not in done.stderr
    assert not project.data_dir.exists()
