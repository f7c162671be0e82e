"""What changes on the Hub between crawls: touched, renamed, deleted and restored models."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.crawling import Project, model, write_records

from mlentory_crawl.sample_hub import SampleHub

MODELS = 200


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[SampleHub]:
    records = write_records(tmp_path / "records.jsonl", [model(n) for n in range(MODELS)])
    with SampleHub(records=records) as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, hub: SampleHub) -> Project:
    return Project(tmp_path / "data", hub.url)


def census(project: Project, *words: str, code: int = 0) -> dict[str, int]:
    records: dict[str, int] = project.crawl("-a", "mode=census", *words, code=code)["records"]
    return records


def live_and_deleted(project: Project) -> tuple[int, int]:
    told = project.status()["catalog"]["records"]["huggingface"]["model"]
    return told["live"], told["deleted"]


def test_a_delta_finds_what_was_touched_and_nothing_else(project: Project, hub: SampleHub) -> None:
    census(project)
    hub.set(touch=[f"acme/model-{n}" for n in (3, 5)], patch={"acme/model-5": {"tags": ["license:mit"]}}, reset=True)
    report = project.crawl()
    assert (report["mode"], report["coverage"], report["verdict"]) == ("delta", "delta", "complete")
    assert report["records"]["changed"] == 2
    assert report["records"]["fetched"] == 2
    assert hub.stats()["requests"]["models"] == {"200": 1}
    # Within the overlap they are looked at again, and are the same.
    assert project.crawl("-a", "mode=delta")["records"]["unchanged"] == 2


def test_what_is_touched_while_a_census_runs_is_found_by_the_next_delta(project: Project, hub: SampleHub) -> None:
    hub.set(latency=700)
    walk = subprocess.Popen(
        project.command("crawl", "huggingface", "-a", "mode=census"), env=project.environment, stderr=subprocess.DEVNULL
    )
    while not hub.stats()["requests"].get("models"):
        time.sleep(0.05)
    hub.set(touch=["acme/model-0"], latency=0)
    assert walk.wait(timeout=60) == 0
    assert project.crawl("-a", "mode=delta")["records"]["changed"] == 1


def test_a_delta_needs_a_watermark(project: Project) -> None:
    done = project.scrapy("crawl", "huggingface", "-a", "mode=delta")
    assert done.returncode == 1
    assert "mode=delta needs the watermark" in done.stderr
    assert "Traceback" not in done.stderr


def test_filtered_crawls_leave_the_watermark(project: Project, hub: SampleHub) -> None:
    report = project.crawl(
        "-a", "mode=census", "-a", "author=acme", "-a", "task=fill-mask", "-a", "library=transformers"
    )
    assert (report["coverage"], report["records"]["new"]) == ("limit", MODELS)
    assert project.crawl("-a", "author=nobody")["records"]["fetched"] == 0
    assert project.status()["catalog"]["watermarks"] == {}
    census(project)
    before = project.status()["catalog"]["watermarks"]
    hub.set(touch=["acme/model-9"])
    assert project.crawl("-a", "mode=delta", "-a", "author=acme")["coverage"] == "limit"
    assert project.status()["catalog"]["watermarks"] == before


def test_a_delta_moves_the_watermark_to_the_newest_change(project: Project, hub: SampleHub) -> None:
    census(project)
    hub.set(touch=["acme/model-9"])
    project.crawl()
    (touched,) = [json.loads(project.scrapy("show", "acme/model-9", "--json").stdout)["root"]["dateModified"]]
    watermark = project.status()["catalog"]["watermarks"]["huggingface"]
    moments = [datetime.fromisoformat(moment).astimezone(UTC).replace(microsecond=0) for moment in (watermark, touched)]
    assert moments[0] == moments[1]


def test_two_censuses_bury_what_is_gone_and_keep_what_moved(project: Project, hub: SampleHub) -> None:
    census(project)
    gone, moved = ["acme/model-7", "acme/model-8"], {"acme/model-9": "other/model-9"}
    hub.set(delete=gone, rename=moved)
    assert census(project)["deleted"] == 0
    assert live_and_deleted(project) == (MODELS, 0)
    report = project.crawl("-a", "mode=census")
    assert report["records"]["deleted"] == 2
    assert report["requests"]["probes"] == 2
    assert live_and_deleted(project) == (MODELS - 2, 2)
    # The renamed one is found under both names, the buried ones are out of search.
    assert json.loads(project.scrapy("show", "acme/model-9", "--json").stdout)["root"]["name"] == "other/model-9"
    assert report["projections"]["search"]["documents"] == MODELS - 2
    turtle = (project.data_dir / "rdf" / "huggingface" / f"{report['run_id']}.ttl").read_text()
    assert turtle.count("prov:invalidatedAtTime") == 2
    shown = json.loads(project.scrapy("show", "acme/model-7", "--json").stdout)
    assert shown["deletedAt"]
    assert shown["root"]["license"] == ["https://spdx.org/licenses/MIT"]
    assert "sharedBy" not in shown["root"]
    # Nothing more happens, until one comes back.
    assert census(project)["unchanged"] == MODELS - 2
    hub.set(restore=["acme/model-7"])
    assert census(project)["new"] == 1
    assert live_and_deleted(project) == (MODELS - 1, 1)
    assert "deletedAt" not in json.loads(project.scrapy("show", "acme/model-7", "--json").stdout)


def test_what_comes_back_in_between_was_not_missed_twice_in_a_row(project: Project, hub: SampleHub) -> None:
    census(project)
    for order in ({"delete": ["acme/model-7"]}, {"restore": ["acme/model-7"]}, {"delete": ["acme/model-7"]}):
        hub.set(**order)
        assert census(project)["deleted"] == 0
    assert live_and_deleted(project) == (MODELS, 0)
    assert census(project)["deleted"] == 1


def test_what_names_a_renamed_model_follows_it(project: Project, hub: SampleHub) -> None:
    hub.set(patch={"acme/model-5": {"tags": ["base_model:acme/model-3"]}})
    census(project)
    hub.set(rename={"acme/model-3": "other/model-3"})
    report = project.crawl("-a", "mode=census")
    assert report["records"]["changed"] == 1
    assert report["projections"]["search"]["written"] == 2
    told = json.loads(project.scrapy("search", "model-5", "--json").stdout)["hits"][0]
    assert told["base_model"] == ["other/model-3"]
    shown = json.loads(project.scrapy("show", "other/model-3", "--json").stdout)
    assert [child["iri"] for child in shown["derived"]] == ["https://huggingface.co/acme/model-5"]
    assert b"<https://huggingface.co/acme/model-3>" not in project.export("all.nt")
    # Another model gets the name: then it is that one that is meant.
    hub.set(rename={"acme/model-4": "acme/model-3"})
    assert project.crawl("-a", "mode=census")["projections"]["search"]["written"] == 2
    told = json.loads(project.scrapy("search", "model-5", "--json").stdout)["hits"][0]
    assert told["base_model"] == ["acme/model-3"]


def test_a_path_that_another_model_took_over(project: Project, hub: SampleHub) -> None:
    census(project)
    hub.set(delete=["acme/model-7"])
    hub.set(rename={"acme/model-8": "acme/model-7"})
    census(project)
    report = project.crawl("-a", "mode=census")
    assert report["records"]["deleted"] == 1
    assert live_and_deleted(project) == (MODELS - 1, 1)
    assert report["projections"]["search"]["documents"] == MODELS - 1
    shown = json.loads(project.scrapy("show", "acme/model-8", "--json").stdout)
    assert shown["root"]["name"] == "acme/model-7"
    assert "deletedAt" not in shown
    assert [source["key"] for source in shown["sources"]] == [f"huggingface/model/{model(8)['_id']}"]


def test_invalid_credentials_are_no_evidence(project: Project, hub: SampleHub) -> None:
    census(project)
    hub.set(delete=["acme/model-7"])
    census(project)
    hub.set(deny=["model"])
    assert census(project, code=1)["deleted"] == 0
    hub.set(deny=["models", "model"])
    assert census(project, code=1)["deleted"] == 0
    assert live_and_deleted(project) == (MODELS, 0)
    hub.set(deny=[])
    assert census(project)["deleted"] == 1


def test_a_census_that_lacks_too_much_deletes_nothing(project: Project, hub: SampleHub) -> None:
    census(project)
    hub.set(delete=[f"acme/model-{n}" for n in range(5)])
    for _ in range(2):
        report = project.crawl("-a", "mode=census", code=1)
        assert report["verdict"] == "suspect"
        assert "accept_deletions=true" in report["problems"][0]
    assert live_and_deleted(project) == (MODELS, 0)
    for deleted in (0, 5):
        assert census(project, "-a", "accept_deletions=true")["deleted"] == deleted


def test_a_kill_between_walk_and_burial_loses_nothing(project: Project, hub: SampleHub) -> None:
    census(project)
    hub.set(delete=["acme/model-7"])
    census(project)
    hub.set(reset=True, latency=1500)
    walk = subprocess.Popen(
        project.command("crawl", "huggingface", "-a", "mode=census"),
        env=project.environment, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    while not hub.stats()["requests"].get("models"):
        time.sleep(0.05)
    time.sleep(1.0)  # the walk is over, the probe is under way
    os.killpg(walk.pid, signal.SIGKILL)
    walk.wait()
    hub.set(latency=0)
    assert census(project)["deleted"] == 1
    assert live_and_deleted(project) == (MODELS - 1, 1)
