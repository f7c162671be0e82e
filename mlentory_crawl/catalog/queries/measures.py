"""Figures of the catalog and of its last runs, for systems that watch many programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from mlentory_crawl.catalog.queries.coverage import coverage
from mlentory_crawl.catalog.queries.drift import drift, drift_within
from mlentory_crawl.catalog.queries.status import SOURCE, catalog_status
from mlentory_crawl.catalog.reader import CatalogReader

MONTH = timedelta(days=30)
VERDICTS = ("complete", "suspect", "stopped", "failed")
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure, or several that differ in their labels.

    Attributes:
        name: its name, with the unit.
        meaning: one sentence.
        samples: the values, each under the values of its labels.
    """

    name: str
    meaning: str
    samples: dict[Labels, float] = field(default_factory=dict)

    def add(self, value: float | None, **labels: str) -> None:
        """Add a value; none that is unknown."""
        if value is not None:
            self.samples[tuple(labels.items())] = value


def measures(reader: CatalogReader, ended: Mapping[str, Mapping[str, Any]] | None = None) -> list[Measure]:
    """Return the figures of the catalog, and those of the last run of each platform that has ended.

    Args:
        reader: the catalog.
        ended: reports to use in place of the stored ones, by platform as `catalog_status` names it.
    """
    reports = {**_last_reports(reader), **(ended or {})}
    return [*_of_catalog(reader), *_of_runs(reports), *projection_measures(_backlogs(reports))]


def projection_measures(positions: Mapping[str, Mapping[str, Any]]) -> list[Measure]:
    """Return the figures of projections.

    Args:
        positions: the ``position``, the ``backlog`` and an ``error`` of each, as far as they are known.
    """
    position = Measure("mlentory_projection_position", "The sequence number up to which a projection has the catalog.")
    backlog = Measure("mlentory_projection_backlog", "The number of changes that a projection lacks.")
    readable = Measure("mlentory_projection_readable", "1 if the store of a projection answers, else 0.")
    for name, known in positions.items():
        position.add(known.get("position"), projection=name)
        backlog.add(known.get("backlog"), projection=name)
        readable.add(0 if "error" in known else 1, projection=name)
    return [position, backlog, readable]


def _of_catalog(reader: CatalogReader) -> Iterator[Measure]:
    status = catalog_status(reader)
    for name, meaning, value in (
        ("sequence", "The sequence number of the catalog, which grows with every change.", status.sequence),
        ("entities", "The number of entities that records describe.", status.entities),
        ("stubs", "The number of entities that are only named.", status.stubs),
        ("edges", "The number of statements that lead from one entity to another.", status.edges),
    ):
        measure = Measure(f"mlentory_catalog_{name}", meaning)
        measure.add(value)
        yield measure
    records = Measure("mlentory_records", "The number of records, live ones and deleted ones.")
    for platform, kinds in status.records.items():
        for kind, counts in kinds.items():
            for state, count in counts.items():
                records.add(count, platform=platform, kind=kind, state=state)
    yield records
    share = Measure("mlentory_field_ratio", "The share of the records of a kind that have a field.")
    for each in coverage(reader):
        for name, known in each.fields.items():
            share.add(known.share, platform=each.platform, kind=each.kind, field=name)
    yield share
    yield _drift(reader)
    census = Measure("mlentory_last_census_timestamp_seconds", "The time at which the last complete census ended.")
    for platform, moment in status.last_census.items():
        census.add(_seconds(moment), platform=platform)
    yield census
    completed = Measure(
        "mlentory_last_completed_run_timestamp_seconds", "The time at which the last run that reached its end did so."
    )
    for platform, moment in reader._execute(
        f"SELECT {SOURCE}, max(completed_at) FROM run WHERE completed_at IS NOT NULL GROUP BY 1"
    ):
        completed.add(_seconds(moment), platform=platform)
    yield completed


def _drift(reader: CatalogReader) -> Measure:
    """Return the index of each distribution that has records enough for a conclusion."""
    index = Measure(
        "mlentory_drift_psi",
        "The population stability index of values at the end of the last run, against the run or 30 days before.",
    )
    for since, found in (("run", drift(reader, runs=1)), ("30d", drift_within(reader, MONTH))):
        for each in found:
            if each.level not in (None, "few"):
                told = {"platform": each.platform, "kind": each.kind, "distribution": each.distribution}
                index.add(each.psi, **told, since=since)
    return index


def _of_runs(reports: Mapping[str, Mapping[str, Any]]) -> list[Measure]:
    finished = Measure("mlentory_run_finished_timestamp_seconds", "The time at which the last run ended.")
    duration = Measure("mlentory_run_duration_seconds", "The duration of the last run.")
    verdict = Measure("mlentory_run_verdict", "1 for the verdict of the last run, 0 for the others.")
    records = Measure("mlentory_run_records", "The number of records of the last run, by outcome.")
    requests = Measure("mlentory_run_requests", "The number of responses in the last run, by status.")
    retried = Measure("mlentory_run_retries", "The number of repeated requests in the last run.")
    waited = Measure("mlentory_run_waited_seconds", "The time that requests of the last run have waited.")
    left_out = Measure("mlentory_run_left_out_values", "The number of values that the last run left out.")
    problems = Measure("mlentory_run_problems", "The number of problems of the last run.")
    memory = Measure("mlentory_run_peak_memory_bytes", "The most memory that the last run used.")
    processor = Measure("mlentory_run_processor_seconds", "The processor time of the last run, by process.")
    for platform, report in reports.items():
        finished.add(_seconds(report["finished_at"]), platform=platform)
        duration.add(report["seconds"], platform=platform)
        for each in VERDICTS:
            verdict.add(int(report["verdict"] == each), platform=platform, verdict=each)
        for outcome, count in report["records"].items():
            records.add(count, platform=platform, outcome=outcome)
        sent = report["requests"]
        for status, count in sent.get("by_status", {}).items():
            requests.add(count, platform=platform, status=status)
        retried.add(sent.get("retried"), platform=platform)
        waited.add(sent.get("waits"), platform=platform)
        left_out.add(sum(report["field_issues"].values()), platform=platform)
        problems.add(len(report["problems"]), platform=platform)
        memory.add(report["peak_rss_mb"] * 1024 * 1024, platform=platform)
        for process, seconds in report["processor_seconds"].items():
            processor.add(seconds, platform=platform, process=process)
    return [
        finished, duration, verdict, records, requests, retried, waited, left_out, problems, memory, processor
    ]  # fmt: skip


def _last_reports(reader: CatalogReader) -> dict[str, dict[str, Any]]:
    """Return the report of the last run of each platform that has ended; one that goes on has no verdict yet."""
    found: dict[str, dict[str, Any]] = {}
    for (source,) in reader._execute(f"SELECT DISTINCT {SOURCE} FROM run ORDER BY 1").fetchall():
        rows = reader._execute(f"SELECT report FROM run WHERE {SOURCE} = ? ORDER BY id DESC", (source,))
        report = next((each for (text,) in rows if (each := orjson.loads(text)).get("verdict")), None)
        if report is not None:
            found[source] = report
    return found


def _backlogs(reports: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    """Return what the last of all runs reports of the projections."""
    last = max(reports.values(), key=lambda report: str(report["finished_at"]), default=None)
    return {} if last is None else last["projections"]


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
