"""The pages of a run whose records have not all ended yet."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fair4ml.entities import FieldIssue
from mlentory_crawl.catalog.commits import Entry, Known, Rejected
from mlentory_crawl.crawl.outcomes import Asked, Duplicate

if TYPE_CHECKING:
    from mlentory_crawl.items import MappedRecord, Page, RawRecord

Key = tuple[str, str]
"""Kind and native id of a record."""


@dataclass(slots=True)
class OpenPage:
    """A page with records that have not ended yet.

    Attributes:
        remaining: the number of these records.
        known: the catalog's rows of its records.
        claimed: kind and native id of the records that began in this run before the page.
        stored: kind and native id of the records that were stored.
        entries, rejected: the parts of it that are stored.
        records: the counts of its records for the report, by kind and outcome.
        field_issues: the counts of its left-out values for the report.
        asked: the outcomes of the targets that it answers.
    """

    page: Page
    remaining: int
    known: dict[Key, Known]
    claimed: set[Key]
    stored: set[Key] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    records: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    field_issues: Counter[str] = field(default_factory=Counter)
    asked: list[Asked] = field(default_factory=list)


class OpenPages:
    """Keeps pages from their announcement until each of their records has ended, in whichever component.

    Args:
        ordered: whether pages leave only in the order of their numbers.
        first: the number of the first page.
        on_finished: called when all records of a page have ended.
    """

    def __init__(self, *, ordered: bool, first: int, on_finished: Callable[[], None]) -> None:
        self.ordered = ordered
        self._pages: dict[int, OpenPage] = {}
        # Records that began and are not stored yet: no look-up in the catalog can find them.
        self._claims: set[Key] = set()
        self._next = first
        self._reserved = first
        self._on_finished = on_finished

    def __len__(self) -> int:
        return len(self._pages)

    async def ended(self) -> None:
        """Wait until no page is open: what is read without requests would get far ahead of the catalog."""
        while self._pages:  # noqa: ASYNC110  an event would be set by code that needs no event loop
            await asyncio.sleep(0.001)

    def reserve(self) -> int:
        """Return the number of a page that will be announced, with or without records; later pages wait for it."""
        self._reserved += 1
        return self._reserved - 1

    def open(self, page: Page, known: dict[Key, Known], claimed: set[Key], asked: Iterable[Asked] = ()) -> None:
        """Announce a page before its records are sent on; pages may be announced and finished in any order.

        Args:
            page: the page.
            known: the catalog's rows of its records.
            claimed: those of its records that already began in this run.
            asked: the outcomes of the targets that it answers.
        """
        self._pages[page.number] = OpenPage(page, len(page.keys), known, claimed, asked=list(asked))
        self._on_finished()

    def claim(self, record: RawRecord) -> None:
        """Begin a record.

        Raises:
            Duplicate: a record with its catalog key already began in this run.
        """
        key = (record.kind, record.key)
        if key in self._pages[record.page.number].claimed or key in self._claims:
            raise Duplicate(f"{record.platform}/{record.kind}/{record.key}")
        self._claims.add(key)

    def known(self, record: RawRecord | MappedRecord) -> Known | None:
        """Return the catalog's row of a record whose page is open."""
        return self._pages[record.page.number].known.get((record.kind, record.key))

    def store(self, record: RawRecord | MappedRecord, entry: Entry, issues: Iterable[FieldIssue]) -> None:
        """End a valid record."""
        open_page = self._pages[record.page.number]
        counts = open_page.records[record.kind]
        if entry.known is None or entry.known.deleted:
            counts["new"] += 1
        else:
            counts["unchanged" if entry.document is None else "changed"] += 1
        open_page.entries.append(entry)
        open_page.stored.add((record.kind, record.key))
        open_page.field_issues.update(f"{_without_positions(issue.field)}: {issue.reason}" for issue in issues)
        self._ended(open_page)

    def reject(self, page: Page, rejected: Rejected) -> None:
        """End a record in the quarantine."""
        self._pages[page.number].rejected.append(rejected)
        self._count(page, rejected.kind, "quarantined")

    def count_asked(self, page: Page, asked: Asked) -> None:
        """Note the outcome of a target that a page answers as well."""
        self._pages[page.number].asked.append(asked)

    def withdraw(self, page: Page) -> None:
        """End an announced record that the service does not have or does not disclose."""
        self._ended(self._pages[page.number])

    def withhold(self, page: Page, kind: str) -> None:
        """Count a record as erased."""
        self._count(page, kind, "erased")

    def drop_duplicate(self, page: Page, kind: str) -> None:
        """End a record that is a duplicate of an earlier one in this run."""
        self._count(page, kind, "duplicate")

    def fail(self, page: Page, kind: str, key: str) -> None:
        """End a record on which a component failed, unless it has already been stored."""
        open_page = self._pages.get(page.number)
        if open_page is not None and (kind, key) not in open_page.stored:
            self._count(page, kind, "failed")

    def take_finished(self) -> Iterator[OpenPage]:
        """Return the pages that can be stored now, and close them."""
        if self.ordered:
            while (ready := self._pages.get(self._next)) and ready.remaining == 0:
                self._next += 1
                yield self._pages.pop(ready.page.number)
        else:
            for number in [number for number, each in self._pages.items() if each.remaining == 0]:
                yield self._pages.pop(number)

    def committed(self, keys: set[Key]) -> None:
        """Note that records are now in the catalog."""
        for later in self._pages.values():
            later.claimed |= keys.intersection(later.page.keys)
        self._claims -= keys

    def _count(self, page: Page, kind: str, outcome: str) -> None:
        open_page = self._pages[page.number]
        open_page.records[kind][outcome] += 1
        self._ended(open_page)

    def _ended(self, open_page: OpenPage) -> None:
        open_page.remaining -= 1
        if open_page.remaining == 0:
            self._on_finished()


def _without_positions(name: str) -> str:
    """Return a field's name without positions, to keep the counts few: ``tags.17`` becomes ``tags``."""
    return ".".join(part for part in name.split(".") if not part.isdigit())
