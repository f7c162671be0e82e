"""``scrapy validate``: an export or the catalog against the shapes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.crawling import Project
from support.documents import IRI, model_record, stored
from support.small_catalog import SmallCatalog

from fair4ml.entities import MLModel, Organization, Stub
from fair4ml.write import rdf

pytestmark = pytest.mark.extra(name="validate")
OWNER = "https://huggingface.co/acme"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A catalog with one record that conforms and one without a name."""
    folder = tmp_path_factory.mktemp("validate")
    catalog = SmallCatalog(folder / "data")
    catalog.store_all({"1": model_record(), "2": stored(MLModel(iri=f"{IRI}-2", url=f"{IRI}-2"))})
    catalog.writer.close()
    return Project(folder / "data", "http://127.0.0.1:9")


def test_the_catalog_is_checked(project: Project) -> None:
    done = project.scrapy("validate", "--json")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    [found] = told["violations"]
    assert (told["records"], told["conforms"]) == (2, False)
    assert (found["shape"], found["path"], found["count"], found["node"]) == ("name", "schema:name", 1, f"{IRI}-2")
    shown = project.scrapy("validate")
    assert shown.returncode == 1
    assert "2 records" in shown.stdout
    assert ": 1 violation (" in shown.stdout
    assert f"{IRI}-2 Less than 1" in " ".join(shown.stdout.split())


@pytest.mark.parametrize("name", ["all.nt", "all.ttl"])
def test_an_export_says_the_same_as_the_catalog(project: Project, name: str) -> None:
    project.export(name)
    told = json.loads(project.scrapy("validate", project.data_dir.parent / name, "--json").stdout)
    assert [(each["shape"], each["node"]) for each in told["violations"]] == [("name", f"{IRI}-2")]


def test_what_a_record_names_may_be_described_far_away(tmp_path: Path) -> None:
    model = stored(MLModel(iri=IRI, name="acme/tiny-bert", url=IRI, shared_by=[OWNER]))
    path = tmp_path / "some.nt"
    path.write_text(rdf.ntriples(model) + rdf.ntriples(stored(Organization(iri=OWNER, name="acme"))))
    project = Project(tmp_path / "data", "http://127.0.0.1:9")
    done = project.scrapy("validate", path)
    assert (done.returncode, "2 records" in done.stdout, "conform" in done.stdout) == (0, True, True)
    path.write_text(rdf.ntriples(model))
    assert project.scrapy("validate", path).returncode == 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.nt", "no triples", "is not valid N-Triples"),
        ("a.ttl", "<a> <b>", "is not valid Turtle"),
        ("a.nt", "# nothing\n", "has no statements"),
        ("a.csv", "a,b", "expected a name that ends with one of .nt"),
        ("a.nt", None, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_wrong_usage(tmp_path: Path, name: str, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    done = Project(tmp_path / "data", "http://127.0.0.1:9").scrapy("validate", tmp_path / name)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split()) + " ".join(done.stdout.split())


def test_without_a_catalog_it_fails(tmp_path: Path) -> None:
    project = Project(tmp_path / "data", "http://127.0.0.1:9")
    assert project.scrapy("validate").returncode == 1
    assert project.scrapy("validate", "a.nt", "b.nt").returncode == 2


def test_a_thing_is_called_by_its_own_name_where_another_record_names_it(tmp_path: Path) -> None:
    catalog = SmallCatalog(tmp_path / "data")
    owner = stored(Organization(iri=OWNER, name="Acme, Incorporated"))
    model = stored(
        MLModel(iri=IRI, name="acme/tiny-bert", url=IRI, shared_by=[OWNER]), stubs=[Stub(OWNER, "Agent", "acme")]
    )
    catalog.store_all({"1": model, "2": owner})
    catalog.writer.close()
    done = Project(tmp_path / "data", "http://127.0.0.1:9").scrapy("validate")
    assert done.returncode == 0, done.stdout
