"""What Dagster shows: assets, checks, jobs, schedules and the sensor. Nothing is crawled here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from support.orchestrating import Orchestrated, configured, orchestrated

from fair4ml.platforms import census_kinds, descriptions, platforms

pytestmark = pytest.mark.extra(name="dagster")

CHECKS = {"verdict", "adds_up", "quarantine", "fields"}
NOWHERE = "http://127.0.0.1:9"
ADDED = """
import json, sys
import fair4ml.platforms
fair4ml.platforms.__path__.append(sys.argv[1])
from mlentory_crawl.orchestration.definitions import definitions
graph = definitions.resolve_asset_graph()
print(json.dumps({
    "assets": {key.to_user_string(): graph.get(key).description for key in graph.get_all_asset_keys()},
    "schedules": [schedule.name for schedule in definitions.schedules],
    "loaded": [name for name in ("scrapy", "twisted", "tantivy", "neo4j", "elasticsearch") if name in sys.modules],
}))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orchestrated]:
    folder = tmp_path_factory.mktemp("view")
    (folder / "home").mkdir()
    with (
        orchestrated(folder / "data", NOWHERE, NEO4J_URI="bolt://127.0.0.1:9") as made,
        dg.DagsterInstance.local_temp(str(folder / "home")) as made.instance,  # schedules need one that can be found
    ):
        yield made


@pytest.fixture(scope="module")
def graph(project: Orchestrated) -> Any:
    return project.view.definitions.resolve_asset_graph()


def ticked(project: Orchestrated, name: str) -> Any:
    """What a schedule answers: a request for a run, or why there is none."""
    schedule = project.view.definitions.resolve_schedule_def(name)
    return schedule(dg.build_schedule_context(instance=project.instance))


def looked(project: Orchestrated) -> Any:
    """What the sensor does now; partitions that it asks for are added."""
    found = project.view.new_seed_lists(dg.build_sensor_context(instance=project.instance))
    for request in found.dynamic_partitions_requests or ():
        project.instance.add_dynamic_partitions(request.partitions_def_name, request.partition_keys)
    return found


def test_every_kind_of_every_platform_is_a_described_asset_of_its_group(graph: Any) -> None:
    of_groups: dict[str, set[str]] = {}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        of_groups.setdefault(node.group_name, set()).add(key.path[-1])
    assert of_groups.pop("projections") == {"neo4j", "search", "turtle"}
    assert of_groups.pop("seeds") == {"seed_list"}
    assert of_groups == {platform: {*descriptions(platform)} for platform in platforms()}


def test_kinds_that_a_crawl_is_about_are_checked(graph: Any) -> None:
    checked: dict[str, set[str]] = {}
    for check in graph.asset_check_keys:
        checked.setdefault(check.asset_key.to_user_string(), set()).add(check.name)
    for platform in platforms():
        for kind in census_kinds(platform):
            assert checked.pop(f"{platform}/{kind}") == {*CHECKS, "census_age"}
    assert all(checked.pop(name) == {"backlog"} for name in ("neo4j", "search", "turtle"))
    assert {"huggingface/card", "arxiv/article", "github/repository"} <= checked.keys()
    assert all(names == CHECKS for names in checked.values())


def test_projections_follow_everything_that_is_crawled_and_all_that_write_wait_for_each_other(
    project: Orchestrated, graph: Any
) -> None:
    for name in ("neo4j", "search", "turtle"):
        followed = {key.to_user_string() for key in graph.get(dg.AssetKey(name)).parent_keys}
        assert {"seed_list", "openml/flow", "huggingface/model", "huggingface/card", "arxiv/article"} <= followed
    pools = {asset.op.pool for asset in project.view.definitions.assets}
    assert pools == {project.view.POOL}


def test_platforms_with_a_census_have_a_nightly_crawl_and_a_census(project: Orchestrated) -> None:
    schedules = {each.name: each for each in project.view.definitions.schedules}
    for platform in platforms():
        found = {name for name in schedules if name.startswith(f"{platform}_")}
        enriched = {f"{platform}_enrich_nightly"} & found
        assert bool(enriched) is bool(project.view.look_ups_of(platform))
        if census_kinds(platform):
            assert found - enriched == {f"{platform}_nightly", f"{platform}_census"}
            census, nightly = (ticked(project, f"{platform}_{name}") for name in ("census", "nightly"))
            assert census.run_config == configured(platform, {"mode": "census"})
            assert nightly.run_config == configured(platform, {})
    assert {"github_nightly", "github_census"}.isdisjoint(schedules)


def test_a_schedule_is_skipped_while_its_job_is_unfinished(project: Orchestrated) -> None:
    job = project.view.definitions.resolve_job_def("ai4life")
    run = project.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    for name in ("ai4life_nightly", "ai4life_census"):
        assert ticked(project, name) == dg.SkipReason("ai4life still runs")
    assert isinstance(ticked(project, "openml_nightly"), dg.RunRequest)
    project.instance.report_run_failed(run)
    assert isinstance(ticked(project, "ai4life_nightly"), dg.RunRequest)


def test_new_and_changed_lists_are_crawled_once_each(project: Orchestrated) -> None:
    assert looked(project).run_requests == []
    folder = project.data_dir / "seeds"
    folder.mkdir(parents=True)
    for name in ("a.txt", "b c.csv", ".hidden.csv", "later.csv.part"):
        (folder / name).write_text("https://huggingface.co/acme/model-1\n")
    (folder / "folder").mkdir()
    first = looked(project)
    assert [request.partition_key for request in first.run_requests] == ["a.txt", "b c.csv"]
    assert set(project.instance.get_dynamic_partitions("seeds")) == {"a.txt", "b c.csv"}
    # Dagster starts one run for each key.
    keys = [request.run_key for request in first.run_requests]
    assert [request.run_key for request in looked(project).run_requests] == keys
    changed = (folder / "a.txt").stat().st_mtime_ns + 1
    os.utime(folder / "a.txt", ns=(changed, changed))
    (folder / "later.csv.part").rename(folder / "later.csv")
    second = looked(project)
    assert [request.partition_key for request in second.run_requests] == ["a.txt", "b c.csv", "later.csv"]
    assert {request.run_key for request in second.run_requests} & set(keys) == {keys[1]}


def test_a_platform_that_is_added_is_shown_and_nothing_that_crawls_is_loaded(
    project: Orchestrated, tmp_path: Path
) -> None:
    added = tmp_path / "added" / "acme"
    added.mkdir(parents=True)
    look_ups = '{"gadgets": ("gadget",), "makers": ("maker",), "articles": ("article",)}'
    (added / "__init__.py").write_text(f'CENSUS_KINDS = ("gadget",)\nLOOK_UPS = {look_ups}\n')
    gadget = 'class Gadget:\n    """A gadget of ACME."""\n'
    (added / "source.py").write_text(f'{gadget}\n\nKINDS = dict.fromkeys(("gadget", "maker"), Gadget)\n')
    done = subprocess.run(
        [sys.executable, "-c", ADDED, str(added.parent)],
        env=project.environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["assets"]["acme/gadget"] == "A gadget of ACME."
    assert told["assets"]["acme/maker"]
    assert "acme/article" not in told["assets"]  # a record of another platform
    assert {"acme_nightly", "acme_census", "acme_enrich_nightly"} <= set(told["schedules"])
    assert told["loaded"] == []


def test_others_can_add_schedules_of_their_own(project: Orchestrated) -> None:
    weekly = dg.ScheduleDefinition(job_name="openml", cron_schedule="0 4 * * 6", name="openml_weekly")
    merged = dg.Definitions.merge(project.view.definitions, dg.Definitions(schedules=[weekly]))
    assert merged.resolve_schedule_def("openml_weekly").job_name == "openml"


def test_one_run_at_a_time_is_what_the_settings_of_dagster_say(project: Orchestrated, tmp_path: Path) -> None:
    shipped = Path(project.view.__file__).with_name("dagster.yaml")
    (tmp_path / "dagster.yaml").write_bytes(shipped.read_bytes())
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        limits = instance.get_concurrency_config()
        assert limits.run_queue_config.max_concurrent_runs == limits.pool_config.default_pool_limit == 1
        assert not instance.telemetry_enabled
