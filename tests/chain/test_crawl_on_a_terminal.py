"""What somebody sees who watches a crawl: short lines, how far it is, and a table of what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.crawling import Project, model, write_records
from support.terminals import on_terminal

from mlentory_crawl.sample_hub import SampleHub

MODELS = 1_500


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleHub]:
    records = [model(n) for n in range(MODELS)]
    records[-1]["id"] = "no id of a repository"
    with SampleHub(records=write_records(tmp_path_factory.mktemp("hub") / "records.jsonl", records)) as served:
        yield served


def watched(project: Project, *words: str | Path) -> tuple[int, list[str]]:
    code, text = on_terminal("crawl", "huggingface", *map(str, words), environment=project.environment)
    return code, re.split(r"[\r\n]+", text)


def fields(lines: list[str]) -> dict[str, str]:
    """The rows of the table; texts that go on in the next line are put together."""
    found: dict[str, str] = {}
    name = ""
    for line in lines[next(n for n, line in enumerate(lines) if line.startswith("Run ")) :]:
        label, text = re.fullmatch(r"(\S.*?)?\s\s+(.*?) *", f"{line}  ").groups()  # type: ignore[union-attr]
        name = label or name
        found[name] = f"{found[name]}\n{text}" if name in found else text
    return {name: text.strip() for name, text in found.items()}


def test_a_crawl_that_takes_its_time(hub: SampleHub, tmp_path: Path) -> None:
    project = Project(tmp_path / "data", hub.url)
    hub.set(latency=1_100)
    code, lines = watched(project, "-a", "mode=census")
    hub.set(latency=0)
    assert code == 0
    run = project.report()["run_id"]
    # How far it is, while it goes on and the log is written above.
    assert [
        line
        for line in lines
        if re.fullmatch(r"\S huggingface: \d pages?, 1,000 records, \d+ a second 0:00:0\d *", line)
    ]
    (warning,) = (line for line in lines if "Quarantined" in line)
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d Quarantined: huggingface/model/\w+: id: expected the id of a repository", warning
    )
    told = fields(lines)
    assert told["Run"] == f"complete  {run} (huggingface census)"
    assert told["Records"] == f"{MODELS:,} fetched: {MODELS - 1:,} new, 1 quarantined"
    assert told["Search"] == f"{MODELS - 1:,} written, backlog 0"
    assert re.fullmatch(r"\d\.\d s, \d+ records a second, 2 requests", told["Time"])
    assert f"runs/{run}.json" in told["Files"]
    assert f"quarantine/huggingface/{run}.jsonl" in told["Files"].replace("\n", "")
    assert told["Next"] == f"mlentory status {run} --quarantine"
    # What people copy is whole, however long it is.
    assert max(len(line) for line in lines if line != warning and str(tmp_path) not in line) <= 80
    # The log of pipes and files has what it always has.
    assert not [line for line in lines if "run_report" in line or "Spider" in line or "started" in line]


def test_a_crawl_by_name_that_writes_its_log_to_a_file(hub: SampleHub, tmp_path: Path) -> None:
    project = Project(tmp_path / "data", hub.url)
    log, feed = tmp_path / "crawl.log", tmp_path / "feed.jsonl"
    code, lines = watched(project, "-a", "ids=acme/model-1,acme/nothing", "--logfile", log, "-O", feed)
    told = fields(lines)
    assert code == 0
    assert told["Requested"] == "2 asked: 1 found, 1 missing"
    assert told["Next"] == "mlentory search --sort modified --platform huggingface"
    assert str(feed) in told["Files"].replace("\n", "")
    run = project.report()["run_id"]
    assert f"[mlentory_crawl.extensions.run_report] INFO: Run {run}: complete (ids)" in log.read_text()


@pytest.mark.parametrize(("words", "is_shown"), [(["-L", "WARNING"], False), (["--nolog"], False), ([], True)])
def test_who_wants_to_see_less_sees_no_table(hub: SampleHub, tmp_path: Path, words: list[str], is_shown: bool) -> None:
    project = Project(tmp_path / "data", hub.url, PROJECTIONS="none")
    code, lines = watched(project, "-a", "ids=acme/model-1", *words)
    assert code == 0
    assert any(line.startswith("Records ") for line in lines) is is_shown
    if is_shown:
        assert fields(lines)["Next"] == "mlentory sync"


def test_what_is_wrong_is_seen_in_the_table(tmp_path: Path) -> None:
    project = Project(tmp_path / "data", "http://127.0.0.1:9", PROJECTIONS="none")
    code, lines = watched(project, "-a", "mode=census", "-s", "RETRY_ENABLED=0")
    told = fields(lines)
    assert code == 1
    assert told["Run"].startswith("failed  ")
    assert "127.0.0.1:9" in told["Problem"]
    assert told["Next"] == "the same command resumes"


def test_a_format_of_ones_own_stays(hub: SampleHub, tmp_path: Path) -> None:
    project = Project(tmp_path / "data", hub.url, PROJECTIONS="none")
    _, lines = watched(project, "-a", "ids=acme/nothing", "-s", "LOG_FORMAT=<%(levelname)s> %(message)s")
    assert [line for line in lines if line.startswith("<WARNING> acme/nothing does not exist")]


def test_a_crawl_goes_on_without_its_terminal(hub: SampleHub, tmp_path: Path) -> None:
    project = Project(tmp_path / "data", hub.url, PROJECTIONS="none")
    words = "crawl", "huggingface", "-a", "ids=acme/model-1,acme/nothing"
    code, _ = on_terminal(*words, environment=project.environment, stays=False)
    assert code == 0
    assert project.report()["verdict"] == "complete"
