"""The whole chain as a user runs it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import rdflib
import zstandard
from rdflib.compare import isomorphic
from support.crawling import Project, model, write_records

from mlentory_crawl.crawl.outcomes import Quarantined
from mlentory_crawl.sample_hub import SampleHub


@pytest.fixture(scope="module")
def hub() -> Iterator[SampleHub]:
    with SampleHub(models=120) as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, hub: SampleHub) -> Project:
    return Project(tmp_path / "data", hub.url)


def test_a_second_census_finds_everything_unchanged_and_writes_nothing(project: Project) -> None:
    first = project.crawl("-a", "mode=census", "-O", project.data_dir.parent / "first.jsonl")
    assert first["verdict"] == "complete"
    assert first["records"]["new"] == first["records"]["fetched"] == 120
    assert first["projections"]["search"]["documents"] == 120
    assert sum(first["requests"]["by_slot"].values()) == 1
    before, rdf = project.status(), sorted(project.data_dir.rglob("*.ttl"))
    assert len(rdf) == 1
    second = project.crawl("-a", "mode=census", "-O", project.data_dir.parent / "second.jsonl")
    assert second["records"]["unchanged"] == 120
    assert second["projections"]["search"]["written"] == 0
    after = project.status()
    assert after["catalog"]["sequence"] == before["catalog"]["sequence"] == 120
    assert after["projections"] == before["projections"]
    assert sorted(project.data_dir.rglob("*.ttl")) == rdf
    # The feed of a run holds every valid record, changed or not.
    assert len((project.data_dir.parent / "second.jsonl").read_text().splitlines()) == 120
    # The same page was received twice, and is kept once.
    assert len(list((project.data_dir / "raw").rglob("*.zst"))) == 1


def test_the_statistics_of_scrapy_are_those_of_the_run(project: Project) -> None:
    done = project.scrapy("crawl", "huggingface", "-a", "mode=census", "-s", "STATS_DUMP=1")
    stored = sum(project.report()["records"][end] for end in ("new", "changed", "unchanged"))
    assert stored > 0
    assert f"'item_scraped_count': {stored}," in done.stderr
    assert "'finish_reason': 'finished'" in done.stderr


def test_feeds_agree_with_each_other_and_with_the_export(project: Project, tmp_path: Path) -> None:
    endings = ("jsonl", "jsonl.zst", "csv", "ttl", "nt", "jsonld")
    report = project.crawl("-a", "limit=30", *[x for e in endings for x in ("-O", str(tmp_path / f"feed.{e}"))])
    lines = (tmp_path / "feed.jsonl").read_bytes()
    assert zstandard.decompress((tmp_path / "feed.jsonl.zst").read_bytes(), max_output_size=10**8) == lines
    assert lines.count(b"\n") == report["records"]["new"] == 30
    counted = [json.loads(line)["counters"] for line in lines.splitlines()]
    assert all("downloads" in counters for counters in counted)
    graphs = {e: rdflib.Graph().parse(tmp_path / f"feed.{e}", format="json-ld" if e == "jsonld" else e)
              for e in ("ttl", "nt", "jsonld")}  # fmt: skip
    assert isomorphic(graphs["ttl"], graphs["nt"])
    assert isomorphic(graphs["ttl"], graphs["jsonld"])
    exported = rdflib.Graph().parse(data=project.export("all.nt", "--counters"), format="nt")
    stated = set(exported) ^ set(graphs["nt"])
    assert not stated


def test_a_hub_that_is_down_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
    project = Project(tmp_path / "data", endpoint)
    done = project.scrapy("crawl", "huggingface", "-a", "limit=10", "-s", "RETRY_BACKOFF=0.05")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert sum("/api/models: " in line and "[huggingface] ERROR" in line for line in done.stderr.splitlines()) == 1
    assert project.report()["verdict"] == "failed"


@pytest.mark.parametrize(
    "words", [("-a", "limit=abc"), ("-a", "mode=all"), ("-a", "mode=ids"), ("-a", "colour=red"), ("-a", "limit=0")]
)
def test_wrong_arguments_are_told_in_one_line(project: Project, words: tuple[str, ...]) -> None:
    done = project.scrapy("crawl", "huggingface", *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not project.data_dir.exists()


def test_an_unknown_spider_is_wrong_usage(project: Project) -> None:
    assert project.scrapy("crawl", "hugging").returncode == 2


def test_ids_end_as_found_missing_invalid_or_duplicate(project: Project, hub: SampleHub, tmp_path: Path) -> None:
    known = hub.ids()
    hub.set(patch={known[n]: {"gated": "manual" if n == 6 else False} for n in (0, 1, 5, 6)})
    hub.set(rename={known[5]: "acme/renamed"})
    asked = [
        known[0],
        "# a comment",
        "nobody/nothing",
        f"https://huggingface.co/{known[1]}",
        known[0],
        "no id at all",
        known[5],
        known[6],
    ]
    path = tmp_path / "ids.txt"
    path.write_text("\n".join(asked))
    report = project.crawl("-a", f"ids={path}")
    told = report["requested"]
    assert {name: told[name] for name in ("asked", "found", "missing", "invalid", "duplicate")} == {
        "asked": 7,
        "found": 4,
        "missing": 1,
        "invalid": 1,
        "duplicate": 1,
    }
    assert (told["renamed"], told["gated"]) == (1, 1)
    assert report["records"]["new"] == 4
    assert report["coverage"] == "ids"
    assert "acme/renamed" in project.scrapy("show", "acme/renamed").stdout


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[object]:
    hubs: list[SampleHub] = []

    def start(records: list[dict[str, object]], **options: object) -> SampleHub:
        path = write_records(tmp_path / "records.jsonl", records)
        hubs.append(SampleHub(records=path, **options))  # type: ignore[arg-type]
        return hubs[-1]

    yield start
    for served in hubs:
        served.close()


def test_what_cannot_be_used_is_named_and_harms_no_neighbor(tmp_path: Path, serve) -> None:  # type: ignore[no-untyped-def]
    records = [model(n) for n in range(40)]
    records[7]["_id"] = "not an object id"
    records[8]["tags"] = [*records[8]["tags"], 12, {"a": "list"}]
    records[9]["safetensors"] = {"total": 2 * 10**16}
    records[10]["downloads"] = 10**30
    project = Project(tmp_path / "data", serve(records).url)
    report = project.crawl("-a", "mode=census")
    assert report["records"]["quarantined"] == 1
    assert report["records"]["new"] == 39
    (file,) = (project.data_dir / "quarantine" / "huggingface").glob("*.jsonl")
    (line,) = file.read_text().splitlines()
    rejected = json.loads(line)
    assert rejected["field"] == "_id"
    assert rejected["reason"]
    assert rejected["payload"]["id"] == "acme/model-7"
    assert rejected["run"] == report["run_id"]
    assert any(issue.startswith("tags:") for issue in report["field_issues"])
    assert any(issue.startswith("downloads:") for issue in report["field_issues"])
    assert "20,000,000,000,000,000" in project.scrapy("show", "acme/model-9").stdout


@pytest.mark.parametrize(("field", "told"), [("tags.0", "tags.0: is not a DOI"), ("", "is not a DOI")])
def test_what_is_quarantined_is_told_by_field_and_reason(field: str, told: str) -> None:
    assert str(Quarantined(field, "is not a DOI")) == told


def test_much_in_the_quarantine_is_suspect(tmp_path: Path, serve) -> None:  # type: ignore[no-untyped-def]
    records = [model(n) for n in range(10)]
    records[3]["_id"] = 17
    project = Project(tmp_path / "data", serve(records).url)
    report = project.crawl("-a", "mode=census", code=1)
    assert report["verdict"] == "suspect"


def test_one_model_under_two_names_counts_once(tmp_path: Path, serve) -> None:  # type: ignore[no-untyped-def]
    project = Project(tmp_path / "data", serve([model(1)]).url)
    report = project.crawl("-a", "ids=acme/model-1,ACME/Model-1")
    assert (report["records"]["new"], report["records"]["duplicate"]) == (1, 1)


def test_a_key_that_comes_twice_counts_once(tmp_path: Path, serve) -> None:  # type: ignore[no-untyped-def]
    records = [model(1), model(2), {**model(3), "_id": model(1)["_id"]}]
    project = Project(tmp_path / "data", serve(records).url)
    report = project.crawl("-a", "mode=census")
    assert (report["records"]["new"], report["records"]["duplicate"]) == (2, 1)


def test_a_change_keeps_what_was_before(tmp_path: Path, serve) -> None:  # type: ignore[no-untyped-def]
    hub = serve([model(n) for n in range(3)])
    project = Project(tmp_path / "data", hub.url)
    project.crawl("-a", "mode=census")
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    time.sleep(1.1)  # the catalog tells versions apart by the second
    hub.set(patch={"acme/model-1": {"tags": ["license:apache-2.0"], "downloads": 5000}})
    report = project.crawl("-a", "mode=census")
    assert (report["records"]["changed"], report["records"]["unchanged"]) == (1, 2)
    assert report["projections"]["search"]["written"] == 1
    now = json.loads(project.scrapy("show", "acme/model-1", "--json").stdout)
    before = json.loads(project.scrapy("show", "acme/model-1", "--json", "--at", moment).stdout)
    assert now["root"]["license"] == ["https://spdx.org/licenses/Apache-2.0"]
    assert before["root"]["license"] == ["https://spdx.org/licenses/MIT"]
    assert "wasDerivedFrom" not in now["root"]
    assert project.scrapy("show", "acme/model-1", "--at", "2001-01-01").returncode == 1
    # The parent is named by the two other models only, and the old license by them too.
    children = json.loads(project.scrapy("show", "acme/model-0", "--json").stdout)
    assert children["derived"] == []
    assert len(list((project.data_dir / "rdf" / "huggingface").glob("*.ttl"))) == 2


def test_a_field_that_is_refused_is_left_out_and_told(tmp_path: Path, serve) -> None:  # type: ignore[no-untyped-def]
    hub = serve([model(n) for n in range(3)], refuse="trendingScore")
    project = Project(tmp_path / "data", hub.url)
    report = project.crawl("-a", "mode=census", code=1)
    assert report["verdict"] == "suspect"
    assert report["refused_fields"] == ["trendingScore"]
    assert report["records"]["new"] == 3


def test_all_that_were_asked_for_with_a_field_before_it_was_refused_are_asked_for_again(  # type: ignore[no-untyped-def]
    tmp_path: Path, serve
) -> None:
    hub = serve([model(n) for n in range(8)], refuse="trendingScore")
    project = Project(tmp_path / "data", hub.url)
    report = project.crawl("-a", "ids=" + ",".join(f"acme/model-{n}" for n in range(8)), code=1)
    assert report["refused_fields"] == ["trendingScore"]
    assert (report["requested"]["found"], report["requested"]["failed"]) == (8, 0)


def test_files_are_records_of_their_own(tmp_path: Path, serve) -> None:  # type: ignore[no-untyped-def]
    hub = serve([model(1, siblings=[{"rfilename": "model.safetensors"}, {"rfilename": "read me.txt"}])])
    project = Project(tmp_path / "data", hub.url)
    assert project.crawl("-a", "mode=census", "-a", "files=true")["records"]["new"] == 2
    told = json.loads(project.scrapy("show", "acme/model-1", "--json").stdout)
    assert {part["name"] for part in told["parts"] if part["class"] == "DataDownload"} == {
        "model.safetensors",
        "read me.txt",
    }
    # A crawl without files says nothing about them.
    assert project.crawl("-a", "mode=census")["records"] | {"fetched": 0} == project.report()["records"] | {
        "fetched": 0
    }
    assert len(json.loads(project.scrapy("show", "acme/model-1", "--json").stdout)["root"]["distribution"]) == 2


def test_answers_are_archived_as_received_and_without_secrets(project: Project) -> None:
    project.environment["HF_TOKEN"] = "hf_not_to_be_seen"
    done = project.scrapy("crawl", "huggingface", "-a", "limit=5", "-O", project.data_dir.parent / "x.jsonl")
    assert done.returncode == 0
    (index,) = (project.data_dir / "raw" / "huggingface").glob("*/answers.jsonl")
    (line,) = map(json.loads, index.read_text().splitlines())
    body = zstandard.decompress((project.data_dir / "raw" / line["file"]).read_bytes(), max_output_size=10**8)
    assert sha256(body).hexdigest() == line["sha256"]
    assert len(json.loads(body)) == 5
    assert line["status"] == 200
    written = b"".join(path.read_bytes() for path in project.data_dir.parent.rglob("*") if path.is_file())
    assert b"hf_not_to_be_seen" not in written
    assert "hf_not_to_be_seen" not in done.stderr + done.stdout


PAGES = [model(n) for n in range(2_300)]


def test_a_census_goes_on_where_it_was_interrupted(tmp_path: Path, serve) -> None:  # type: ignore[no-untyped-def]
    hub = serve(PAGES)
    whole, broken = Project(tmp_path / "a" / "data", hub.url), Project(tmp_path / "b" / "data", hub.url)
    assert whole.crawl("-a", "mode=census")["records"]["new"] == 2_300
    command = broken.command("crawl", "huggingface", "-a", "mode=census")

    def answers() -> int:
        return sum(path.read_bytes().count(b"\n") for path in (broken.data_dir / "raw").rglob("answers.jsonl"))

    # Killed while it works, three times.
    for pages in (1, 1, 2):
        before = answers()
        with subprocess.Popen(command, env=broken.environment, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None and answers() < before + pages:
                time.sleep(0.02)
            process.kill()
    # Interrupted as by Ctrl-C, after a page: it can be resumed, and says so.
    before = answers()
    with subprocess.Popen(command, env=broken.environment, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and answers() <= before:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
    assert process.returncode in (0, 3)
    if process.returncode == 3:
        stopped = broken.report()
        assert stopped["verdict"] == "stopped"
    report = broken.crawl("-a", "mode=census")
    assert report["records"]["failed"] == 0
    for project in (whole, broken):
        (project.data_dir.parent / "out").mkdir()
    assert whole.export("out/all.nt") == broken.export("out/all.nt")
    ends = [project.status() for project in (whole, broken)]
    assert ends[0]["projections"]["search"]["documents"] == ends[1]["projections"]["search"]["documents"] == 2_300
    assert ends[0]["catalog"]["records"] == ends[1]["catalog"]["records"]
    assert {end["projections"]["search"]["backlog"] for end in ends} == {0}
    # Whoever deletes the index gets it back.
    for path in sorted((whole.data_dir / "search").iterdir()):
        path.unlink()
    assert whole.scrapy("sync").returncode == 0
    assert whole.status()["projections"] == ends[0]["projections"]


def test_one_run_at_a_time(tmp_path: Path, serve) -> None:  # type: ignore[no-untyped-def]
    hub = serve([model(1)], latency=15_000)
    project = Project(tmp_path / "data", hub.url)
    first = subprocess.Popen(
        project.command("crawl", "huggingface"), env=project.environment, stderr=subprocess.DEVNULL
    )
    try:
        while not (project.data_dir / "lock.json").exists():
            time.sleep(0.1)
        second = project.scrapy("crawl", "huggingface")
        assert second.returncode == 1
        assert f"in use by process {first.pid}" in second.stderr
        assert "Traceback" not in second.stderr
        assert project.scrapy("status").returncode == 0
    finally:
        first.kill()
        first.wait()


def test_a_page_that_is_none_fails_the_run(tmp_path: Path, serve) -> None:  # type: ignore[no-untyped-def]
    hub = serve([model(1)], fail=1.0)
    project = Project(tmp_path / "data", hub.url)
    report = project.crawl("-a", "mode=census", "-s", "RETRY_BACKOFF=0.05", code=1)
    assert report["verdict"] == "failed"
    hub.set(fail=0)
    assert project.crawl("-a", "mode=census")["records"]["new"] == 1


def test_a_projection_that_a_crawl_leaves_out_is_caught_up_by_sync(project: Project) -> None:
    report = project.crawl("-a", "mode=census", "-s", "PROJECTIONS=none")
    assert (report["verdict"], report["projections"]) == ("complete", {})
    assert project.status()["projections"]["search"]["backlog"] == 120
    assert not (project.data_dir / "rdf").exists()
    report = project.crawl("-a", "mode=census", "-s", "PROJECTIONS=search")
    assert report["projections"].keys() == {"search"}
    assert {"crawl", "search"} == report["processor_seconds"].keys()
    assert all(report["processor_seconds"].values())
    assert project.scrapy("sync").returncode == 0
    behind = {name: at["backlog"] for name, at in project.status()["projections"].items()}
    assert behind == {"search": 0, "turtle": 0}


@pytest.mark.parametrize("wrong", ["neo4j", "search,tutle", ","])
def test_a_projection_that_is_not_configured_cannot_be_kept(project: Project, wrong: str) -> None:
    done = project.scrapy("crawl", "huggingface", "-s", f"PROJECTIONS={wrong}")
    assert done.returncode == 2
    assert "PROJECTIONS: expected none, or some of search, turtle, got '" in done.stderr
    assert not project.data_dir.exists()
