"""Dagster's view: the kinds of records of each platform and the projections as assets, with checks, jobs and schedules.

``dagster dev --module-name mlentory_crawl.orchestration.definitions`` shows it.
"""
# No `from __future__ import annotations`: Dagster reads the annotations of contexts and configurations.

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field

from fair4ml.platforms import census_kinds, descriptions, lists_apart, look_ups, platforms
from mlentory_crawl.config.environment import read_environment
from mlentory_crawl.config.variables import VARIABLES
from mlentory_crawl.orchestration import program
from mlentory_crawl.projections.registry import names

SETTINGS = read_environment(VARIABLES)
DATA_DIR = Path(SETTINGS["MLENTORY_DATA_DIR"] or "").absolute()
SEEDS = DATA_DIR / "seeds"
PROJECTIONS = names(SETTINGS)
POOL = "data_directory"
"""The pool of all that write: one run at a time holds the data directory."""
RETRIES, RETRY_AFTER = 4, 15.0
"""Retries, and the number of seconds before the first one; before each further one it is four times as long."""
FRESH = timedelta(hours=36)
MOST_DAYS, MOST_QUARANTINED = 8, 0.05
OUTCOMES = ("new", "changed", "unchanged", "duplicate", "quarantined", "failed")
TOLD = ("run_id", "mode", "coverage", "verdict", "problems", "seconds", "peak_rss_mb", "lookups", "requests")
UNFINISHED = [each for each in dg.DagsterRunStatus if each.name not in ("SUCCESS", "FAILURE", "CANCELED")]
CHECKS = {
    "verdict": "The verdict of the run is complete.",
    "adds_up": "Every fetched record has exactly one outcome.",
    "quarantine": f"At most {MOST_QUARANTINED:.0%} of the fetched records are in the quarantine.",
    "fields": "No field was refused by the platform, or lost by many records.",
}
CENSUS_AGE = {"census_age": f"The last complete census is less than {MOST_DAYS} days old."}


class CrawlConfig(dg.Config):
    """Arguments of a crawl."""

    arguments: dict[str, str] = Field(
        default={}, description="Arguments of the spider, as with `-a`: `mode: census`. `mlentory crawl PLATFORM -h`"
    )


def crawled(context: dg.AssetExecutionContext, spider: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Crawl, and return the run report; a crawl that did not finish is tried again, and goes on where it was."""
    job = context.run.run_id
    words = [word for name, value in {**given, "_job": job}.items() for word in ("-a", f"{name}={value}")]
    context.log.info("mlentory crawl %s %s", spider, " ".join(words))
    ended = program.run("crawl", spider, *words)
    report: dict[str, Any] = program.answer("status", job) or {}
    if report:
        tags = {"mlentory/run": report["run_id"], "mlentory/verdict": report["verdict"] or "unfinished"}
        context.instance.add_run_tags(job, tags)
    if ended.code == 0 or (ended.code == 1 and report.get("verdict") == "suspect"):
        return report
    reason = f"exit code {ended.code}: {'; '.join(report.get('problems', ())) or ended.log}"
    if ended.code == 2 or context.retry_number == RETRIES:
        raise dg.Failure(reason, allow_retries=False)
    context.log.warning(reason)
    raise dg.RetryRequested(RETRIES, RETRY_AFTER * 4**context.retry_number)


def lists_of(platform: str) -> tuple[str, ...]:
    """Return the kinds of records that a crawl is about, rather than what goes with them."""
    return census_kinds(platform) or tuple(descriptions(platform))[:1]


def look_ups_of(platform: str) -> dict[str, str]:
    """Return the platform's own kinds of records that are fetched because records name them, each with its look-up."""
    found = {kind: word for word, kinds in look_ups(platform).items() for kind in kinds}
    return {kind: found[kind] for kind in descriptions(platform) if kind in found and kind not in lists_of(platform)}


def crawl_of(platform: str) -> dg.AssetsDefinition:
    """Return the assets of a platform, which are all materialized by one command."""
    lists, named = lists_of(platform), look_ups_of(platform)
    about = descriptions(platform)

    @dg.multi_asset(
        name=f"crawl_{platform}",
        can_subset=True,
        pool=POOL,
        specs=[
            dg.AssetSpec(
                dg.AssetKey([platform, kind]),
                description=about[kind],
                group_name=platform,
                kinds={"sqlite"},
                deps=[dg.AssetKey([platform, each]) for each in lists if kind in named],
                # The others come along with lists, or only if the arguments say so.
                skippable=kind not in named and kind not in lists,
                freshness_policy=dg.FreshnessPolicy.time_window(FRESH) if kind in lists else None,
            )
            for kind in about
        ],
        check_specs=[
            dg.AssetCheckSpec(name, asset=dg.AssetKey([platform, kind]), description=text)
            for kind in (*lists, *named)
            for name, text in (CHECKS | (CENSUS_AGE if kind in census_kinds(platform) else {})).items()
        ],
    )
    def crawl(context: dg.AssetExecutionContext, config: CrawlConfig) -> Iterator[Any]:
        chosen = {key.path[-1] for key in context.selected_asset_keys}
        words = dict.fromkeys(word for kind, word in named.items() if kind in chosen)
        given = {"enrich": ",".join(words)} if words else {}
        if words and chosen.isdisjoint(lists):
            given["mode"] = "enrich"
        elif lists_apart(platform) and not chosen.isdisjoint(lists):
            given["kinds"] = ",".join(kind for kind in lists if kind in chosen)
        report = crawled(context, platform, given | config.arguments)
        status = program.answer("status")["catalog"]
        # A run that was begun by an older version has no figures by kind.
        told = report.get("kinds", {})
        counts = {(of, kind): Counter(each) for of, kinds in told.items() for kind, each in kinds.items()}
        for kind in sorted(chosen):
            count = counts.pop((platform, kind), Counter())
            is_main = kind in lists or kind in named
            if not count and not is_main:
                context.log.info("no %s: it comes along with others, or only if the arguments say so", kind)
                continue
            yield dg.MaterializeResult(
                asset_key=[platform, kind],
                metadata=metadata(report, status, platform, kind, count),
                data_version=dg.DataVersion(report["run_id"]),
                check_results=[*checks(report, status, platform, kind, count)] if is_main else [],
            )
        for (of, kind), count in counts.items():  # they came along
            context.log_event(dg.AssetMaterialization([of, kind], metadata=metadata(report, status, of, kind, count)))

    return crawl


def metadata(
    report: Mapping[str, Any], status: Mapping[str, Any], platform: str, kind: str, counts: Counter[str]
) -> dict[str, Any]:
    """Return what a run did with records of a kind, and how many there are now."""
    sources = [kinds for source, kinds in status["records"].items() if source.partition("/")[0] == platform]
    return {
        "dagster/row_count": sum(kinds[kind]["live"] for kinds in sources if kind in kinds),
        **({name: counts[name] for name in ("fetched", *OUTCOMES)} if "kinds" in report else {}),
        **{name: report[name] for name in TOLD},
        "report": dg.MetadataValue.path(str(DATA_DIR / "runs" / f"{report['run_id']}.json")),
    }


def checks(
    report: Mapping[str, Any], status: Mapping[str, Any], platform: str, kind: str, counts: Counter[str]
) -> Iterator[dg.AssetCheckResult]:
    """Yield the results of the checks on a kind of records after a run."""

    def result(name: str, passed: bool, level: str = "ERROR", /, **told: Any) -> dg.AssetCheckResult:
        named = {"asset_key": dg.AssetKey([platform, kind]), "check_name": name}
        return dg.AssetCheckResult(passed=passed, severity=dg.AssetCheckSeverity(level), metadata=told, **named)

    problems, refused = report["problems"], report["refused_fields"]
    lost = [each for each in problems if f" {kind} records have lost " in each]
    yield result("verdict", report["verdict"] == "complete", verdict=report["verdict"], problems=problems)
    yield result("adds_up", counts["fetched"] == sum(counts[each] for each in OUTCOMES), **counts)
    yield result("quarantine", counts["quarantined"] <= MOST_QUARANTINED * counts["fetched"], **counts)
    yield result("fields", not lost and not refused, "WARN", lost=lost, refused=refused)
    if kind in census_kinds(platform):
        ends = [at for source, at in status["last_census"].items() if source.partition("/")[0] == platform]
        is_recent = any(datetime.now(UTC) - datetime.fromisoformat(at) < timedelta(days=MOST_DAYS) for at in ends)
        yield result("census_age", is_recent, "WARN", last_census=max(ends, default="none"))


seeds = dg.DynamicPartitionsDefinition(name="seeds")


@dg.asset(partitions_def=seeds, group_name="seeds", pool=POOL)
def seed_list(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """The outcome of each line of a list of URLs: the files in `seeds` of the data directory."""
    report = crawled(context, "dispatcher", {"seeds": str(SEEDS / context.partition_key)})
    told = {name: report[name] for name in (*TOLD, "requested", "records")}
    return dg.MaterializeResult(metadata=told, data_version=dg.DataVersion(report["run_id"]))


def projection(name: str) -> dg.AssetsDefinition:
    """Return the asset of a projection, which follows everything that is crawled."""

    @dg.asset(
        name=name,
        description=f"The catalog in {name}, as `mlentory sync {name}` keeps it.",
        group_name="projections",
        deps=[
            seed_list,
            # Not what a run may leave out: Dagster would leave out the projection, too.
            *(dg.AssetKey([each, kind]) for each in platforms() for kind in (*lists_of(each), *look_ups_of(each))),
        ],
        pool=POOL,
        retry_policy=dg.RetryPolicy(max_retries=RETRIES, delay=RETRY_AFTER, backoff=dg.Backoff.EXPONENTIAL),
        check_specs=[dg.AssetCheckSpec("backlog", asset=name, description="It has all that the catalog has.")],
    )
    def sync() -> Iterator[Any]:
        told = (program.answer("sync", name) or {}).get(name) or {"error": "the log of the step says why"}
        if told.get("error"):
            raise dg.Failure(f"mlentory sync {name}: {told['error']}")
        is_whole = not told["backlog"] and not told["failed"]
        check = dg.AssetCheckResult(check_name="backlog", passed=is_whole, metadata={"again": f"mlentory sync {name}"})
        at = dg.DataVersion(str(told["position"]))
        yield dg.MaterializeResult(metadata=told, data_version=at, check_results=[check])

    return sync


def job_of(name: str, *keys: dg.AssetKey, **tags: str) -> Any:
    """Return a job that materializes assets, then the projections."""
    return dg.define_asset_job(name, dg.AssetSelection.assets(*keys, *PROJECTIONS), tags=tags)


def schedule_of(job: Any, platform: str, name: str, cron: str, **given: str) -> dg.ScheduleDefinition:
    """Return a schedule that crawls with the given arguments, unless the job still runs."""

    @dg.schedule(job=job, cron_schedule=cron, execution_timezone="UTC", name=f"{platform}_{name}")
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if context.instance.get_runs(dg.RunsFilter(job_name=job.name, statuses=UNFINISHED), limit=1):
            return dg.SkipReason(f"{job.name} still runs")
        return dg.RunRequest(run_config={"ops": {f"crawl_{platform}": {"config": {"arguments": given}}}})

    return schedule


def automation(platform: str, minute: int) -> Iterator[Any]:
    """Yield the jobs and schedules of a platform; there are no schedules where somebody has to say what to crawl."""

    def job(name: str, kinds: Iterable[str]) -> Any:
        return job_of(name, *(dg.AssetKey([platform, kind]) for kind in kinds), platform=platform)

    named = look_ups_of(platform)
    yield (lists := job(platform, (kind for kind in descriptions(platform) if kind not in named)))
    if census_kinds(platform):
        yield schedule_of(lists, platform, "nightly", f"{minute} 1 * * 1-6")
        yield schedule_of(lists, platform, "census", f"{minute} 1 * * 0", mode="census")
    elif look_ups(platform):
        yield schedule_of(lists, platform, "nightly", f"{minute} 5 * * *")
    if named:
        yield (enrich := job(f"{platform}_enrich", named))
        yield schedule_of(enrich, platform, "enrich_nightly", f"{minute} 3 * * *")


@dg.sensor(job=(seed_lists := job_of("seed_lists", seed_list.key)), minimum_interval_seconds=30)
def new_seed_lists(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Crawl each list of URLs that is new or has changed; `.name` and `name.part` are still being written."""
    lists = [path for path in sorted(SEEDS.glob("[!.]*")) if path.is_file() and path.suffix != ".part"]
    found = {path.name: path.stat().st_mtime_ns for path in lists}
    new = [name for name in found if not context.instance.has_dynamic_partition("seeds", name)]
    return dg.SensorResult(
        [dg.RunRequest(run_key=f"{name} {changed}", partition_key=name) for name, changed in found.items()],
        dynamic_partitions_requests=[seeds.build_add_request(new)] if new else [],
    )


automated = [each for place, platform in enumerate(platforms()) for each in automation(platform, 5 * place)]
definitions = dg.Definitions(
    assets=[*map(crawl_of, platforms()), seed_list, *map(projection, PROJECTIONS)],
    jobs=[seed_lists, *(each for each in automated if not isinstance(each, dg.ScheduleDefinition))],
    schedules=[each for each in automated if isinstance(each, dg.ScheduleDefinition)],
    sensors=[new_seed_lists],
    executor=dg.in_process_executor,
)
