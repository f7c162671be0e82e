"""What `mlentory crawl` says before it crawls, and crawls whose arguments stand in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.crawling import CatalogProject, model, write_records
from support.terminals import on_terminal

from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.spiders import platforms


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleHub]:
    records = write_records(tmp_path_factory.mktemp("hub") / "records.jsonl", [model(n) for n in range(1_200)])
    with SampleHub(records=records) as served:
        yield served


@pytest.fixture
def project(hub: SampleHub, tmp_path: Path) -> CatalogProject:
    return CatalogProject(tmp_path / "data", hub.url)


def test_the_help_names_the_spiders_in_a_line_each(project: CatalogProject) -> None:
    code, text = on_terminal("crawl", "-h", environment=project.environment)
    lines = text.splitlines()
    assert code == 0
    assert lines[0].startswith("Usage: mlentory crawl SPIDER ")
    found = [line.split()[0] for line in lines if line.startswith(tuple(f"  {each.name} " for each in platforms()))]
    assert found == [each.name for each in platforms()]
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith("  -O")]
    assert not project.data_dir.exists()


@pytest.mark.parametrize(
    "words", [["huggingface", "-h"], ["-h", "huggingface"], ["huggingface", "-a", "x=1", "--help"]]
)
def test_the_help_of_a_spider_lists_its_arguments(project: CatalogProject, words: list[str]) -> None:
    done = project.scrapy("crawl", *words)
    assert (done.returncode, done.stderr) == (0, "")
    text = " ".join(done.stdout.split())
    assert "Domain huggingface.co" in text
    assert "https://huggingface.co/docs/hub/api" in text
    assert "mode latest, census, delta, ids or enrich census: every model, oldest first;" in text
    assert "files true or false (default: false) also fetch the list of each model's files" in text
    assert "config text a YAML file" in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "expected one spider: mlentory crawl -h names them"),
        (["huggingface", "openml"], "expected one spider: mlentory crawl -h names them"),
        (["hugingface"], "there is no spider hugingface; did you mean huggingface?"),
        (["zoo", "-h"], "there is no spider zoo; mlentory crawl -h names them"),
        (
            ["huggingface", "-a", "mode=all"],
            "huggingface: -a mode='all': expected latest, census, delta, ids or enrich",
        ),
        (["huggingface", "-a", "limit"], "Invalid -a value, use -a NAME=VALUE"),
        (["huggingface", "-a", "ids="], "huggingface: -a ids='': expected at least one id, got none"),
        (["dispatcher"], "dispatcher: -a seeds=... is missing: a file (one URL a line,"),
        (["dispatcher", "-a", "config=none.yaml"], "dispatcher: none.yaml cannot be read: No such file or directory"),
        (["mlflow"], "mlflow is not configured: MLFLOW_TRACKING_URI is not set"),
    ],
)
def test_wrong_usage_is_one_line(project: CatalogProject, words: list[str], told: str) -> None:
    done = project.scrapy("crawl", *words)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"mlentory crawl: error: {told}")
    assert not project.data_dir.exists()


def test_the_log_of_a_pipe_is_that_of_scrapy(project: CatalogProject) -> None:
    done = project.scrapy("crawl", "huggingface", "-a", "ids=acme/model-1")
    lines = done.stderr.splitlines()
    run = project.report()["run_id"]
    assert " [scrapy.utils.log] INFO: Scrapy " in lines[0]
    assert f" [mlentory_crawl.extensions.run_report] INFO: Run {run}: complete (ids) in " in lines[-4]
    assert lines[-3].endswith(" [mlentory_crawl.extensions.run_report] INFO: Records: 1 fetched, 1 new")
    assert lines[-2].endswith(" [mlentory_crawl.extensions.run_report] INFO: Requested: 1 asked, 1 found")
    assert lines[-1].endswith(" [scrapy.core.engine] INFO: Spider closed (finished)")


def test_a_run_is_resumed_wherever_its_arguments_stand(project: CatalogProject, tmp_path: Path) -> None:
    config = tmp_path / "crawl.yaml"
    config.write_text("parameters:\n  mode: census\n  library: transformers\n  files: yes\n")
    project.crawl("-a", f"config={config}", "-s", "CLOSESPIDER_PAGECOUNT=1", code=3)
    stopped = project.report()
    assert stopped["arguments"] == {"mode": "census", "library": "transformers", "files": True}
    resumed = project.crawl("-a", "files=true", "-a", "library=transformers", "-a", "mode=census")
    assert (resumed["run_id"], resumed["verdict"]) == (stopped["run_id"], "complete")
    assert resumed["records"]["fetched"] == 2 * 1_200


def test_seeds_may_be_a_list_in_a_file(project: CatalogProject, tmp_path: Path) -> None:
    config = tmp_path / "seeds.yml"
    addresses = [f"https://huggingface.co/acme/model-{n}" for n in (1, 2)]
    config.write_text(f"parameters:\n  seeds:\n{''.join(f'    - {each}{chr(10)}' for each in addresses)}")
    report = project.crawl("-a", f"config={config}", spider="dispatcher")
    assert report["arguments"] == {"seeds": ",".join(addresses)}
    assert report["requested"]["found"] == 2
