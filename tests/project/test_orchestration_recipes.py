"""Recipes for schedulers and orchestrators: what this project can try of them without these programs."""

from __future__ import annotations

import ast
import re
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.crawling import ROOT, Project

from mlentory_crawl.crawl.report import EXIT_CODES
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.spiders.huggingface.arguments import HuggingFaceArguments

PAGE = (ROOT / "docs" / "orchestration.md").read_text("utf-8")
HOME = "/srv/mlentory"

needs_setpriv = pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv of util-linux is not installed")


def blocks(language: str, page: str = PAGE) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    _, _, rest = PAGE.partition(f"\n### {title}\n")
    return rest.partition("\n### ")[0]


class Recipe:
    """The function of the page for orchestrators in Python, with a program and a data directory of its own."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.project = Project(folder / "data", endpoint)
        program = folder / "venv" / "bin" / "mlentory"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m mlentory_crawl "$@"\n')
        program.chmod(0o755)
        self.arguments = folder / "crawl.yaml"
        self.arguments.write_text(blocks("yaml")[0])
        (code,) = blocks("python", section("Orchestrators that run Python"))
        self.names: dict[str, Any] = {"__name__": "crawling"}
        exec(compile(code.replace(HOME, str(folder)), "crawling.py", "exec"), self.names)

    def crawl(self, job: str, tell: Callable[..., None] = lambda *words, **how: None) -> dict[str, Any]:
        self.names["print"] = tell
        report: dict[str, Any] = self.names["crawl"]("huggingface", str(self.arguments), job)
        return report


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Recipe]:
    def made(endpoint: str) -> Recipe:
        found = Recipe(tmp_path, endpoint)
        for name, value in {**found.project.environment, "PYTHONPATH": str(ROOT)}.items():
            monkeypatch.setenv(name, value)
        return found

    return made


@needs_setpriv
def test_a_crawl_ends_with_its_report_or_says_whether_to_try_again(
    recipe: Callable[[str], Recipe], monkeypatch: pytest.MonkeyPatch
) -> None:
    with SampleHub(models=20) as hub:
        crawling = recipe(hub.url)
        log: list[str] = []
        report = crawling.crawl("first", lambda line, **how: log.append(line))
        assert (report["verdict"], report["job"]) == ("complete", "first")
        assert any(report["run_id"] in line for line in log)
        crawling.arguments.write_text("parameters: {nosuch: 1}")
        with pytest.raises(crawling.names["LookAtIt"], match="exit code 2, verdict None, see the log"):
            crawling.crawl("second")
        crawling.arguments.write_text("parameters: {mode: census}")
        monkeypatch.setenv("MLENTORY_DATA_DIR", str(crawling.arguments))  # no directory
        with pytest.raises(crawling.names["TryAgain"], match="exit code 1, verdict None, see the log"):
            crawling.crawl("third")


@needs_setpriv
def test_a_suspect_crawl_is_to_be_looked_at(recipe: Callable[[str], Recipe]) -> None:
    with SampleHub(models=20, odd=True, refuse=["tags"]) as hub:
        crawling = recipe(hub.url)
        with pytest.raises(crawling.names["LookAtIt"], match=r"exit code 1, verdict suspect, the service refused"):
            crawling.crawl("refused")


@needs_setpriv
def test_a_crawl_does_not_outlive_its_caller(recipe: Callable[[str], Recipe]) -> None:
    with SampleHub(models=1_100, latency=500) as hub:
        crawling = recipe(hub.url)
        log: list[str] = []
        deadline = time.monotonic() + 60

        def canceled(line: str, **how: str) -> None:
            log.append(line)
            if "Spider opened" in line:
                while not any((crawling.project.data_dir / "raw").rglob("*.zst")):
                    assert time.monotonic() < deadline
                    time.sleep(0.02)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            crawling.crawl("canceled", canceled)
    stopped = crawling.project.report()
    assert (stopped["verdict"], stopped["job"]) == ("stopped", "canceled")
    assert f"Run {stopped['run_id']}: stopped" in log[-1]


def test_the_table_has_the_exit_codes() -> None:
    rows = re.findall(r"^\| (\d) \| `(\w+)`", PAGE, re.MULTILINE)
    assert {verdict: int(code) for code, verdict in rows} == EXIT_CODES


def test_the_code_can_be_compiled() -> None:
    codes = blocks("python")
    assert len(codes) >= 4
    for code in codes:
        compile(code, "docs/orchestration.md", "exec")


def test_the_file_of_arguments_is_right(tmp_path: Path) -> None:
    (tmp_path / "crawl.yaml").write_text(blocks("yaml")[0])
    given = HuggingFaceArguments.model_validate({"config": str(tmp_path / "crawl.yaml")})
    assert given.model_dump(exclude_unset=True) == {"mode": "census", "cards": "none"}


def test_the_configuration_of_zenml_names_what_the_pipeline_has() -> None:
    functions = {
        node.name: [argument.arg for argument in node.args.args]
        for node in ast.walk(ast.parse(blocks("python", section("ZenML"))[0]))
        if isinstance(node, ast.FunctionDef)
    }
    configuration = yaml.safe_load(blocks("yaml", section("ZenML"))[0])
    assert list(configuration["parameters"]) == functions["nightly"]
    assert configuration["steps"].keys() <= functions.keys()


def test_the_workflow_of_argo_crawls_and_never_repeats_wrong_usage() -> None:
    workflow = yaml.safe_load(blocks("yaml", section("Argo Workflows"))[0])
    (template,) = workflow["spec"]["workflowSpec"]["templates"]
    assert template["name"] == workflow["spec"]["workflowSpec"]["entrypoint"]
    assert template["retryStrategy"]["expression"] == "lastRetry.exitCode != '2'"
    container = template["container"]
    assert [*container["command"], *container["args"][:2]] == ["mlentory", "crawl", "huggingface"]
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert str(Path(container["args"][3].removeprefix("config=")).parent) in mounted
    assert {mount["name"] for mount in container["volumeMounts"]} == {
        volume["name"] for volume in workflow["spec"]["workflowSpec"]["volumes"]
    }
