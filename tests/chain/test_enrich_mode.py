"""Look-ups by themselves: what the catalog names and lacks is requested, and no list of models."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.crawling import CatalogProject, Project, model, write_records

from mlentory_crawl.sample_hub import SampleHub

QUICK = ("-s", "RETRY_TIMES=0", "-s", "RETRY_BACKOFF=0.01")
ALL = "ancestors,cards,datasets,owners"
NAMES = {3: "few/data", 7: "some/data", 20: "many/data"}
"""The number of models that name a dataset."""


def records() -> list[dict[str, Any]]:
    """Made-up models, some of them named by a census and the others only by these."""
    models = []
    for n in range(20):
        named = [f"dataset:{name}" for most, name in NAMES.items() if n < most]
        parent = f"acme/model-{n + 20}" if n < 3 else "acme/model-4"
        tags = [*named, f"base_model:{parent}", f"base_model:finetune:{parent}"]
        models.append(model(n, tags=tags, cardData={"license": "mit"}))
    models[5]["gated"] = "auto"
    return models


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[SampleHub]:
    """Models whose parents were made private before the census and are public now: a census has not seen them."""
    parents = [
        model(n, cardData={"license": "mit"}, tags=[f"base_model:acme/model-{n + 10}"] if n < 30 else [])
        for n in (20, 21, 22, 30, 31, 32)
    ]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", [*records(), *parents])) as hub:
        hub.set(delete=[each["id"] for each in parents])
        yield hub


@pytest.fixture
def project(hub: SampleHub, tmp_path: Path) -> Project:
    """A catalog after a census."""
    project = CatalogProject(tmp_path / "data", hub.url)
    assert project.crawl("-a", "mode=census")["records"]["new"] == 20
    hub.set(restore=[f"acme/model-{n}" for n in (20, 21, 22, 30, 31, 32)], reset=True)
    return project


def enrich(project: Project, names: str, *words: str, code: int = 0) -> dict[str, Any]:
    return project.crawl("-a", "mode=enrich", "-a", f"enrich={names}", *QUICK, *words, code=code)


def waiting(project: Project) -> dict[str, int]:
    return {name: each["count"] for name, each in project.status()["waiting"]["huggingface"].items()}


def test_nothing_is_requested_but_what_the_catalog_names_and_lacks(hub: SampleHub, project: Project) -> None:
    before = project.status()
    assert waiting(project) == {"ancestors": 3, "cards": 20, "datasets": 3, "owners": 1}
    report = enrich(project, ALL)
    assert (report["mode"], report["coverage"], report["verdict"]) == ("enrich", "ids", "complete")
    assert report["requested"]["asked"] == 0
    asked = {name: counts["asked"] for name, counts in report["lookups"].items()}
    assert asked == {
        "ancestors": 6,
        "cards": 25,
        "datasets": 3,
        "croissants": asked["croissants"],
        "owners": asked["owners"],
    }
    # Nothing but single entities: above all, no list of models.
    requests = {route: sum(counts.values()) for route, counts in hub.stats()["requests"].items()}
    assert requests.keys() == {"model", "readme", "dataset", "croissant", "owner"}
    assert (requests["model"], requests["readme"]) == (6, 25)
    after = project.status()
    for kept in ("watermarks", "last_census"):
        assert after["catalog"][kept] == before["catalog"][kept]
    kinds = after["catalog"]["records"]["huggingface"]
    assert {kind: counts["live"] for kind, counts in kinds.items() if kind in ("model", "card")} == {
        "model": 26,
        "card": 25,
    }
    assert {counts["deleted"] for counts in kinds.values()} == {0}
    # The gated model's card is only for those who have a token.
    assert waiting(project) == {"ancestors": 0, "cards": 1, "datasets": 0, "owners": 0}
    hub.set(reset=True)
    again = enrich(project, ALL)
    assert (again["lookups"], again["requests"]["by_slot"], again["verdict"]) == ({}, {}, "complete")
    assert [note.partition(" to fetch")[0] for note in again["notes"]] == [f"no {name}" for name in ALL.split(",")]
    assert hub.stats()["requests"] == {}
    # A census is what it was.
    assert project.crawl("-a", "mode=census")["records"] == {**again["records"], "fetched": 26, "unchanged": 26}


def test_a_limit_is_one_of_each_look_up_and_takes_the_most_wanted(project: Project, tmp_path: Path) -> None:
    report = enrich(project, "datasets,cards,ancestors", "-a", "limit=2")
    assert (report["coverage"], report["verdict"]) == ("limit", "complete")
    assert {name: counts["asked"] for name, counts in report["lookups"].items() if name != "croissants"} == {
        "ancestors": 2, "cards": 2, "datasets": 2,
    }  # fmt: skip
    assert requested(project, "/api/datasets/") == {"many/data", "some/data"}
    assert waiting(project)["datasets"] == 1
    # The model that most others derive from, and the one of the ancestors that has the most downloads.
    assert requested(project, "/api/resolve-cache/models/") == {"acme/model-4", "acme/model-22"}
    again = CatalogProject(tmp_path / "again", "http://127.0.0.1:9")
    done = again.scrapy("replay", "--all", "--from", project.data_dir)
    assert done.returncode == 0, done.stderr
    assert again.export("again.nt") == project.export("before.nt")


def answers(project: Project) -> list[str]:
    """The addresses that have been answered."""
    lines = [line for file in project.data_dir.rglob("answers.jsonl") for line in file.read_text().splitlines(True)]
    return [json.loads(line)["place"] for line in lines if line.endswith("\n")]


def requested(project: Project, path: str) -> set[str]:
    """The ids of what was requested below a path of the Hub."""
    places = [place.partition(path)[2] for place in answers(project)]
    return {"/".join(place.partition("?")[0].split("/")[:2]) for place in places if place}


def test_a_card_is_requested_once_for_each_revision(hub: SampleHub, project: Project) -> None:
    hub.set(patch={"acme/model-6": {"disabled": True}})
    first = enrich(project, "cards")
    assert first["lookups"]["cards"] == {"asked": 19, "found": 18, "blocked": 1}
    assert waiting(project)["cards"] == 1  # a gated one; the other was denied lately
    hub.set(touch=["acme/model-1"], patch={"acme/model-2": {"cardData": {"license": "mit"}}}, reset=True)
    assert "cards" not in enrich(project, "cards")["lookups"]  # the catalog does not know of the new revision
    project.crawl("-a", "ids=acme/model-1,acme/model-2,acme/model-6")
    assert enrich(project, "cards")["lookups"]["cards"] == {"asked": 1, "found": 1}
    done = project.scrapy("crawl", "huggingface", "-a", "mode=enrich", "-a", "enrich=cards", "-s", "HF_TOKEN=hf_x")
    assert "Looked up cards: 1 asked, 1 blocked" in done.stderr
    assert project.report()["lookups"]["cards"] == {"asked": 1, "blocked": 1}
    assert waiting(project)["cards"] == 0
    assert enrich(project, "cards", "-s", "HF_TOKEN=hf_x")["lookups"] == {}


@pytest.mark.parametrize(("levels", "models"), [("1", 3), ("2", 6), (None, 6)])
def test_ancestors_of_all_models_are_fetched(hub: SampleHub, project: Project, levels: str | None, models: int) -> None:
    words = ("-a", f"ancestors={levels}") if levels else ()
    assert enrich(project, "ancestors", *words)["lookups"] == {"ancestors": {"asked": models, "found": models}}
    # One run after the other gets as far.
    assert waiting(project)["ancestors"] == (3 if models == 3 else 0)


@pytest.mark.parametrize("words", [(), ("-a", "limit=4")])
def test_a_killed_run_goes_on_where_it_was(
    hub: SampleHub, project: Project, tmp_path: Path, words: tuple[str, ...]
) -> None:
    whole = CatalogProject(tmp_path / "whole", hub.url)
    subprocess.run(["cp", "-r", project.data_dir, whole.data_dir], check=True)
    expected = enrich(whole, ALL, *words)
    hub.set(latency=100)
    command = project.command("crawl", "huggingface", "-a", "mode=enrich", "-a", f"enrich={ALL}", *QUICK, *words)
    before = len(answers(project))
    with subprocess.Popen(command, env=project.environment, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and len(answers(project)) < before + 5:
            time.sleep(0.05)
        process.kill()
    assert process.returncode < 0
    hub.set(latency=0)
    report = enrich(project, ALL, *words)
    assert len(project.status()["runs"]) == 2
    assert (report["lookups"], report["records"]) == (expected["lookups"], expected["records"])
    assert project.export("resumed.nt") == whole.export("whole.nt")


def test_what_failed_is_requested_again_by_the_same_command(hub: SampleHub, project: Project) -> None:
    hub.set(fail=1.0)
    failed = enrich(project, ALL, code=1)
    asked = {"ancestors": 3, "cards": 19, "datasets": 3, "owners": 1}
    assert failed["lookups"] == {name: {"asked": count, "failed": count} for name, count in asked.items()}
    assert failed["verdict"] == "failed"
    assert "3 datasets could not be fetched" in failed["problems"]
    hub.set(fail=0)
    report = enrich(project, ALL)
    assert (report["run_id"], report["verdict"], report["records"]["failed"]) == (failed["run_id"], "complete", 0)
    assert not any(counts.get("failed") for counts in report["lookups"].values())
    assert report["lookups"]["cards"] == {"asked": 25, "found": 25, "failed": 0}


def test_what_fails_each_time_does_not_keep_the_run_open(hub: SampleHub, project: Project) -> None:
    hub.set(fail=1.0)
    runs = [enrich(project, "cards,owners", code=1) for _ in range(3)]
    assert runs[0]["run_id"] == runs[1]["run_id"] != runs[2]["run_id"]
    assert (
        runs[1]["lookups"]
        == runs[0]["lookups"]
        == {"cards": {"asked": 19, "failed": 19}, "owners": {"asked": 1, "failed": 1}}
    )
    hub.set(fail=0)
    # What is owed is paid by whoever comes next.
    report = enrich(project, "cards")
    assert (report["lookups"]["cards"], report["records"]["failed"]) == ({"asked": 19, "found": 19}, 0)
    assert project.crawl("-a", "mode=census")["lookups"] == {}


def test_with_models_it_is_of_the_whole_catalog_too(project: Project) -> None:
    of_run = project.crawl("-a", "ids=acme/model-9", "-a", "cards=changed", "-a", "ancestors=1")
    assert of_run["lookups"] == {"cards": {"asked": 1, "found": 1}}
    report = project.crawl("-a", "ids=acme/model-9", "-a", f"enrich={ALL}")
    assert {name: report["lookups"][name]["asked"] for name in ALL.split(",")[:3]} == {
        "ancestors": 6, "cards": 24, "datasets": 3,
    }  # fmt: skip
    assert waiting(project) == {"ancestors": 0, "cards": 1, "datasets": 0, "owners": 0}
    project.environment["HF_ENRICH"] = "ancestors"
    assert project.crawl("-a", "ids=acme/model-9", "-a", "ancestors=0")["lookups"] == {}


def test_without_words_it_is_what_the_settings_name(hub: SampleHub, project: Project) -> None:
    project.environment |= {"HF_ENRICH": "datasets", "HF_CARDS": "changed", "HF_ANCESTORS": "1"}
    report = project.crawl("-a", "mode=enrich", "-a", "limit=1")
    assert report["lookups"].keys() - {"croissants"} == {"ancestors", "cards", "datasets"}
    project.environment |= {"HF_ENRICH": "none", "HF_CARDS": "none"}
    assert project.crawl("-a", "mode=enrich", "-a", "limit=1")["lookups"].keys() == {"ancestors"}
    done = project.scrapy("crawl", "huggingface", "-a", "mode=enrich", "-a", "ancestors=0")
    assert (done.returncode, "mode=enrich has nothing to request" in done.stderr) == (2, True)
    assert len(project.status()["runs"]) == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("mode=enrich", "enrich=none"), "any of ancestors, cards, datasets, owners, articles"),
        (("mode=enrich", "enrich=bogus"), "-a enrich='bogus': expected any of ancestors, cards"),
        (("mode=enrich", "enrich=owners", "ids=acme/model-1"), "goes with mode=ids or mode=latest"),
        (("mode=enrich", "enrich=owners", "author=acme"), "mode=enrich requests no list"),
        (("mode=enrich", "enrich=owners", "task=fill-mask"), "mode=enrich requests no list"),
        (("mode=enrich", "enrich=owners", "accept_deletions=true"), "goes with mode=census"),
        (("mode=enrich", "cards=all"), "it is enrich=cards"),
        (("mode=enrich", "enrich=owners", "ancestors=2"), "ancestors=N goes with enrich=ancestors"),
        (("mode=enrich", "enrich=ancestors", "ancestors=0"), "at least one level"),
        (("mode=enrich", "enrich=owners", "limit=0"), "-a limit='0': expected a whole number from 1"),
        (("enrich=ancestors", "ancestors=0"), "at least one level"),
    ],
)
def test_wrong_usage(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    project = CatalogProject(tmp_path / "data", "http://127.0.0.1:9")
    done = project.scrapy("crawl", "huggingface", *(part for word in words for part in ("-a", word)))
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("mlentory crawl: error: huggingface: ")
    assert told in line
    assert not project.data_dir.exists()
