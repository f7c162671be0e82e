"""One run of a spider: its pages, its counts, and what it has stored."""

from __future__ import annotations

import logging
import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

import orjson

from fair4ml.entities import FieldIssue
from mlentory_crawl.catalog.commits import Entry, Known, Rejected
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.crawl.outcomes import Duplicate
from mlentory_crawl.crawl.pages import Asked, Batch, OpenPage
from mlentory_crawl.crawl.report import Report
from mlentory_crawl.data_directory import locked
from mlentory_crawl.erasure.redactor import MARKER, Forgotten
from mlentory_crawl.exceptions import CatalogError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from mlentory_crawl.base_spiders.platform import PlatformSpider
    from mlentory_crawl.items import MappedRecord, Page, RawRecord

logger = logging.getLogger(__name__)

COMMIT_RECORDS = 1_000
COMMIT_SECONDS = 2.0


class Run:
    """The run that a crawler carries out; every component asks `Run.of` for it.

    A page is stored as a whole once each of its records has ended, in the order of the pages, together with the counts
    and the cursor: what a kill loses is fetched again by the same command.

    Args:
        crawler: the crawler, its spider already made.

    Raises:
        DataDirectoryLocked: another run holds the data directory.
        CatalogError: the catalog cannot be opened.
    """

    _runs: ClassVar[WeakKeyDictionary[Crawler, Run]] = WeakKeyDictionary()

    @classmethod
    def of(cls, crawler: Crawler) -> Run:
        """The crawler's run, opened at the first call."""
        if crawler not in cls._runs:
            cls._runs[crawler] = cls(crawler)
        return cls._runs[crawler]

    @classmethod
    def opened(cls, crawler: Crawler) -> Run | None:
        """The crawler's run if there is one."""
        return cls._runs.get(crawler)

    def __init__(self, crawler: Crawler) -> None:
        spider: PlatformSpider = crawler.spider  # type: ignore[assignment]
        self.data_dir = Path(crawler.settings["MLENTORY_DATA_DIR"])
        self._held = ExitStack()
        self._held.enter_context(locked(self.data_dir))
        self.catalog = CatalogWriter(self.data_dir)
        self.forgotten = Forgotten(self.catalog.marks(), spider.name)
        self._pages: dict[int, OpenPage] = {}
        self._pending = Batch()
        # What began and is not stored yet: no look-up can find it.
        self._claims: set[tuple[str, str]] = set()
        self._committed_at = time.monotonic()
        self._cursor: dict[str, Any] | None = None
        self._is_walk = spider.is_walk
        self.before_commit: Callable[[], None] = lambda: None
        self.repeated: Counter[str] = Counter()
        """How many pages of each list, the last ones in a row, have held nothing but what came before in the run."""
        self.broken: str | None = None
        """Why the catalog cannot be written any more, if so."""
        spider.plan(self.catalog)
        told = spider.identity()
        if replayed := crawler.settings.get("REPLAY_RUN"):
            # Of two archived runs of one command each is mapped by itself.
            told["replay"] = replayed
        identity = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
        resumed = self.catalog.runs.resumable(identity) if spider.resumable else None
        if resumed:
            self.id, self.name, before, self._cursor = resumed
            self.report = Report.resumed(before, spider.job)
        else:
            self.name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}_{secrets.token_hex(4)}"
            self.report = report = Report.begun(self.name, spider)
            self.id = self.catalog.runs.open(
                self.name, spider.name, spider.mode, identity, report.started_at, report.json()
            )
            owed = self.catalog.runs.owed(spider.name) if self._is_walk else []
            self._cursor = {"owed": owed} if owed else None
        cursor: dict[str, Any] = self._cursor or {}
        self.cursor = cursor if cursor.keys() - {"owed", "page"} else None
        """Where an interrupted run of the same command goes on; None at the beginning."""
        self.owed: list[Any] = cursor.get("owed", [])
        """What earlier attempts and runs could not have beside their walk."""
        self.first_page: int = cursor.get("page", 0)
        self._next_page: int = self.first_page
        self._reserved: int = self.first_page

    def reserve_page(self) -> int:
        """The number of a page that is going to be announced, records or not: what comes later waits for it."""
        self._reserved += 1
        return self._reserved - 1

    def open_page(self, page: Page, *asked: Asked) -> None:
        """Announce a page before its records are sent on; pages may be announced and finished in any order.

        Args:
            page: the page.
            asked: what became of the things that were asked for by name, where the page answers that.
        """
        keys = list(dict.fromkeys(page.keys))
        known = self.catalog.lookup(self.id, page.platform, keys)
        claimed = self.catalog.quarantined(self.id, page.platform, keys)
        claimed |= {key for key, found in known.items() if found.seen}
        self._pages[page.number] = OpenPage(page, len(page.keys), known, claimed, asked=list(asked))
        self._store_finished()

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
        """What the catalog has of a record whose page is open."""
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
        open_page.field_issues.update(f"{_path(issue.field)}: {issue.reason}" for issue in issues)
        self._ended(open_page)

    def reject(self, page: Page, rejected: Rejected) -> None:
        """End a record in the quarantine."""
        open_page = self._pages[page.number]
        open_page.rejected.append(rejected)
        open_page.records["quarantined"] += 1
        self._ended(open_page)

    def count_asked(self, page: Page, asked: Asked) -> None:
        """Note what became of a thing that a page has brought along."""
        self._pages[page.number].asked.append(asked)

    def end_seed(self, asked: Asked, reason: str | None) -> None:
        """Note what became of a seed that nothing is asked for."""
        self._pending.ask(asked, None, reason)
        if len(self._pending.commit.seeds) >= COMMIT_RECORDS:
            self.commit()

    def withdraw(self, page: Page) -> None:
        """End a record that was announced and that the service does not have, or keeps to itself."""
        self._ended(self._pages[page.number])

    def withholds(self, record: RawRecord) -> bool:
        """Whether a record is of what is to be forgotten, also under a new name."""
        if not self.forgotten:
            return bool(record.payload == MARKER)
        if self.forgotten.has(record.url, record.payload):
            self._note_name(record)
            return True
        return False

    def _note_name(self, record: RawRecord) -> None:
        found = self.forgotten.about(record.url, record.payload)
        if found is not None and found[1].iri not in self.forgotten.marks.iris:
            self._pending.commit.forgotten.append(found[1].iri)

    def withhold(self, page: Page) -> None:
        """End a record of what is to be forgotten."""
        open_page = self._pages[page.number]
        open_page.records["forgotten"] += 1
        self._ended(open_page)

    def drop_duplicate(self, page: Page) -> None:
        """End a record that was met before."""
        open_page = self._pages[page.number]
        open_page.records["duplicate"] += 1
        self._ended(open_page)

    def fail(self, page: Page, kind: str, key: str) -> None:
        """End a record that a component failed on; one that was stored before that stays stored."""
        open_page = self._pages.get(page.number)
        if open_page is None or (kind, key) in open_page.stored:
            return
        open_page.records["failed"] += 1
        self._ended(open_page)

    def _ended(self, open_page: OpenPage) -> None:
        open_page.remaining -= 1
        if open_page.remaining == 0:
            self._store_finished()

    def _finished(self) -> Iterator[OpenPage]:
        """The pages that may be stored now, no longer open; those of a walk in their order only."""
        if self._is_walk:
            while (ready := self._pages.get(self._next_page)) and ready.remaining == 0:
                self._next_page += 1
                yield self._pages.pop(ready.page.number)
        else:
            for number in [number for number, each in self._pages.items() if each.remaining == 0]:
                yield self._pages.pop(number)

    def _store_finished(self) -> None:
        for ready in self._finished():
            self._pending.add(ready)
            page = ready.page
            if page.walk is not None and page.keys:
                is_repeated = ready.records["duplicate"] == len(page.keys)
                self.repeated[page.walk] = self.repeated[page.walk] + 1 if is_repeated else 0
            if not self._is_walk:
                self._cursor = page.cursor
            elif page.cursor is not None:
                owed = [each for each in (self._cursor or {}).get("owed", []) if each != page.pays]
                self._cursor = {**(self._cursor or {}), **page.cursor, "owed": [*owed, *page.owed]}
        if self._pending.size >= COMMIT_RECORDS or time.monotonic() - self._committed_at > COMMIT_SECONDS:
            self.commit()

    def archived(self, place: str, sha256: str, file: str) -> None:
        """Note an answer that was put into the archive."""
        self._pending.commit.answers.append((place, sha256, file))

    def commit(self) -> None:
        """Store the pages that are finished; never raises: a failure is kept in `broken`."""
        self._committed_at = time.monotonic()
        if self.broken or not self._pending:
            return
        batch, self._pending = self._pending, Batch()
        for later in self._pages.values():
            later.claimed |= batch.keys.intersection(later.page.keys)
        self._claims -= batch.keys
        batch.count(self.report)
        pending, marked = batch.commit, self.forgotten.marks.iris
        # What was found under another name has one more name now.
        pending.forgotten += [each.iri for each in pending.lookups if each.found in marked]
        pending.lookups = [each for each in pending.lookups if each.found not in marked]
        self.before_commit()
        pending.report = self.report.json()
        pending.cursor = None if self._cursor is None else orjson.dumps(self._cursor)
        try:
            self.catalog.commit(self.id, pending)
            if pending.forgotten:
                self.forgotten = Forgotten(self.catalog.marks(), self.report.platform)
        except CatalogError as error:
            self.broken = str(error)
            cause = error.__cause__
            logger.error(error, exc_info=cause if not isinstance(cause, sqlite3.Error) else None)
            batch.count_failed(self.report)

    def keep_counts(self) -> None:
        """Have the catalog know what is counted by now, also where no page is finished; never raises.

        A run that is killed has one report with what goes on after it.
        """
        if self._pending:
            self.commit()
        elif not self.broken:
            self.before_commit()
            try:
                self.catalog.runs.save_report(self.id, self.report.json())
            except CatalogError as error:
                self.broken = str(error)
                logger.error(error)

    def settle(self, missed: Iterable[int], gone: Sequence[int]) -> None:
        """Store what a census has not shown; never raises: a failure is kept in `broken`.

        Args:
            missed: row ids of the live records that it has not shown.
            gone: row ids of those that are gone.
        """
        self.report.records["deleted"] += len(gone)
        at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        try:
            self.catalog.census.settle(self.id, at, list(missed), gone, self.report.json())
        except CatalogError as error:
            self.broken = str(error)
            logger.error(error)

    @property
    def owes_as_before(self) -> bool:
        """Whether the walk is done, and nothing is missing of it but what could not be had before either.

        Such a run is closed: what it owes goes over to the next one, which what is new must not wait for.
        """
        cursor = self._cursor or {}
        owed = cursor.get("owed", [])
        failed = sum(counts["failed"] for counts in self.report.lookups.values())
        if not _is_walked(cursor) or not all(each in self.owed for each in owed):
            return False
        # What was asked for by a name is not owed: each run asks for what the catalog lacks.
        is_named = failed > sum(isinstance(each, dict) for each in owed)
        return _is_walked(self.cursor or {}) if is_named else bool(owed)

    @property
    def unfinished(self) -> int:
        """How many pages were announced and not finished."""
        return len(self._pages)

    def close(self) -> None:
        """Release the catalog and the data directory."""
        self.catalog.close()
        self._held.close()


def _path(name: str) -> str:
    """A field without positions, so that counts stay few: ``tags.17`` is ``tags``."""
    return ".".join(part for part in name.split(".") if not part.isdigit())


def _is_walked(cursor: dict[str, Any]) -> bool:
    """Whether a cursor says that a walk came to its end."""
    return cursor.get("next", "") is None
