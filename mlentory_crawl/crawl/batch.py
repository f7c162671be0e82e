"""Batches of finished pages, each stored by one commit and counted by the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlentory_crawl.catalog.commits import Commit
from mlentory_crawl.crawl.outcomes import REQUESTED, Asked

if TYPE_CHECKING:
    from mlentory_crawl.crawl.pages import OpenPage
    from mlentory_crawl.crawl.report import Report

_TELLING = ("new", "changed", "quarantined", "failed", "unchanged", "duplicate")
"""The outcomes of records; the first one of those of a target is that of the seed which asks for it."""


@dataclass(slots=True)
class Batch:
    """Finished pages that the next commit stores and the report counts.

    Attributes:
        commit: the changes for the catalog.
        keys: kind and native id of its records.
        size: the number of its records.
        pages: the number of its pages; a page without records moves the cursor, too.
    """

    commit: Commit = field(default_factory=Commit)
    keys: set[tuple[str, str]] = field(default_factory=set)
    size: int = 0
    pages: int = 0
    _records: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    _field_issues: Counter[str] = field(default_factory=Counter)
    _asked: list[Asked] = field(default_factory=list)
    _paid: list[Asked] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.pages or self.commit.answers or self.commit.seed_fields or self._asked)

    def add(self, done: OpenPage) -> None:
        """Add a page whose records have all ended."""
        self.commit.entries += done.entries
        self.commit.rejected += done.rejected
        self.size += len(done.page.keys)
        self.pages += 1
        self.keys.update(done.page.keys)
        by_kind = self._records.setdefault(done.page.platform, {})
        for kind, records in done.records.items():
            by_kind.setdefault(kind, Counter()).update(records, fetched=records.total() - records["erased"])
        if isinstance(done.page.pays, dict) and done.page.is_counted:
            kind = done.page.pays["kind"]
            by_kind.setdefault(kind, Counter()).subtract(("fetched", "failed"))
            self._paid.append(Asked(f"{kind}s", ("failed",)))
        self._field_issues.update(done.field_issues)
        ended = Counter[str]()
        for records in done.records.values():
            ended.update(records)
        for asked in done.asked:
            self.ask(asked, done.page.platform, next((name for name in _TELLING if ended[name]), None))

    def ask(self, asked: Asked, platform: str | None, ended: str | None = None) -> None:
        """Add the outcome of a target.

        Args:
            asked: the outcome.
            platform: the platform that was asked, if any.
            ended: what became of the target's records, if it has any.
        """
        self._asked.append(asked)
        if asked.lookup is not None:
            self.commit.lookups.append(asked.lookup)
        if asked.seed is not None:
            self.commit.seeds.append(asked.ended_seed(platform, ended))

    def count(self, report: Report) -> None:
        """Count the batch as stored in a report."""
        for platform, by_kind in self._records.items():
            report.count_records(platform, by_kind)
        report.field_issues.update(self._field_issues)
        for asked in self._asked:
            report.count_asked(asked.by, asked.outcomes)
        for paid in self._paid:
            report.count_asked(paid.by, paid.outcomes, -1)

    def count_failed(self, report: Report) -> None:
        """Count the batch as failed in a report that has counted it as stored."""
        for platform, by_kind in self._records.items():
            report.count_records(platform, {kind: _as_failed(counts) for kind, counts in by_kind.items()})
        report.field_issues -= self._field_issues
        for asked in self._asked:
            report.count_asked(asked.by, asked.outcomes, -1)
            report.count_asked(asked.by, ["failed" for outcome in asked.outcomes if outcome in REQUESTED])
        for paid in self._paid:
            report.count_asked(paid.by, paid.outcomes)


def _as_failed(counts: Counter[str]) -> Counter[str]:
    """Return what has to be added to counts of records for all of these to have failed."""
    difference = Counter(fetched=counts["fetched"], failed=counts["fetched"])
    difference.subtract(counts)
    return difference
