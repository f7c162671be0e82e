"""Crawls of several platforms into one catalog: what they state of one thing is found together, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rdflib
from support.crawling import Project, model, write_records
from support.made_up_tracking import run_id, tracking
from support.openml_server import OpenML, dataset, described_dataset, evaluation, flow, task
from support.paperswithcode_server import Catalog, benchmark, evaluation as row, paper, paperswithcode

from fair4ml.vocabulary import CODEMETA, PROV, SCHEMA
from mlentory_crawl.sample_hub import SampleHub

ARTICLE = "https://arxiv.org/abs/2401.00001"
PAGE = "https://paperswithcode.co/paper/1"
ON_THE_HUB = "https://huggingface.co/datasets/acme/rows"
BIBTEX = "@misc{terns, title={Terns}, eprint={2401.00001}, archivePrefix={arXiv}}"
PUBLICATION = rdflib.URIRef(CODEMETA.referencePublication)
PLATFORMS = ("huggingface", "paperswithcode", "openml", "mlflow")

RESULT = {
    "dataset": {"type": "acme/rows", "name": "Rows"},
    "metrics": [{"type": "accuracy", "name": "Accuracy", "value": 0.93}],
    "source": {"url": "https://example.org/report", "name": "A report"},
}
MODELS = [
    model(1, tags=["arxiv:2401.00001"], **{"model-index": [{"name": "m", "results": [{"task": {}, **RESULT}]}]}),
    model(2, tags=["base_model:acme/model-1", "base_model:finetune:acme/model-1", "arxiv:2401.00001"]),
]


def openml_with_papers() -> OpenML:
    """Datasets that name the paper, one by its address and one in BibTeX; a third is called as one of the Hub is."""
    datasets = [dataset(1), dataset(2), dataset(3, name="acme/rows")]
    tasks, flows = [task(n, each) for n, each in enumerate(datasets, 1)], [flow(1)]
    runs = [evaluation(run, flows[0], tasks[run % 3], value="0.97") for run in range(1, 7)]
    server = OpenML({"data": datasets, "task": tasks, "flow": flows, "evaluation": runs})
    server.descriptions = {
        "data/1": described_dataset(datasets[0], paper_url=f"{ARTICLE}v2"),
        "data/2": described_dataset(datasets[1], citation=BIBTEX),
        "data/3": described_dataset(datasets[2], citation="10.24432/C5XX"),
    }
    return server


def papers() -> Catalog:
    """A paper with two rows: one has its number on arXiv, the other only its number on the platform."""
    catalog = Catalog(papers=1)
    catalog.lists["papers"] = [paper(1, hf_models=["acme/model-1"])]
    catalog.lists["datasets"] = [benchmark(9, name="Other words", hf_url=f"{ON_THE_HUB}/"), benchmark(10, name="rows")]
    stated = {"dataset_name": "Other words", "harness": "lm-eval", "updated_at": "2024-05-06"}
    catalog.lists["evaluations"] = [
        row(1, 1, 9, metrics={"Accuracy": "0.91"}, **stated),
        row(2, 1, 10, metrics={"Accuracy": "0.99"}, paper_arxiv_id=None),
    ]
    return catalog


def experiments() -> dict[str, list[Any]]:
    """A version whose run took in a dataset of the Hub under a name of its own."""
    stamps = {"creation_timestamp": 1_700_000_000_000, "last_updated_timestamp": 1_700_000_000_000}
    source = {"name": "mine", "digest": "d1", "source_type": "hugging_face", "source": '{"path": "acme/rows"}'}
    given = {"dataset": source, "tags": [{"key": "mlflow.data.context", "value": "eval"}]}
    metric = {"key": "accuracy", "value": 0.9, "timestamp": 1_700_000_000_000, "step": 0}
    return {
        "registered_models": [{"name": "terns", **stamps}],
        "model_versions": [{"name": "terns", "version": "1", **stamps, "run_id": run_id(1), "source": "s3://m/1"}],
        "experiments": [{"experiment_id": "0", "name": "all"}],
        "runs": [
            {
                "info": {"run_id": run_id(1), "run_name": "r", "experiment_id": "0", "status": "FINISHED"},
                "data": {"metrics": [{**metric, "dataset_name": "mine", "dataset_digest": "d1"}]},
                "inputs": {"dataset_inputs": [given]},
            }
        ],
    }


@pytest.fixture(scope="module")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    records = write_records(tmp_path_factory.mktemp("hub") / "records.jsonl", MODELS)
    with (
        SampleHub(records=records) as hub,
        openml_with_papers().served() as openml,
        paperswithcode(papers()) as archive,
        tracking() as server,
    ):
        server.records |= experiments()
        yield {
            "HF_ENDPOINT": hub.url,
            "OPENML_ENDPOINT": openml,
            "PAPERSWITHCODE_ENDPOINT": archive,
            "MLFLOW_TRACKING_URI": server.url,
        }


def crawled(folder: Path, endpoints: dict[str, str], *platforms: str) -> Project:
    project = Project(folder / "data", **{"endpoint": "http://127.0.0.1:9", **endpoints})
    for platform in platforms:
        report = project.crawl("-a", "mode=census", "-s", "DOWNLOAD_SLOTS={}", spider=platform)
        assert report["verdict"] == "complete"
    return project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, endpoints: dict[str, str]) -> Project:
    return crawled(tmp_path_factory.mktemp("together"), endpoints, *PLATFORMS)


@pytest.fixture(scope="module")
def graph(project: Project) -> rdflib.Graph:
    return rdflib.Graph().parse(data=project.export("all.nt"), format="nt")


def shown(project: Project, name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(project.scrapy("show", name, "--json").stdout)
    return told


def test_a_paper_that_three_platforms_name_is_one_node(project: Project, graph: rdflib.Graph) -> None:
    assert set(graph.subjects(rdflib.RDF.type, rdflib.URIRef(SCHEMA.ScholarlyArticle))) == {rdflib.URIRef(ARTICLE)}
    told = shown(project, ARTICLE)
    assert [source["key"] for source in told["sources"]] == ["paperswithcode/paper/1"]
    namings = {(each["iri"], each["record"], each["field"]) for each in told["named"]["by"]}
    hub = [f"huggingface/model/{record['_id']}" for record in MODELS]
    assert {
        ("https://huggingface.co/acme/model-1", hub[0], "tags"),
        ("https://huggingface.co/acme/model-2", hub[1], "tags"),
        ("https://www.openml.org/d/1", "openml/dataset_description/1", "paper_url"),
        ("https://www.openml.org/d/2", "openml/dataset_description/2", "citation"),
    } < namings
    assert told["named"]["records"] == {"huggingface": 2, "openml": 2, "paperswithcode": 2}  # others than its own
    text = project.scrapy("show", ARTICLE, "--why").stdout.replace("\n", "")
    for platform in told["named"]["records"]:
        assert f"of {platform}" in text
    # By its page it is the same.
    assert shown(project, PAGE) == told


def test_the_export_links_what_show_tells(project: Project, graph: rdflib.Graph) -> None:
    wanted = {
        rdflib.URIRef(each["iri"])
        for each in shown(project, ARTICLE)["named"]["by"]
        if each["property"] == "referencePublication"
    }
    found = set(graph.subjects(PUBLICATION, rdflib.URIRef(ARTICLE)))
    assert wanted
    assert wanted <= found
    assert not list(graph.triples((None, PUBLICATION, rdflib.URIRef(PAGE))))
    told = json.loads(project.scrapy("lineage", "acme/model-2", "--json").stdout)
    assert {(step["child"], step["parent"]) for step in told["steps"]} == {
        (str(child), str(parent)) for child, parent in graph.subject_objects(rdflib.URIRef(PROV.wasDerivedFrom))
    }


def test_the_order_of_the_crawls_does_not_matter(project: Project, endpoints: dict[str, str], tmp_path: Path) -> None:
    other = crawled(tmp_path, endpoints, *reversed(PLATFORMS))
    assert other.export("all.jsonl") == project.export("all.jsonl")


def test_a_leaderboard_has_the_rows_of_all_platforms_that_say_which_data_they_mean(project: Project) -> None:
    done = project.scrapy("leaderboard", "--dataset", "acme/rows", "--metric", "acc", "--json")
    joined, of_openml = json.loads(done.stdout)["boards"]
    told = [(each["platform"], each["value"], each["date"], each["harness"]) for each in joined["results"]]
    assert told == [
        ("huggingface", 0.93, None, None),
        ("paperswithcode", 0.91, "2024-05-06", "lm-eval"),
        ("mlflow", 0.9, "2023-11-14T22:13:20Z", None),
    ]
    assert all(each["sources"] for each in joined["results"])
    # It is called the same, and nobody says that it is the same.
    assert [(each["platform"], each["value"], each["date"]) for each in of_openml["results"]] == [
        ("openml", 0.97, "2022-01-02")
    ] * 2
    assert of_openml["results"][0]["sources"] == ["https://www.openml.org/r/2"]
    # Whichever of them is named, all that are the same are meant.
    for name in (ON_THE_HUB, "https://paperswithcode.co/benchmark/9"):
        (board,) = json.loads(project.scrapy("leaderboard", "--dataset", name, "--json").stdout)["boards"]
        assert board["results"] == joined["results"]
    (alone,) = json.loads(project.scrapy("leaderboard", "--dataset", "rows", "--json").stdout)["boards"]
    assert [each["platform"] for each in alone["results"]] == ["paperswithcode"]


def test_what_no_record_describes_is_shown_with_those_that_name_it(project: Project) -> None:
    told = shown(project, ON_THE_HUB)
    assert (told["root"]["class"], told["sources"]) == ("Dataset", [])
    assert set(told["named"]["records"]) == {"huggingface", "mlflow"}
    text = project.scrapy("show", ON_THE_HUB).stdout
    assert "No record describes it" in text
    assert "evaluationDataset" in text
