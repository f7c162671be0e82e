"""The pages of a run whose records have not all ended yet."""

from __future__ import annotations

from collections import Counter
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
    """A page some records of which have not ended yet.

    Attributes:
        remaining: how many.
        known: what the catalog has of its records.
        claimed: kind and native id of those that began in this run before the page.
        stored: kind and native id of those that ended well.
        entries, rejected: what is to be stored of it.
        records, field_issues: what the report counts of it.
        asked: what became of the things that it answers.
    """

    page: Page
    remaining: int
    known: dict[Key, Known]
    claimed: set[Key]
    stored: set[Key] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    records: Counter[str] = field(default_factory=Counter)
    field_issues: Counter[str] = field(default_factory=Counter)
    asked: list[Asked] = field(default_factory=list)


class OpenPages:
    """Pages from their announcement until each of their records has ended, in whichever component.

    Args:
        ordered: whether pages leave in the order of their numbers only.
        first: the number of the first page.
        on_finished: called when a page has no record left that is under way.
    """

    def __init__(self, *, ordered: bool, first: int, on_finished: Callable[[], None]) -> None:
        self.ordered = ordered
        self._pages: dict[int, OpenPage] = {}
        # What began and is not stored yet: no look-up can find it.
        self._claims: set[Key] = set()
        self._next = first
        self._reserved = first
        self._on_finished = on_finished

    def __len__(self) -> int:
        return len(self._pages)

    def reserve(self) -> int:
        """The number of a page that is going to be announced, records or not: what comes later waits for it."""
        self._reserved += 1
        return self._reserved - 1

    def open(self, page: Page, known: dict[Key, Known], claimed: set[Key], asked: Iterable[Asked] = ()) -> None:
        """Announce a page before its records are sent on; pages may be announced and finished in any order.

        Args:
            page: the page.
            known: what the catalog has of its records.
            claimed: those of its records that ended in this run before.
            asked: what became of the targets that it answers.
        """
        self._pages[page.number] = OpenPage(page, len(page.keys), known, claimed, asked=list(asked))
        self._on_finished()

    def claim(self, record: RawRecord) -> None:
        """Begin a record.

        Raises:
            Duplicate: its catalog key already ended in this run.
        """
        key = (record.kind, record.key)
        if key in self._pages[record.page.number].claimed or key in self._claims:
            raise Duplicate(f"{record.platform}/{record.kind}/{record.key}")
        self._claims.add(key)

    def known(self, record: RawRecord | MappedRecord) -> Known | None:
        """The catalog's row of a record whose page is open."""
        return self._pages[record.page.number].known.get((record.kind, record.key))

    def store(self, record: RawRecord | MappedRecord, entry: Entry, issues: Iterable[FieldIssue]) -> None:
        """End a record that is valid."""
        open_page = self._pages[record.page.number]
        if entry.known is None or entry.known.deleted:
            open_page.records["new"] += 1
        else:
            open_page.records["unchanged" if entry.document is None else "changed"] += 1
        open_page.entries.append(entry)
        open_page.stored.add((record.kind, record.key))
        open_page.field_issues.update(f"{_without_positions(issue.field)}: {issue.reason}" for issue in issues)
        self._ended(open_page)

    def reject(self, page: Page, rejected: Rejected) -> None:
        """End a record in the quarantine."""
        open_page = self._pages[page.number]
        open_page.rejected.append(rejected)
        open_page.records["quarantined"] += 1
        self._ended(open_page)

    def count_asked(self, page: Page, asked: Asked) -> None:
        """Note what became of a target that a page has brought along."""
        self._pages[page.number].asked.append(asked)

    def withdraw(self, page: Page) -> None:
        """End a record that was announced and that the service does not have, or keeps to itself."""
        self._ended(self._pages[page.number])

    def withhold(self, page: Page) -> None:
        """End a record of what is to be forgotten."""
        self._count(page, "forgotten")

    def drop_duplicate(self, page: Page) -> None:
        """End a record that was met before."""
        self._count(page, "duplicate")

    def fail(self, page: Page, kind: str, key: str) -> None:
        """End a record that a component failed on; one that was stored before that stays stored."""
        open_page = self._pages.get(page.number)
        if open_page is not None and (kind, key) not in open_page.stored:
            self._count(page, "failed")

    def take_finished(self) -> Iterator[OpenPage]:
        """The pages that may be stored now, no longer open."""
        if self.ordered:
            while (ready := self._pages.get(self._next)) and ready.remaining == 0:
                self._next += 1
                yield self._pages.pop(ready.page.number)
        else:
            for number in [number for number, each in self._pages.items() if each.remaining == 0]:
                yield self._pages.pop(number)

    def committed(self, keys: set[Key]) -> None:
        """Take note that records are in the catalog by now."""
        for later in self._pages.values():
            later.claimed |= keys.intersection(later.page.keys)
        self._claims -= keys

    def _count(self, page: Page, outcome: str) -> None:
        open_page = self._pages[page.number]
        open_page.records[outcome] += 1
        self._ended(open_page)

    def _ended(self, open_page: OpenPage) -> None:
        open_page.remaining -= 1
        if open_page.remaining == 0:
            self._on_finished()


def _without_positions(name: str) -> str:
    """A field without positions, so that counts stay few: ``tags.17`` is ``tags``."""
    return ".".join(part for part in name.split(".") if not part.isdigit())
