"""The demo: its story holds, and it is told without anything of the user's."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.crawling import Project

from mlentory_crawl.commands.demo import CENSUS, acts
from mlentory_crawl.face import Catalog
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.sample_hub.story import (
    ADAPTER,
    BASE,
    HELPDESK,
    INSTRUCT,
    MERGE,
    QUANTIZED,
    QUANTIZED_SUPPORT,
    RIVAL,
    SUPPORT,
    records,
)

MODELS = 40
NOWHERE = "http://127.0.0.1:9"
HUB = "https://huggingface.co/"


@dataclass(frozen=True)
class Demo:
    project: Project
    done: subprocess.CompletedProcess[str]
    kept: Path
    catalog: Catalog


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo in an environment with settings, stores and a proxy that do not work."""
    folder = tmp_path_factory.mktemp("demo")
    project = Project(folder / "unused", NOWHERE, http_proxy=NOWHERE, NEO4J_URI="bolt://127.0.0.1:9")
    kept = folder / "a kept folder"
    done = project.scrapy("demo", "--models", str(MODELS), "--keep", kept)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
    with Catalog({"MLENTORY_DATA_DIR": str(kept)}) as catalog:
        yield Demo(project, done, kept, catalog)


def test_each_command_is_shown_below_its_question(demo: Demo) -> None:
    lines = demo.done.stdout.splitlines()
    place = 0
    for number, (title, steps) in enumerate(acts().items(), 1):
        place = lines.index(f"Act {number}: {title}", place)
        for question, command in steps:
            place = lines.index(question, place)
            assert lines[place - 1 : place + 2] == ["", question, f"$ mlentory {command}"]
            assert len(question) <= 80
            assert lines[place + 2] or command == CENSUS, f"{command} prints nothing"  # a crawl tells on stderr


def test_its_own_lines_fit_a_terminal_of_80_columns(demo: Demo) -> None:
    out = demo.done.stdout
    own = [*out[: out.index("$ mlentory status")].splitlines(), *out[out.index("The same census again") :].splitlines()]
    own += [line for line in out.splitlines() if line.startswith("$ mlentory")]
    assert [line for line in own if len(line) > 80 and str(demo.kept) not in line] == []


def test_nothing_but_the_kept_folder_is_written(demo: Demo) -> None:
    assert (demo.kept / "catalog.sqlite").exists()
    assert not demo.project.data_dir.exists()
    assert demo.done.stdout.count(f"The data is kept in {demo.kept}. Try, for example:\n") == 1
    assert f"$ export MLENTORY_DATA_DIR='{demo.kept}'\n$ mlentory lineage {BASE} --down\n" in demo.done.stdout


def test_the_second_census_finds_all_unchanged(demo: Demo) -> None:
    count = MODELS + len(records())
    assert f"\nThe same census again: {count} unchanged, with 1 request in " in demo.done.stdout
    last, first = demo.catalog.status().runs
    assert first["records"]["new"] == last["records"]["unchanged"] == count
    assert first["verdict"] == last["verdict"] == "complete"
    assert not any((first["field_issues"], first["problems"], first["suspicions"], first["notes"]))


def test_the_family_has_a_derivation_of_each_kind_and_data(demo: Demo) -> None:
    found = demo.catalog.lineage(QUANTIZED)
    assert {(step.child, step.parent, step.kind) for step in found.steps} == {
        (HUB + child, HUB + parent, kind)
        for child, parent, kind in [
            (QUANTIZED, MERGE, "quantized"),
            (MERGE, SUPPORT, "merge"),
            (MERGE, ADAPTER, "merge"),
            (ADAPTER, SUPPORT, "adapter"),
            (SUPPORT, BASE, "finetune"),
        ]
    }
    assert {step.how for step in found.steps} == {"resolved"}
    for id in (BASE, INSTRUCT, SUPPORT, ADAPTER):
        assert demo.catalog.model(id).root["trainedOn"], id


def test_a_short_way_leads_from_a_quantized_model_to_the_conflict(demo: Demo) -> None:
    found = demo.catalog.lineage(QUANTIZED_SUPPORT, data="training")
    assert [(step.child, step.parent, step.kind) for step in found.steps] == [
        (HUB + QUANTIZED_SUPPORT, HUB + SUPPORT, "quantized"),
        (HUB + SUPPORT, HUB + BASE, "finetune"),
    ]
    assert [use.model for use in found.uses] == [HUB + SUPPORT, HUB + BASE]
    assert [(each.child, each.parent) for each in found.conflicts] == [(HUB + SUPPORT, HUB + BASE)]


def test_one_license_of_the_family_is_not_allowed_and_all_say_which_they_have(demo: Demo) -> None:
    (conflict,) = demo.catalog.lineage(QUANTIZED).conflicts
    assert (conflict.child, conflict.derived) == (HUB + SUPPORT, "Apache-2.0")
    assert (conflict.parent, conflict.original) == (HUB + BASE, "CC-BY-NC-4.0")
    assert conflict.source == "https://creativecommons.org/licenses/by-nc/4.0/legalcode section 2(a)(1)"
    assert conflict.original in demo.done.stdout[demo.done.stdout.index(" --licenses") :]
    family = demo.catalog.lineage(BASE, up=False)
    assert family.conflicts == [conflict]
    assert len(family.members) == 7
    assert all(member.licenses for member in family.members.values())
    assert demo.catalog.lineage(RIVAL).conflicts == []


def test_the_catalog_says_who_states_the_license(demo: Demo) -> None:
    license = demo.catalog.model(SUPPORT).origins()["license"]
    assert license.field == "cardData.license"
    assert license.record.startswith("huggingface/model/")
    assert license.record in demo.done.stdout


def test_only_what_was_measured_in_the_same_way_is_ranked(demo: Demo) -> None:
    found = demo.catalog.leaderboard(HELPDESK)
    best = found.boards[0]
    ranked = [result.name for result in best.results]
    assert ranked[:5] == [MERGE, QUANTIZED, RIVAL, SUPPORT, QUANTIZED_SUPPORT]
    assert ranked.index(INSTRUCT) < ranked.index(BASE)
    assert best.higher_is_better
    assert best.settings == {"split": "test", "num_few_shot": "5"}
    # Their values are higher than the first one's, and not comparable.
    others = {"mono-example/mono-8b-chat", "delta-example/delta-7b-chat", "solo-example/solo-7b-chat"}
    assert others.isdisjoint(ranked)
    told = demo.done.stdout[demo.done.stdout.index("$ mlentory leaderboard") :]
    assert all(id.partition("-")[0] in told for id in others)
    assert [(result.name, result.value, result.problem) for result in found.unranked] == [
        ("solo-example/solo-7b-chat", "72 to 75", "the value is not a number")
    ]


def test_the_first_hit_of_the_search_is_the_model_that_the_story_goes_on_with(demo: Demo) -> None:
    _, _, (_, command) = acts()["What is there?"]
    done = Project(demo.kept, NOWHERE).scrapy(*command.split(), "--json")
    assert f'"{HUB}{QUANTIZED}"' in done.stdout.partition("}")[0]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--models", "0"), "--models 0: between 1 and "),
        (("--keep", "."), "--keep .: it is not empty"),
    ],
)
def test_wrong_usage_is_one_line(tmp_path: Path, words: tuple[str, ...], why: str) -> None:
    done = Project(tmp_path, NOWHERE).scrapy("demo", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
    assert "Traceback" not in done.stderr


def test_it_ends_where_a_command_fails(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = Project(tmp_path, NOWHERE).scrapy("demo", "--models", "2", "--keep", tmp_path / "file" / "kept")
    assert done.returncode == 1
    assert done.stderr.endswith("the demo ends here: mlentory crawl huggingface -a mode=census has failed\n")
    assert done.stdout.count("$ mlentory") == 1


def test_the_hub_of_the_demo_can_be_served_by_itself() -> None:
    with SampleHub(demo=True, models=10) as hub:
        assert {record["id"] for record in records()} < set(hub.ids())
        assert hub.stats()["models"] == 10 + len(records())
