"""Four generations, a merge, a cycle, and licenses that do not go together."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from support.crawling import Project, model, write_records

from mlentory_crawl.catalog.queries.lineage import Lineage, Member
from mlentory_crawl.commands.lineage_sheet import sheet
from mlentory_crawl.sample_hub import SampleHub

HUB = "https://huggingface.co/"


def derived(number: int, kind: str, *parents: str, license: str = "apache-2.0", **fields: Any) -> dict[str, Any]:
    tags = [f"license:{license}", *(f"base_model:{kind}:{parent}" for parent in parents)]
    return model(number, tags=tags, **fields)


RECORDS = [
    model(0, tags=["license:llama3.1"], gated="manual"),
    derived(1, "finetune", "acme/model-0", license="llama3.1"),
    derived(2, "merge", "acme/model-1", "other/unknown", license="mit"),
    derived(3, "quantized", "acme/model-2", license="mit"),
    derived(4, "quantized", "acme/model-3", license="mit"),
    derived(5, "finetune", "acme/model-6"),
    derived(6, "finetune", "acme/model-5"),
    derived(8, "finetune", "acme/model-9", license="other"),
    model(9, tags=[]),
    model(7, tags=[], baseModels={"relation": "adapter", "models": [{"id": "acme/model-0", "_id": model(0)["_id"]}]}),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("lineage")
    with SampleHub(records=write_records(folder / "records.jsonl", RECORDS)) as hub:
        crawled = Project(folder / "data", hub.url)
        crawled.crawl("-a", "mode=census")
        yield crawled


def lineage(project: Project, *words: str) -> dict[str, Any]:
    done = project.scrapy("lineage", *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def names(told: dict[str, Any]) -> dict[str, int]:
    return {member["name"]: member["generation"] for member in told["members"]}


def test_ancestors_over_four_generations_and_a_merge(project: Project) -> None:
    told = lineage(project, "acme/model-4")
    assert names(told) == {
        "acme/model-4": 0, "acme/model-3": 1, "acme/model-2": 2, "acme/model-1": 3, "other/unknown": 3,
        "acme/model-0": 4,
    }  # fmt: skip
    steps = {(step["child"].removeprefix(HUB), step["parent"].removeprefix(HUB)): step for step in told["steps"]}
    assert steps["acme/model-2", "acme/model-1"]["kind"] == "merge"
    assert steps["acme/model-4", "acme/model-3"] | {"record": ""} == {
        "child": HUB + "acme/model-4", "parent": HUB + "acme/model-3", "kind": "quantized", "record": "",
        "field": "tags", "how": "declared",
    }  # fmt: skip
    assert names(lineage(project, "acme/model-4", "--depth", "2")).keys() == {f"acme/model-{n}" for n in (2, 3, 4)}


def test_descendants(project: Project) -> None:
    told = lineage(project, "acme/model-0", "--down")
    assert names(told) == {
        f"acme/model-{n}": generation for n, generation in ((0, 0), (1, 1), (7, 1), (2, 2), (3, 3), (4, 4))
    }
    assert [step["how"] for step in told["steps"] if step["child"].endswith("model-7")] == ["resolved"]
    assert [member["access"] for member in told["members"]][:1] == ["gated: the owner decides on each request"]


def test_what_derives_from_a_model_that_no_record_describes(project: Project) -> None:
    told = lineage(project, "Other/Unknown", "--down")
    assert names(told) == {"other/unknown": 0, "acme/model-2": 1, "acme/model-3": 2, "acme/model-4": 3}
    assert [member["described"] for member in told["members"]] == [False, True, True, True]
    tree = project.scrapy("lineage", HUB + "other/unknown/tree/main", "--down", "--limit", "1").stdout
    assert tree.startswith("other/unknown  named only\n")
    assert tree.splitlines()[1:4] == [
        "\u2514\u2500\u2500 acme/model-2  MIT  merge (declared, tags)", "", "and 2 more: --offset 1 shows the next"
    ]  # fmt: skip


def test_a_cycle_ends(project: Project) -> None:
    assert names(lineage(project, "acme/model-5")) == {"acme/model-5": 0, "acme/model-6": 1}
    assert "closes a cycle" in project.scrapy("lineage", "acme/model-5").stdout


def test_the_tree_shows_license_access_and_kind(project: Project) -> None:
    tree = project.scrapy("lineage", "acme/model-4").stdout
    inherits = "inherits the license conflict with acme/model-1"
    assert f"acme/model-4  MIT  {inherits}\n" in tree
    assert f"acme/model-3  MIT  quantized  {inherits}\n" in tree
    assert "acme/model-2  MIT  quantized\n" in tree
    assert tree.count("all derivations: declared, tags\n") == 1
    assert "license conflict: MIT under llama3.1 (community license)" in " ".join(tree.split())
    assert tree.endswith("\n1 license conflict, inherited by 2 models: --licenses shows why\n")
    assert "other/unknown  named only" in tree
    assert "llama3.1, gated" in tree


def test_pictures(project: Project) -> None:
    mermaid = project.scrapy("lineage", "acme/model-4", "--format", "mermaid").stdout
    assert mermaid.startswith("flowchart BT\n")
    assert mermaid.count("-->") == 5
    dot = project.scrapy("lineage", "acme/model-4", "--format", "dot").stdout
    assert dot.count("->") == 5
    assert dot.count("{") == dot.count("}") == 1
    svg = ElementTree.fromstring(project.scrapy("lineage", "acme/model-4", "--format", "svg").stdout)
    assert len(svg.findall(".//{http://www.w3.org/2000/svg}rect[@class='box']")) == 6
    assert len(svg.findall(".//{http://www.w3.org/2000/svg}path[@class='tip']")) == 5
    page = project.scrapy("lineage", "acme/model-0", "--down", "--limit", "1", "--offset", "4", "--format", "mermaid")
    assert page.stdout.count('["acme/model-') == 5  # the last one, and what it derives through


def test_licenses_that_do_not_follow_each_other(project: Project) -> None:
    (found,) = lineage(project, "acme/model-4")["conflicts"]
    assert found["child"] == HUB + "acme/model-2"
    assert (found["original"], found["derived"], found["rule"]) == ("llama3.1", "MIT", "community license")
    assert found["source"].startswith("https://")
    told = project.scrapy("lineage", "acme/model-4", "--format", "licenses").stdout
    assert told.startswith("community license: derivative works are distributed with the agreement")
    assert "acme/model-2  MIT          acme/model-1  llama3.1\n" in told
    assert project.scrapy("lineage", "acme/model-4", "--licenses").stdout == told
    assert "no permission" in project.scrapy("lineage", "acme/model-5", "--licenses").stdout


def test_conflicts_that_are_inherited_stand_apart(project: Project) -> None:
    told = lineage(project, "acme/model-4")
    assert [(each["child"], each["parent"], each["derived"]) for each in told["inherited_conflicts"]] == [
        (HUB + "acme/model-3", HUB + "acme/model-1", "MIT"), (HUB + "acme/model-4", HUB + "acme/model-1", "MIT"),
    ]  # fmt: skip
    assert (told["summary"]["inheriting"], told["summary"]["unjudged"]) == (2, 0)
    shown = project.scrapy("lineage", "acme/model-4", "--licenses").stdout
    assert "model         its license  inherits it from  whose license\n" in shown
    assert "acme/model-4  MIT          acme/model-1      llama3.1\n" in shown


def test_only_models_under_some_licenses(project: Project) -> None:
    for license in ("mit", "MIT", "https://opensource.org/licenses/MIT"):
        shown = project.scrapy("lineage", "acme/model-0", "--down", "--license", license, "--limit", "2").stdout
        # What stands between is there, too, but counts as no model of the page.
        assert "acme/model-1  llama3.1" in shown
        assert "acme/model-4" not in shown
        assert "acme/model-7" not in shown
        assert f"\nand 1 more: --offset 2 shows the next\nunder {license}: 3 of 5 models derived from it\n" in shown
    told = lineage(project, "acme/model-0", "--down", "--license", "mit", "--license", "llama3.1")
    assert names(told).keys() == {f"acme/model-{n}" for n in range(5)}
    assert not any(member["context"] for member in told["members"])
    none = project.scrapy("lineage", "acme/model-0", "--down", "--license", "gpl-3.0").stdout
    assert "\nunder gpl-3.0: 0 of 5 models derived from it\n" in none
    assert "acme/model-2" not in none
    assert "acme/model-2" not in project.scrapy("lineage", "acme/model-4", "--license", "llama3.1", "--licenses").stdout


def test_a_lineage_is_a_sheet(project: Project) -> None:
    text = project.scrapy("lineage", "acme/model-0", "--down", "--format", "csv").stdout
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(text))}
    assert list(rows) == [f"acme/model-{n}" for n in (0, 1, 7, 2, 3, 4)]
    assert rows["acme/model-0"] | {"license": ""} == {
        "name": "acme/model-0", "iri": HUB + "acme/model-0", "generation": "0", "parent": "", "kind": "",
        "license": "", "conflict": "", "inherited conflict": "",
    }  # fmt: skip
    merged, quantized = rows["acme/model-2"], rows["acme/model-3"]
    assert (merged["parent"], merged["kind"], merged["license"]) == (HUB + "acme/model-1", "merge", "MIT")
    assert merged["conflict"] == "MIT under llama3.1 (community license)"
    assert quantized["conflict"] == ""
    assert quantized["inherited conflict"] == "MIT under llama3.1 of acme/model-1 (community license)"
    assert len(project.scrapy("lineage", "acme/model-4", "--format", "csv").stdout.splitlines()) == 1 + 7
    few = project.scrapy("lineage", "acme/model-0", "--down", "--format", "csv", "--license", "mit").stdout
    assert [line.partition(",")[0] for line in few.splitlines()[1:]] == [f"acme/model-{n}" for n in (0, 2, 3, 4)]


def test_no_cell_of_a_sheet_is_a_formula() -> None:
    member = Member("https://example.org/model", "=HYPERLINK(1)", 0, licenses={"https://example.org/l": "@SUM(1)"})
    text = sheet(Lineage(member.iri, {member.iri: member}))
    assert text.splitlines()[1] == "'=HYPERLINK(1),https://example.org/model,0,,,'@SUM(1),,"


def test_a_license_that_is_not_named_is_told_from_none(project: Project) -> None:
    told = project.scrapy("lineage", "acme/model-8", "--licenses").stdout
    assert "Not judged, other, not named: acme/model-8\n" in told
    assert "Not judged, no license stated: acme/model-9\n" in told
    tree = project.scrapy("lineage", "acme/model-8").stdout
    assert "acme/model-8  other, not named" in tree
    assert "acme/model-9  no license stated" in tree
    shown = [project.scrapy("show", f"acme/model-{n}").stdout.splitlines() for n in (8, 9)]
    rows = [next(line.split(maxsplit=1)[1] for line in lines if line.startswith("license ")) for lines in shown]
    assert [row.strip() for row in rows] == ["other, not named", "none stated"]
    facets = json.loads(project.scrapy("search", "--facets", "--json").stdout)["facets"]["license"]
    assert facets["other, not named"] == 1
    (coverage,) = json.loads(project.scrapy("coverage", "--json").stdout)
    assert (coverage["unnamed_licenses"], coverage["fields"]["license"]["records"]) == (1, 8)
    assert "other, not named" in project.scrapy("coverage").stdout


def test_wrong_usage(project: Project) -> None:
    assert project.scrapy("lineage").returncode == 2
    assert project.scrapy("lineage", "acme/model-4", "--depth", "0").returncode == 2
    assert project.scrapy("lineage", "acme/model-4", "--limit", "0").returncode == 2
    assert project.scrapy("lineage", "acme/model-4", "--offset", "-1").returncode == 2
    assert project.scrapy("lineage", "acme/model-4", "--data", "some").returncode == 2
    nothing = project.scrapy("lineage", "acme/modle-4")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert nothing.stderr.startswith("the catalog does not describe acme/modle-4; did you mean acme/model-")
