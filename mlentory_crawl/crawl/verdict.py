"""The verdict on a run: complete, suspect, failed or stopped."""

from __future__ import annotations

from collections.abc import Iterator

from mlentory_crawl.crawl.outcomes import REQUESTED
from mlentory_crawl.crawl.report import Report

SUSPECT_QUARANTINE = 0.05
SUSPECT_CENSUS = 0.9
_USABLE = ("found", "missing", "failed", "erased", "known")
"""Outcomes that show that at least one target was valid."""


def judge(
    report: Report,
    *,
    interrupted: bool,
    complete: bool,
    census: int | None = None,
    previous_census: int | None = None,
) -> None:
    """Set the verdict of a report, and its problems.

    Args:
        report: the report of the run that ends.
        interrupted: a signal or one of Scrapy's limits ended the run.
        complete: every page that had to be fetched has been stored.
        census: the number of entities that a complete census found; None for any other run.
        previous_census: the number that the census before it found, if there was one.
    """
    behind, left = _projections(report, interrupted=interrupted)
    failed = [*behind, *_failures(report, interrupted=interrupted)]
    if not complete and not interrupted:
        failed.append(f"not everything could be fetched; run the same command again: it {report.again}")
    suspect = list(_suspicions(report, census, previous_census))
    if failed or report.problems:
        report.verdict = "failed"
    elif interrupted:
        report.verdict = "stopped"
    else:
        report.verdict = "suspect" if suspect else "complete"
    report.problems += [*failed, *left, *suspect]


def _projections(report: Report, *, interrupted: bool) -> tuple[list[str], list[str]]:
    """Return the messages of the projections that failed, and of those that merely have work left."""
    unknown = {"error": "it has reported nothing"}
    projections = {**dict.fromkeys(report.expected, unknown), **report.projections}
    behind = [name for name, progress in projections.items() if progress.get("backlog") or progress.get("error")]
    # A projection that only ran out of time when the run was interrupted can resume, just as the run can.
    amiss = [name for name in behind if projections[name].get("error") or projections[name].get("failed")]
    failed = amiss if interrupted else behind
    return [_behind(name) for name in failed], [_behind(name) for name in behind if name not in failed]


def _behind(projection: str) -> str:
    return f"the projection {projection} is behind; to catch up, run: mlentory sync {projection}"


def _failures(report: Report, *, interrupted: bool) -> Iterator[str]:
    requested = report.requested
    if report.records["failed"]:
        yield f"{report.records['failed']} records failed"
    if requested["failed"]:
        yield f"{requested['failed']} requested entities could not be fetched"
    if requested["invalid"] and not interrupted and not any(requested[name] for name in _USABLE):
        asked = sum(requested[name] for name in REQUESTED)
        yield f"nothing could be requested: {requested['invalid']} of {asked} ids or URLs are invalid"
    for by, counts in report.lookups.items():
        if counts["failed"]:
            yield f"{counts['failed']} {by} could not be fetched"


def _suspicions(report: Report, census: int | None, previous_census: int | None) -> Iterator[str]:
    yield from report.suspicions
    fetched, quarantined = report.records["fetched"], report.records["quarantined"]
    if fetched and quarantined > SUSPECT_QUARANTINE * fetched:
        yield f"{quarantined} of {fetched} records were quarantined"
    if census is not None and census < SUSPECT_CENSUS * (previous_census or 1):
        yield f"the census found {census} entities, the previous one {previous_census or 0}"
    if report.refused_fields:
        yield f"the service refused the fields {', '.join(report.refused_fields)}"
