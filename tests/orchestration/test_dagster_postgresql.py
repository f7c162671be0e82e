"""Runs and events in PostgreSQL, with the files that Dagster is deployed with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import psycopg2
import pytest
from support.orchestrating import MARKED, Done, Orchestrated, kept, orchestrated, secrets_in
from support.postgresql import NAMED, NoServerError, new_database

from mlentory_crawl.sample_hub import SampleHub

pytestmark = pytest.mark.extra(name="dagster")


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    try:
        with new_database() as address:
            yield address
    except NoServerError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[Orchestrated]:
    folder = tmp_path_factory.mktemp("postgresql")
    given = {**MARKED, NAMED: database, "DAGSTER_HOME": str(folder / "home")}
    with SampleHub(models=5) as hub, orchestrated(folder / "data", hub.url, **given) as made:
        (folder / "home").mkdir()
        shipped = [Path(made.view.__file__).with_name(f"{name}.yaml").read_bytes() for name in ("dagster", "storage")]
        (folder / "home" / "dagster.yaml").write_bytes(b"".join(shipped))
        with dg.DagsterInstance.get() as made.instance:
            yield made


@pytest.fixture(scope="module")
def census(project: Orchestrated) -> Done:
    return project.run("huggingface", "huggingface/model", mode="census")


def test_a_run_is_kept_in_the_database_without_secrets(project: Orchestrated, census: Done, database: str) -> None:
    assert census.success
    with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT status FROM runs WHERE run_id = %s", [census.run_id])
        assert cursor.fetchall() == [("SUCCESS",)]
        cursor.execute("SELECT event FROM event_logs")
        assert secrets_in("\n".join(event for (event,) in cursor).encode()) == []
    home = Path(project.environment["DAGSTER_HOME"])
    assert {path.name for path in home.iterdir()}.isdisjoint({"history", "schedules"})
    assert secrets_in(kept(home)) == []


def test_another_process_sees_what_was_materialized(project: Orchestrated, census: Done) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "dagster", "run", "list"],
        env=project.environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    assert census.run_id in listed.stdout
    project.instance.add_dynamic_partitions("seeds", ["a.csv"])
    with dg.DagsterInstance.get() as another:
        assert another.has_dynamic_partition("seeds", "a.csv")
        event = another.get_latest_materialization_event(dg.AssetKey(["huggingface", "model"]))
        assert event is not None
        assert event.run_id == census.run_id
        (run,) = another.get_runs(dg.RunsFilter(tags={"mlentory/verdict": "complete"}))
        assert run.run_id == census.run_id
