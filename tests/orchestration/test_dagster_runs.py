"""Runs of Dagster: what is materialized of a crawl, what its arguments are, and how one that fails is told."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from support.crawling import model, write_records
from support.orchestrating import CRAWL, MARKED, Done, Orchestrated, configured, kept, orchestrated, program, secrets_in

from mlentory_crawl.data_directory import locked
from mlentory_crawl.orchestration.program import PROGRAM
from mlentory_crawl.sample_hub import SampleHub

pytestmark = pytest.mark.extra(name="dagster")

MODELS, LATE = 300, 5
NOWHERE = "http://127.0.0.1:9"
RECORDER = """
with open(os.environ["RECORD"], "a") as file:
    file.write(" ".join(sys.argv[1:]) + "\\n")
sys.exit(2)
"""
IMPATIENT = """
from mlentory_crawl import data_directory
from mlentory_crawl.commands.command_line import main
data_directory.locked.__wrapped__.__defaults__ = (0.1,)
if sys.argv[1] == "crawl":
    with open(os.environ["RECORD"], "a") as file:
        file.write(".")
sys.exit(main())
"""


@pytest.fixture(scope="module")
def hub() -> Iterator[SampleHub]:
    with SampleHub(models=MODELS) as served:
        yield served


@pytest.fixture(scope="module")
def late(hub: SampleHub) -> list[str]:
    """Models that the hub does not have at first."""
    names = hub.ids()[:LATE]
    hub.set(delete=names)
    return names


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, hub: SampleHub) -> Iterator[Orchestrated]:
    with orchestrated(tmp_path_factory.mktemp("census") / "data", hub.url) as made:
        yield made


@pytest.fixture(scope="module")
def census(project: Orchestrated, late: list[str]) -> Done:
    return project.run("huggingface", mode="census")


def test_a_census_is_materialized_with_the_figures_of_its_report(project: Orchestrated, census: Done) -> None:
    assert census.success
    assert census.metadata.keys() == {"huggingface/model", "search", "turtle"}
    told = census.metadata["huggingface/model"]
    report = json.loads(Path(told["report"]).read_bytes())
    assert report["job"] == census.run_id
    counted = report["kinds"]["huggingface"]["model"]
    assert counted["new"] == counted["fetched"] == told["dagster/row_count"] == MODELS - LATE
    for name in ("fetched", "new", "changed", "unchanged", "duplicate", "quarantined", "failed"):
        assert told[name] == counted[name]
    for name in ("run_id", "mode", "coverage", "verdict", "problems", "seconds", "peak_rss_mb", "requests"):
        assert told[name] == report[name]
    assert census.versions["huggingface/model"] == report["run_id"]


def test_a_census_passes_its_checks_and_its_run_is_found_by_tags(census: Done) -> None:
    assert census.checks == {
        **{("huggingface/model", n): True for n in ("verdict", "adds_up", "quarantine", "fields", "census_age")},
        ("search", "backlog"): True,
        ("turtle", "backlog"): True,
    }
    run = census.metadata["huggingface/model"]["run_id"]
    tags = {"platform": "huggingface", "mlentory/run": run, "mlentory/verdict": "complete"}
    assert tags.items() <= census.tags.items()


def test_projections_are_materialized_with_their_position(census: Done) -> None:
    assert census.metadata["search"]["documents"] == MODELS - LATE
    for name in ("search", "turtle"):
        told = census.metadata[name]
        assert (told["backlog"], told["failed"]) == (0, 0)
        assert census.versions[name] == str(told["position"]) == str(MODELS - LATE)


def test_a_crawl_by_hand_and_what_comes_along_are_seen_by_the_next_run(
    project: Orchestrated, census: Done, hub: SampleHub, late: list[str]
) -> None:
    hub.set(restore=late)
    assert project.crawl("-a", f"ids={','.join(late)}")["records"]["new"] == LATE
    done = project.run("huggingface", "huggingface/model", "huggingface/files", mode="census", files="true")
    told = done.metadata["huggingface/model"]
    assert (told["dagster/row_count"], told["unchanged"], told["new"]) == (MODELS, MODELS, 0)
    assert done.metadata["huggingface/files"]["new"] == MODELS
    assert not done.failed_checks()


def test_one_kind_alone_is_fetched_without_a_list_of_models(project: Orchestrated, census: Done) -> None:
    done = project.run("huggingface_enrich", "huggingface/dataset", limit="5")
    told = done.metadata["huggingface/dataset"]
    assert (told["mode"], told["verdict"], told["new"]) == ("enrich", "complete", 5)
    assert told["dagster/row_count"] == 5
    assert told["lookups"]["datasets"]["found"] == 5
    # What a look-up brings besides is seen, too.
    assert done.metadata.keys() == {"huggingface/dataset", "huggingface/croissant"}
    assert {name for _, name in done.checks} == {"verdict", "adds_up", "quarantine", "fields"}
    assert not done.failed_checks()


def test_a_projection_with_a_backlog_fails_its_check(project: Orchestrated, census: Done) -> None:
    with closing(sqlite3.connect(project.data_dir / "catalog.sqlite")) as catalog, catalog:
        # Search takes no number as large as this one.
        ((sequence,),) = catalog.execute("SELECT value FROM meta WHERE name = 'sequence'")
        ((record,),) = catalog.execute("SELECT min(record) FROM counter")
        catalog.execute("UPDATE meta SET value = ? WHERE name = 'sequence'", (str(int(sequence) + 1),))
        catalog.execute("UPDATE record SET sequence = ? WHERE id = ?", (int(sequence) + 1, record))
        huge = f'{{"downloads":{2**63}}}'
        catalog.execute("UPDATE counter SET published = ?, observed = ? WHERE record = ?", (huge, huge, record))
    done = project.run("huggingface", "search")
    assert done.success
    assert (done.metadata["search"]["failed"], done.metadata["search"]["backlog"]) == (1, 1)
    assert done.failed_checks() == {("search", "backlog")}


def test_an_unknown_argument_fails_at_once(project: Orchestrated) -> None:
    done = project.run("huggingface", color="red")
    assert not done.success
    assert done.attempts(CRAWL) == 1
    assert "exit code 2: " in done.failure(CRAWL)
    assert "color" in done.failure(CRAWL)
    assert (done.attempts("search"), done.metadata) == (0, {})


def test_an_unknown_platform_is_refused_by_dagster(project: Orchestrated) -> None:
    with pytest.raises(dg.DagsterInvalidSubsetError, match="nowhere"):
        project.run("huggingface", "nowhere/model")


CHOSEN = [
    ("huggingface", (), {}, "huggingface"),
    ("huggingface_enrich", ("huggingface/dataset",), {}, "huggingface -a enrich=datasets -a mode=enrich"),
    (
        "huggingface_enrich",
        ("huggingface/card", "huggingface/croissant", "huggingface/dataset"),
        {"limit": "7"},
        "huggingface -a enrich=cards,datasets -a mode=enrich -a limit=7",
    ),
    ("arxiv", (), {}, "arxiv"),
    ("openml", ("openml/dataset", "openml/flow"), {}, "openml -a kinds=dataset,flow"),
    ("openml", ("openml/dataset",), {"mode": "census", "kinds": "task"}, "openml -a kinds=task -a mode=census"),
    ("mlflow", ("mlflow/experiment",), {}, "mlflow"),
]


def test_the_chosen_assets_and_the_arguments_become_those_of_the_crawl(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = Orchestrated(monkeypatch, tmp_path / "data", NOWHERE)
    record = tmp_path / "record"
    monkeypatch.setenv("RECORD", str(record))
    monkeypatch.setenv(PROGRAM, program(tmp_path / "recorder.py", RECORDER))
    for job, keys, arguments, words in CHOSEN:
        record.write_text("")
        done = project.run(job, *keys, **arguments)
        crawl, status = record.read_text().splitlines()
        assert crawl == f"crawl {words} -a _job={done.run_id}"
        assert status == f"status {done.run_id} --json"


def test_a_suspect_crawl_is_materialized_with_red_checks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    records = [model(n) for n in range(10)]
    records[3]["_id"] = 17
    with SampleHub(records=write_records(tmp_path / "records.jsonl", records)) as hub:
        project = Orchestrated(monkeypatch, tmp_path / "data", hub.url)
        done = project.run("huggingface", "huggingface/model", "search", mode="census")
    assert done.success
    told = done.metadata["huggingface/model"]
    assert (told["verdict"], told["quarantined"], told["new"]) == ("suspect", 1, 9)
    assert done.failed_checks() == {("huggingface/model", "verdict"), ("huggingface/model", "quarantine")}
    assert done.metadata["search"]["documents"] == 9
    assert done.tags["mlentory/verdict"] == "suspect"


def test_a_crawl_is_no_worse_for_a_store_that_is_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = {**MARKED, "NEO4J_URI": "bolt://127.0.0.1:9"}
    (tmp_path / "home").mkdir()
    with SampleHub(models=3) as hub, dg.DagsterInstance.local_temp(str(tmp_path / "home")) as instance:
        project = Orchestrated(monkeypatch, tmp_path / "data", hub.url, **given)
        monkeypatch.setattr(project.view, "RETRIES", 1)
        crawl, store = project.view.crawl_of("huggingface"), project.view.projection("neo4j")
        # Those of the module have delays already.
        materialized = dg.materialize(
            [crawl, store],
            selection=[dg.AssetKey(["huggingface", "model"]), store.key],
            run_config=configured("huggingface", {"mode": "census"}),
            instance=instance,
            raise_on_error=False,
        )
        done = Done(materialized, instance)
    assert not done.success
    assert (done.attempts(CRAWL), done.attempts("neo4j")) == (1, 2)
    assert done.metadata["huggingface/model"]["verdict"] == "complete"
    assert done.failure("neo4j").startswith("mlentory sync neo4j: ")
    assert "neo4j" not in done.metadata
    assert b"mlentory sync neo4j: " in kept(tmp_path / "home")
    assert secrets_in(kept(tmp_path / "home")) == []


def test_a_data_directory_in_use_is_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hub: SampleHub) -> None:
    project = Orchestrated(monkeypatch, tmp_path / "data", hub.url)
    record = tmp_path / "record"
    monkeypatch.setenv("RECORD", str(record))
    monkeypatch.setenv(PROGRAM, program(tmp_path / "impatient.py", IMPATIENT))
    held = threading.Event()

    def hold() -> None:
        with locked(project.data_dir):
            held.set()
            while not record.exists() or len(record.read_text()) < 2:
                held.wait(0.02)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    done = project.run("huggingface", "huggingface/model", limit="5")
    holder.join()
    assert done.success
    assert done.attempts(CRAWL) >= 2
    assert done.metadata["huggingface/model"]["new"] == 5
    assert any("is in use by" in entry.user_message for entry in project.instance.all_logs(done.run_id))


def test_a_list_of_urls_is_materialized_with_the_outcomes_of_its_lines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hub: SampleHub
) -> None:
    project = Orchestrated(monkeypatch, tmp_path / "data", hub.url)
    (project.data_dir / "seeds").mkdir(parents=True)
    known = hub.ids()[-1]
    (project.data_dir / "seeds" / "my list.txt").write_text(f"https://huggingface.co/{known}\nhello\n{known}\n")
    project.instance.add_dynamic_partitions("seeds", ["my list.txt"])
    done = project.run("seed_lists", "seed_list", "search", partition="my list.txt")
    assert done.success
    told = done.metadata["seed_list"]
    assert {name: count for name, count in told["requested"].items() if count} == {
        "asked": 3, "found": 1, "invalid": 2,
    }  # fmt: skip
    assert told["records"]["new"] == 1
    assert done.metadata["search"]["documents"] == 1
