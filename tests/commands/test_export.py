"""Exports to the standard output, in a named format, and of what was chosen."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.crawling import ROOT, Project, model, write_records
from support.terminals import on_terminal

from fair4ml.write.search_document import search_document
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.stores.factory import open_search_store
from mlentory_crawl.stores.search.fields import DATES, FACETS, NUMBERS, STATABLE
from mlentory_crawl.stores.search.matching import Matcher
from mlentory_crawl.stores.search.query import SearchQuery
from mlentory_crawl.stores.search.reasons import explained

needs_parquet = pytest.mark.extra(name="parquet")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with SampleHub(models=120) as hub:
        project = Project(tmp_path_factory.mktemp("export") / "data", hub.url)
        project.crawl("-a", "mode=census", "-a", "enrich=datasets,owners", "-a", "limit=120")
        yield project


@pytest.fixture(scope="module")
def documents(crawled: Project) -> list[dict[str, Any]]:
    with closing(CatalogReader(crawled.data_dir)) as reader:
        return [search_document(state) for state, _ in reader.states()]


def exported(project: Project, *words: str) -> list[dict[str, Any]]:
    """The records that an export writes to the standard output."""
    done = project.scrapy("export", "-", "--format", "jsonl", *words)
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _values(stated: str | list[str]) -> list[str]:
    return [stated] if isinstance(stated, str) else stated


def piped(project: Project, *words: str) -> bytes:
    command = [sys.executable, "-m", "mlentory_crawl", "export", "-", *words]
    return subprocess.run(command, cwd=ROOT, env=project.environment, stdout=subprocess.PIPE, check=True).stdout


@pytest.mark.parametrize("ending", ["ttl", "jsonl.zst", "csv", pytest.param("parquet", marks=needs_parquet)])
def test_the_standard_output_gets_the_bytes_of_the_file(crawled: Project, ending: str) -> None:
    assert piped(crawled, "--format", ending) == crawled.export(f"a.{ending}")
    assert not (ROOT / "-").exists()
    assert not (ROOT / "-.about.json").exists()


def test_a_format_goes_before_the_name(crawled: Project) -> None:
    assert crawled.export("rows.txt", "--format", "csv") == crawled.export("rows.csv")
    about = json.loads((crawled.data_dir.parent / "rows.txt.about.json").read_bytes())
    assert about["name"] == "rows.txt"


def test_a_reader_that_has_seen_enough_is_no_failure(crawled: Project) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "mlentory_crawl", "export", "-", "--format", "csv"],
        cwd=ROOT, env=crawled.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as export:  # fmt: skip
        assert export.stdout is not None
        assert export.stderr is not None
        export.stdout.close()
        assert export.stderr.read() == b""
    assert export.returncode == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-"], "name the format with --format: jsonl"),
        ([], "expected one file, or - for the standard output"),
        (["x.docx"], "x.docx: expected a name that ends with one of .jsonl"),
        (["x.nt", "--where", "license"], "expected FIELD=VALUE, got 'license'"),
        (["x.nt", "--where", "licens=mit"], "there is no field licens; did you mean license?"),
        (["x.nt", "--where", "height=3"], "there is no field height; there are platform, license"),
        (["x.nt", "--where", "type=MLModel"], "there is no field type"),
        (["x.nt", "--type", "modl"], "expected one of model, evaluation, dataset"),
        (["x.nt", "--min-parameters", "many"], "'many' is not a number"),
        (["x.nt", "--modified-after", "yesterday"], "modified: expected a date such as 2026"),
        (["x.nt", "--licence", "MIT"], "there is no option --licence; did you mean --license?"),
        (["x.nt", "--counter"], "there is no option --counter; did you mean --counters?"),
    ],
)
def test_wrong_usage(crawled: Project, words: list[str], told: str) -> None:
    done = crawled.scrapy("export", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


@pytest.mark.parametrize("ending", [pytest.param("parquet", marks=needs_parquet), "jsonl.zst"])
def test_no_terminal_gets_what_it_cannot_show(crawled: Project, ending: str) -> None:
    code, text = on_terminal("export", "-", "--format", ending, environment=crawled.environment)
    assert code == 2
    assert f"{ending} is nothing that a terminal can show" in " ".join(text.split())


@pytest.mark.parametrize("facet", FACETS)
def test_every_filter_finds_what_a_search_finds(crawled: Project, documents: list[dict[str, Any]], facet: str) -> None:
    stated = Counter(value for each in documents for value in _values(each.get(facet, ())))
    assert stated or facet in ("category", "evaluation_dataset")
    with closing(open_search_store({"MLENTORY_DATA_DIR": str(crawled.data_dir)})) as store:
        for value, count in stated.most_common(12):
            for text in (value, value.upper()):
                query = SearchQuery(filters={facet: [text]})
                assert sum(map(Matcher(query).matches, documents)) == store.search(query).total >= count, text


@pytest.mark.parametrize("name", NUMBERS)
def test_every_bound_finds_what_a_search_finds(crawled: Project, documents: list[dict[str, Any]], name: str) -> None:
    numbers = sorted(each[name] for each in documents if name in each)
    with closing(open_search_store({"MLENTORY_DATA_DIR": str(crawled.data_dir)})) as store:
        for least, greatest in ((numbers[0], numbers[-1]), (numbers[len(numbers) // 2], 10**18), (5, 4)):
            query = SearchQuery(minimum={name: least}, maximum={name: greatest})
            assert sum(map(Matcher(query).matches, documents)) == store.search(query).total


@pytest.mark.parametrize("name", DATES)
def test_every_date_finds_what_a_search_finds(crawled: Project, documents: list[dict[str, Any]], name: str) -> None:
    dates = sorted(each[name] for each in documents if name in each)
    with closing(open_search_store({"MLENTORY_DATA_DIR": str(crawled.data_dir)})) as store:
        for first, last in (
            (dates[0][:4], dates[-1]),
            (dates[len(dates) // 2][:10], dates[-1][:7]),
            (dates[0], "0001"),
        ):
            query = SearchQuery(minimum={name: first}, maximum={name: last})
            assert sum(map(Matcher(query).matches, documents)) == store.search(query).total


@pytest.mark.parametrize("name", STATABLE)
def test_every_required_field_finds_what_a_search_finds(
    crawled: Project, documents: list[dict[str, Any]], name: str
) -> None:
    with closing(open_search_store({"MLENTORY_DATA_DIR": str(crawled.data_dir)})) as store:
        for query in (SearchQuery(has=(name,)), SearchQuery(without=(name,))):
            assert sum(map(Matcher(query).matches, documents)) == store.search(query).total


def test_the_reasons_are_those_of_a_search(crawled: Project, documents: list[dict[str, Any]]) -> None:
    with closing(open_search_store({"MLENTORY_DATA_DIR": str(crawled.data_dir)})) as store:
        for query in (
            SearchQuery(minimum={"parameters": 10**9}),
            SearchQuery(minimum={"parameters": 1}, maximum={"modified": "2026-06"}, filters={"license": ["MIT"]}),
            SearchQuery(filters={"license": ["apache"], "task": ["fill mask", "text-generaton"]}),
        ):
            matcher = Matcher(query)
            result = explained(store, query, store.search(query))
            assert sum(map(matcher.matches, documents)) == result.total
            assert (matcher.unstated(), matcher.unknown()) == (result.unstated, result.unknown)
            assert result.unstated or result.unknown


def test_the_options_are_those_of_a_search(crawled: Project) -> None:
    options = ["--type", "model", "--license", "MIT", "--has", "parameters", "--modified-after", "2020"]
    done = crawled.scrapy("search", *options, "--limit", "1000", "--json")
    found = [hit["iri"] for hit in json.loads(done.stdout)["hits"]]
    assert found
    assert [each["root"]["iri"] for each in exported(crawled, *options)] == sorted(found)


def test_a_dataset_goes_by_the_names_that_other_commands_know(
    crawled: Project, documents: list[dict[str, Any]]
) -> None:
    shown = Counter(name for each in documents for name in each.get("dataset", ()) if "/" in name)
    ends = Counter(name.rpartition("/")[2] for name in shown)
    name = next(name for name in shown if ends[name.rpartition("/")[2]] == 1)
    for given in (name.rpartition("/")[2], f"https://huggingface.co/datasets/{name}"):
        assert len(exported(crawled, "--dataset", given)) == shown[name]
        done = crawled.scrapy("search", "--dataset", given, "--json")
        answer = json.loads(done.stdout)
        assert (answer["total"], answer["unknown"]) == (shown[name], [])
        assert answer["filters"] == {"dataset": [given, name]}
        assert f"--dataset {given} also finds {name}" in crawled.scrapy("search", "--dataset", given).stdout


def test_a_value_that_nothing_has_is_a_failure(crawled: Project) -> None:
    done = crawled.scrapy("export", str(crawled.data_dir.parent / "no.csv"), "--where", "task=text-generaton")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("nothing has the task 'text-generaton'; did you mean text-generation (")
    assert not list(crawled.data_dir.parent.glob("no.csv*"))
    done = crawled.scrapy("export", str(crawled.data_dir.parent / "no.csv"), "--license", "MIT", "--license", "apache")
    assert done.returncode == 0
    assert "nothing has the license 'apache'; did you mean Apache-2.0 (" in " ".join(done.stdout.split())


def test_nothing_of_valid_values_is_no_failure(crawled: Project) -> None:
    assert exported(crawled, "--license", "MIT", "--min-parameters", "900T") == []


def test_says_how_many_state_no_number(crawled: Project, documents: list[dict[str, Any]]) -> None:
    missing = sum(each["type"] == "MLModel" and "parameters" not in each for each in documents)
    done = crawled.scrapy("export", str(crawled.data_dir.parent / "n.csv"), "--min-parameters", "1")
    assert f"; {missing} more match but state no parameter count; --without parameters" in " ".join(done.stdout.split())
    about = json.loads((crawled.data_dir.parent / "n.csv.about.json").read_bytes())
    assert about["unstated"] == {"parameters": missing}


def test_several_conditions_have_to_hold(crawled: Project, documents: list[dict[str, Any]]) -> None:
    models = [each for each in documents if each["type"] == "MLModel"]
    tasks = [task for task, _ in Counter(task for each in models for task in each.get("task", ())).most_common(2)]
    wanted = {
        each["iri"]
        for each in models
        if {*each.get("task", ())} & {*tasks} and "transformers" in each.get("library", ())
    }
    assert 0 < len(wanted) < len(models)
    words = ["--type", "model", "--where", "library=Transformers", *(f"--where=task={task}" for task in tasks)]
    found = exported(crawled, *words)
    assert [each["root"]["iri"] for each in found] == sorted(wanted)
    assert {each["root"]["class"] for each in exported(crawled, "--type", "dataset", "--type", "organization")} <= {
        "Dataset",
        "Organization",
    }


def test_what_was_chosen_is_said_beside_the_file(crawled: Project) -> None:
    crawled.export("all.nt")
    crawled.export(
        "some.nt", "--type", "model", "--where", "license=mit", "--where", "license=MIT", "--min-likes", "1K"
    )
    every, some = (
        json.loads((crawled.data_dir.parent / f"{name}.nt.about.json").read_bytes()) for name in ("all", "some")
    )
    chosen = {"type": ["MLModel"], "where": {"license": ["mit", "MIT"]}, "minimum": {"likes": 1000}}
    assert {name: some[name] for name in some.keys() - every.keys()} == chosen


def test_an_entity_is_exported_whole_whoever_states_the_value(tmp_path: Path) -> None:
    records = [model(n, pipeline_tag="fill-mask" if n else "text-generation") for n in range(3)]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        project = Project(tmp_path / "data", hub.url)
        project.crawl()
    every = {each["root"]["iri"]: each for each in exported(project)}
    assert len(every) == 3
    chosen = exported(project, "--where", "task=text generation", "--where", "task=Text-Generation")
    assert [each["root"] for each in chosen] == [every["https://huggingface.co/acme/model-0"]["root"]]


def test_every_row_shows_the_names_that_a_search_shows(crawled: Project, documents: list[dict[str, Any]]) -> None:
    rows = list(csv.DictReader(crawled.export("names.csv").decode().splitlines(keepends=True)))
    assert [row["iri"] for row in rows] == [each["iri"] for each in documents]
    for name in ("license", "task", "library", "base_model", "dataset", "evaluation_dataset", "author"):
        assert [row[name] for row in rows] == ["; ".join(each.get(name, ())) for each in documents], name
        several = Counter(value for each in documents for value in each.get(name, ()))
        assert max(several.values()) > 1, name
        assert not [value for value in several if value.startswith("https://spdx.org/licenses/")]
