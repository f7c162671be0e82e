"""Archived answers are enough to make the catalog again."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import TextResponse
from support.crawling import Project, model, write_records

from mlentory_crawl.archive.bodies import digest_of, write_body
from mlentory_crawl.archive.store import INDEX, Archive
from mlentory_crawl.middlewares.replay import ReplayMiddleware
from mlentory_crawl.sample_hub import SampleHub


@pytest.fixture
def crawled(tmp_path: Path) -> Iterator[Project]:
    """A catalog with a history: touched, refused, deleted and renamed models; its hub is down by now."""
    records = [model(n, cardData={"license": "mit", "language": ["de"]}) for n in range(1_200)]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        project = Project(tmp_path / "data", hub.url)
        project.crawl("-a", "mode=census")
        hub.set(touch=["acme/model-3"], patch={"acme/model-4": {"pipeline_tag": "text-classification"}})
        project.crawl("-a", "mode=delta")
        hub.set(delete=["acme/model-5"], rename={"acme/model-6": "other/model-6"})
        project.crawl("-a", "mode=census")
        hub.set(refuse=["cardData"])
        project.crawl("-a", "ids=acme/model-7,acme/nothing,acme/model-8", code=1)
        hub.set(refuse=[])
        assert project.crawl("-a", "mode=census")["records"]["deleted"] == 1
        yield project


def test_all_runs_again_make_the_same_catalog(crawled: Project, tmp_path: Path) -> None:
    again = Project(tmp_path / "again", "http://127.0.0.1:9")
    done = again.scrapy("replay", "--all", "--from", crawled.data_dir)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(" yes") == 5
    assert again.export("again.nt") == crawled.export("before.nt")
    assert again.status()["catalog"]["records"] == crawled.status()["catalog"]["records"]
    # There is a catalog now.
    assert again.scrapy("replay", "--all", "--from", crawled.data_dir).returncode == 2


def test_a_seed_list_is_replayed_as_well(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.csv"
    seeds.write_text("url,why\nhttps://huggingface.co/acme/model-2,ours\nhttps://huggingface.co/pricing,\n")
    with SampleHub(records=write_records(tmp_path / "records.jsonl", [model(n) for n in range(4)])) as hub:
        project = Project(tmp_path / "data", hub.url)
        project.crawl("-a", "limit=2")
        assert project.scrapy("crawl", "dispatcher", "-a", f"seeds={seeds}").returncode == 0
    # Servers have the catalog that is replayed, and are left alone wherever they are named.
    dotenv = tmp_path / "env"
    dotenv.write_text("NEO4J_URI=bolt://127.0.0.1:9\nPROJECTIONS=neo4j\n")
    again = Project(tmp_path / "again", "http://127.0.0.1:9", MLENTORY_ENV_FILE=str(dotenv))
    done = again.scrapy("replay", "--all", "--from", project.data_dir)
    assert (done.returncode, done.stdout.count(" yes")) == (0, 2), done.stderr
    assert [sorted(run["projections"]) for run in again.status()["runs"]] == [["search", "turtle"]] * 2
    assert again.export("again.nt") == project.export("before.nt")
    seeds.unlink()
    lost = Project(tmp_path / "lost", "http://127.0.0.1:9").scrapy("replay", "--all", "--from", project.data_dir)
    assert lost.returncode == 1
    assert "seeds.csv" in lost.stderr
    assert "Traceback" not in lost.stderr


def test_an_archive_that_lacks_answers_is_told(crawled: Project, tmp_path: Path) -> None:
    first, *_ = sorted((crawled.data_dir / "raw" / "huggingface").glob("*/*.zst"))
    first.write_bytes(first.read_bytes()[:-3] + b"xyz")
    again = Project(tmp_path / "again", "http://127.0.0.1:9")
    done = again.scrapy("replay", "--all", "--from", crawled.data_dir)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "archive" in done.stderr


def test_wrong_usage(tmp_path: Path) -> None:
    project = Project(tmp_path / "data", "http://127.0.0.1:9")
    assert project.scrapy("replay").returncode == 2
    assert project.scrapy("replay", "--all").returncode == 2
    assert project.scrapy("replay", "--all", "--from", tmp_path / "none").returncode == 1


def test_equal_answers_may_be_archived_at_the_same_time(tmp_path: Path) -> None:
    body = b"{}" * 100_000
    path = tmp_path / f"{digest_of(body)}.zst"
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: write_body(path, body), range(200)))
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_line_of_the_index_costs_its_answer_alone(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "raw", "huggingface", "run")
    urls = [f"https://hub.example/{n}" for n in range(3)]
    for url in urls:
        body = url.encode()
        response = TextResponse(url, body=body)
        archive.enter(url, response, "2026-01-01T00:00:00Z", digest_of(body), archive.store(body, digest_of(body)))
    index = tmp_path / "raw" / "huggingface" / "run" / INDEX
    first, second, third = index.read_bytes().splitlines(keepends=True)
    index.write_bytes(first + second[:40] + b"\n" + b"[1]\n" + b'{"place":"x"}\n' + third[:-1])
    replay = ReplayMiddleware(tmp_path / "raw", "huggingface", "run")
    assert replay.process_request(Request(urls[0])).text == urls[0]
    assert replay.process_request(Request(urls[2])).text == urls[2]
    with pytest.raises(
        IgnoreRequest, match=r"no response to https://hub\.example/1 \(3 lines of its index are damaged\)$"
    ):
        replay.process_request(Request(urls[1]))


def runs(data_dir: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{data_dir}/catalog.sqlite?mode=ro", uri=True)) as catalog:
            (count,) = catalog.execute("SELECT count(*) FROM run").fetchone()
            return int(count)
    except sqlite3.OperationalError:  # it is being made
        return 0


def test_a_replay_that_is_killed_goes_on_when_it_is_asked_for_again(tmp_path: Path) -> None:
    records = [model(n, cardData={"license": "mit"}) for n in range(60)]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        project = Project(tmp_path / "data", hub.url)
        project.crawl("-a", "mode=census")
        hub.set(patch={"acme/model-4": {"pipeline_tag": "text-classification"}})
        project.crawl("-a", "ids=acme/model-3,acme/model-4,acme/nothing")
        hub.set(rename={"acme/model-6": "other/model-6"})
        project.crawl("-a", "mode=census")
    again = Project(tmp_path / "again", "http://127.0.0.1:9")
    words = ("replay", "--all", "--from", project.data_dir)
    kills, said, code = 0, "", 1
    for begun in range(4):
        with subprocess.Popen(
            again.command(*words), env=again.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        ) as replay:
            while replay.poll() is None and runs(again.data_dir) <= begun:
                time.sleep(0.01)
            if replay.poll() is None:
                # Its crawl ends with it: the next one finds the data directory free.
                replay.kill()
                kills += 1
            assert replay.stdout is not None
            said = replay.stdout.read()
        code = replay.returncode
    assert kills >= 2
    if code:
        done = again.scrapy(*words)
        assert done.returncode == 0, done.stderr
        said = done.stdout
    assert said.count(" yes") == 3
    assert again.export("again.nt") == project.export("before.nt")
    # It is complete, and is not begun again, nor is anything else put into it.
    assert again.scrapy(*words).returncode == 2
    assert not (again.data_dir / "replay.json").exists()


def test_a_replay_of_something_else_does_not_go_on(tmp_path: Path) -> None:
    with SampleHub(records=write_records(tmp_path / "records.jsonl", [model(1)])) as hub:
        project = Project(tmp_path / "data", hub.url)
        project.crawl("-a", "mode=census")
    other = Project(tmp_path / "other", "http://127.0.0.1:9")
    other.data_dir.mkdir()
    (other.data_dir / "catalog.sqlite").touch()
    for plan in ('{"catalog":"another","runs":[]}', None):
        if plan is not None:
            (other.data_dir / "replay.json").write_text(plan)
        else:
            (other.data_dir / "replay.json").unlink()
        done = other.scrapy("replay", "--all", "--from", project.data_dir)
        assert done.returncode == 2
        assert "has a catalog already" in done.stderr


def test_an_answer_that_finds_no_room_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / f"{'0' * 64}.zst"
    path.mkdir()  # as good as no room
    with pytest.raises(OSError, match="directory"):
        write_body(path, b"body")
    assert list(tmp_path.iterdir()) == [path]
