"""What is erased is nowhere any more, does not come back, and everything else is as if it had never been."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zstandard
from support.catalogs import rejected
from support.crawling import Project, model, write_records
from support.erasing import erased, without_marks
from support.terminals import on_terminal

from mlentory_crawl.catalog.codec import unpacked
from mlentory_crawl.catalog.commits import Commit
from mlentory_crawl.catalog.erasure import Marks
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.erasure.erase import erase
from mlentory_crawl.erasure.redactor import MARKER, Redactor
from mlentory_crawl.sample_hub import SampleHub

HUB = "https://huggingface.co/"
SECRET = "quietwater"
IRI = f"{HUB}{SECRET}/zanzibar"
OLD = f"{HUB}acme/tanganyika"
"""The name that it had first."""
NAMES = (SECRET, "zanzibar", "tanganyika")


def records() -> list[dict[str, Any]]:
    card = {"license": "mit", "language": ["de"]}
    derived = [f"base_model:{SECRET}/zanzibar", f"base_model:finetune:{SECRET}/zanzibar", "transformers"]
    secret = model(7, id=f"{SECRET}/zanzibar", author=SECRET, cardData={**card, "datasets": ["acme/only-here"]})
    secret["tags"] = [*secret["tags"], "dataset:acme/only-here"]
    return [
        *(model(n, cardData=card) for n in range(5)),
        secret,
        # Their cards name it in their prose, which is theirs; the Hub keeps those of gated models to itself.
        model(11, gated="auto", tags=derived, cardData={**card, "base_model": f"{SECRET}/zanzibar"},
              baseModels={"relation": "finetune", "models": [{"_id": secret["_id"], "id": f"{SECRET}/zanzibar"}]}),
        model(12, gated="auto", tags=[*derived, "base_model:acme/base"]),
    ]  # fmt: skip


def innocent() -> list[dict[str, Any]]:
    """The same hub, had it never had it."""
    card = {"license": "mit", "language": ["de"]}
    return [
        *(model(n, cardData=card) for n in range(5)),
        model(11, gated="auto", tags=["transformers"], cardData=card),
        model(12, gated="auto", tags=["transformers", "base_model:acme/base"]),
    ]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[SampleHub]:
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records())) as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, hub: SampleHub) -> Project:
    return Project(tmp_path / "data", hub.url)


def traces(data_dir: Path) -> dict[str, list[str]]:
    """The names that are anywhere in a data directory, by file; but for the marks."""
    found: dict[str, list[str]] = {}
    for path in sorted(data_dir.rglob("*"), key=lambda path: path.name == "catalog.sqlite"):
        if path.is_dir() or path.suffix == ".sqlite-shm":  # says where in the log which page is
            continue
        text = path.read_bytes()
        if path.suffix == ".zst":
            text = zstandard.ZstdDecompressor().decompressobj().decompress(text)
        if path.name == "catalog.sqlite":
            text = without_marks(path)
        names = [name for name in NAMES if name.encode() in text]
        if names:
            found[str(path.relative_to(data_dir))] = names
    return found


def with_history(project: Project, hub: SampleHub) -> None:
    """A catalog that has it in every place: listed, changed, asked for by name, described by its card and its owner."""
    everything = ("-a", "cards=changed", "-a", "enrich=datasets,owners", "-a", "ancestors=1")
    project.crawl("-a", "mode=census", *everything)
    hub.set(patch={f"{SECRET}/zanzibar": {"pipeline_tag": "text-classification"}})
    project.crawl("-a", f"ids=acme/model-1,{SECRET}/zanzibar")
    hub.set(patch={"acme/model-11": {"sha": "b" * 40, "likes": 7}})
    project.crawl("-a", "mode=census")
    assert traces(project.data_dir)


def test_nothing_is_left_but_the_mark(project: Project, hub: SampleHub, tmp_path: Path) -> None:
    with_history(project, hub)
    told = erased(project, IRI, f"{HUB}{SECRET}")
    assert told["removed"]["records"] >= 3
    assert traces(project.data_dir) == {}
    assert project.scrapy("show", IRI).returncode == 1
    assert project.scrapy("show", IRI, "--at", "2999-01-01").returncode == 1
    assert json.loads(project.scrapy("search", "zanzibar", "--json").stdout)["total"] == 0
    status = project.status()
    assert all(told["backlog"] == 0 for told in status["projections"].values())
    # A later census of all that is there, cards and all, and what is mapped again from the archive.
    report = project.crawl("-a", "mode=census", "-a", "cards=all", "-a", "enrich=datasets,owners", "-a", "ancestors=1")
    assert report["records"]["erased"] == 1
    assert report["verdict"] == "complete"
    assert traces(project.data_dir) == {}
    report = project.crawl("-a", f"ids=acme/model-1,{SECRET}/zanzibar")
    assert (report["requested"]["erased"], report["requested"]["asked"]) == (1, 1)
    again = Project(tmp_path / "again", "http://127.0.0.1:9")
    done = again.scrapy("replay", "--all", "--from", project.data_dir)
    assert done.returncode == 0, done.stderr + done.stdout
    assert again.export("again.nt") == project.export("now.nt")


def test_the_rest_is_as_if_it_had_never_been(project: Project, hub: SampleHub, tmp_path: Path) -> None:
    project.crawl("-a", "mode=census", "-a", "cards=changed")
    erased(project, IRI)
    with SampleHub(records=write_records(tmp_path / "innocent.jsonl", innocent())) as other:
        never = Project(tmp_path / "never", other.url)
        never.crawl("-a", "mode=census", "-a", "cards=changed")
    assert project.export("with.nt") == never.export("without.nt")
    counts = [each.status()["catalog"] for each in (project, never)]
    assert counts[0]["records"] == counts[1]["records"]
    assert [each["edges"] for each in counts] == [each["edges"] for each in counts][::-1]
    assert (counts[0]["entities"], counts[0]["stubs"]) == (counts[1]["entities"], counts[1]["stubs"])


def test_every_name_of_it_is_erased(project: Project, hub: SampleHub) -> None:
    project.crawl("-a", "mode=census")
    hub.set(rename={f"{SECRET}/zanzibar": f"{SECRET}/tanganyika"})
    project.crawl("-a", "mode=census")
    erased(project, IRI)  # its former name
    assert traces(project.data_dir) == {}
    # It has a third one by the next time, and a new revision under it.
    hub.set(rename={f"{SECRET}/tanganyika": f"{SECRET}/zanzibar-3"})
    hub.set(patch={"acme/model-1": {"tags": [f"base_model:{SECRET}/zanzibar-3"]}})
    report = project.crawl("-a", "mode=census", "-a", "cards=all")
    assert report["records"]["erased"] == 1
    shown = json.loads(project.scrapy("show", "acme/model-1", "--json").stdout)
    assert SECRET not in json.dumps(shown)
    erased(project, IRI)
    assert traces(project.data_dir) == {}


def test_what_was_said_before_does_not_name_it_either(project: Project, hub: SampleHub) -> None:
    project.crawl("-a", "mode=census")
    hub.set(patch={"acme/model-12": {"tags": ["base_model:acme/base"]}})
    project.crawl("-a", "mode=census")
    before = project.status()["catalog"]["sequence"]
    told = erased(project, IRI)["removed"]
    assert (told["references in records"], told["references in versions"]) == (1, 1)
    assert project.status()["catalog"]["sequence"] == before + 2
    with sqlite3.connect(project.data_dir / "catalog.sqlite") as catalog:
        # Nothing became a version by it.
        assert catalog.execute("SELECT count(*) FROM version").fetchall() == [(1,)]
    catalog.close()
    then = json.loads(project.scrapy("show", "acme/model-12", "--json", "--at", "2999-01-01").stdout)
    assert then["root"]["wasDerivedFrom"] == [f"{HUB}acme/base"]
    report = project.crawl("-a", "mode=census")
    assert report["records"]["unchanged"] == report["records"]["fetched"] == 7


def test_what_people_wrote_stays(tmp_path: Path) -> None:
    said = records()[6] | {"gated": False}
    with SampleHub(records=write_records(tmp_path / "records.jsonl", [said, records()[5]])) as hub:
        project = Project(tmp_path / "data", hub.url)
        project.crawl("-a", "mode=census", "-a", "cards=changed")
        erased(project, IRI)
        root = json.loads(project.scrapy("show", "acme/model-11", "--json").stdout)["root"]
        assert "wasDerivedFrom" not in root
        assert f"comes from {SECRET}/zanzibar" in root["description"]


def test_the_quarantine_has_nothing_of_it(tmp_path: Path) -> None:
    odd = model(7, id=f"{SECRET}/zanzibar", author=SECRET, _id=17)
    names_it = model(8, _id=18, tags=[f"base_model:{SECRET}/zanzibar", "transformers"])
    good = [model(n) for n in range(40)]
    with SampleHub(records=write_records(tmp_path / "records.jsonl", [odd, names_it, *good])) as hub:
        project = Project(tmp_path / "data", hub.url)
        assert project.crawl("-a", "mode=census")["records"]["quarantined"] == 2
        assert project.scrapy("erase", IRI).returncode == 2
        assert erased(project, IRI, "--mark")["removed"]["quarantine"] == 2
        assert traces(project.data_dir) == {}
        report = project.crawl("-a", "mode=census")
        assert (report["records"]["quarantined"], report["records"]["erased"]) == (1, 1)
        assert traces(project.data_dir) == {}


def test_a_payload_that_is_kept_as_text_goes_whole(tmp_path: Path) -> None:
    with closing(CatalogWriter(tmp_path)) as catalog:
        run = catalog.runs.open("run", "huggingface", "census", b"{}", "2026-01-01T00:00:00Z")
        payloads = {"1": f"{{'tags': ['base_model:{SECRET}/zanzibar', '\\ud800']}}", "2": "{'id': '\\ud800'}"}
        odd = [replace(rejected(key), payload=text.encode()) for key, text in payloads.items()]
        catalog.commit(run, Commit(rejected=odd))
        counts, problems = erase(tmp_path, catalog, [IRI])
        assert (counts["quarantine"], problems) == (1, [])
    with closing(CatalogReader(tmp_path)) as reader:
        kept = dict(reader._execute("SELECT key, payload FROM quarantine").fetchall())
    assert unpacked(kept["1"]) == b"null"
    assert unpacked(kept["2"]) == payloads["2"].encode()


@pytest.mark.parametrize("levels", [130, 400])
def test_answers_that_hide_it_deeply_are_not_kept(levels: int) -> None:
    deep: Any = [f"{SECRET}/zanzibar"]
    for _ in range(levels):
        deep = [{"id": deep}]
    redactor = Redactor(Marks(frozenset([IRI])), "huggingface")
    url = "https://example.org/api/models?limit=2"
    body = redactor.without(url, json.dumps([model(1), {**model(2), "config": deep}]).encode())
    assert body is not None
    assert json.loads(body) == [model(1), MARKER]
    assert redactor.kept({"config": deep}) is None


def test_an_answer_that_has_to_be_mended_is_kept_without_it() -> None:
    redactor = Redactor(Marks(frozenset([IRI])), "huggingface")
    secret = {**model(2), "id": f"{SECRET}/zanzibar"}
    odd = b'{"id": "acme/odd", "config": ' + b"[" * 1_100 + b"]" * 1_100 + b"}"
    page = b"[" + b",".join([json.dumps(model(1)).encode(), odd, json.dumps(secret).encode()]) + b"]"
    body = redactor.without("https://example.org/api/models?limit=3", page)
    assert body is not None
    first, other, last = json.loads(body)
    assert (first, other["id"], last) == (model(1), "acme/odd", MARKER)


def test_of_a_platform_whose_answers_nobody_knows_none_is_kept_that_mentions_what_is_erased() -> None:
    url, body = "https://tracking.example/api/2.0/mlflow/registered-models/get?name=x", b'{"name": "zanzibar"}'
    theirs = Marks(frozenset([f"{url}zanzibar"]), frozenset([("mlflow", "zanzibar")]))
    assert Redactor(theirs, "mlflow").without(url, body) is None
    assert Redactor(theirs, "mlflow").without(url, b'{"name": "other"}') == b'{"name": "other"}'
    assert Redactor(Marks(frozenset([IRI])), "mlflow").without(url, body) is body


def test_what_cannot_be_told_apart_is_not_archived() -> None:
    redactor = Redactor(Marks(frozenset([IRI])), "huggingface")
    url = "https://example.org/api/models?limit=2"
    untouched = json.dumps([model(1), {"id": ["zanzibar"], "_id": {}}]).encode()
    assert redactor.without(url, untouched) is untouched
    for body in (b"\xff zanzibar", b'"zanzibar"', b"{}", b"[[], 1, null]", b'{"models": ["zanzibar"]}'):
        assert redactor.without(url, body) is body
    assert redactor.without(f"https://example.org/api/models/{SECRET}/zanzibar?x=1", b"any") == b'{"erased":true}'


def test_marked_in_advance_it_never_comes_in(project: Project, hub: SampleHub, tmp_path: Path) -> None:
    done = project.scrapy("erase", IRI)
    assert done.returncode == 1  # there is no catalog
    assert erased(project, IRI, "--mark")["removed"] == {}
    feed = tmp_path / "feed.jsonl"
    report = project.crawl("-a", "mode=census", "-a", "cards=all", "-a", "ancestors=2", "-O", feed)
    assert (report["records"]["erased"], report["records"]["quarantined"]) == (1, 0)
    assert traces(project.data_dir) == {}
    assert not any(name in feed.read_text() for name in NAMES)
    project.crawl("-a", "limit=8")
    again = Project(tmp_path / "again", "http://127.0.0.1:9")
    assert again.scrapy("replay", "--all", "--from", project.data_dir).returncode == 0
    assert again.export("again.nt") == project.export("now.nt")
    # What is made again does not bring it back either.
    kept = [CatalogWriter(each.data_dir) for each in (project, again)]
    assert [catalog.marks().iris for catalog in kept] == [{IRI}, {IRI}]
    for catalog in kept:
        catalog.close()


@pytest.mark.parametrize("stage", ["the files of a run are deleted", "the mark holds", "the archive is being cleaned"])
def test_a_kill_leaves_it_to_be_done_again(project: Project, hub: SampleHub, stage: str) -> None:
    with_history(project, hub)
    files = list((project.data_dir / "normalized").rglob("*.zst"))
    raw = {path: path.read_bytes() for path in (project.data_dir / "raw").rglob("answers.jsonl")}

    def is_reached() -> bool:
        match stage:
            case "the files of a run are deleted":
                return not all(path.exists() for path in files)
            case "the mark holds":
                with sqlite3.connect(project.data_dir / "catalog.sqlite") as catalog:
                    marked = bool(catalog.execute("SELECT 1 FROM erased").fetchall())
                catalog.close()
                return marked
            case _:
                return any(path.read_bytes() != text for path, text in raw.items())

    killed = subprocess.Popen(
        project.command("erase", IRI, f"{HUB}{SECRET}"), env=project.environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    while not is_reached():
        assert killed.poll() is None
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    erased(project, IRI, f"{HUB}{SECRET}")
    assert traces(project.data_dir) == {}
    assert all(told["backlog"] == 0 for told in project.status()["projections"].values())
    assert project.crawl("-a", "mode=census")["records"]["erased"] == 1
    assert traces(project.data_dir) == {}


def test_a_store_that_is_down_is_told_and_comes_later(project: Project) -> None:
    project.crawl("-a", "mode=census")
    project.environment |= {"NEO4J_URI": "bolt://127.0.0.1:9"}
    done = project.scrapy("erase", IRI)
    assert done.returncode == 1
    assert "neo4j still has it" in done.stderr
    assert "Traceback" not in done.stderr
    assert traces(project.data_dir) == {}


def test_a_terminal_shows_which_place_is_at_hand_and_a_file_does_not(project: Project) -> None:
    project.crawl("-a", "mode=census")
    assert project.scrapy("erase", IRI).stderr == ""
    code, shown = on_terminal("erase", f"{HUB}acme/model-1", environment=project.environment)
    assert code == 0
    steps = ("catalog", "raw answers", "run reports", "search", "turtle", "catalog file")
    places = [shown.index(step) for step in steps]
    assert places == sorted(places)
    assert shown.rstrip().splitlines()[-1].split() == ["records", "1"]  # the table of what was removed


def test_wrong_usage(project: Project) -> None:
    project.crawl("-a", "mode=census")
    for words in ([], ["acme/model-1"], [f"{HUB}acme/nothing"], [IRI, f"{HUB}acme/nothing"]):
        done = project.scrapy("erase", *words)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
    assert traces(project.data_dir)  # nothing was done


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:-size])


def test_what_is_damaged_keeps_nothing(project: Project) -> None:
    project.crawl("-a", "mode=census")
    project.crawl("-a", f"ids=acme/model-1,{SECRET}/zanzibar,acme/model-2")
    # Both runs may have begun within the second that their names tell.
    first, second = sorted((project.data_dir / "raw").rglob("answers.jsonl"), key=lambda path: path.stat().st_size)
    assert len(second.read_bytes().splitlines()) == 3
    cut(second, 30)
    reports = sorted((project.data_dir / "runs").glob("*.json"))
    cut(reports[0], 2_000)
    cut(reports[1], 10)
    (reports[0].parent / "stray.json").write_text(f'{{"of": "nobody knows {SECRET}/zanzibar')
    body = max(first.parent.glob("*.zst"), key=lambda path: path.stat().st_size)
    cut(body, 5)
    told = erased(project, IRI, f"{HUB}{SECRET}")
    assert (told["removed"]["damaged answers"], told["removed"]["damaged run reports"]) == (1, 3)
    assert told["problems"] == []
    assert not body.exists()
    found = {path: path.read_bytes() for path in project.data_dir.rglob("*") if path.is_file()}
    assert [path for path, text in found.items() if SECRET.encode() in text] == [project.data_dir / "catalog.sqlite"]
    # What the catalog knows of a report is written again.
    assert [json.loads(path.read_bytes())["verdict"] for path in reports] == ["complete", "complete"]
    assert json.loads(project.scrapy("search", "zanzibar", "--json").stdout)["total"] == 0
    again = erased(project, IRI, f"{HUB}{SECRET}")["removed"]
    assert not any(place.startswith("damaged") for place in again)


def test_files_that_cannot_be_rewritten_do_not_keep_it_in_the_index(project: Project) -> None:
    project.crawl("-a", "mode=census")
    (index,) = (project.data_dir / "raw").rglob("answers.jsonl")
    in_the_way = index.with_suffix(".part")
    in_the_way.mkdir()
    told = erased(project, IRI, f"{HUB}{SECRET}", code=1)
    assert all("Is a directory" in problem for problem in told["problems"])
    assert told["problems"]
    assert json.loads(project.scrapy("search", "zanzibar", "--json").stdout)["total"] == 0
    in_the_way.rmdir()
    assert erased(project, IRI, f"{HUB}{SECRET}")["problems"] == []
    assert traces(project.data_dir) == {}


def test_a_dataset_is_erased_under_the_name_that_it_had_without_an_owner(tmp_path: Path) -> None:
    catalog = CatalogWriter(tmp_path)
    names = {f"{HUB}datasets/snli", f"{HUB}datasets/stanfordnlp/snli"}
    assert [catalog.names_of([name]) for name in sorted(names)] == [names, names]
    redactor = Redactor(Marks(frozenset(names)), "huggingface")
    assert redactor.has(f"{HUB}api/datasets/snli")
    assert redactor.unnamed(["dataset:snli", "dataset:stanfordnlp/snli", "snli"]) == ["snli"]
    catalog.mark([f"{HUB}datasets/snli"], "2026-11-28T00:00:00Z")
    assert catalog.knows(f"{HUB}datasets/stanfordnlp/snli")
    catalog.close()
