"""Crawls of a made-up OpenML, and of one that answers badly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyshacl
import pytest
import rdflib
from pydantic import ValidationError
from scrapy import Request
from support.crawling import ROOT, CatalogProject
from support.openml_server import (
    PAGE,
    OpenML,
    always,
    dataset,
    described_dataset,
    evaluation,
    flow,
    refused,
    task,
    times,
)
from support.walking import made, walked

from mlentory_crawl.spiders.openml.arguments import OpenMLArguments
from mlentory_crawl.spiders.openml.spider import OpenMLSpider

SCHEMA = rdflib.Namespace("http://schema.org/")
FAIR4ML = rdflib.Namespace("https://w3id.org/fair4ml#")
SITE = "https://www.openml.org/"
QUICK = ("-s", "DOWNLOAD_SLOTS={}", "-s", "RETRY_BACKOFF=0.01", "-s", "RETRY_TIMES=2")
SMALL = 3 + 3 + 3 + 1 + 4 + 4 + 12
"""Datasets and their descriptions, tasks, a procedure, flows and their descriptions, evaluations."""
ROWS = 3 + 3 + 1 + 4 + 12


class Crawls:
    """A project that crawls a made-up OpenML."""

    def __init__(self, folder: Path, server: OpenML, url: str) -> None:
        self.server = server
        self.project = CatalogProject(folder / "data", "http://127.0.0.1:9", OPENML_ENDPOINT=url)

    def crawl(self, *words: str, mode: str | None = "census", code: int = 0) -> dict[str, Any]:
        """Run the spider, and return the report after checking that it adds up."""
        given = ("-a", f"mode={mode}") if mode else ()
        self.server.asked.clear()
        done = self.project.scrapy("crawl", "openml", *given, *QUICK, *words)
        assert done.returncode == code, done.stderr[-3000:]
        report = self.project.report()
        records, asked = report["records"], report["requested"]
        ends = ("new", "changed", "unchanged", "duplicate", "quarantined", "failed")
        assert records["fetched"] == sum(records[end] for end in ends)
        assert asked["asked"] == sum(
            asked[end] for end in ("found", "missing", "blocked", "invalid", "duplicate", "failed")
        )
        return report

    def graph(self, name: str = "catalog.ttl") -> rdflib.Graph:
        return rdflib.Graph().parse(data=self.project.export(name), format="turtle")

    def kinds(self) -> dict[str, int]:
        told = self.project.status()["catalog"]["records"]["openml"]
        return {kind: count["live"] for kind, count in told.items()}

    def details(self) -> list[str]:
        return sorted(path.removeprefix("/api/v1/json/") for path in self.server.asked if "list" not in path)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Crawls]:
    server = OpenML.small()
    with server.served() as url:
        yield Crawls(tmp_path, server, url)


def test_a_census_brings_everything_and_a_second_one_changes_nothing(small: Crawls) -> None:
    report = small.crawl()
    assert (report["verdict"], report["coverage"]) == ("complete", "census")
    assert (report["records"]["fetched"], report["records"]["new"]) == (SMALL, SMALL)
    assert report["field_issues"] == {}
    assert small.kinds() == {
        "dataset": 3,
        "dataset_description": 3,
        "estimation_procedure": 1,
        "task": 3,
        "flow": 4,
        "flow_description": 4,
        "evaluation": 12,
    }
    before = small.project.export("before.nt")
    again = small.crawl()
    assert (again["records"]["fetched"], again["records"]["unchanged"]) == (ROWS, ROWS)
    assert small.details() == []
    assert small.project.export("after.nt") == before


def test_evaluations_are_things_of_their_own(small: Crawls) -> None:
    small.crawl()
    graph = small.graph()
    evaluations = set(graph.subjects(rdflib.RDF.type, FAIR4ML.MLModelEvaluation))
    assert len(evaluations) == 12
    first = rdflib.URIRef(f"{SITE}f/2")
    of_first = {each for each in evaluations if (each, FAIR4ML.evaluatedMLModel, first) in graph}
    assert len(of_first) == 4  # runs 1 and 5, two measures each
    assert set(graph.objects(first, FAIR4ML.hasEvaluation)) == of_first
    for each in evaluations:
        assert len(list(graph.objects(each, FAIR4ML.evaluationDataset))) == 1
        (result,) = graph.objects(each, FAIR4ML.evaluationResults)
        assert isinstance(graph.value(result, SCHEMA.value).toPython(), float)  # type: ignore[union-attr]
    assert {str(metric) for metric in graph.objects(None, FAIR4ML.evaluationMetrics)} == {"accuracy", "roc_auc"}
    tasks = {about for each in of_first for about in graph.objects(each, SCHEMA.about)}
    assert tasks == {rdflib.URIRef(f"{SITE}t/2"), rdflib.URIRef(f"{SITE}t/3")}
    procedure = rdflib.URIRef(f"{SITE}api/v1/estimationprocedure/1")
    assert all((each, SCHEMA.about, procedure) in graph for each in tasks)
    shapes = rdflib.Graph().parse(ROOT / "fair4ml" / "data" / "shapes.ttl")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes)
    assert conforms, text


def test_only_what_is_new_or_changed_costs_a_request(small: Crawls) -> None:
    small.crawl()
    small.server.lists["flow"][1]["external_version"] = "acme==99"
    small.server.lists["flow"].append(flow(5))
    report = small.crawl()
    assert small.details() == ["flow/2", "flow/5"]
    assert (report["records"]["new"], report["records"]["changed"]) == (2, 2)


def test_a_description_that_was_not_to_be_had_is_asked_for_in_the_next_census(small: Crawls) -> None:
    small.server.faults["/flow/2"] = always(refused("181", "Unknown flow"))
    report = small.crawl()
    assert (report["verdict"], report["records"]["fetched"]) == ("complete", SMALL - 1)
    small.server.faults.clear()
    assert small.crawl()["records"]["new"] == 1
    assert small.details() == ["flow/2"]


def test_without_a_mode_the_first_rows_come_and_later_what_the_lists_have_more(small: Crawls) -> None:
    first = small.crawl(mode=None)
    assert (first["mode"], first["coverage"]) == ("census", "limit")
    assert "openml" not in small.project.status()["catalog"]["watermarks"]
    small.crawl()
    marks = small.project.status()["catalog"]["watermarks"]["openml"].split()
    assert {"dataset=3:3", "task=3:3", "flow=4:4", "evaluation/predictive_accuracy=6:6"} < set(marks)
    small.server.lists["data"].append(dataset(9))
    delta = small.crawl(mode=None)
    assert (delta["mode"], delta["coverage"], delta["verdict"]) == ("delta", "delta", "complete")
    assert delta["records"]["new"] == 2
    assert "dataset=4:9" in small.project.status()["catalog"]["watermarks"]["openml"]


def test_a_delta_reads_the_end_of_a_list_and_goes_back_where_rows_were_taken_out(tmp_path: Path) -> None:
    server = OpenML.small()
    row = server.lists["data"][0]
    server.lists["task"] = [task(n, row) for n in range(1, 2_501)]
    with server.served() as url:
        crawls = Crawls(tmp_path, server, url)
        crawls.crawl("-a", "kinds=task")
        server.lists["task"].append(task(2_600, row))
        report = crawls.crawl("-a", "kinds=task", mode="delta")
        assert (report["records"]["new"], report["records"]["fetched"]) == (1, 1 + 501)
        assert not any("offset/0" in path for path in server.asked)
        server.lists["task"] = [*server.lists["task"][900:], task(2_700, row)]
        report = crawls.crawl("-a", "kinds=task", mode="delta")
        assert report["records"]["new"] == 1
        assert report["records"]["duplicate"] == 0
        assert [path.rpartition("/")[2] for path in server.asked if "task/list" in path][:2] == ["2001", "1001"]
        assert crawls.kinds()["task"] == 2_502


def test_kinds_functions_and_filters_narrow_a_crawl(small: Crawls) -> None:
    narrow = ("-a", "kinds=evaluation", "-a", "functions=predictive_accuracy", "-a", "flows=2,3", "-a", "tasks=2")
    report = small.crawl(*narrow)
    wanted = [
        row for row in small.server.lists["evaluation"]
        if row["flow_id"] in (2, 3) and row["task_id"] == 2 and row["function"] == "predictive_accuracy"
    ]  # fmt: skip
    assert wanted
    assert (report["coverage"], report["records"]["fetched"]) == ("limit", len(wanted))
    assert small.kinds() == {"evaluation": len(wanted)}


def test_a_limit_holds_for_each_list(small: Crawls) -> None:
    small.crawl("-a", "limit=2")
    assert small.kinds() == {
        "dataset": 2, "dataset_description": 2, "estimation_procedure": 1, "task": 2, "flow": 2, "flow_description": 2,
        "evaluation": 4,
    }  # fmt: skip
    assert {path.split("limit/")[1].split("/")[0] for path in small.server.asked if "limit/" in path} == {"2"}


@pytest.mark.parametrize(
    "given",
    [
        {"mode": "ids"}, {"kinds": "model"}, {"kinds": "task,task"}, {"functions": "a b"}, {"tasks": "x"},
        {"limit": 0}, {"accept_deletions": True},
    ],
)  # fmt: skip
def test_arguments_that_mean_nothing_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OpenMLArguments.model_validate(given)


# Bad answers


def test_names_that_spoil_the_json_come_as_xml(small: Crawls) -> None:
    small.server.lists["flow"][2]["full_name"] = small.server.lists["flow"][2]["name"] = 'acme."Odd"\\sorter'
    small.server.lists["data"][0]["name"] = "mead\now"
    report = small.crawl()
    assert (report["verdict"], report["records"]["new"]) == ("complete", SMALL)
    names = set(small.graph().objects(None, SCHEMA.name))
    assert rdflib.Literal('acme."Odd"\\sorter') in names


def test_rows_that_spoil_both_formats_cost_no_other_row(small: Crawls) -> None:
    names = {1: 'inch-5" nail', 6: "tube\x0bend", 7: "last"}
    small.server.lists["task"] = [
        task(n, small.server.lists["data"][0], name=names.get(n, f"t{n}")) for n in range(1, 8)
    ]

    def with_bare_ampersand(path: str) -> Any:
        told = small.server.plain(path)
        spoiled = told[2].replace(b">t4<", b">t&t<").replace(b">last<", b">a & b<")
        return (told[0], told[1], spoiled) if path.startswith("/api/v1/xml") else told

    small.server.lists["task"][3]["name"], small.server.lists["task"][6]["name"] = "t4", "last"
    small.server.lists["task"][3]["format"] = small.server.lists["task"][6]["format"] = 'A"RFF'
    small.server.faults["/task/list"] = with_bare_ampersand
    report = small.crawl("-a", "kinds=task,flow", code=1)
    assert report["problems"] == ["2 of 16 records were quarantined"]
    assert (small.kinds()["task"], small.kinds()["flow"]) == (5, 4)


@pytest.mark.parametrize("is_json", [True, False])
def test_what_is_refused_costs_nothing_else_and_is_told(small: Crawls, is_json: bool) -> None:
    small.server.faults["estimationprocedure"] = always(refused("100", "Function not valid", is_json))
    small.server.faults["json/data/2"] = always(refused("112", "No access granted", is_json))
    report = small.crawl()
    assert (report["verdict"], report["records"]["new"]) == ("complete", SMALL - 2)
    assert {by: counts["blocked"] for by, counts in report["lookups"].items()} == {"lists": 1, "descriptions": 1}
    assert any("Function not valid" in note for note in report["notes"])


def test_a_list_that_is_refused_costs_no_other_list_and_is_asked_again(small: Crawls) -> None:
    small.server.faults["/task/list"] = always(refused("480", "Illegal filter"))
    report = small.crawl(code=1)
    assert (report["verdict"], report["records"]["new"]) == ("failed", SMALL - 3)
    small.server.faults.clear()
    healed = small.crawl()
    assert (healed["run_id"], healed["records"]["new"], small.details()) == (report["run_id"], SMALL, [])


def test_an_empty_list_is_no_error_in_either_format(small: Crawls) -> None:
    small.server.lists["flow"] = []
    small.server.faults["/task/list"] = always(refused("482", "No results", is_json=False))
    report = small.crawl("-a", "kinds=flow,task")
    assert (report["verdict"], report["records"]["fetched"]) == ("complete", 1)


def test_an_overloaded_service_is_asked_again(small: Crawls) -> None:
    small.server.faults["/flow/list"] = times(2, refused("107", "Database connection error"))
    assert small.crawl("-a", "kinds=flow")["records"]["fetched"] == 8


BAD: dict[str, tuple[Any, str]] = {
    "maintenance": ((200, {"Content-Type": "text/html"}, PAGE), "expected JSON or XML, got an HTML page"),
    "maintenance with its status": ((503, {"Content-Type": "text/html"}, PAGE), "returned HTTP 503"),
    "neither format with a status": ((500, {}, b"oops"), "returned HTTP 500"),
    "cut": ((200, {}, b'{"flows":{"flow":[{"id":1,"name":"a'), "not valid JSON"),
    "another thing": ((200, {}, b'{"run":{}}'), "expected a list of flow"),
    "illegal filter as XML": (refused("501", "Illegal filter specified", is_json=False), "error 501: Illegal filter"),
    "overload that stays": (refused("107", "Database connection error"), "error 107"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_is_one_failure_and_no_record(tmp_path: Path, name: str) -> None:
    answer, told = BAD[name]
    server = OpenML.small()
    server.faults["/flow/list"] = always(answer)
    spider = made(OpenMLSpider, tmp_path, "https://openml.test/api/v1", mode="census", kinds="flow")
    _, records = walked(spider, server.answer)
    assert records == []
    (failure,) = spider.failures
    assert told in failure
    assert "\n" not in failure


@pytest.mark.parametrize(
    ("answer", "told"), [(BAD["maintenance"][0], "expected JSON or XML, got an HTML page"), (None, "flow/list")]
)
def test_a_bad_answer_is_told_in_one_line_and_is_no_record(small: Crawls, answer: Any, told: str) -> None:
    small.server.faults["/flow/list"] = always(answer)
    report = small.crawl("-a", "kinds=flow", code=1)
    assert report["verdict"] == "failed"
    assert report["records"]["fetched"] == 0
    problem = report["problems"][0]
    assert told in problem
    assert "\n" not in problem


def test_a_walk_that_ended_early_goes_on_where_it_was(small: Crawls) -> None:
    small.server.faults["offset/4"] = always((200, {}, PAGE))
    report = small.crawl("-a", "kinds=flow", code=1)
    small.server.faults.clear()
    resumed = small.crawl("-a", "kinds=flow")
    assert (resumed["run_id"], resumed["verdict"]) == (report["run_id"], "complete")
    assert resumed["records"]["new"] == 8
    assert not any("offset/0" in path for path in small.server.asked)


@pytest.mark.parametrize("answer", [(500, {}, b""), (200, {}, b"{")])
def test_a_flow_that_cannot_be_described_does_not_stop_the_others(small: Crawls, answer: Any) -> None:
    small.server.faults["/flow/2"] = always(answer)
    report = small.crawl(code=1)
    assert (report["verdict"], report["records"]["fetched"]) == ("failed", SMALL - 1)
    assert "flow/2" in report["problems"][0]
    again = small.crawl(code=1)
    assert (again["run_id"], again["verdict"]) == (report["run_id"], "failed")
    assert all(path.endswith("/flow/2") for path in small.server.asked)
    assert again["requests"]["by_slot"]["openml.api"] > report["requests"]["by_slot"]["openml.api"]
    # What stays broken does not keep what is new out.
    small.server.lists["flow"].append(flow(5))
    small.crawl(mode="delta", code=1)
    assert {"flow/2", "flow/5"} <= set(small.details())
    small.server.faults.clear()
    healed = small.crawl()
    assert (healed["verdict"], healed["records"]["new"], healed["records"]["duplicate"]) == ("complete", 1, 0)
    assert small.details() == ["flow/2"]


def test_rows_that_are_none_go_to_the_quarantine(small: Crawls) -> None:
    small.server.lists["flow"] = [flow(n) for n in range(1, 40)] + [{**flow(40), "id": "a"}]
    report = small.crawl("-a", "kinds=flow")
    assert (report["records"]["quarantined"], report["records"]["new"]) == (1, 78)


# Interruptions, deletions, replays


@pytest.mark.parametrize("after", ["/flow/3", "evaluation/list"])
def test_a_killed_census_is_resumed_without_a_difference(tmp_path: Path, after: str) -> None:
    server = OpenML.small(flows=6)
    with server.served() as url:
        whole, killed = Crawls(tmp_path / "whole", server, url), Crawls(tmp_path / "killed", server, url)
        whole.crawl()
        expected = whole.project.export("whole.nt")
        server.asked.clear()
        reached = threading.Event()

        def hold(path: str) -> Any:
            reached.set()
            time.sleep(3)
            return (100, {}, b"")

        server.faults[after] = hold
        process = subprocess.Popen(
            killed.project.command("crawl", "openml", "-a", "mode=census", *QUICK),
            cwd=ROOT, env=killed.project.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        assert reached.wait(60)
        time.sleep(2.5)  # what came before is stored by now
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        server.faults.clear()
        before = server.asked.total()
        report = killed.crawl()
        assert report["records"]["fetched"] == SMALL + 4
        # What was asked for last may not have been counted yet.
        assert report["requests"]["by_slot"]["openml.api"] >= before - 2 + server.asked.total()
        assert killed.project.export("killed.nt") == expected


def test_what_two_censuses_miss_and_the_service_denies_is_gone(small: Crawls) -> None:
    lists = small.server.lists
    lists["evaluation"] += OpenML.small(runs=30).lists["evaluation"][12:]
    small.crawl()
    lists["flow"].pop()
    lists["evaluation"] = [row for row in lists["evaluation"] if row["run_id"] != 3]
    first = small.crawl("-a", "accept_deletions=true")
    assert first["records"]["deleted"] == 0
    report = small.crawl("-a", "accept_deletions=true")
    assert report["records"]["deleted"] == 1 + 2
    assert small.kinds()["evaluation"] == 58
    assert (small.kinds()["flow"], small.kinds()["flow_description"]) == (3, 3)


def test_a_replay_makes_the_same_catalog(small: Crawls, tmp_path: Path) -> None:
    small.server.lists["flow"][2]["name"] = 'acme."Odd"'
    small.crawl()
    small.server.lists["flow"].append(flow(9))
    small.crawl(mode="delta")
    expected = small.project.export("expected.nt")
    copy = CatalogProject(tmp_path / "copy" / "data", "http://127.0.0.1:9", OPENML_ENDPOINT="http://127.0.0.1:9/api/v1")
    done = copy.scrapy("replay", "--all", "--from", small.project.data_dir)
    assert done.returncode == 0, done.stdout + done.stderr
    assert copy.export("replayed.nt") == expected


# Things asked for by name


def test_things_are_fetched_by_their_names_and_pages(small: Crawls, tmp_path: Path) -> None:
    (tmp_path / "ids").write_text(
        "# mine\nf/1\nhttps://www.openml.org/d/2\nopenml.org/t/3\n"
        "https://www.openml.org/search?type=data&sort=runs&id=3\nhttps://www.openml.org/f/1\nf/77\nd/88\nt/99\n"
        "f/0\nhttps://www.openml.org/search?type=user&id=1\nhttps://example.org/f/1\n"
    )
    report = small.crawl("-a", f"ids={tmp_path / 'ids'}", mode=None)
    asked = report["requested"]
    assert {name: count for name, count in asked.items() if count} == {
        "asked": 11, "found": 4, "missing": 3, "duplicate": 1, "invalid": 3,
    }  # fmt: skip
    assert report["coverage"] == "ids"
    assert small.kinds() == {"flow_description": 1, "dataset": 2, "dataset_description": 2, "task": 1}


def test_a_thing_that_comes_broken_fails_the_run(small: Crawls) -> None:
    small.server.faults["/data/2"] = always((200, {}, PAGE))
    small.server.faults["/flow/1"] = always(refused("103", "Authentication failed", status=403))
    report = small.crawl("-a", "ids=d/2,f/1,t/1", mode="ids", code=1)
    asked = report["requested"]
    assert (asked["found"], asked["failed"], asked["blocked"]) == (1, 1, 1)


def test_its_pages_are_recognized() -> None:
    assert OpenMLSpider.handles_request(Request(f"{SITE}f/1"))
    assert OpenMLSpider.handles_request(Request("https://openml.org/search?type=data&id=1"))
    assert not OpenMLSpider.handles_request(Request("https://example.org/f/1"))


def test_a_described_dataset_can_be_looked_up(small: Crawls) -> None:
    odd = described_dataset(dataset(1), creator="https://example.org/people", licence="CC0", description="Äpfel")
    small.server.descriptions["data/1"] = odd
    small.server.lists["evaluation"].append(
        evaluation(99, small.server.lists["flow"][0], small.server.lists["task"][0], value="NaN")
    )
    small.crawl("-s", "PROJECTIONS=search")
    told = json.loads(small.project.scrapy("show", f"{SITE}d/1", "--format", "json").stdout)
    assert told["root"]["license"] == ["https://spdx.org/licenses/CC0-1.0"]
    assert (told["root"]["name"], told["root"]["description"]) == ("meadow-1", "Äpfel")
    assert {source["key"] for source in told["sources"]} == {"openml/dataset/1", "openml/dataset_description/1"}
    found = json.loads(small.project.scrapy("search", "Sorter2", "--json").stdout)
    assert found
