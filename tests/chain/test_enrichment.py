"""Model cards, datasets and owners are fetched along: once each, politely, and never at the models' expense."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy.utils.test import get_crawler
from support.crawling import CatalogProject, Project, model, write_records

from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.spiders.huggingface.spider import HuggingFaceSpider

EVERYTHING = ("-a", "cards=changed", "-a", "enrich=datasets,owners")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[SampleHub]:
    card = {"license": "mit", "language": ["de"]}
    records = [
        model(n, cardData=card, gated="auto" if n == 3 else False, tags=[f"dataset:acme/data-{n % 4}", "dataset:squad"])
        for n in range(40)
    ]
    records.append(model(41, id="other/model", author="other"))  # without a card
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        yield hub


def shown(project: Project, name: str) -> dict[str, Any]:
    done = project.scrapy("show", name, "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_what_models_name_is_described(hub: SampleHub, tmp_path: Path) -> None:
    project = CatalogProject(tmp_path / "data", hub.url)
    report = project.crawl("-a", "mode=census", *EVERYTHING)
    told = report["lookups"]
    assert told["cards"]["found"] == 39
    assert told["cards"]["missing"] == 1
    assert told["owners"]["found"] + told["owners"].get("missing", 0) == told["owners"]["asked"] >= 2
    assert told["datasets"]["asked"] == 5
    kinds = project.status()["catalog"]["records"]["huggingface"]
    assert kinds["model"]["live"] == 41
    assert kinds["card"]["live"] == 40
    assert kinds["dataset"]["live"] == told["datasets"]["found"]
    assert kinds["owner"]["live"] == told["owners"]["found"]
    assert {kind: counts["new"] for kind, counts in report["kinds"]["huggingface"].items()} == {
        kind: counts["live"] for kind, counts in kinds.items()
    }
    assert report["requests"]["by_slot"]["huggingface.resolvers"] == 40
    rows = [line.split() for line in project.scrapy("status").stdout.splitlines() if line.startswith("huggingface ")]
    censuses = {kind: last_census for _, kind, _, _, last_census, *_ in rows}
    assert {kind for kind, last_census in censuses.items() if last_census != "-"} == {"model"}
    described = shown(project, "acme/model-1")
    assert "To see how a crawler reads model cards" in json.dumps(described)
    hub_has = ("https://huggingface.co/api/models/", "https://huggingface.co/api/resolve-cache/models/")
    assert all(source["source"].startswith(hub_has) for source in described["sources"])


def test_a_second_census_asks_for_nothing_again(hub: SampleHub, tmp_path: Path) -> None:
    project = CatalogProject(tmp_path / "data", hub.url)
    project.crawl("-a", "mode=census", *EVERYTHING)
    before = project.export("before.nt")
    again = project.crawl("-a", "mode=census", *EVERYTHING)
    assert again["lookups"] == {}
    assert sum(again["requests"]["by_slot"].values()) == 1
    assert again["records"]["unchanged"] == again["records"]["fetched"] == 41
    assert project.export("after.nt") == before


def test_only_a_new_revision_is_read(hub: SampleHub, tmp_path: Path) -> None:
    project = CatalogProject(tmp_path / "data", hub.url)
    project.crawl("-a", "mode=census", *EVERYTHING)
    hub.set(patch={"acme/model-4": {"sha": "f" * 40}, "acme/model-5": {"cardData": {"license": "apache-2.0"}}})
    report = project.crawl("-a", "mode=census", *EVERYTHING)
    assert report["lookups"]["cards"] == {"asked": 1, "found": 1}
    # The text is the same: nothing of it is a new version, and it is not asked for a third time.
    assert project.crawl("-a", "mode=census", *EVERYTHING)["lookups"] == {}
    every = project.crawl("-a", "mode=census", "-a", "cards=all")
    assert every["lookups"]["cards"] == {"asked": 40, "found": 39, "missing": 1}


def test_a_crawl_without_cards_unsays_none(hub: SampleHub, tmp_path: Path) -> None:
    project = CatalogProject(tmp_path / "data", hub.url)
    project.crawl("-a", "mode=census", *EVERYTHING)
    hub.set(touch=["acme/model-1"])
    project.crawl("-a", "mode=census")
    assert "To see how a crawler reads model cards" in json.dumps(shown(project, "acme/model-1"))


def test_datasets_too_many_to_ask_for_one_by_one_are_listed(tmp_path: Path) -> None:
    records = [model(n, tags=[f"dataset:acme/data-{n * 100 + i}" for i in range(100)]) for n in range(11)]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        project = CatalogProject(tmp_path / "data", hub.url)
        report = project.crawl("-a", "mode=census", "-a", "enrich=datasets")
    told = report["lookups"]["datasets"]
    assert told["found"] == project.status()["catalog"]["records"]["huggingface"]["dataset"]["live"] > 0
    assert told["found"] + told.get("missing", 0) == told["asked"] == 1_100
    assert report["requests"]["by_slot"]["huggingface.api"] < 1_100 + 10  # the Croissant of each, and pages


def test_by_id_with_everything_on(hub: SampleHub, tmp_path: Path) -> None:
    project = CatalogProject(tmp_path / "data", hub.url, HF_CARDS="all", HF_ENRICH="datasets,owners")
    report = project.crawl("-a", "ids=acme/model-1,acme/model-3,acme/none")
    assert report["requested"]["found"] == 2
    assert report["lookups"]["cards"]["asked"] == 1  # the other one is gated
    assert report["lookups"]["datasets"]["asked"] == 3


@pytest.mark.parametrize("argument", ["cards=some", "enrich=datasets;owners", "ancestors=-1", "enrich="])
def test_wrong_usage(tmp_path: Path, argument: str) -> None:
    project = CatalogProject(tmp_path / "data", "http://127.0.0.1:9")
    done = project.scrapy("crawl", "huggingface", "-a", argument)
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("mlentory crawl: error: huggingface: -a ")


def test_replay_has_the_cards_and_datasets_too(hub: SampleHub, tmp_path: Path) -> None:
    project = CatalogProject(tmp_path / "data", hub.url)
    project.crawl("-a", "mode=census", *EVERYTHING)
    project.crawl("-a", "ids=acme/model-1", "-a", "cards=all")
    again = CatalogProject(tmp_path / "again", "http://127.0.0.1:9")
    done = again.scrapy("replay", "--all", "--from", project.data_dir)
    assert done.returncode == 0, done.stderr
    assert again.export("again.nt") == project.export("before.nt")


@pytest.mark.parametrize(
    ("name", "is_asked_for"),
    [("acme/data", True), ("air_dialogue", True), ("tern-dev", False), ("csv", False), ("snli", False)],
)
def test_labels_in_an_older_catalog_are_not_asked_for(tmp_path: Path, name: str, is_asked_for: bool) -> None:
    crawler = get_crawler(HuggingFaceSpider, {"HF_ENDPOINT": "https://hub.test", "MLENTORY_DATA_DIR": str(tmp_path)})
    crawler.spider = spider = crawler._create_spider()
    assert isinstance(spider, HuggingFaceSpider)
    request = spider.look_up("datasets", "dataset", f"https://huggingface.co/datasets/{name}")
    assert (request is not None) == is_asked_for
    run_of(crawler).close()
