"""What several platforms name is one node, and it says why."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from support.catalogs import Book
from support.crawling import Project, model, write_records
from support.http_servers import served

from fair4ml.document import Document, EntityDict
from mlentory_crawl.catalog.commits import Commit
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.sample_hub import SampleHub

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"><entry>
<id>http://arxiv.org/abs/2401.00001v2</id><updated>2024-02-01T00:00:00Z</updated><published>2024-01-01T00:00:00Z</published>
<title>Terns</title><summary>About terns.</summary><author><name>Ada Example</name></author>
<arxiv:doi>10.1234/TERNS.7</arxiv:doi><category term="cs.LG"/></entry></feed>"""


def test_an_article_is_one_node_under_its_number_and_its_doi(tmp_path: Path) -> None:
    records = [
        model(1, tags=["arxiv:2401.00001"]),
        model(2, tags=["arxiv:2401.00001"], cardData={"license": "mit"}),
    ]
    answer = (200, {"Content-Type": "application/atom+xml"}, FEED.encode())
    with (
        SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub,
        served(lambda *_: answer) as arxiv,
    ):
        project = Project(tmp_path / "data", hub.url, ARXIV_ENDPOINT=arxiv)
        report = project.crawl("-a", "mode=census", "-a", "enrich=articles", "-s", "DOWNLOAD_SLOTS={}")
        assert report["lookups"]["articles"] == {"asked": 1, "found": 1}
        assert report["platforms"]["arxiv"]["new"] == 1
        again = project.crawl("-a", "mode=census", "-a", "enrich=articles")
        assert again["lookups"] == {}
    catalog = sqlite3.connect(project.data_dir / CATALOG)
    assert catalog.execute("SELECT iri, target, reason FROM alias").fetchall() == [
        ("https://doi.org/10.1234/terns.7", "https://arxiv.org/abs/2401.00001", "sameAs")
    ]
    catalog.close()
    for name in ("https://arxiv.org/abs/2401.00001", "https://doi.org/10.1234/terns.7"):
        shown = json.loads(project.scrapy("show", name, "--json").stdout)
        assert "About terns." in json.dumps(shown)


def stated(platform: str, model_iri: str, dataset: str, value: float, *same: str) -> Document:
    """What a platform's record says of one evaluation; with `same` it also describes the dataset."""
    iri = f"{model_iri}#evaluation-1"
    parts: list[EntityDict] = [
        {"iri": iri, "class": "MLModelEvaluation", "evaluatedMLModel": [model_iri], "evaluationDataset": [dataset],
         "evaluationMetrics": ["accuracy"], "evaluationResults": [f"{iri}-result"]},
        {"iri": f"{iri}-result", "class": "PropertyValue", "propertyID": "accuracy", "value": value},
    ]  # fmt: skip
    root = {"iri": model_iri, "class": "MLModel", "name": f"of {platform}", "hasEvaluation": [iri]}
    return {"root": root, "parts": parts, "stubs": [{"iri": dataset, "class": "Dataset", "name": "terns"}]}


def test_a_leaderboard_has_rows_of_three_platforms_and_joins_no_datasets_by_name(tmp_path: Path) -> None:
    hub, archive, other = (
        "https://huggingface.co/datasets/terns", "https://paperswithcode.co/dataset/terns", "https://www.openml.org/d/7",
    )  # fmt: skip
    same = "https://paperswithcode.com/dataset/terns"
    documents: dict[str, list[Document]] = {
        "huggingface": [
            stated("huggingface", "https://huggingface.co/acme/a", hub, 0.8),
            {"root": {"iri": hub, "class": "Dataset", "name": "terns", "sameAs": [same]}, "parts": [], "stubs": []},
        ],
        "mlflow": [stated("mlflow", "https://mlflow.test/api/2.0/mlflow/m", hub, 0.9)],
        "paperswithcode": [
            stated("paperswithcode", "https://arxiv.org/abs/2401.00001#model-1", archive, 0.85),
            {"root": {"iri": archive, "class": "Dataset", "name": "Terns", "sameAs": [same]}, "parts": [], "stubs": []},
        ],
        "openml": [stated("openml", "https://www.openml.org/f/1", other, 0.95)],
    }
    book = Book(tmp_path / "data")
    run = book.begin()
    entries = [
        book.entry(f"{platform}-{n}", document, platform=platform)
        for platform, all_of_it in documents.items()
        for n, document in enumerate(all_of_it)
    ]
    book.writer.commit(run, Commit(entries=entries))
    book.close()
    project = Project(tmp_path / "data", "http://127.0.0.1:9")
    first, second = json.loads(project.scrapy("leaderboard", "--dataset", "terns", "--json").stdout)["boards"]
    assert [(row["platform"], row["value"]) for row in first["results"]] == [
        ("mlflow", 0.9), ("paperswithcode", 0.85), ("huggingface", 0.8),
    ]  # fmt: skip
    assert [row["platform"] for row in second["results"]] == ["openml"]
