"""The run report: what a run requested, received, stored and left undone."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from fair4ml.read.secrets import masked_values
from mlentory_crawl import __version__
from mlentory_crawl.crawl.outcomes import OUTCOMES, REQUESTED
from mlentory_crawl.crawl.run_settings import RunSettings
from mlentory_crawl.data_directory import now

if TYPE_CHECKING:
    from mlentory_crawl.crawl.plan import CrawlPlan

OTHER_SETTINGS = "the run began with other settings: "
"""The beginning of the note on a resumed run whose settings differ from those it began with."""
DOMAIN_COUNTS = {
    "total": "total",
    "found": "successful",
    **{name: name for name in ("unchanged", "duplicate", "missing", "blocked", "invalid", "failed")},
}
"""The counts of the seeds of a host, and their names in the report."""
EXIT_CODES = {"complete": 0, "failed": 1, "suspect": 1, "stopped": 3}


@dataclass(slots=True)
class Report:
    """The report of one run, across interruptions.

    Attributes:
        records: the numbers of fetched records by outcome, of deleted ones, and of erased ones that were not kept
            (``erased``).
        requested: the numbers of targets by outcome, and of those that were not requested because they are erased
            (``erased``) or already ``known``.
        domains: the numbers of seeds by outcome (and of ``unchanged`` ones), for each host of their addresses.
        states: the numbers of seeds by state, such as ``paywall``.
        platforms: the numbers of fetched records by outcome, for each platform.
        kinds: the same for each platform and kind, with the numbers of deleted ones; None if an earlier version of the
            program, which did not count them, began the run.
        fields: the number of live records that have each field at the end of the run, by platform and kind.
        notes: remarks that do not affect the verdict, one line each.
        lookups: the numbers of targets that records name, by look-up and outcome.
        field_issues: values that were left out of stored records, by field and reason.
        projections: the results that the stores confirmed.
        expected: the projections that follow the run, whether or not they have reported yet.
        requests: the counts of requests over the network.
        problems: the reasons for a verdict worse than ``complete``, one line each.
        suspicions: the reasons for at least the verdict ``suspect``, one line each.
        refused_fields: the fields that the service refused to send.
        processor_seconds: the processor time of the crawl's process (``crawl``) and of each projection's.
        probes: the number of entities that were requested one by one because a list lacked them.
        job: scrapyd's id of the last job that ran it.
        again: the effect of the same command after a run that did not finish.
        settings: the settings of the process that runs it.
        begun_settings: the values of the settings that it began with; None if an earlier version of the program, which
            did not keep them, began the run.
    """

    run_id: str
    platform: str
    mode: str
    arguments: dict[str, Any]
    started_at: str
    coverage: str
    records: Counter[str] = field(default_factory=Counter)
    requested: Counter[str] = field(default_factory=Counter)
    lookups: dict[str, Counter[str]] = field(default_factory=dict)
    domains: dict[str, Counter[str]] = field(default_factory=dict)
    states: Counter[str] = field(default_factory=Counter)
    platforms: dict[str, Counter[str]] = field(default_factory=dict)
    kinds: dict[str, dict[str, Counter[str]]] | None = field(default_factory=dict)
    fields: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    field_issues: Counter[str] = field(default_factory=Counter)
    projections: dict[str, dict[str, Any]] = field(default_factory=dict)
    expected: list[str] = field(default_factory=list)
    requests: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    refused_fields: list[str] = field(default_factory=list)
    probes: int = 0
    job: str | None = None
    again: str = "starts over"
    finish_reason: str | None = None
    verdict: str | None = None
    finished_at: str | None = None
    peak_rss_mb: float = 0.0
    processor_seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    suspicions: list[str] = field(default_factory=list)
    settings: RunSettings = field(default_factory=RunSettings)
    begun_settings: Mapping[str, str] | None = None
    _seconds_before: float = 0.0
    _requests_before: dict[str, Any] = field(default_factory=dict)
    _begun: float = field(default_factory=time.monotonic)
    _ended: float | None = None

    @classmethod
    def begun(cls, name: str, plan: CrawlPlan) -> Report:
        """Return the report of a run that begins now."""
        again = "resumes" if plan.resumable else "starts over"
        return cls(
            name,
            plan.platform,
            plan.mode,
            plan.arguments,
            now(),
            plan.coverage,
            job=plan.job,
            again=again,
            settings=plan.settings,
            begun_settings=plan.settings.values,
        )

    @classmethod
    def resumed(cls, saved: dict[str, Any], job: str | None = None, settings: RunSettings | None = None) -> Report:
        """Return the report of an interrupted run, to be continued.

        Args:
            saved: the report as it was stored.
            job: scrapyd's id of the job that continues it.
            settings: the settings of the process that continues it.
        """
        report = cls(
            **{name: saved[name] for name in ("run_id", "platform", "mode", "arguments", "started_at", "coverage")}
        )
        report.records.update(saved["records"])
        report.requested.update(_unasked(saved["requested"]))
        report.platforms = {name: Counter(counts) for name, counts in saved["platforms"].items()}
        report.kinds = _kinds(saved.get("kinds"))
        report.notes = [note for note in saved["notes"] if not note.startswith(OTHER_SETTINGS)]
        report.settings = settings or RunSettings()
        report.begun_settings = saved.get("begun_settings")
        report.suspicions = saved["suspicions"]
        report.lookups = {by: _unasked(counts) for by, counts in saved["lookups"].items()}
        report.field_issues.update(saved["field_issues"])
        report.refused_fields = saved["refused_fields"]
        report.job = job
        report.again = "resumes"
        report._seconds_before = saved["seconds"]
        report._requests_before = saved["requests"]
        report.processor_seconds.update(saved["processor_seconds"])
        return report

    @property
    def seconds(self) -> float:
        """The duration of the run, without the time between interruption and resumption."""
        return self._seconds_before + (self._ended or time.monotonic()) - self._begun

    def finish(self) -> str:
        """Note that the run ends now, and return this time (UTC)."""
        self.finished_at = now()
        self._ended = time.monotonic()
        return self.finished_at

    def count_records(self, platform: str, by_kind: Mapping[str, Mapping[str, int]]) -> None:
        """Count the outcomes of a platform's records, by kind; negative numbers take some back."""
        of_platform = self.platforms.setdefault(platform, Counter())
        of_kinds = {} if self.kinds is None else self.kinds.setdefault(platform, {})
        for kind, counts in by_kind.items():
            for counted in (self.records, of_platform, of_kinds.setdefault(kind, Counter())):
                counted.update(counts)

    def count_asked(self, by: str | None, outcomes: Iterable[str], times: int = 1) -> None:
        """Count the outcome of a target.

        Args:
            by: the name of the look-up; None if the user asked for it.
            outcomes: one of `REQUESTED`, and what else is counted of it.
            times: -1 takes it back.
        """
        counts = self.requested if by is None else self.lookups.setdefault(by, Counter())
        for outcome in outcomes:
            counts[outcome] += times

    def count_requests(
        self,
        by_slot: dict[str, int],
        by_status: dict[str, int],
        by_host: dict[str, tuple[int, str]],
        retried: int,
        waits: float,
        allowed: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:
        """Set the counts of requests from this process, and add those of earlier attempts.

        Args:
            by_slot: requests by download slot.
            by_status: responses by status.
            by_host: requests by host, with the rule that allowed them.
            retried: repeated requests.
            waits: the seconds that requests have waited.
            allowed: the ``requests`` that may be sent in so many ``seconds``, by download slot, as far as it is known.
        """
        before = self._requests_before
        self.requests = {
            "by_slot": dict(Counter(before.get("by_slot", {})) + Counter(by_slot)),
            "by_status": dict(Counter(before.get("by_status", {})) + Counter(by_status)),
            "by_host": self._by_host(before.get("by_host", {}), by_host),
            "retried": before.get("retried", 0) + retried,
            "probes": before.get("probes", 0) + self.probes,
            "waits": round(before.get("waits", 0.0) + waits, 1),
            "allowed": {**before.get("allowed", {}), **(allowed or {})},
        }

    @staticmethod
    def _by_host(before: Mapping[str, Any], now: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
        earlier = {host: counts["requests"] for host, counts in before.items()}
        rules = {host: counts["rule"] for host, counts in before.items()} | {
            host: rule for host, (_, rule) in now.items()
        }
        counts = Counter(earlier) + Counter({host: count for host, (count, _) in now.items()})
        return {host: {"requests": counts[host], "rule": rules[host]} for host in rules}

    def fail(self, problem: str) -> None:
        """Change the verdict to failed, because of a problem that came after it."""
        self.problems.append(problem)
        self.verdict = "failed"

    @property
    def exit_code(self) -> int:
        """0 complete, 1 failed or suspect, 3 stopped."""
        return EXIT_CODES[self.verdict or "failed"]

    def told(self) -> dict[str, Any]:
        """Return the report as people and programs read it."""
        seconds = self.seconds
        records = {name: self.records[name] for name in ("fetched", *OUTCOMES, "deleted", "erased")}
        requested = {name: self.requested[name] for name in (*REQUESTED, "renamed", "gated", "erased", "known")}
        return {
            "run_id": self.run_id,
            "platform": self.platform,
            "mode": self.mode,
            "arguments": self.arguments,
            "job": self.job,
            "software_version": __version__,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "seconds": round(seconds, 3),
            "finish_reason": self.finish_reason,
            "verdict": self.verdict,
            # A seed may have a key in its address.
            "problems": masked_values(self.problems),
            "notes": masked_values([*self.notes, *self._notes_on_settings()]),
            "settings": self.settings.values,
            "settings_changed": self.settings.changed,
            "settings_sha256": self.settings.sha256,
            "coverage": self.coverage,
            "records": records,
            "platforms": {name: _ends(counts) for name, counts in self.platforms.items()},
            **({} if self.kinds is None else {"kinds": self._told_kinds(self.kinds)}),
            "requested": {"asked": sum(self.requested[name] for name in REQUESTED), **requested},
            "states": dict(self.states.most_common()),
            "domains": {
                host: {told: counts[name] for name, told in DOMAIN_COUNTS.items()}
                for host, counts in self.domains.items()
            },
            "lookups": {
                by: {"asked": sum(counts[name] for name in REQUESTED), **counts} for by, counts in self.lookups.items()
            },
            "fields": self.fields,
            "field_issues": dict(self.field_issues.most_common()),
            "refused_fields": self.refused_fields,
            "projections": self.projections,
            "requests": self.requests,
            "models_per_second": round(records["fetched"] / seconds, 1) if seconds else None,
            "peak_rss_mb": round(self.peak_rss_mb, 1),
            "processor_seconds": {name: round(seconds, 2) for name, seconds in self.processor_seconds.items()},
        }

    def _notes_on_settings(self) -> Iterator[str]:
        if self.begun_settings is not None and (others := self.settings.difference(self.begun_settings)):
            yield f"{OTHER_SETTINGS}{', '.join(others)}"

    @staticmethod
    def _told_kinds(kinds: Mapping[str, Mapping[str, Counter[str]]]) -> dict[str, Any]:
        return {
            platform: {kind: {**_ends(counts), "deleted": counts["deleted"]} for kind, counts in by_kind.items()}
            for platform, by_kind in kinds.items()
        }

    def json(self) -> bytes:
        """Return the report as JSON."""
        # A resumed run is as doubtful as what it goes on with, and compares its settings with the first ones.
        return orjson.dumps({**self.told(), "suspicions": self.suspicions, "begun_settings": self.begun_settings})


def _ends(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the number of fetched records, and the outcomes that it is made of."""
    return {end: counts[end] for end in ("fetched", *OUTCOMES)}


def _kinds(saved: Mapping[str, Mapping[str, Mapping[str, int]]] | None) -> dict[str, dict[str, Counter[str]]] | None:
    if saved is None:
        return None
    return {
        platform: {kind: Counter(counts) for kind, counts in by_kind.items()} for platform, by_kind in saved.items()
    }


def _unasked(counts: Mapping[str, int]) -> Counter[str]:
    """Return counts without their sum."""
    return Counter({name: count for name, count in counts.items() if name != "asked"})
