"""The page of questions: what it shows is what commands and queries print, and all languages say the same."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from support.crawling import ROOT, Project
from support.questions import Question, common, opened, questions, sparql_rows, sql_rows
from support.scrapy_process import run_scrapy

from mlentory_crawl.sample_hub import SampleHub

sys.path.insert(0, str(ROOT / "tools"))

import make_question_outputs as tool

TEXT = tool.PAGE.read_text("utf-8")
QUESTIONS = questions(TEXT)
FEWER_IN_COMMAND = {
    "What was this model trained on?",
    "What changed since my last copy?",
    "How do I get everything as RDF?",
    "What is known of one run?",
}
"""Questions whose command shows something else than the rows; the page says so."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the data directory of ``mlentory demo --keep``."""
    place = tmp_path_factory.mktemp("questions")
    with SampleHub(models=tool.MODELS, demo=True) as hub:
        project = Project(place / tool.DATA_DIR, hub.url)
        for _ in range(2):
            project.crawl("-a", "mode=census")
        project.export("demo.ttl", "--counters", "--provenance")
        yield place


def test_the_page_says_how_its_data_are_made() -> None:
    assert f"mlentory demo --models {tool.MODELS} --keep {tool.DATA_DIR}\n" in TEXT


def mlentory(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """The same command of Scrapy, which is quicker here."""
    inside = {**environment, "SCRAPY_SETTINGS_MODULE": "mlentory_crawl.settings"}
    done = run_scrapy(words, cwd=folder, environment=inside, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_outputs_are_those_of_the_snippets(folder: Path) -> None:
    with closing(tool.Snippets(folder, mlentory)) as snippets:
        made = snippets.page(TEXT)
    assert made.splitlines() == TEXT.splitlines(), "run tools/make_question_outputs.py"


def test_readme_shows_what_commands_print(folder: Path) -> None:
    text = tool.README.read_text("utf-8")
    with closing(tool.Snippets(folder, tool.mlentory)) as snippets:
        made = snippets.readme(text)
    assert made.count("```text") >= 2
    assert made.splitlines() == text.splitlines(), "run tools/make_question_outputs.py"


def test_the_picture_is_that_of_the_command(folder: Path) -> None:
    made = tool.picture(folder, mlentory)
    assert made.splitlines() == tool.PICTURE.read_text("utf-8").splitlines(), "run tools/make_question_outputs.py"


def test_every_question_is_answered_by_a_command_and_in_python() -> None:
    assert len(QUESTIONS) >= 9
    assert [each.title for each in QUESTIONS if not {"sh", "python", "sql"} <= each.snippets.keys()] == []
    assert sum("sparql" in each.snippets and "cypher" in each.snippets for each in QUESTIONS) >= 9


@pytest.mark.parametrize("question", QUESTIONS, ids=[each.title for each in QUESTIONS])
def test_sql_and_sparql_give_the_same_rows(folder: Path, question: Question) -> None:
    rows = sql_rows(opened(folder / tool.DATA_DIR), question.snippets["sql"])
    assert rows
    if "sparql" in question.snippets:
        others = sparql_rows(folder / "demo.ttl", question.snippets["sparql"])
        assert common(others, rows) == common(rows, others)


@pytest.mark.parametrize("question", QUESTIONS, ids=[each.title for each in QUESTIONS])
def test_command_and_python_name_what_sql_names(question: Question) -> None:
    named = {line.partition(" |")[0] for line in question.outputs["sql"].splitlines()}
    lacking = {
        language: [name for name in named if name not in question.outputs[language]] for language in ("sh", "python")
    }
    assert lacking["python"] == []
    assert lacking["sh"] == [] or question.title in FEWER_IN_COMMAND
