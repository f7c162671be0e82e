"""Text of others is text, wherever a command prints it."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, strategies as st
from scrapy.cmdline import _get_commands_dict
from scrapy.utils.project import get_project_settings
from scrapy.utils.test import get_crawler
from support.crawling import ROOT, Project, model, write_records

from mlentory_crawl.console import PlainConsole, styled, table
from mlentory_crawl.printable import PrintableRecord, one_line, printable
from mlentory_crawl.sample_hub import SampleHub
from mlentory_crawl.spiders.huggingface.spider import HuggingFaceSpider

SEEN = "[/b] [ours] [red]x[/] :smile: [link=file:///etc/passwd]a[/link]"
HOSTILE = f"{SEEN} \x1b[2J\x1b]0;pwned\x07 \x9b31m \u202eevil\u2066 \u2028 <b>&\"'`"
"""What would be markup, emoji codes, sequences of a terminal, another direction, and markup of pictures."""


def obeyed(text: str) -> set[str]:
    return {character for character in text if not character.isprintable() and character not in "\n\u200c\u200d"}


@given(st.text())
def test_what_is_printed_is_only_read(text: str) -> None:
    assert not obeyed(printable(text).replace("\t", " "))
    assert not obeyed(one_line(text))
    assert "\n" not in one_line(text)
    assert printable(printable(text)) == printable(text)
    printable(text).encode()


@pytest.mark.parametrize("text", ["naïve 模型 Größe", "👩‍👧 می‌خواهم", "a\u00a0b", "two\nlines\tand a tab"])
def test_what_is_read_stays(text: str) -> None:
    assert printable(text) == text.replace("\u00a0", " ")


def test_tables_titles_and_lines_are_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", out)
    shown = table("name", HOSTILE, title=HOSTILE)
    shown.add_row(HOSTILE, "a\nsecond row")
    printed = PlainConsole()
    printed.print(shown, HOSTILE, styled((HOSTILE, "bold"), HOSTILE))
    out.seek(0)
    text = out.read()
    assert not obeyed(text)
    assert text.count("[ours]") == 6
    assert "a second row" in text


def test_logs_are_printable() -> None:
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        record = PrintableRecord("name", logging.ERROR, "path", 1, "said %s", (HOSTILE,), sys.exc_info())
    text = logging.Formatter("%(message)s").format(record)
    assert not obeyed(text)
    assert text.count("[ours]") == 2


def test_problems_of_a_run_are_printable() -> None:
    crawler = get_crawler(HuggingFaceSpider, {"HF_ENDPOINT": "https://hub.test"})
    spider = HuggingFaceSpider.from_crawler(crawler, mode="census")
    spider.fail("returned HTTP 418: \x1b[1A\u202etea\r\npot\x07")
    assert spider.failures == ["returned HTTP 418: \ufffd[1A\ufffdtea pot\ufffd"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A catalog in which everything that a stranger can name is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    card = {
        "license": "other", "license_name": HOSTILE, "model_name": HOSTILE, "tags": [HOSTILE], "library_name": HOSTILE,
        "base_model": ["acme/base", HOSTILE], "datasets": [HOSTILE],
    }  # fmt: skip
    result = {
        "task": {"type": "fill-mask", "name": HOSTILE},
        "dataset": {"type": "acme/cards", "name": HOSTILE, "config": HOSTILE},
        "metrics": [{"type": "accuracy", "value": 0.5, "name": HOSTILE}],
    }
    records = [
        model(
            n, cardData=card, tags=["base_model:acme/base"], **{"model-index": [{"name": HOSTILE, "results": [result]}]}
        )
        for n in range(3)
    ]
    records.append(model(3, id=HOSTILE))
    with SampleHub(records=write_records(folder / "records.jsonl", records)) as hub:
        project = Project(folder / "data", hub.url)
        project.scrapy("crawl", "huggingface", "-a", "mode=census")
    return project


WORDS: dict[str, list[list[str]]] = {
    "show": [["acme/model-0"], ["acme/model-0", "--why"], [HOSTILE]],
    "lineage": [
        ["acme/model-0"], ["acme/base", "--down"], ["acme/model-0", "--licenses"], [HOSTILE],
        *(["acme/model-0", "--format", each] for each in ("mermaid", "dot", "svg")),
    ],
    "compare": [["acme/model-0", "acme/model-1"], ["acme/model-0", HOSTILE]],
    "leaderboard": [["--dataset", "acme/cards"], ["--dataset", HOSTILE]],
    "search": [["model", "--facets"], [HOSTILE], ["--license", HOSTILE]],
    "status": [[], [HOSTILE], ["last"], ["last", "--quarantine"]],
    "coverage": [[], ["--platform", HOSTILE], ["--drift"]],
    "export": [
        ["{folder}/all.csv"], ["{folder}/none/all.csv"], [HOSTILE],
        ["-", "--where", HOSTILE], ["-", "--where", f"{HOSTILE}=1"], ["-", "--type", HOSTILE],
    ],
    "sync": [[], [HOSTILE]],
    "erase": [[HOSTILE], [f"https://huggingface.co/acme/{HOSTILE}", "--yes"]],
    "prune": [["--dry-run"], ["--versions-before", HOSTILE]],
    "replay": [[HOSTILE], ["--all", "--from", HOSTILE]],
    "crawl": [
        [HOSTILE], ["huggingface", "-a", f"ids={HOSTILE}"], ["huggingface", "-a", f"limit={HOSTILE}"],
        ["huggingface", "-a", f"{HOSTILE}=1"], ["huggingface", "-a", f"config={HOSTILE}"], [HOSTILE, "-h"],
        ["huggingface", "-a", HOSTILE],
    ],
    "demo": [[HOSTILE]],
    "doctor": [["--offline"], [HOSTILE]],
    "sample-hub": [[HOSTILE], ["--records", HOSTILE]],
    "serve": [[HOSTILE], ["--host", HOSTILE], ["--port", "99999"], ["keys", HOSTILE], ["keys", "revoke", HOSTILE]],
    "validate": [[HOSTILE]],
    "genspider": [["--list"]],
}  # fmt: skip


def test_every_command_is_tried() -> None:
    ours = {
        name for name, command in _get_commands_dict(get_project_settings(), inproject=True).items()
        if type(command).__module__.startswith("mlentory_crawl")
    }  # fmt: skip
    assert ours <= WORDS.keys()


@pytest.mark.parametrize(("command", "words"), [(name, words) for name, each in WORDS.items() for words in each])
def test_no_command_prints_what_is_obeyed(project: Project, tmp_path: Path, command: str, words: list[str]) -> None:
    if command not in _get_commands_dict(get_project_settings(), inproject=True):
        pytest.skip("there is no such command yet")
    done = project.scrapy(command, *(word.replace("{folder}", str(tmp_path)) for word in words))
    assert not obeyed(done.stdout + done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stdout or done.stderr


def test_names_are_told_as_they_stand(project: Project) -> None:
    for words in (["show", "acme/model-0"], ["lineage", "acme/model-0"], ["leaderboard", "--dataset", "acme/cards"]):
        assert SEEN in " ".join(project.scrapy(*words).stdout.split()), words
    picture = project.scrapy("lineage", "acme/model-0", "--format", "svg").stdout
    assert any("[ours]" in (each.text or "") for each in ElementTree.fromstring(picture).iter())


def piped(project: Project, *words: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        project.command(*words), cwd=ROOT, env={**project.environment, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.parametrize("words", [("show", "acme/model-0"), ("search", "model"), ("status",)])
def test_a_terminal_that_knows_few_characters(project: Project, words: tuple[str, ...]) -> None:
    with piped(project, *words, PYTHONIOENCODING="ascii") as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert b"?" in out or words == ("status",)


def test_words_that_a_locale_cannot_read_are_utf_8(project: Project) -> None:
    few = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for words, code, told in (
        (("search", "grüße"), 0, b"Nothing found."),
        (("leaderboard", "--dataset", "grüße"), 1, b"no result on gr\\xfc\\xdfe"),
        (("show", os.fsdecode(b"gr\xfc")), 1, b"does not describe"),
    ):
        with piped(project, *words, **few) as process:
            out, err = process.communicate()
        assert process.returncode == code, err
        assert told in (err if code else out)


def test_formats_for_programs_are_utf_8(project: Project) -> None:
    with piped(project, "show", "acme/model-0", "--format", "ttl", PYTHONIOENCODING="ascii") as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert "\ufffd" not in out.decode()


@pytest.mark.parametrize("words", [["status"], ["status", "--json"], ["search", "model"], ["show", "acme/model-0"]])
def test_an_output_that_takes_nothing_more(project: Project, words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = [
        subprocess.run(
            ["/bin/sh", "-c", f'exec "$@" {output}', "sh", *project.command(*words)], cwd=ROOT,
            env=project.environment, stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
        )
        for output in ("", ">/dev/full", ">&-")
    ]  # fmt: skip
    os.close(writing)
    assert [(each.returncode, each.stderr.count("\n")) for each in done] == [(0, 0), (1, 1), (1, 1)]
    assert not any("Traceback" in each.stderr for each in done)
    assert done[1].stderr == "the output cannot be written: No space left on device\n"
