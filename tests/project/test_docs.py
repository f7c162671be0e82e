"""What the documentation shows can be typed: queries run, and commands have the options."""

from __future__ import annotations

import argparse
import re
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import rdflib
import zstandard
from scrapy.cmdline import ScrapyArgumentParser, _get_commands_dict
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings
from support.crawling import ROOT, Project

from fair4ml.platforms import platforms
from mlentory_crawl.base_spiders.platform import SCRAPYD_ARGUMENTS
from mlentory_crawl.config.environment import ENV_FILE
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.spiders.huggingface.arguments import HuggingFaceArguments

MODELS = 60
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"(?:^|.*?[\s/(])((?:scrapy|mlentory) [a-z][a-z-]*.*)")
_END_OF_COMMAND = re.compile(r"\s+[#|].*|\s*(?:&&|[;<>]).*")


def _blocks(page: Path, language: str) -> list[str]:
    return [code for name, code in _FENCE.findall(page.read_text("utf-8")) if name == language]


def _commands(page: Path) -> Iterator[str]:
    """The command lines in a page, without what a shell would take for something else."""
    text = page.read_text("utf-8")
    fenced = [line for _, code in _FENCE.findall(text) for line in code.splitlines()]
    spans = [span for span in _SPAN.findall(_FENCE.sub("", text)) if span.startswith(("scrapy ", "mlentory "))]
    for line in [*fenced, *spans]:
        found = _COMMAND.fullmatch(line)
        if found and not line.lstrip().startswith("#"):
            yield _END_OF_COMMAND.sub("", found[1]).strip()


def _queries(language: str) -> list[str]:
    return _blocks(ROOT / "docs" / "data-model.md", language)


COMMANDS = [(page.name, command) for page in PAGES for command in dict.fromkeys(_commands(page))]


@dataclass(frozen=True)
class Crawled:
    catalog: Path
    graph: rdflib.Graph


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    data_dir = tmp_path_factory.mktemp("docs") / "data"
    with SampleHub(models=MODELS, odd=True) as hub:
        project = Project(data_dir, hub.url)
        report = project.crawl("-a", "mode=census")
    assert report["records"]["fetched"] == MODELS
    graph = rdflib.Graph().parse(data=project.export("catalog.ttl"), format="turtle")
    return Crawled(data_dir / CATALOG, graph)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(ENV_FILE, "/dev/null")
    return get_project_settings()


def _parse(command_line: str, settings: Settings) -> tuple[argparse.Namespace, list[str]]:
    """The options of a command line, and the words that belong to none."""
    _, name, *words = shlex.split(command_line.removesuffix(" -h"))
    commands = _get_commands_dict(settings, inproject=True)
    assert name in commands, f"there is no command {name}"
    command = commands[name]
    command.settings = settings
    parser = ScrapyArgumentParser(prog=name, conflict_handler="resolve")
    command.add_options(parser)
    options, rest = parser.parse_known_args(words)
    command.process_options(rest, options)
    return options, rest


@pytest.mark.parametrize("query", _queries("sql"))
def test_the_sql_of_the_data_model_runs(crawled: Crawled, query: str) -> None:
    with closing(sqlite3.connect(f"{crawled.catalog.as_uri()}?mode=ro", uri=True)) as connection:
        # As the page has its readers do it.
        connection.create_function("unzstd", 1, lambda blob: zstandard.decompress(blob).decode(), deterministic=True)
        (iri,) = connection.execute("SELECT iri FROM record ORDER BY id LIMIT 1").fetchone()
        cursor = connection.execute(query, {"iri": iri})
        assert cursor.description
        cursor.fetchall()


@pytest.mark.parametrize("query", _queries("sparql"))
def test_the_sparql_of_the_data_model_runs(crawled: Crawled, query: str) -> None:
    assert crawled.graph.query(query).vars


def test_the_python_of_the_documentation_runs(
    crawled: Crawled, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ENV_FILE, "/dev/null")
    monkeypatch.chdir(crawled.catalog.parents[1])  # where the data directory is called as in the page
    blocks = _blocks(ROOT / "docs" / "python.md", "python")
    assert len(blocks) >= 5
    names: dict[str, object] = {}
    for block in blocks:  # each goes on where the one before has ended
        exec(compile(block, "docs/python.md", "exec"), names)
        assert capsys.readouterr().out or "catalog.close()" in block, block


def test_the_data_model_has_queries_to_start_from() -> None:
    assert len(_queries("sql")) >= 6
    assert len(_queries("sparql")) >= 4


@pytest.mark.parametrize(("page", "command"), COMMANDS, ids=[f"{page}: {command}" for page, command in COMMANDS])
def test_commands_of_the_documentation_exist_with_their_options(
    page: str, command: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (arguments,) = _blocks(ROOT / "docs" / "operations.md", "yaml")
    Path("crawl.yaml").write_text(arguments)
    options, rest = _parse(command.replace("/srv/mlentory/crawl.yaml", "crawl.yaml"), settings)
    assert [word for word in rest if word.startswith("-") and word != "-"] == [], page
    if command.split()[1:3] == ["crawl", "huggingface"]:
        own = {name: value for name, value in options.spargs.items() if name not in SCRAPYD_ARGUMENTS}
        HuggingFaceArguments.model_validate(own)


@pytest.mark.parametrize("page", ["README.md", "data-model.md", "operations.md"])
def test_pages_about_use_show_commands(page: str) -> None:
    assert [command for name, command in COMMANDS if name == page]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_family_of_behavior_has_its_crawl() -> None:
    named = re.findall(r"\| `(test_\w+\.py)::(test_\w+)` \|", (ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    assert len(named) > 30
    places = {path.name: path for path in (ROOT / "tests").rglob("test_*.py")}
    for file, test in named:
        assert f"\ndef {test}(" in places[file].read_text("utf-8"), f"{file}::{test}"


@pytest.mark.parametrize("platform", platforms())
def test_every_platform_has_its_page_and_its_tests(platform: str) -> None:
    assert f"(docs/{platform}.md)" in (ROOT / "README.md").read_text("utf-8")
    assert (ROOT / "docs" / f"{platform}.md").exists()
    assert list((ROOT / "tests" / "spiders" / platform).glob("test_mapping_*.py"))


def test_what_a_new_platform_needs_is_named() -> None:
    page = (ROOT / "docs" / "adding-a-platform.md").read_text("utf-8")
    steps = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for name in ("source", "mapping", "addresses"):
        assert f"`fair4ml/platforms/<platform>/{name}.py`" in page
        assert f"`fair4ml/platforms/<platform>/{name}.py`" in steps
    for name in (
        "precedence.py",
        "AUTHORITY",
        "RANK",
        "HOSTS",
        "entity_at",
        "census_kinds",
        "tools/make_env_example.py",
    ):
        assert name in page
