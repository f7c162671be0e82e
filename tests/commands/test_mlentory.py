"""The console script: what it starts, what it loads, and where it works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from pkgutil import iter_modules

import pytest
from support.crawling import CatalogProject, Project

from mlentory_crawl import __version__
from mlentory_crawl.commands.groups import GROUPS, SUMMARIES, command_of
from mlentory_crawl.config.environment import ENV_FILE, read_environment, working_folder
from mlentory_crawl.config.variables import VARIABLES as OWN
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.sample_hub import SampleHub

ROOT = Path(__file__).parents[2]

READING = {
    "search": ["bert"],
    "show": ["{model}"],
    "lineage": ["{model}"],
    "leaderboard": ["--dataset", "glue"],
    "compare": ["{model}", "{model}"],
    "coverage": [],
    "export": ["{folder}/all.ttl"],
    "status": [],
}

LOADED = """
import json, sys
from mlentory_crawl.commands.command_line import main
loaded = {}
for name, words in json.loads(sys.argv[1]).items():
    sys.argv = ["mlentory", name, *words]
    code = main()
    heavy = {"scrapy", "twisted", "rdflib", "lxml", "yaml", "markdown_it", "bibtexparser"}
    loaded[name] = [code, sorted(heavy & sys.modules.keys())]
json.dump(loaded, sys.stderr)
"""


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with SampleHub(models=40) as hub:
        project = Project(tmp_path_factory.mktemp("mlentory") / "data", hub.url)
        project.crawl("-a", "mode=census")
        yield project


def mlentory(project: Project, *words: str, cwd: Path = ROOT, **given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlentory_crawl", *words],
        cwd=cwd, env={**project.environment, "PYTHONPATH": str(ROOT), **given},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_reading_commands_load_no_scrapy(crawled: Project, tmp_path: Path) -> None:
    model = json.loads(crawled.export("one.jsonl").splitlines()[0])["root"]["name"]
    commands = {name: [word.format(model=model, folder=tmp_path) for word in words] for name, words in READING.items()}
    done = subprocess.run(
        [sys.executable, "-c", LOADED, json.dumps(commands)],
        cwd=ROOT, env=crawled.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = json.loads(done.stderr.splitlines()[-1])
    assert loaded.pop("leaderboard")[1] == []  # which may have no result here
    assert loaded == {name: [0, []] for name in READING if name != "leaderboard"}


def test_it_has_few_commands_in_five_groups() -> None:
    assert len(GROUPS) == 5
    assert len(SUMMARIES) - len({"crawl"}) <= 20
    of_scrapy = {module.name for module in iter_modules([str(ROOT / "mlentory_crawl" / "scrapy_commands")])}
    assert of_scrapy - {"genspider"} == SUMMARIES.keys()
    for name in SUMMARIES.keys() - {"crawl"}:
        assert command_of(name).__doc__


def test_the_help_fits_one_screen(crawled: Project) -> None:
    lines = mlentory(crawled, "-h", COLUMNS="80").stdout.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    for name in SUMMARIES:
        assert sum(f" {name}  " in line for line in lines) == 1, name


def test_each_command_has_a_help_of_its_own(crawled: Project) -> None:
    done = mlentory(crawled, "lineage", "-h")
    assert done.stdout.startswith("usage: mlentory lineage ")
    assert "--depth N" in done.stdout
    assert mlentory(crawled, "help", "lineage").stdout == done.stdout
    assert mlentory(crawled, "help").stdout == mlentory(crawled, "-h").stdout


def test_it_tells_its_version(crawled: Project) -> None:
    assert mlentory(crawled, "--version").stdout == f"mlentory_crawl {__version__}\n"


def test_what_is_misspelled_is_told(crawled: Project) -> None:
    done = mlentory(crawled, "serach", "bert")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "there is no command serach; did you mean search?\n")
    for name, word, told in (("export", "--counter", "--counters"), ("search", "--licence=MIT", "--license")):
        done = mlentory(crawled, name, "a.csv", word)
        text = f"mlentory {name}: there is no option {word}; did you mean {told}?\n"
        assert (done.returncode, done.stdout, done.stderr) == (2, "", text)
    done = mlentory(crawled, "crawl", "huggingface", "--outp", "a.csv")
    assert done.returncode == 2
    assert "there is no option --outp: mlentory crawl -h lists them" in done.stderr


@pytest.mark.parametrize("name", ["search", "export"])
def test_the_help_ends_with_examples(crawled: Project, name: str) -> None:
    text = mlentory(crawled, name, "-h").stdout
    examples = text[text.index("Examples:") :].splitlines()[1:]
    assert len(examples) == 3
    assert all(each.startswith(f"  mlentory {name} ") for each in examples)
    assert "mlentory -h" in mlentory(crawled, "xyzzy").stderr
    done = mlentory(crawled, "show", "x/y", "--whi")
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        mlentory(crawled, "show", "x/y", "-s", "novalue").stderr == "mlentory show: -s novalue: expected NAME=VALUE\n"
    )


def test_it_crawls_from_any_folder(tmp_path: Path) -> None:
    with SampleHub(models=5) as hub:
        project = CatalogProject(tmp_path / "data", hub.url)
        done = mlentory(project, "crawl", "huggingface", "-a", "limit=3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    shown = mlentory(project, "status", "--json", cwd=tmp_path)
    assert json.loads(shown.stdout)["catalog"]["records"]["huggingface"]["model"]["live"] == 3
    assert mlentory(project, "crawl", "huggingface", "-a", "limit=x", cwd=tmp_path).returncode == 2
    assert "huggingface" in mlentory(project, "list", cwd=tmp_path).stdout.split()


def test_a_setting_can_be_given_to_one_command(crawled: Project, tmp_path: Path) -> None:
    done = mlentory(crawled, "status", "-s", f"MLENTORY_DATA_DIR={tmp_path}")
    assert (done.returncode, str(tmp_path) in done.stderr) == (1, True)


def test_a_reader_that_closes_its_end_is_no_failure(crawled: Project) -> None:
    command = f"{sys.executable} -m mlentory_crawl -h | true"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=ROOT, env=crawled.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completions_know_commands_options_and_spiders(crawled: Project, shell: str) -> None:
    done = mlentory(crawled, "--print-completion", shell)
    assert done.returncode == 0
    for word in ("leaderboard", "depth", "huggingface", "dispatcher", "jsonld"):
        assert word in done.stdout


def test_a_completion_for_no_shell_is_wrong_usage(crawled: Project) -> None:
    assert mlentory(crawled, "--print-completion").returncode == 2
    assert mlentory(crawled, "--print-completion", "cmd.exe").returncode == 2


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (ENV_FILE, "MLENTORY_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    below = tmp_path / "project" / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    return tmp_path / "project"


def make_catalog(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / CATALOG).touch()


def test_without_a_catalog_the_data_directory_is_here(folder: Path) -> None:
    assert working_folder() == Path.cwd()
    assert read_environment(OWN)["MLENTORY_DATA_DIR"] == "data"


def test_the_nearest_catalog_above_is_found_from_folders_below(folder: Path) -> None:
    make_catalog(folder / "data")
    make_catalog(folder.parent / "data")
    assert read_environment(OWN)["MLENTORY_DATA_DIR"] == str(folder / "data")
    (folder / ".env").write_text("QUOTA_SHARE=0.5\n")
    assert read_environment(OWN)["QUOTA_SHARE"] == "0.5"
    (folder / ".env").write_text("MLENTORY_DATA_DIR=elsewhere\n")
    assert read_environment(OWN)["MLENTORY_DATA_DIR"] == str(folder / "elsewhere")


def test_what_is_here_comes_before_what_is_above(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_catalog(folder / "data")
    Path(".env").write_text("QUOTA_SHARE=0.3\n")
    assert read_environment(OWN)["MLENTORY_DATA_DIR"] == "data"
    Path(".env").unlink()
    monkeypatch.setenv("MLENTORY_DATA_DIR", "other")
    assert read_environment(OWN)["MLENTORY_DATA_DIR"] == "other"


def test_commands_work_from_a_folder_below(crawled: Project) -> None:
    below = crawled.data_dir.parent / "x" / "y"
    below.mkdir(parents=True)
    environment = {name: value for name, value in crawled.environment.items() if name != "MLENTORY_DATA_DIR"}
    done = subprocess.run(
        [sys.executable, "-m", "mlentory_crawl", "status", "--json"],
        cwd=below, env={**environment, ENV_FILE: os.devnull, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["catalog"]["sequence"] == 40
